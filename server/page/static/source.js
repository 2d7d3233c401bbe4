/** The characters of a document, given out once each and in order, as nodes; what is to be marked is in marks. */

import { h } from "./dom.js";

const ONLY_MARKS = /^[-*+•‣◦▪–>|#=~`:\s]*$/;
const TAGS = { strong: "strong", emphasis: "em", struck: "s", code: "code", link: "span.link", syntax: "span.syntax" };
const DEEPEST = 8;
const FIRST_LETTER = /\p{L}/u;
const FROM_THE_RIGHT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

const onePerStyle = (styles) => Array.from(new Map(styles.map((one) => [one.style, one])).values());

/** Offsets count characters of `text`, not UTF-16 units. */
export function sourceOf(text, start, end) {
	const characters = /[\ud800-\udfff]/.test(text) ? Array.from(text) : text;
	const slice = (from, to) => (characters === text ? text.slice(from, to) : characters.slice(from, to).join(""));
	let reached = 0;

	/** What `draw` makes of a range, which is cut where the marked one begins and ends. */
	function cut(from, to, draw) {
		const [first, last] = [start, end].map((at) => Math.min(Math.max(at, from), to));
		if (first === last) return draw(from, to);
		return [draw(from, first), h("mark", draw(first, last)), draw(last, to)].flat();
	}

	const inTag = (tag) => (from, to) => (from < to ? [h(tag, slice(from, to))] : []);

	const styled = (styles) => (from, to) => {
		const nodes = [];
		const open = [];
		let [at, next] = [from, 0];
		while (at < to) {
			while (styles[next]?.start <= at) open.push(styles[next++]);
			while (open.at(-1)?.end <= at) open.pop();
			const holding = onePerStyle(open.slice(-DEEPEST).filter((one) => one.end > at));
			const until = Math.min(to, styles[next]?.start ?? to, ...holding.map((style) => style.end));
			nodes.push(holding.reduceRight((node, { style }) => h(TAGS[style], node), slice(at, until)));
			at = until;
		}
		return nodes;
	};

	return {
		length: characters.length,

		/** How what starts at a place reads, by its first letter. */
		direction: (place) => (FROM_THE_RIGHT.test(FIRST_LETTER.exec(slice(place, place + 200))?.[0]) ? "rtl" : "ltr"),

		/** Whether a place has been passed. */
		passed: (place) => place < reached,

		/** How many lines end before a place. */
		breaks: (place) => slice(reached, place).match(/\r\n|\n|\r/g)?.length ?? 0,

		/** Where the line of a place starts, or the white space before it. */
		lineStart: (place) => place - /[ \t]*$/.exec(slice(Math.max(reached, place - 200), place))[0].length,

		/** What stands before a block: shown where it says something, but for the `mark` of an item that is counted. */
		gap(to, mark = "") {
			const from = reached;
			reached = Math.max(from, to);
			const words = slice(from, reached);
			const said = words.trim();
			if (ONLY_MARKS.test(said) || (said === mark && /^\d+\.$/.test(mark))) return cut(from, reached, inTag("span.syntax"));
			const first = from + words.length - words.trimStart().length;
			const after = /\s*$/.exec(words.slice(-200))[0];
			const last = reached - (/[\n\r]/.test(after) ? after.length : 0);
			return [
				cut(from, first, inTag("span.syntax")),
				cut(first, last, inTag("span.raw")),
				cut(last, reached, inTag("span.syntax")),
			].flat();
		},

		/** The words of a block, from where the last ones ended. */
		text(to, styles) {
			const from = reached;
			reached = Math.max(from, to);
			return cut(from, reached, styled(styles));
		},
	};
}

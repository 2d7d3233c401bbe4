/** A document's text as paragraphs and headings, with marks and search. All its characters are kept, in order. */

import { h } from "./dom.js";

const HEADING = /^#{1,6}[ \t]/;
/** Before and after a heading, and after the blank lines that end a paragraph. */
const BLOCKS = /(?<=\n)(?=#{1,6}[ \t])|(?<=(?:^|\n)#{1,6}[ \t].*\n)|(?<=\n[ \t\r]*\n)(?=\S)/;

/** Elements that join to the text, its code points from start to end marked. */
export function textView(text, start, end) {
	let at = 0;
	return text.split(BLOCKS).map((block) => {
		const characters = Array.from(block);
		const part = (from, to) => characters.slice(Math.max(from - at, 0), Math.max(to - at, 0)).join("");
		const quote = part(start, end);
		const parts = quote ? [part(0, start), h("mark", quote), part(end, Infinity)] : block;
		at += characters.length;
		return h(HEADING.test(block) ? "h3" : "p", parts);
	});
}

/** Where a term is below `root`, as ranges in order. */
export function matches(root, term) {
	const words = term.trim().replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&").replace(/\s+/g, "\\s+");
	if (!words) return [];
	const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
	let node = walker.nextNode();
	let before = 0;
	const at = (offset) => {
		while (before + node.length < offset) {
			before += node.length;
			node = walker.nextNode();
		}
		return [node, offset - before];
	};
	return Array.from(root.textContent.matchAll(new RegExp(words, "giu")), ({ index, 0: found }) => {
		const range = new Range();
		range.setStart(...at(index));
		range.setEnd(...at(index + found.length));
		return range;
	});
}

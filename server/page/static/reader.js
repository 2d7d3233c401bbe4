/** The source beside the answer: a document in full, with the cited characters marked, and search in it. */

import { copy } from "./actions.js";
import { documentText, documentUrl, nameOf, record } from "./api.js";
import { h, iconButton, newTab } from "./dom.js";
import { byline } from "./links.js";
import { bringAside } from "./statement.js";
import { t } from "./strings.js";
import { drawText, shownPieces, shownText } from "./text.js";

export function readerIn(root, step, close, askOnly) {
	const position = h("p.muted");
	const title = h("h2", { id: "panel-title", tabindex: "-1" });
	const about = h("div");
	const text = h("div.text", { dir: "ltr" });
	const body = h("div.panel-body", { tabindex: "0", role: "region", "aria-label": t.document });
	const links = h("p.links.muted");
	const outline = h("div.popup", { id: "outline", popover: "" });
	const openOutline = iconButton("menu", t.outline, null, { popovertarget: "outline" });
	const stepButton = (name, label, by) =>
		iconButton(name, label, ({ currentTarget }) => currentTarget.ariaDisabled === "true" || step(by));
	const steps = [stepButton("up", t.previousSource, -1), stepButton("down", t.nextSource, 1)];
	const copyLink = iconButton("link", t.copyLink, async () => {
		await copy(location.href);
		position.textContent = t.copied;
	});
	const finder = finderIn(text, bring);
	const bar = h("div.bar", position, steps, openOutline, copyLink, iconButton("close", t.close, close));
	let shown;

	root.append(h("div.panel-top", bar, title, about, finder.form), body, links, outline);

	function describe(source, index, count) {
		position.textContent = index < 0 ? t.document : t.sourceOf(index + 1, count);
		title.textContent = nameOf(source);
		about.replaceChildren(byline(source));
		steps.forEach((button, after) => {
			button.hidden = count < 2;
			button.ariaDisabled = index === (after ? count - 1 : 0);
		});
	}

	function draw([words, blocks], citation, at) {
		text.replaceChildren(drawText(words, blocks, at));
		const marks = Array.from(text.querySelectorAll("mark"));
		if (citation && marks.map((mark) => mark.textContent).join("") !== citation.quote) warn(t.changed, citation);
		else body.replaceChildren(text);
		links.replaceChildren(at.end ? t.cited(at.start, at.end) : "", newTab(documentUrl(at.id, "/source"), t.sourceFile), h("button", t.askOnlyThis, () => askOnly([{ id: at.id, name: title.textContent }])));
		const headings = Array.from(text.querySelectorAll("h3, h4, h5, h6"));
		openOutline.hidden = headings.length < 2;
		outline.replaceChildren(...headings.map((heading) => h("button", shownText(heading).split("\n", 1), () => open(heading))));
		finder.find();
		body.scrollTop = 0;
		bring(marks.find((mark) => mark.getClientRects().length));
	}

	function open(heading) {
		outline.hidePopover();
		body.focus();
		bring(heading);
	}

	function warn(words, citation) {
		text.replaceChildren(citation ? h("p", citation.before, h("mark", citation.quote), citation.after) : "");
		body.replaceChildren(h("p.warning", words), text);
		openOutline.hidden = true;
	}

	/** Scrolls the text, and not the page behind, to a node or range. */
	function bring(target) {
		const view = body.getBoundingClientRect();
		if (target) body.scrollTop += target.getBoundingClientRect().top - view.top - view.height * 0.3;
		bringAside(target);
	}

	return {
		/** `citations` are those of the answer that led here, `number` is this one's. */
		async show(at, citations, number) {
			const index = citations.findIndex((one) => one.number === number);
			const citation = citations[index];
			const opening = root.hidden;
			if (shown?.id !== at.id) {
				body.replaceChildren(t.loading);
				links.replaceChildren();
			}
			shown = at;
			root.hidden = false;
			document.body.classList.add("panel-open");
			describe(citation ?? at, index, citations.length);
			if (opening) title.focus({ preventScroll: true });
			const [failure, item, found] = await load(at);
			if (shown !== at) return;
			if (failure) return warn(citation ? t.gone : `${failure.message}: ${failure.detail}`, citation);
			if (!citation) describe(item, index, 0);
			draw(found, citation, at);
		},

		close() {
			root.hidden = true;
			shown = null;
			document.body.classList.remove("panel-open");
		},
	};
}

const load = (at) => Promise.all([null, record(at.id), documentText(at)]).catch((failure) => [failure]);

/** A form that marks what is typed wherever it is below `root`; `bring` scrolls to a range. */
function finderIn(root, bring) {
	const field = h("input", { type: "search", "aria-label": t.search, placeholder: t.search });
	const count = h("output.muted");
	let [ranges, at] = [[], 0];

	function walk(by) {
		at = (at + by + ranges.length) % ranges.length || 0;
		count.textContent = field.value.trim() && t.matches(at + 1, ranges.length);
		CSS.highlights.set("current", new Highlight(...ranges.slice(at, at + 1)));
	}

	function find() {
		ranges = matches(root, field.value);
		at = 0;
		const found = new Highlight(); // A letter may be found more often than a call takes arguments.
		for (const range of ranges) found.add(range);
		CSS.highlights.set("found", found);
		walk(0);
	}

	const go = (by) => {
		walk(by);
		bring(ranges[at]);
	};
	const onsubmit = (event) => {
		event.preventDefault();
		go(1);
	};
	field.oninput = () => {
		find();
		bring(ranges[0]);
	};
	const buttons = [iconButton("up", t.previousMatch, () => go(-1)), iconButton("down", t.nextMatch, () => go(1))];
	return { find, form: h("form.line", { role: "search", onsubmit }, field, count, buttons) };
}

/** Where a term is below `root`, as ranges in order. */
function matches(root, term) {
	const words = term.trim().replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&").replace(/\s+/g, "\\s+");
	if (!words) return [];
	const pieces = shownPieces(root);
	const ends = [];
	for (const [, { length }] of pieces) ends.push((ends.at(-1) ?? 0) + length);
	let piece = 0;
	const at = (offset) => {
		while (ends[piece] < offset) piece += 1;
		const [node, { length }] = pieces[piece];
		return [node, Math.min(offset - ends[piece] + length, node.length)];
	};
	const shown = pieces.map(([, said]) => said).join("");
	return Array.from(shown.matchAll(new RegExp(words, "giu")), ({ index, 0: found }) => {
		const range = new Range();
		range.setStart(...at(index));
		range.setEnd(...at(index + found.length));
		return range;
	});
}

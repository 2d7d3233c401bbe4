/**
 * The text of a document as what it is: headings, lists, tables, records, code. Every character is there, in its place:
 * joined, the text nodes are the text. Marks that only say what something is ("##", "|") are `.syntax`, which is not
 * shown; what else stands between the blocks is `.raw`.
 */

import { h } from "./dom.js";
import { scroller } from "./statement.js";
import { t } from "./strings.js";
import { tableRows } from "./rows.js";
import { sourceOf } from "./source.js";

const DEEPEST = 24; // Lists within lists: deeper ones are drawn as if they were not.
const HOLDERS = new Set(["list", "item", "table", "record", "quote"]);

/**
 * A fragment with `blocks`, as the server gives them, of a text; what lies from `start` to `end` is in marks. What may
 * hold thousands of others has its direction from us: the browser would look for it anew after each of them.
 */
export function drawText(text, blocks, { start = 0, end = 0 }) {
	const root = document.createDocumentFragment();
	const source = sourceOf(text, start, end);
	const addRow = tableRows(source);
	const nodes = [];
	const depths = [];
	const levels = [];

	/** Headings go down one level at a time, whatever the document numbers them. */
	function headingTag(level) {
		while (levels.length && levels.at(-1) >= level) levels.pop();
		return `h${Math.min(levels.push(level) + 2, 6)}`;
	}

	function addHolder({ form, ordered, mark, start: first }, inside) {
		if (form === "item" && isList(inside)) return add(inside, itemView(mark));
		const home = homeIn(inside);
		const dir = source.direction(first);
		if (form === "table") return add(add(home, scroller(t.table, null, dir)), h("table", { dir })).createTBody();
		return add(home, h({ list: ordered ? "ol" : "ul", record: "dl", quote: "blockquote" }[form] ?? "div", { dir }));
	}

	function addField({ end: last, cells: [key, value], styles }, inside) {
		const line = add(inside.localName === "dl" ? inside : add(homeIn(inside), h("dl")), h("div"));
		add(line, h("dt", source.gap(key.start), source.text(key.end, styles)));
		add(line, h("dd", source.gap(value.start), source.text(value.end, styles), source.gap(last)));
	}

	function addLeaf({ form, level, start: first, end: last, styles }, inside, mark) {
		const home = homeIn(inside);
		const paragraph = form === "paragraph" && home === root;
		const from = paragraph ? source.lineStart(first) : first;
		const tight = source.breaks(from) < 2;
		home.append(...source.gap(from, mark));
		const words = source.text(last, styles);
		if (form === "code") add(home, codeView(words));
		else add(home, h(form === "heading" ? headingTag(level) : "p", { class: form === "caption" ? form : paragraph && tight && "tight" }, words));
	}

	blocks.forEach((block, place) => {
		const { form, parent } = block;
		const inside = parent === null ? root : nodes[parent];
		depths[place] = parent === null ? 0 : depths[parent] + 1;
		if (HOLDERS.has(form)) nodes[place] = depths[place] > DEEPEST ? inside : addHolder(block, inside);
		else if (form === "row" && inside.localName === "tbody") addRow(block, inside);
		else if (form === "field" && block.cells.length === 2) addField(block, inside);
		else addLeaf(block, inside, blocks[parent]?.mark);
	});
	root.append(...source.gap(source.length));
	return root;
}

/** What of a node can be read, as `[node, text]`; marks that are not shown are the white space that they have. */
export function shownPieces(root) {
	const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
	const pieces = [];
	while (walker.nextNode()) {
		const { currentNode: node } = walker;
		pieces.push([node, node.parentElement.closest(".syntax") ? /\s/.exec(node.data)?.[0] ?? "" : node.data]);
	}
	return pieces;
}

export const shownText = (root) => shownPieces(root).map(([, words]) => words).join("").trim();

const isList = ({ localName }) => localName === "ol" || localName === "ul";

/** Where blocks of any form can stand: in a list, a table or a record only in an item, a cell or a value of it. */
function homeIn(inside) {
	if (isList(inside)) return add(inside, h("li.own"));
	if (inside.localName === "tbody") return add(add(inside, h("tr")), h("td", { colspan: "1000" }));
	return inside.localName === "dl" ? add(add(inside, h("div")), h("dd")) : inside;
}

/** The browser writes "3." itself, another mark stands in the text. */
function itemView(mark) {
	const counted = /^\d{1,9}\.$/.test(mark);
	return h("li", { value: counted && parseInt(mark, 10), class: !counted && mark && "own" });
}

const codeView = (words) =>
	h("pre", { tabindex: "0", role: "group", "aria-label": t.code, dir: "ltr" }, h("code", { dir: "ltr" }, words));

function add(parent, node) {
	parent.append(node);
	return node;
}

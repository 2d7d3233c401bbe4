/** What a statement looks like: running text, a list, steps, a table, a record or code, each with its footnotes. */

import { copyButton } from "./actions.js";
import { nameOf } from "./api.js";
import { h } from "./dom.js";
import { documentHref } from "./links.js";
import { partsOf } from "./parts.js";
import { t } from "./strings.js";

const WORD_JOINER = "\u2060"; // Keeps a footnote on the line of the word it follows.
const MOST_SHOWN = 12;
const FIRST_SHOWN = 10;

export function statementView(statement, citations) {
	const notes = (numbers) => footnotes(numbers, citations);
	const warning = t.verdicts[statement.verdict] && h("strong.warning", ` ${t.verdicts[statement.verdict]}`, beyond(statement));
	const { lead, numbers, ...parts } = partsOf(statement, citations);
	const body = bodyOf(parts, notes);
	if (!body) return h("p.statement", lead, notes(numbers), warning);
	const said = h("p", lead, notes(numbers), warning);
	return h("div.statement", lead ? [said, body] : [body, said.hasChildNodes() && said]);
}

/** The words of a statement that its sources do not have. */
const beyond = ({ differences = [] }) => {
	const said = differences.filter((one) => one.said).map((one) => t.quoted(one.said));
	return said.length > 0 && `: ${said.join(", ")}`;
};

export const footnotes = (numbers, citations) => citations
	.filter(({ number }) => numbers.includes(number))
	.map((citation) => [WORD_JOINER, citationLink("a.footnote", citation, citation.number)]);

export function citationLink(tag, citation, ...content) {
	const { number } = citation;
	const label = t.sourceName(number, nameOf(citation));
	const link = h(tag, { href: documentHref(citation), "data-number": number, "aria-label": label }, content);
	return Object.assign(link, { citation });
}

/** A box that scrolls what is too wide for it, also by keyboard. */
export const scroller = (label, content, dir) =>
	h("div.scroll", { tabindex: "0", role: "group", "aria-label": label, dir }, content);

/** Scrolls the box that a node or range is in sideways, so that it is in the middle. */
export function bringAside(target) {
	const box = (target?.startContainer?.parentElement ?? target)?.closest(".scroll");
	if (!box) return;
	const [view, at] = [box, target].map((one) => one.getBoundingClientRect());
	box.scrollLeft += at.left - view.left - (view.width - at.width) / 2;
}

/** Elements of which the first are shown, and a button for the others, where they are too many. */
export function shortened(nodes) {
	if (nodes.length <= MOST_SHOWN) return null;
	const button = h("button", ({ currentTarget }) => show(currentTarget.ariaExpanded === "false"));
	const show = (every) => {
		nodes.forEach((node, index) => { node.hidden = !every && index >= FIRST_SHOWN; });
		button.ariaExpanded = String(every);
		button.textContent = every ? t.showFewer : t.showAll(nodes.length);
	};
	show(false);
	return button;
}

function bodyOf({ fields, items, table, code }, notes) {
	if (items) return listView(items, notes);
	if (fields) return h("dl", fields.map(({ key, value, numbers }) =>
		h("div", key && h("dt", key), h("dd", value, notes(numbers)))));
	if (table) return tableView(table);
	return code && codeView(code);
}

function listView(items, notes) {
	const open = [];
	const all = items.map((item) => {
		const { text, depth, number, own, numbers } = item;
		open.length = Math.min(open.length, depth + 1);
		const node = h("li", { class: own && "own", value: number || undefined }, text, notes(numbers));
		if (open.length === depth) {
			const list = h(number ? "ol" : "ul");
			open.at(-1)?.lastElementChild.append(list);
			open.push(list);
		}
		open.at(-1).append(node);
		return node;
	});
	return [open[0], shortened(all)];
}

function tableView({ columns, rows, marked }) {
	const named = columns.some(Boolean);
	const asked = (row, column) => marked.some(([at, under]) => at === row && under === column);
	const cell = (text, row, column) => h(
		column === 0 && named && columns.length > 1 ? "th" : "td",
		{ scope: column === 0 && named && columns.length > 1 && "row" },
		asked(row, column) ? h("mark", { "data-says": t.asked }, text) : text,
	);
	const box = scroller(t.table, h(
		"table",
		named && h("thead", h("tr", columns.map((name) => h(name ? "th" : "td", { scope: name && "col" }, name)))),
		h("tbody", rows.map((cells, row) => h("tr", cells.map((text, column) => cell(text, row, column))))),
	));
	requestAnimationFrame(() => bringAside(box.querySelector("mark")));
	return box;
}

const codeView = (code) => h(
	"div.code",
	h("pre", { tabindex: "0", role: "group", "aria-label": t.code, dir: "ltr" }, h("code", code, { dir: "ltr" })),
	copyButton(t.copyCode, () => code),
);

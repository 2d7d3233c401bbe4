/** Statements as Markdown: lists, tables and code as such, and nothing of a document's words as markup. */

import { partsOf } from "./parts.js";

/** A statement; `labels` writes the footnotes of numbers. */
export function statementMarkdown(statement, citations, labels) {
	const { lead, numbers, items, fields, table, code } = partsOf(statement, citations);
	const said = escaped(lead) + labels(numbers);
	if (items) return blocks(said, listed(items, labels));
	if (fields) return blocks(said, fields.map(({ key, value, numbers: own }) =>
		`- ${key && `**${escaped(key)}:** `}${escaped(value)}${labels(own)}`).join("\n"));
	if (table) return lead ? blocks(said, tableMarkdown(table)) : blocks(tableMarkdown(table), said);
	if (code === undefined) return said;
	return lead ? blocks(said, fenced(code)) : blocks(fenced(code), said);
}

/** Statements after each other: running text in one paragraph. */
export const joined = (all) => all.map((one, place) => {
	const apart = [all[place - 1] ?? "", one].some((said) => said.includes("\n"));
	return place ? (apart ? "\n\n" : " ") + one : one;
}).join("");

/** On one line, with a backslash before all that Markdown would read as markup. */
export const escaped = (text) => text
	.replace(/\s+/g, " ")
	.replace(/[\\`*_[\]<>#|~&]/g, "\\$&")
	.replace(/^(\s*)([-+=])/, "$1\\$2")
	.replace(/^(\s*\d{1,9})([.)])/, "$1\\$2");

const blocks = (...parts) => parts.filter(Boolean).join("\n\n");

/** Items below the text of the item that they are in: its mark is as wide as their indent. */
function listed(items, labels) {
	const widths = [];
	return items.map(({ text, depth, number, numbers }) => {
		const mark = number ? `${number}. ` : "- ";
		const indent = widths.slice(0, depth).reduce((sum, width) => sum + width, 0);
		widths[depth] = mark.length;
		return `${" ".repeat(indent)}${mark}${escaped(text)}${labels(numbers)}`;
	}).join("\n");
}

/** A marked cell is bold. */
function tableMarkdown({ columns, rows, marked }) {
	const line = (cells) => `| ${cells.join(" | ")} |`;
	const bold = (row, column) => marked.some(([at, under]) => at === row && under === column);
	return [
		line(columns.map(escaped)),
		line(columns.map(() => "---")),
		...rows.map((cells, row) => line(cells.map((text, column) => (bold(row, column) ? `**${escaped(text)}**` : escaped(text))))),
	].join("\n");
}

/** Code between ticks, more of them than it has itself. */
function fenced(code) {
	const longest = Math.max(2, ...Array.from(code.matchAll(/`+/g), ([ticks]) => ticks.length));
	const fence = "`".repeat(longest + 1);
	return `${fence}\n${code}\n${fence}`;
}

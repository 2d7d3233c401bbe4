/** Answers and conversations written out. */

import { nameOf } from "./api.js";
import { documentHref } from "./links.js";
import { t } from "./strings.js";

export const answerText = (answer) => paragraphs(
	answer.answer,
	...differences(answer),
	answer.citations.map((citation) => `[${citation.number}] ${described(citation, oneLine)}`).join("\n"),
);

export function answerMarkdown(answer, prefix = "") {
	const label = (number) => `[^${prefix}${number}]`;
	const said = answer.statements.map(({ text, citations }) => escaped(text) + citations.map(label).join(""));
	const notes = answer.citations.map((citation) =>
		`${label(citation.number)}: ${described(citation, escaped)} <${location.origin}/${documentHref(citation)}>`);
	return paragraphs(said.join(" ") || escaped(answer.answer), ...differences(answer), notes.join("\n"));
}

export const chatMarkdown = ({ title, turns }) => paragraphs(
	`# ${escaped(title)}`,
	...turns.flatMap(({ question, answer }, index) => [
		`## ${escaped(question)}`,
		(answer.understood ?? question) !== question && `*${t.understood}: ${escaped(answer.understood)}*`,
		answerMarkdown(answer, `${index + 1}-`),
	]),
);

export function download(name, text) {
	const link = document.createElement("a");
	link.href = URL.createObjectURL(new Blob([text]));
	link.download = name;
	link.click();
}

function described(citation, as) {
	const { publisher, author, published, page, path, start, end, quote } = citation;
	const about = [nameOf(citation), publisher, author, published && t.date(published), page && t.page(page)];
	return as(`${about.filter(Boolean).join(", ")}: ${t.quoted(quote)} (${path}, ${t.cited(start, end)})`);
}

const differences = ({ conflicts, statements: all }) => conflicts.map(({ kind, values, statements }) => {
	const sides = values.map((value, index) => `${t.quoted(value)} [${all[statements[index]].citations.join(", ")}]`);
	return `${t.differOn(kind)}: ${sides.join(", ")}`;
});

const paragraphs = (...parts) => parts.filter(Boolean).join("\n\n");

const oneLine = (text) => text.replace(/\s+/g, " ");

const escaped = (text) => oneLine(text).replace(/[\\`*_[\]<>#|~]/g, "\\$&");

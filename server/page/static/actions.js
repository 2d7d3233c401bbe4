/** What can be done with an answer and a conversation: copied, written out, judged. */

import { nameOf, post } from "./api.js";
import { answered } from "./chats.js";
import { h, iconButton, lineForm, newTab } from "./dom.js";
import { documentHref, factsOf } from "./links.js";
import { escaped, joined, statementMarkdown } from "./markdown.js";
import { t } from "./strings.js";

export function actions(answer) {
	const receipt = `/v1/answers/${answer.id}`;
	const said = h("div", { role: "status" });
	const rate = (body, then) => post(`${receipt}/feedback`, body)
		.then(() => then, ({ message }) => message)
		.then((words) => said.replaceChildren(words));
	const thumbs = [true, false].map((helpful) => iconButton("helpful", helpful ? t.helpful : t.unhelpful, () => {
		thumbs.forEach((thumb, index) => { thumb.ariaPressed = helpful === !index; });
		rate({ helpful }, lineForm(t.comment, "", t.save, (comment) => rate({ helpful, comment }, t.thanks)));
	}, { "aria-pressed": "false" }));
	return h("div", h(
		"div.actions",
		copyButton(t.copy, () => answerText(answer)),
		copyButton(t.copyMarkdown, () => answerMarkdown(answer)),
		newTab(receipt, t.receipt),
		thumbs,
	), said);
}

/** Puts a text on the clipboard, also where the page is not served securely. */
export async function copy(text) {
	if (navigator.clipboard) return navigator.clipboard.writeText(text);
	const focused = document.activeElement;
	const area = h("textarea.visually-hidden", text);
	document.body.append(area);
	area.select();
	document.execCommand("copy");
	area.remove();
	return focused.focus();
}

export const copyButton = (label, write) => h("button.quiet", label, async ({ currentTarget: button }) => {
	await copy(write());
	button.textContent = t.copied;
	setTimeout(() => { button.textContent = label; }, 1500);
});

const answerText = (answer) => paragraphs(
	answer.answer,
	answer.citations.map((citation) => `[${citation.number}] ${described(citation, oneLine)}`).join("\n"),
);

function answerMarkdown(answer, prefix = "") {
	const labels = (numbers) => numbers.map((number) => `[^${prefix}${number}]`).join("");
	const said = answer.statements.map((statement) => statementMarkdown(statement, answer.citations, labels));
	const notes = answer.citations.map((citation) =>
		`${labels([citation.number])}: ${described(citation, escaped)} <${location.origin}/${documentHref(citation)}>`);
	return paragraphs(joined(said) || escaped(answer.answer), ...differences(answer, labels), notes.join("\n"));
}

export const chatMarkdown = (chat) => paragraphs(
	`# ${escaped(chat.title)}`,
	...answered(chat).flatMap(({ question, over, answer }, index) => [
		`## ${escaped(question)}`,
		over && `*${t.askedOver} ${escaped(over)}*`,
		(answer.understood ?? question) !== question && `*${t.understood}: ${escaped(answer.understood)}*`,
		answerMarkdown(answer, `${index + 1}-`),
	]),
);

export const download = (name, text, type) => h("a", { href: URL.createObjectURL(new Blob([text], { type })), download: name }).click();

function described(citation, as) {
	const { path, start, end, quote } = citation;
	const about = [nameOf(citation), ...factsOf(citation)].join(", ");
	return as(`${about}: ${t.quoted(quote)} (${path}, ${t.cited(start, end)})`);
}

const differences = ({ conflicts, statements: all }, labels) => conflicts.map(({ kind, values, statements }) => {
	const sides = values.map((value, index) => t.quoted(escaped(value)) + labels(all[statements[index]].citations));
	return `${t.differOn(escaped(kind))}: ${sides.join(", ")}`;
});

const paragraphs = (...parts) => parts.filter(Boolean).join("\n\n");

const oneLine = (text) => text.replace(/\s+/g, " ");

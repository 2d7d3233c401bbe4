/** What can be done with an answer. */

import { post } from "./api.js";
import { h, iconButton, lineForm, newTab } from "./dom.js";
import { answerMarkdown, answerText } from "./export.js";
import { t } from "./strings.js";

export function actions(answer) {
	const receipt = `/v1/answers/${answer.id}`;
	const said = h("div", { role: "status" });
	const rate = (body, then) => post(`${receipt}/feedback`, body).then(
		() => said.replaceChildren(then),
		({ message }) => said.replaceChildren(message),
	);
	const thumbs = [true, false].map((helpful) => iconButton("helpful", helpful ? t.helpful : t.unhelpful, () => {
		thumbs.forEach((thumb, index) => { thumb.ariaPressed = helpful === !index; });
		rate({ helpful }, lineForm(t.comment, "", t.save, (comment) => rate({ helpful, comment }, t.thanks)));
	}, { "aria-pressed": "false" }));
	return h("div", h(
		"div.actions",
		copyButton(t.copy, () => answerText(answer)),
		copyButton(t.copyMarkdown, () => answerMarkdown(answer)),
		newTab(receipt, t.receipt),
		h("span", thumbs),
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

const copyButton = (label, write) => h("button.quiet", label, { async onclick({ currentTarget: button }) {
	await copy(write());
	button.textContent = t.copied;
	setTimeout(() => { button.textContent = label; }, 1500);
} });

/** Elements. Text only ever enters the page as text nodes, so markup in a document stays text. */

import { t } from "./strings.js";

const ICONS = {
	menu: "M4 7h16M4 12h16M4 17h16",
	more: "M5 12h.01M12 12h.01M19 12h.01",
	plus: "M12 5v14M5 12h14",
	close: "M6 6l12 12M18 6L6 18",
	up: "M6 15l6-6 6 6",
	down: "M6 9l6 6 6-6",
	link: "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1",
	helpful: "M7 11v9H4v-9zl4-8a2 2 0 0 1 3 2l-1 5h6l1 1-2 8-1 1H7",
	remove: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
	check: "M5 13l4 4L19 7",
	file: "M6 3h8l5 5v13H6zM14 3v5h5",
};

/**
 * An element, "p" or "p.muted", of nodes, texts, objects of attributes and listeners, a function for clicks, and
 * lists of these in any order; what is falsy is left out.
 */
export function h(tag, ...parts) {
	const [name, ...classes] = tag.split(".");
	const node = document.createElement(name);
	if (name === "button") node.type = "button";
	node.dir = "auto"; // Text of others may read from the right.
	if (classes.length > 0) node.classList.add(...classes);
	return fill(node, parts);
}

export function icon(name) {
	const [root, path] = ["svg", "path"].map((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));
	return fill(root, [{ viewBox: "0 0 24 24", class: `icon ${name}`, "aria-hidden": "true" }, fill(path, [{ d: ICONS[name] }])]);
}

export const iconButton = (name, label, onclick, attributes) =>
	h("button.quiet", { "aria-label": label, title: label }, onclick, attributes, icon(name));

export const failed = (words, again) => h("div.failed", h("p", words), h("button", t.retry, again));

export const newTab = (href, words) => h("a", { href, target: "_blank" }, words);

export function lineForm(label, value, action, send) {
	const input = h("input", { "aria-label": label, placeholder: label, value, maxlength: "2000" });
	const onsubmit = (event) => {
		event.preventDefault();
		send(input.value.trim());
	};
	return h("form.line", { onsubmit }, input, h("button.primary", action, { type: "submit" }));
}

/** `act` is what cannot be taken back. */
export function showDialog(title, content, action, act) {
	const dialog = dialogOf(title, h("div", content));
	dialog.append(h("div.actions", closing(dialog, "button", action ? t.cancel : t.close), action && closing(dialog, "button.danger", action, act)));
	return shown(dialog);
}

/** Asks for a line of text. */
export function askLine(title, label, value, action, send) {
	const input = h("input", { "aria-label": label, placeholder: label, value, maxlength: "200", autofocus: true });
	const dialog = dialogOf(title);
	const onsubmit = (event) => {
		event.preventDefault();
		dialog.close();
		send(input.value.trim());
	};
	const buttons = h("div.actions", closing(dialog, "button", t.cancel), h("button.primary", action, { type: "submit" }));
	dialog.append(h("form", { onsubmit }, h("div.line", input), buttons));
	return shown(dialog);
}

export const showProblem = ({ message, detail = "" }) => showDialog(message, detail);

function dialogOf(title, ...content) {
	const dialog = h("dialog", { "aria-label": title, onclose: () => dialog.remove() }, h("h2", title), content);
	return dialog;
}

const closing = (dialog, tag, words, then) => h(tag, words, () => {
	dialog.close();
	then?.();
});

function shown(dialog) {
	document.body.append(dialog);
	dialog.showModal();
	return dialog;
}

function fill(node, parts) {
	for (const part of parts.flat(Infinity).filter(Boolean)) {
		if (typeof part === "function") node.onclick = part;
		else if (part instanceof Node || typeof part !== "object") node.append(part);
		else for (const [key, value] of Object.entries(part)) {
			if (typeof value === "function") node[key] = value;
			else if (value !== undefined && value !== false) node.setAttribute(key, value === true ? "" : value);
		}
	}
	return node;
}

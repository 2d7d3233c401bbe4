/** "Ask only these": the documents that questions go to, as chips at the question box; none are all of the collection. */

import { h, icon, iconButton } from "./dom.js";
import { current, DEFAULT, labelOf } from "./collection.js";
import { t } from "./strings.js";

const SHOWN = 4;

/** `changed` is told the documents, each `{id, name}`, whenever they are others. */
export function scopeIn(form, changed) {
	const root = h("div.scope", { role: "group", "aria-label": t.askingOnly });
	let chosen = [];

	function set(documents) {
		chosen = documents;
		root.hidden = chosen.length === 0;
		const rest = chosen.length - SHOWN;
		root.replaceChildren(
			h("span", t.askingOnly),
			...chosen.slice(0, SHOWN).map(chip),
			rest > 0 ? h("span", t.more(rest)) : "",
			h("button.quiet", t.askAll, () => change([])),
		);
	}

	const chip = (one) => h("span.chip", h("bdi", one.name), iconButton("close", t.notOnly(one.name), () => {
		change(chosen.filter(({ id }) => id !== one.id));
		(root.querySelector("button") ?? form.elements[0]).focus();
	}));

	function change(documents) {
		set(documents);
		changed(documents);
	}

	form.prepend(root);
	set([]);
	return { get: () => chosen, set };
}

/** What a question is asked over, in words; nothing for all documents of the collection that is there from the start. */
export function overWords(documents) {
	if (documents.length === 0) return current() === DEFAULT ? "" : labelOf(current());
	const named = documents.slice(0, SHOWN).map(({ name }) => name);
	return documents.length > SHOWN ? [...named, t.more(documents.length - SHOWN)].join(", ") : named.join(", ");
}

export const overView = (words) => words && h("p.over.muted", icon("file"), `${t.askedOver} `, h("bdi", words));

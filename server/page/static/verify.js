/** A text held against the documents: each sentence with its verdict, its source beside it, differences marked. */

import { download } from "./actions.js";
import { nameOf, verify } from "./api.js";
import { current, labelOf } from "./collection.js";
import { failed, h } from "./dom.js";
import { forget, read, write } from "./kept.js";
import { byline } from "./links.js";
import { citationLink } from "./statement.js";
import { t } from "./strings.js";

const LIMIT = 20_000;
const DRAFT = "text";
const TEXTS = /^text\/|^$/;
// What is handed out has no sheet of this page: enough to read and print it.
const PRINTED = "body{max-width:60rem;margin:2rem auto;padding:0 1rem;font:16px/1.6 Georgia,serif}li{display:grid;"
	+ "grid-template-columns:1fr 1fr;gap:1.5rem;padding:1rem 0;border-top:1px solid #ccc}ol{padding:0;list-style:none}"
	+ "p,blockquote{margin:0 0 .4rem}mark{background:#ffe7a1}.muted,.verdict{color:#555;font:14px sans-serif}";

export function verifyIn(root, announce) {
	const box = h("textarea", { rows: "7", "aria-label": t.textToCheck, placeholder: t.textHint, "aria-describedby": "text-note" });
	const note = h("p.muted", { id: "text-note" });
	const button = h("button.primary", { type: "submit" });
	const result = h("div.checked");
	let stopper = null;

	async function check() {
		const { signal } = stopper = new AbortController();
		button.textContent = t.stop;
		result.replaceChildren(h("p.status", h("i.pulse"), t.checking));
		try {
			const found = await verify(box.value, { signal, onLoading: () => result.replaceChildren(t.loadingModels) });
			result.turn = found;
			result.replaceChildren(...resultView(found));
			announce(result.querySelector("h2").textContent);
		} catch ({ message, detail }) {
			result.replaceChildren(failed([message, detail].filter(Boolean).join(". "), check));
			announce(message);
		} finally {
			stopper = null;
			button.textContent = t.check;
		}
	}

	function count() {
		const characters = Array.from(box.value).length;
		note.textContent = characters > LIMIT ? t.textTooLong(characters, LIMIT) : t.checkedAgainst(labelOf(current()));
		note.classList.toggle("warning", characters > LIMIT);
		return characters <= LIMIT && box.value.trim();
	}

	const set = (text) => {
		box.value = text;
		box.oninput();
	};
	box.oninput = () => {
		count();
		write(DRAFT, box.value);
	};
	const onsubmit = (event) => {
		event.preventDefault();
		if (stopper) stopper.abort();
		else if (count()) check();
	};
	const clear = h("button", t.clear, () => {
		set("");
		forget(DRAFT);
		result.replaceChildren();
		box.focus();
	});
	button.textContent = t.check;
	root.append(h("form", { onsubmit }, box, h("div.actions", note, clear, button)), result);
	box.value = read(DRAFT) ?? "";
	return {
		show: count,
		async take([{ file }]) {
			if (TEXTS.test(file.type)) set(await file.text());
			else note.textContent = t.onlyText;
			box.focus();
		},
	};
}

function resultView(found) {
	const { sentences, citations } = found;
	if (sentences.length === 0) return [h("h2", t.nothingClaimed)];
	const counts = Object.entries(t.found).flatMap(([verdict, words]) => {
		const count = sentences.filter((one) => one.verdict === verdict).length;
		return count > 0 ? [h(`span.verdict.${verdict}`, `${count} ${words}`)] : [];
	});
	const list = h("ol", sentences.map((one) => sentenceView(one, citations)));
	const heading = h("h2", t.supportedOf(sentences.filter(({ verdict }) => verdict === "supported").length, sentences.length));
	const hand = () => download("checked.html", written(heading, list), "text/html");
	return [h("div.line", heading, h("button", t.exportHtml, hand)), h("p.line", counts), list];
}

function sentenceView({ text, verdict, citations: numbers, differences }, citations) {
	const [nearest, ...others] = numbers.map((number) => citations.find((one) => one.number === number));
	const source = nearest && [
		h("blockquote", marked(nearest.quote, differences.map((one) => one.source))),
		h("p", citationLink("a", nearest, nameOf(nearest)), others.map((one) => [" ", citationLink("a.footnote", one, one.number)])),
		byline(nearest),
	];
	return h(
		"li",
		h(
			"div",
			h("p.said", marked(text, differences.map((one) => one.said))),
			h(`p.verdict.${verdict}`, t.found[verdict]),
			differences.map((one) => h(one.said && one.source ? "p.visually-hidden" : "p.muted", t.difference(one))),
		),
		h("div", source ?? h("p.muted", t.nothingLike)),
	);
}

/** The text with the first place of each part in a mark. */
function marked(text, parts) {
	const spans = parts.filter(Boolean).map((part) => [text.indexOf(part), part.length]).filter(([at]) => at >= 0).sort(([a], [b]) => a - b);
	const nodes = [];
	let reached = 0;
	for (const [at, length] of spans) {
		if (at < reached) continue;
		nodes.push(text.slice(reached, at), h("mark", text.slice(at, at + length)));
		reached = at + length;
	}
	return [...nodes, text.slice(reached)];
}

/** As a page of its own, whose links lead back to this server. */
function written(heading, list) {
	const body = h("body", h("h1", t.verify), h("p.muted", `${labelOf(current())} · ${t.moment(Date.now())}`), heading.cloneNode(true), list.cloneNode(true));
	for (const link of body.querySelectorAll("a")) link.href = `${location.origin}/${link.hash}`;
	return `<!doctype html>\n<html lang="en"><meta charset="utf-8">${h("title", t.verify).outerHTML}<style>${PRINTED}</style>${body.outerHTML}</html>`;
}

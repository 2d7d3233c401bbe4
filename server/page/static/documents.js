/** The documents: what there is in short and in full, taking more in, and removing. */

import { offers } from "./answer.js";
import { call, corpusSize, documentUrl, listDocuments, nameOf, suggestions, upload } from "./api.js";
import { failed, h, icon, iconButton, showDialog } from "./dom.js";
import { byline, documentHref } from "./links.js";
import { t } from "./strings.js";

const NAMED = 3;

const documentLink = (item) => h("a", nameOf(item), { href: documentHref(item) });

/** What is shown before the first question. */
export async function showOverview(root, askThis) {
	try {
		const { items, next_cursor: more } = await listDocuments("", 200, { onLoading: () => root.replaceChildren(h("i.pulse"), t.loadingModels) });
		const size = await corpusSize();
		const dates = items.map(({ published }) => published).filter(Boolean).sort();
		const toAll = h("a", items.length > 0 ? t.allDocuments : t.addDocuments, { href: "#/documents" });
		root.replaceChildren(
			h("p.muted", t.corpusSize(size), !more && dates.length > 0 && ` · ${t.dated(dates[0], dates.at(-1))}`),
			h("ul.named", [...items.slice(0, NAMED).map(documentLink), toAll].map((link) => h("li", link))),
			offers(t.trySome, suggestions(), askThis),
		);
	} catch ({ message, detail }) {
		root.replaceChildren(failed(`${message}. ${detail}`, () => location.reload()));
	}
}

export function documentsIn(root, announce, changed) {
	const [list, uploads, problem] = ["ul.documents", "ul.uploads", "p.warning"].map((tag) => h(tag));
	const more = h("button", t.showMore, { hidden: true }, () => load(cursor));
	let cursor = "";
	let queue = Promise.resolve();
	let left = 0;
	const fail = ({ message, detail = message }) => { problem.textContent = detail; };

	async function load(from = "") {
		const { items, next_cursor: next } = await listDocuments(from, 50);
		if (!from) list.replaceChildren();
		list.append(...items.map(row));
		problem.textContent = list.childElementCount ? "" : t.noDocuments;
		cursor = next;
		more.hidden = !next;
	}

	function row(item) {
		const name = nameOf(item);
		const facts = [item.path !== name && item.path, t.size(item.bytes), t.added(item.ingested_at)];
		const remove = () => call(documentUrl(item.id), { method: "DELETE" }).then(() => {
			const next = node.nextElementSibling ?? node.previousElementSibling ?? root;
			node.remove();
			next.querySelector("button").focus();
			announce(t.removed(name));
			changed();
		}, fail);
		const ask = () => showDialog(t.removeTitle(name), t.removeDetail, t.remove, remove);
		const about = h("div", documentLink(item), byline(item), h("p.muted", facts.filter(Boolean).join(" · ")));
		const node = h("li", icon("file"), about, iconButton("remove", `${t.remove} ${name}`, ask));
		return node;
	}

	/** One file after the other, so that each has its own progress and outcome. */
	function take(files) {
		for (const file of Array.from(files)) {
			const state = h("span.muted", t.queued);
			const bar = h("progress", { "aria-label": file.name });
			uploads.append(h("li.line", h("span", file.name), state, bar));
			queue = queue.then(() => send(file, state, bar));
			left += 1;
		}
	}

	async function send(file, state, bar) {
		const { outcome = "rejected", reason } = await upload(file, (words, done, total) => {
			state.textContent = words;
			if (total) Object.assign(bar, { max: total, value: done });
			else bar.removeAttribute("value");
		}).catch(({ message, detail = message }) => ({ reason: detail }));
		state.textContent = `${t.outcomes[outcome]}${reason ? `: ${reason}` : ""}`;
		if (reason) state.classList.add("warning");
		bar.remove();
		announce(`${file.name}: ${state.textContent}`);
		left -= 1;
		if (left) return;
		await load().catch(fail);
		changed();
	}

	const input = h("input", { type: "file", multiple: true, hidden: true, onchange() {
		take(input.files);
		input.value = "";
	} });
	const over = (inside, then) => (event) => {
		event.preventDefault();
		zone.classList.toggle("over", inside);
		then?.(event.dataTransfer.files);
	};
	const zone = h(
		"div.drop",
		{ ondragover: over(true), ondragleave: over(false), ondrop: over(false, take) },
		t.dropHere,
		input,
		h("button", t.choose, () => input.click()),
	);
	root.append(zone, uploads, problem, list, more);
	return () => load().catch(fail);
}

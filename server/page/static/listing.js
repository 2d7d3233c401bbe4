/** The list of documents: searched, filtered, sorted, read on as it is scrolled, several chosen at once. */

import { listDocuments, nameOf, removeDocuments } from "./api.js";
import { h, iconButton, showDialog, showProblem } from "./dom.js";
import { documentHref, factsOf } from "./links.js";
import { t } from "./strings.js";

const PAGE = 50;
const MOST = 1000; // In a page of the server; and of documents that are asked by themselves.
const DAY = 86_400_000;
const KINDS = {
	pdf: /pdf/,
	text: /plain|markdown|rst/,
	office: /word|opendocument.text|rtf|epub/,
	sheet: /csv|tab-sep|sheet/,
	slides: /presentation/,
	web: /html/,
	mail: /rfc822/,
	image: /^image/,
	data: /json|yaml|xml$|source/,
};

export function listingIn(root, { announce, changed, askOnly }) {
	const field = h("input.find", { type: "search", "aria-label": t.findDocument, placeholder: t.findDocument });
	const [kind, since, sort] = Object.entries(t.listBy).map(([label, options]) =>
		h("select", { "aria-label": label }, options.map(([value, words]) => h("option", words, { value }))));
	const [count, problem] = [h("p.muted", { role: "status" }), h("p.empty")];
	const list = h("ul.documents");
	const end = h("div.end");
	const all = h("button.quiet", t.selectAll, () => selectAll().catch(showProblem));
	const chosen = new Map();
	const bar = h("div.chosen", { role: "group", "aria-label": t.chosenLabel, hidden: true });
	let [round, cursor, total, last] = [0, "", 0, null];
	let pending = Promise.resolve();

	const filtered = () => kind.value || since.value;
	const fits = ({ media_type: type, ingested_at: at }) => (!kind.value || KINDS[kind.value].test(type))
		&& (!since.value || Date.now() - Date.parse(at) < since.value * DAY);

	async function load(mine) {
		const first = !cursor;
		const limit = filtered() ? MOST : PAGE;
		const page = await listDocuments({ limit, cursor, sort: sort.value, q: field.value.trim() });
		if (mine !== round) return; // Something else is looked for by now.
		if (first) list.replaceChildren();
		[cursor, total] = [page.next_cursor ?? "", page.total];
		list.append(...page.items.filter(fits).map(row));
		const shown = list.childElementCount;
		count.textContent = filtered() ? t.countOf(shown, total) : t.documentCount(total);
		problem.textContent = shown > 0 || cursor ? "" : field.value || filtered() ? t.noneFound : t.noDocuments;
		all.hidden = shown === 0;
		watcher.disconnect();
		if (cursor) watcher.observe(end);
	}

	/** What comes after the last one, once what is on its way is there. */
	const more = () => (pending = pending.then(() => cursor && load(round)));

	const again = () => {
		cursor = "";
		return (pending = load(++round).catch(fail));
	};

	const watcher = new IntersectionObserver((seen) => seen.at(-1).isIntersecting && more().catch(fail));

	function fail({ message, detail }) {
		pending = Promise.resolve();
		problem.replaceChildren([message, detail].filter(Boolean).join(". "), " ", h("button", t.retry, again));
	}

	function row(item) {
		const name = nameOf(item);
		const box = h("input", { type: "checkbox", "aria-label": t.select(name), onclick: ({ shiftKey }) => choose(node, box.checked, shiftKey) });
		const facts = [...factsOf(item), item.path !== name && item.path, t.size(item.bytes), t.added(item.ingested_at)];
		const node = h(
			"li",
			box,
			h(
				"div",
				h("a", name, { href: documentHref(item) }),
				item.summary && h("p.clamp.summary", item.summary),
				h("p.muted.facts", { dir: "ltr" }, facts.filter(Boolean).flatMap((fact, place) => [place > 0 && " · ", h("bdi", fact)])),
			),
			iconButton("remove", `${t.remove} ${name}`, () => askRemoval([item])),
		);
		box.checked = chosen.has(item.id);
		return Object.assign(node, { item, box });
	}

	/** With Shift, all from the one before. */
	function choose(node, on, range) {
		const rows = Array.from(list.children);
		const [from, to] = range && last?.isConnected ? [rows.indexOf(last), rows.indexOf(node)].sort((a, b) => a - b) : [0, 0];
		for (const one of to ? rows.slice(from, to + 1) : [node]) mark(one, on);
		last = node;
		showBar();
	}

	function mark({ item, box }, on) {
		box.checked = on;
		if (on) chosen.set(item.id, item);
		else chosen.delete(item.id);
	}

	async function selectAll() {
		while (cursor) await more();
		for (const node of list.children) mark(node, true);
		showBar();
	}

	function clear() {
		chosen.clear();
		for (const { box } of list.children) box.checked = false;
		showBar();
	}

	function showBar() {
		bar.hidden = chosen.size === 0;
		const items = [...chosen.values()];
		bar.replaceChildren(
			h("strong", t.chosen(items.length)),
			h("button.primary", t.askOnly, () => {
				if (items.length > MOST) return showDialog(t.tooManyToAsk(MOST), t.tooManyDetail);
				clear();
				return askOnly(items.map((item) => ({ id: item.id, name: nameOf(item) })));
			}),
			h("button.risky", t.remove, () => askRemoval(items)),
			h("button.quiet", t.clear, clear),
		);
	}

	function askRemoval(items) {
		const [first] = items;
		const title = items.length > 1 ? t.removeSeveral(items.length) : t.removeTitle(nameOf(first));
		showDialog(title, t.removeDetail(items.length), t.remove, () => remove(items).catch(showProblem));
	}

	async function remove(items) {
		await removeDocuments(items.map(({ id }) => id));
		const rows = Array.from(list.children).filter(({ item }) => items.some(({ id }) => id === item.id));
		const next = rows.at(-1)?.nextElementSibling ?? rows[0]?.previousElementSibling;
		for (const node of rows) {
			mark(node, false);
			node.remove();
		}
		showBar();
		(next?.querySelector("button") ?? field).focus();
		announce(items.length > 1 ? t.removedSeveral(items.length) : t.removed(nameOf(items[0])));
		total -= items.length;
		count.textContent = t.documentCount(total);
		if (!list.childElementCount) again();
		changed();
	}

	let timer;
	field.oninput = () => {
		clearTimeout(timer);
		timer = setTimeout(again, 150);
	};
	for (const choice of [kind, since, sort]) choice.onchange = again;
	root.append(field, h("div.filters", kind, since, sort, count, all), problem, list, end, bar);
	return {
		draw: again,
		show() {
			clear();
			return again();
		},
	};
}

/** What documents are called and where things are: all that can be opened has an address behind the #. */

import { nameOf, record } from "./api.js";
import { h } from "./dom.js";
import { t } from "./strings.js";

export const chatHref = (id) => (id ? `#/c/${id}` : "#/");

export const documentHref = ({ document_id: of, id = of, start, end }) =>
	`#/documents/${encodeURIComponent(id)}${end ? `?start=${start}&end=${end}` : ""}`;

/** What an address shows: a view ("chat", "documents" or "document"), its id, start and end. */
export function place(hash = location.hash) {
	const [, kind, id, query] = /^#\/(\w+)\/?([^?]*)\??(.*)/.exec(hash) ?? [];
	if (kind !== "documents") return { view: "chat", id };
	if (!id) return { view: kind };
	const [start, end] = (query.match(/\d+/g) ?? []).map(Number);
	return { view: "document", id: decodeURIComponent(id), ...(end > start && { start, end }) };
}

export function go(href, state, replace) {
	history[replace ? "replaceState" : "pushState"](state, "", href);
	dispatchEvent(new PopStateEvent("popstate"));
}

/** "The Associated Press · 20 May 2025 · page 3" */
export function byline(source) {
	const names = [source.publisher, source.author].map((name) => name && h("span", name));
	const parts = [...names, source.published && dateOf(source), source.page && t.page(source.page)].filter(Boolean);
	return h("p.muted", parts.flatMap((part, index) => [index > 0 && " · ", part]));
}

export const dateOf = ({ published }) => h("time", { datetime: published }, t.date(published));

export function passageLink(passage) {
	const link = h("a", passage.document_id, { href: documentHref(passage) });
	// The id of a removed document is still a true name.
	record(passage.document_id).then((found) => link.replaceChildren(nameOf(found)), () => {});
	return link;
}

/** What documents are called and where things are: all that can be opened has an address behind the #. */

import { nameOf, record } from "./api.js";
import { h } from "./dom.js";
import { t } from "./strings.js";

export const chatHref = (id) => (id ? `#/c/${id}` : "#/");

export const documentHref = ({ document_id: of, id = of, start, end }) =>
	`#/documents/${encodeURIComponent(id)}${end ? `?start=${start}&end=${end}` : ""}`;

/** What an address shows: a view ("chat", "documents", "verify" or "document"), its id, start and end. */
export function place(hash = location.hash) {
	const [, kind, id, query] = /^#\/(\w+)\/?([^?]*)\??(.*)/.exec(hash) ?? [];
	if (kind === "verify") return { view: kind };
	if (kind !== "documents") return { view: "chat", id };
	if (!id) return { view: kind };
	const [start, end] = (query.match(/\d{1,15}/g) ?? []).map(Number);
	return { view: "document", id: decoded(id), ...(end > start && { start, end }) };
}

function decoded(id) {
	try {
		return decodeURIComponent(id);
	} catch {
		return id; // Typed, or cut off.
	}
}

export function go(href, state, replace) {
	history[replace ? "replaceState" : "pushState"](state, "", href);
	dispatchEvent(new PopStateEvent("popstate"));
}

/** "The Associated Press · 20 May 2025 · page 3" */
export const byline = (source) =>
	h("p.muted", factsOf(source).flatMap((fact, index) => [index > 0 && " · ", h("span", fact)]));

export const factsOf = ({ publisher, author, published, page }) =>
	[publisher, author, published && t.date(published), page && t.page(page)].filter(Boolean);

export function passageLink(passage) {
	const link = h("a", passage.document_id, { href: documentHref(passage) });
	// The id of a removed document is still a true name.
	record(passage.document_id).then((found) => link.replaceChildren(nameOf(found)), () => {});
	return link;
}

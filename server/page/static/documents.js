/** The documents: what there is in short, and the view that brings them in, lists and removes them. */

import { offers } from "./answer.js";
import { corpusSize, intake, listDocuments, nameOf, removeDocuments, suggestions } from "./api.js";
import { bringingIn } from "./bringing.js";
import { failed, h, showProblem } from "./dom.js";
import { listingIn } from "./listing.js";
import { documentHref } from "./links.js";
import { t } from "./strings.js";

const NAMED = 3;
const DATED = 200;

/** What is shown before the first question; own documents before samples. */
export async function showOverview(root, askThis) {
	const mine = root.round = (root.round ?? 0) + 1;
	try {
		const loading = () => root.replaceChildren(h("i.pulse"), t.loadingModels);
		const { items, next_cursor: more } = await listDocuments({ limit: DATED, sort: "-ingested_at" }, { onLoading: loading });
		const [size, { samples }] = await Promise.all([corpusSize(), intake()]);
		if (mine !== root.round) return;
		const own = items.filter(({ id }) => !samples.includes(id));
		const dates = items.map(({ published }) => published).filter(Boolean).sort();
		const toAll = h("a", items.length > 0 ? t.allDocuments : t.addDocuments, { href: "#/documents" });
		const named = (own.length > 0 ? own : items).slice(0, NAMED).map((item) => h("a", nameOf(item), { href: documentHref(item) }));
		root.replaceChildren(
			h("p.muted", t.corpusSize(size), !more && dates.length > 0 && ` · ${t.dated(dates[0], dates.at(-1))}`),
			h("ul.named", [...named, toAll].map((link) => h("li", link))),
			items.length > 0 ? offers(t.trySome, suggestions(), askThis) : "",
		);
	} catch ({ message, detail }) {
		root.replaceChildren(failed(`${message}. ${detail}`, () => location.reload()));
	}
}

export function documentsIn(root, { announce, changed, askOnly }) {
	const samples = h("p.notice", { hidden: true });
	const [top, bottom] = [h("div"), h("div")];
	root.append(top, samples, bottom);
	const told = () => {
		offerRemoval().catch(() => {}); // The list says what is wrong.
		changed();
	};
	const listing = listingIn(bottom, { announce, changed: told, askOnly });
	const redraw = () => {
		listing.draw();
		told();
	};
	const bringing = bringingIn(top, { announce, brought: redraw });

	/** Samples are of no use beside documents of one's own. */
	async function offerRemoval() {
		const [{ samples: ids }, size] = await Promise.all([intake(), corpusSize()]);
		samples.hidden = ids.length === 0 || ids.length === size.documents;
		samples.replaceChildren(t.samples(ids.length), " ", h("button", t.removeSamples, () => removeDocuments(ids).then(() => {
			announce(t.removedSeveral(ids.length));
			redraw();
		}, showProblem)));
	}

	return {
		take: bringing.take,
		show() {
			bringing.show();
			told();
			listing.show();
		},
	};
}

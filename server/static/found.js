/** How an answer was found. */

import { h, svg } from "./dom.js";
import { passageLink } from "./links.js";
import { t } from "./strings.js";

export function howFound({ timings_ms: timings, models, corpus, passages }) {
	const facts = [
		Object.entries(timings).map(([stage, value]) => t.timing(stage, value)),
		Object.values(models).filter(Boolean),
		[t.corpusSize(corpus), t.version(corpus.version)],
	];
	const details = h("details.how", h("summary", t.howFound));
	details.addEventListener("toggle", () => details.append(
		...facts.map((known) => h("p", known.join(" · "))),
		ranking(passages),
	), { once: true });
	return details;
}

/** The numbers are for reading, the bars for comparing. */
function ranking(passages) {
	const stages = Object.keys(t.stages).filter((stage) => passages.some(({ scores }) => stage in scores));
	const cell = (stage, value) => h("td", t.score(value), bar(share(value, passages.map(({ scores }) => scores[stage]))));
	return h(
		"table",
		h("caption", t.foundCaption),
		h("thead", h("tr", stages.map((stage) => h("th", { scope: "col" }, t.stages[stage])))),
		passages.map((passage) => h(
			"tbody",
			h("tr", h(
				"th",
				{ scope: "rowgroup", colspan: stages.length },
				`${passage.rank}. `,
				passageLink(passage),
				h("p.clamp", passage.text),
			)),
			h("tr", stages.map((stage) => cell(stage, passage.scores[stage]))),
		)),
	);
}

/** A score as a share of its stage's best, from its worst or zero, whichever is lower. */
function share(value, all) {
	const known = all.filter(Number.isFinite);
	const low = Math.min(0, ...known);
	return Number.isFinite(value) ? (value - low) / (Math.max(...known) - low || 1) : 0;
}

const bar = (part) => svg(
	"svg",
	{ viewBox: "0 0 100 4", preserveAspectRatio: "none", "aria-hidden": "true" },
	svg("rect", { class: "track", width: 100, height: 4 }),
	svg("rect", { width: part * 100, height: 4 }),
);

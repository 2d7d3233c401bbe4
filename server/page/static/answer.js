/** What an answer looks like, or that there is none, and how it was found. */

import { nameOf, suggestions } from "./api.js";
import { h } from "./dom.js";
import { byline, passageLink } from "./links.js";
import { citationLink, footnotes, shortened } from "./statement.js";
import { t } from "./strings.js";

const NEAREST = 3;

export function afterStatements(answer) {
	const sources = answer.citations.map((citation) => h("li", citationLink(
		"a.source.card",
		citation,
		h("b", citation.number),
		h("div", nameOf(citation), byline(citation)),
	)));
	return [
		...writingView(answer.writing),
		answer.complete === false && h("p.muted", t.incomplete),
		answer.degraded && h("p.muted", t.degraded),
		...answer.conflicts.map((conflict) => conflictView(conflict, answer)),
		h("h3", t.sources),
		h("ol.sources", sources),
		shortened(sources),
	].filter(Boolean);
}

/** What became of what a language model wrote, where not all of it is shown. */
function writingView(writing) {
	if (!writing) return [];
	const dropped = writing.dropped.map(({ text, verdict }) => h("li", h("q", text), h("span.muted", ` ${t.verdicts[verdict]}`)));
	return [
		writing.replaced && h("p.muted", t.replaced(writing.replaced, writing.shown)),
		dropped.length > 0 && h("details.dropped", h("summary", t.dropped(dropped.length)), h("ul", dropped)),
	];
}

export const unansweredView = (answer) => [
	h(
		"div.unanswered",
		h("p", answer.answer),
		answer.missing_terms.length > 0 && h("p.missing", t.missing, answer.missing_terms.map((term) => [" ", h("em", term)])),
		answer.degraded && h("p.muted", t.degraded),
	),
	h("h3", t.nearest),
	answer.passages.slice(0, NEAREST).map((passage) => h("figure", h("blockquote", passage.text), passageLink(passage))),
].flat();

/** What the documents answer instead; it comes late, so it stands below everything. */
export const instead = (answer, askThis) => offers(t.insteadAsk, suggestions(answer.question), askThis);

export function offers(label, questions, askThis) {
	const box = h("div.offers");
	const button = (question) => h("li", h("button", question, () => askThis(question)));
	questions.then((found) => found.length > 0 && box.append(h("h3", label), h("ul", found.map(button))));
	return box;
}

/** One value per statement: its citations say who says so, and when. */
function conflictView({ kind, values, statements }, answer) {
	const side = (value, index) => {
		const numbers = answer.statements[statements[index]].citations;
		const cited = answer.citations.filter(({ number }) => numbers.includes(number));
		const [first] = cited;
		return h(
			"li",
			h("p", h("strong", t.quoted(value)), footnotes(numbers, cited)),
			h("p.muted", first.published ? t.date(first.published) : t.undated, " · ", h("span", nameOf(first))),
		);
	};
	return h("section.conflict", { "aria-label": t.differOn(kind) }, h("h3", t.differOn(kind)), h("ul", values.map(side)));
}

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
	const bar = (stage, value) => h("progress", { "aria-hidden": "true", value: share(value, passages.map(({ scores }) => scores[stage])) });
	const cell = (stage, value) => h("td", t.score(value), bar(stage, value));
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

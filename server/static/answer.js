/** What an answer looks like: statements with footnotes and their sources, or that there is none. */

import { documentName, nameOf, textUrl } from "./api.js";
import { element, foreign, joined, newTabLink } from "./dom.js";
import { strings } from "./strings.js";

const NEAREST = 3;
// Keeps a footnote on the line of the word it follows.
const WORD_JOINER = "\u2060";

/**
 * The body of a turn.
 *
 * @param {Object} answer as POST /v1/ask gives it
 * @param {function(number, HTMLElement): void} openSource gets a citation's number and the button pressed
 */
export function answerBody(answer, openSource) {
  const body = element(answer.answered ? "div.answered" : "div.unanswered");
  if (answer.answered) body.append(...answeredParts(answer, openSource));
  else body.append(...unansweredParts(answer));
  body.append(confidence(answer), howFound(answer));
  return body;
}

/** "The Associated Press · Jane Doe · 20 May 2025"; what is null is left out. */
export function byline(source) {
  const parts = [source.publisher, source.author].filter(Boolean).map((name) => foreign("span", name));
  if (source.published) parts.push(dateOf(source));
  return element("span.byline.muted", {}, ...joined(parts, " · "));
}

/** The date of publication, for people and for programs. */
export function dateOf(source) {
  return element("time", { datetime: source.published }, strings.date(source.published));
}

function answeredParts(answer, openSource) {
  const footnotes = (numbers) => answer.citations
    .filter((citation) => numbers.includes(citation.number))
    .map((citation) => footnote(citation, openSource));
  return [
    element("div.statements", {}, ...answer.statements.map((statement) => statementLine(statement, footnotes))),
    answer.conflicts.length > 0 && conflictNotice(answer, footnotes),
    element("h3.label", {}, strings.sources),
    element("ol.sources", {}, ...answer.citations.map((citation) => sourceItem(citation, openSource))),
  ].filter(Boolean);
}

function statementLine(statement, footnotes) {
  const verdict = strings.verdicts[statement.verdict];
  return element(
    "p.statement",
    { dir: "auto" },
    element("span", {}, statement.text),
    ...footnotes(statement.citations).flatMap((button) => [WORD_JOINER, button]),
    verdict && element("span.verdict", {}, verdict),
  );
}

function footnote(citation, openSource) {
  return element("button.footnote", {
    type: "button",
    "aria-label": strings.sourceName(citation.number, nameOf(citation)),
    ...opensPanel(citation, openSource),
  }, String(citation.number));
}

function sourceItem(citation, openSource) {
  return element("li", {}, element(
    "button.source",
    { type: "button", ...opensPanel(citation, openSource) },
    element("span.number", {}, String(citation.number)),
    element("span.about", {}, foreign("span.title", nameOf(citation)), byline(citation)),
  ));
}

function opensPanel(citation, openSource) {
  return {
    "data-number": citation.number,
    "aria-controls": "panel",
    "aria-expanded": "false",
    on: { click: (event) => openSource(citation.number, event.currentTarget) },
  };
}

function conflictNotice(answer, footnotes) {
  return element(
    "div.conflicts",
    { role: "note" },
    element("h3", {}, strings.sourcesDiffer),
    ...answer.conflicts.map((conflict) => element(
      "div",
      {},
      element("span.muted", {}, strings.differOn(conflict.kind)),
      element("ul", {}, ...conflict.values.map((value, index) => {
        // One value per statement: the statement's footnotes and date say who says so.
        const numbers = answer.statements[conflict.statements[index]]?.citations ?? [];
        const dated = answer.citations.find((one) => numbers.includes(one.number) && one.published);
        return element(
          "li",
          {},
          foreign("span", strings.quoted(value)),
          ...footnotes(numbers).flatMap((button) => [WORD_JOINER, button]),
          dated && element("span.muted", {}, dateOf(dated)),
        );
      })),
    )),
  );
}

function unansweredParts(answer) {
  const nearest = answer.passages.slice(0, NEAREST);
  return [
    element("p.tag", {}, strings.notAnswered),
    foreign("p.sentence", answer.answer),
    answer.missing_terms.length > 0 && foreign("p.missing", strings.missingTerms(answer.missing_terms)),
    nearest.length > 0 && element(
      "details.nearest",
      {},
      element("summary", {}, strings.nearestPassages),
      ...nearest.map((passage) => element(
        "figure",
        {},
        element("figcaption", {}, documentLink(passage)),
        foreign("blockquote.passage", passage.text),
      )),
    ),
  ].filter(Boolean);
}

function documentLink(passage) {
  const link = newTabLink(textUrl(passage.document_id), passage.document_id);
  link.dir = "auto";
  documentName(passage.document_id).then((name) => { link.textContent = name; });
  return link;
}

function confidence(answer) {
  const { confidence: number, answered } = answer;
  return element(
    "p.confidence.muted",
    { title: strings.confidenceNumber(number) },
    strings.confidence(number, answered),
  );
}

function howFound(answer) {
  const facts = [
    [strings.models, list(answer.models, (name) => name ?? "–")],
    [strings.timings, list(answer.timings_ms, strings.milliseconds)],
    [strings.corpus, `${strings.corpusSize(answer.corpus)}, ${strings.version(answer.corpus.version)}`],
  ];
  return element(
    "details.how",
    {},
    element("summary", {}, strings.howFound),
    element("p", {}, strings.confidenceNumber(answer.confidence)),
    element("dl", {}, ...facts.flatMap(([term, fact]) => [element("dt", {}, term), element("dd", {}, fact)])),
    answer.passages.length > 0 && element("h3.label", {}, strings.rankedPassages),
    element("ol.ranked", {}, ...answer.passages.map(rankedPassage)),
  );
}

/** "encode 7.0 ms · read 4.0 ms": an object in one line, its values said by `say`. */
function list(object, say) {
  return Object.entries(object).map(([key, value]) => `${key} ${say(value)}`).join(" · ");
}

function rankedPassage(passage) {
  const characters = strings.charactersOf(passage.start, passage.end);
  return element(
    "li",
    {},
    documentLink(passage),
    element("span.muted", {}, `${characters} · ${list(passage.scores ?? {}, strings.score)}`),
    foreign("span.excerpt", passage.text),
  );
}

/** The page: the question box, the list of turns, and what is shown before the first question. */

import { answerBody, byline } from "./answer.js";
import { ask, corpus, length, nameOf, Problem, QUESTION_LIMIT, textUrl } from "./api.js";
import { element, foreign, newTabLink } from "./dom.js";
import { SourcePanel } from "./panel.js";
import { labels, strings } from "./strings.js";

// A touch screen has no Shift+Enter, and the focus would raise its keyboard over the list of documents.
const touch = !matchMedia("(pointer: fine)").matches;
const hint = touch ? "" : labels.composerHint;

const byId = (id) => document.getElementById(id);
const box = byId("question");
const panel = new SourcePanel(byId("panel"), announce);
const answeredTurns = [];
let working = false;
let turnCount = 0;

function applyLabels() {
  for (const node of document.querySelectorAll("[data-text]")) node.textContent = labels[node.dataset.text];
  box.placeholder = labels[box.dataset.placeholder];
  checkLength();
}

function announce(text) {
  byId("announcer").textContent = text;
}

// The question box

function checkLength() {
  const characters = length(box.value.trim());
  const tooLong = characters > QUESTION_LIMIT;
  const note = byId("composer-note");
  note.textContent = tooLong ? strings.tooLong(characters, QUESTION_LIMIT) : hint;
  note.classList.toggle("warning", tooLong);
  box.setAttribute("aria-invalid", String(tooLong));
  return tooLong;
}

function submit() {
  const question = box.value.trim();
  if (checkLength()) {
    announce(byId("composer-note").textContent);
    return;
  }
  if (question === "" || working) return;
  box.value = "";
  checkLength();
  box.focus();
  panel.close({ restoreFocus: false });
  byId("welcome").hidden = true;
  run(addTurn(question), question);
}

byId("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
box.addEventListener("input", checkLength);
box.addEventListener("keydown", (event) => {
  // An input method uses Enter to accept a word: that is not sending.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  submit();
});

// The turns

function addTurn(question) {
  turnCount += 1;
  const id = `turn-${turnCount}`;
  const heading = foreign("h2.question", question, { id });
  const turn = element("article.turn", { "aria-labelledby": id }, heading, element("div.reply"));
  byId("turns").append(turn);
  return turn;
}

async function run(turn, question) {
  const stopper = new AbortController();
  const status = element("span", {}, strings.working);
  const stop = element("button", { type: "button", on: { click: () => stopper.abort() } }, strings.stop);
  setWorking(true);
  reply(turn, pending(status, stop));
  turn.scrollIntoView({ block: "start" });
  announce(strings.working);
  const onLoading = () => {
    status.textContent = strings.loadingModels;
    announce(strings.loadingModels);
  };
  try {
    showAnswer(turn, await ask(question, answeredTurns, { signal: stopper.signal, onLoading }));
  } catch (error) {
    showFailure(turn, question, error);
  } finally {
    setWorking(false);
  }
}

function setWorking(value) {
  working = value;
  byId("send").setAttribute("aria-disabled", String(value));
}

function reply(turn, content) {
  turn.querySelector(".reply").replaceChildren(content);
}

function showAnswer(turn, answer) {
  const openSource = (number, opener) => panel.show(answer.citations, number, opener);
  reply(turn, answerBody(answer, openSource));
  showCorpusSize(answer.corpus);
  answeredTurns.push({ question: answer.question, answer: answer.answer });
  announce(answer.answered
    ? strings.announceAnswer(answer.statements.length, answer.citations.length)
    : strings.announceNoAnswer(answer.answer));
}

function showFailure(turn, question, error) {
  const stopped = error.name === "AbortError";
  const problem = stopped ? new Problem(strings.stopped, "") : problemOf(error);
  const again = () => {
    if (working) return;
    box.focus();
    run(turn, question);
  };
  reply(turn, failure(stopped ? "div.stopped" : "div.failed", problem, again));
  announce(stopped ? problem.title : strings.announceFailure(problem.title));
}

/** What to show; an error that is not a Problem is a defect of this page and goes to the console. */
function problemOf(error) {
  if (error instanceof Problem) return error;
  console.error(error);
  return new Problem(strings.failedTitle, "");
}

function failure(tag, problem, again) {
  return element(
    tag,
    {},
    foreign("p.sentence", problem.title),
    problem.detail && foreign("p", problem.detail),
    element("button", { type: "button", on: { click: again } }, strings.retry),
  );
}

function pending(...content) {
  return element("div.pending", {}, element("span.pulse", { "aria-hidden": "true" }), ...content);
}

// Before the first question

function showCorpusSize(size) {
  byId("corpus").textContent = strings.corpusSize(size);
}

async function showOverview() {
  const overview = byId("overview");
  const onLoading = () => overview.replaceChildren(pending(strings.loadingModels));
  try {
    const found = await corpus({ onLoading });
    showCorpusSize(found);
    overview.replaceChildren(...(found.items.length > 0 ? documentList(found) : howToAdd()));
  } catch (error) {
    overview.replaceChildren(failure("div.failed", problemOf(error), showOverview));
  }
}

function documentList({ items, more }) {
  return [
    element("h3.label", {}, strings.inTheCorpus),
    element("ul.documents", {}, ...items.map((item) => {
      const link = newTabLink(textUrl(item.id), nameOf(item));
      link.dir = "auto";
      return element("li", {}, link, byline(item));
    })),
    more && element("p.muted", {}, strings.andMore),
  ].filter(Boolean);
}

function howToAdd() {
  return [
    element("p.sentence", {}, strings.noDocuments),
    element("p", {}, strings.addDocuments),
    element("pre", {}, element("code", {}, strings.addCommand)),
  ];
}

applyLabels();
showOverview();
if (!touch) box.focus({ preventScroll: true });

/** The source panel: a cited passage beside the answer, with the cited words marked. */

import { dateOf } from "./answer.js";
import { nameOf, textUrl } from "./api.js";
import { element, foreign, newTabLink } from "./dom.js";
import { strings } from "./strings.js";

export class SourcePanel {
  #root;
  #announce;
  #shown = null;

  /**
   * @param {HTMLElement} root the empty, hidden panel
   * @param {function(string): void} announce says a text to screen readers
   */
  constructor(root, announce) {
    this.#root = root;
    this.#announce = announce;
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.isComposing) this.close();
    });
  }

  /** Opens the citation with this number; its opener gets the focus back on closing, and closes it too. */
  show(citations, number, opener) {
    if (this.#shown?.opener === opener && this.#citation.number === number) {
      this.close();
      return;
    }
    this.#markButtons(false);
    this.#shown = { citations, index: citations.findIndex((one) => one.number === number), opener };
    this.#root.hidden = false;
    document.body.classList.add("panel-open");
    this.#draw();
    this.#root.querySelector("#panel-title").focus({ preventScroll: true });
    opener.scrollIntoView({ block: "nearest" });
  }

  close({ restoreFocus = true } = {}) {
    if (this.#shown === null) return;
    const { opener } = this.#shown;
    this.#markButtons(false);
    this.#shown = null;
    this.#root.hidden = true;
    this.#root.replaceChildren();
    document.body.classList.remove("panel-open");
    if (restoreFocus) opener.focus();
  }

  get #citation() {
    return this.#shown.citations[this.#shown.index];
  }

  #draw() {
    this.#markButtons(true);
    this.#root.replaceChildren(this.#toolbar(), passageView(this.#citation));
    scrollToMark(this.#root.querySelector(".panel-body"));
  }

  #step(by, name) {
    this.#markButtons(false);
    this.#shown.index += by;
    this.#draw();
    this.#announce(strings.sourceName(this.#citation.number, nameOf(this.#citation)));
    // At either end the pressed button is disabled, which would drop the focus: its neighbour takes it.
    const enabled = (query) => this.#root.querySelector(`${query}:enabled`);
    (enabled(`[name=${name}]`) ?? enabled("button")).focus({ preventScroll: true });
  }

  #toolbar() {
    const { citations, index } = this.#shown;
    const button = (name, click, disabled = false) =>
      element("button", { type: "button", name, disabled, on: { click } }, strings[name]);
    const stepButton = (name, by) =>
      citations.length > 1 && button(name, () => this.#step(by, name), !(index + by in citations));
    return element(
      "div.panel-top",
      {},
      element("p.muted", {}, strings.sourceOf(this.#citation.number, citations.length)),
      element(
        "nav",
        { "aria-label": strings.sources },
        stepButton("previous", -1),
        stepButton("next", 1),
        button("close", () => this.close()),
      ),
      foreign("h2", nameOf(this.#citation), { id: "panel-title", tabindex: "-1" }),
    );
  }

  /** Shows in the answer which footnote the panel belongs to. */
  #markButtons(open) {
    if (this.#shown === null) return;
    const { opener } = this.#shown;
    opener.setAttribute("aria-expanded", open);
    for (const button of opener.closest(".turn").querySelectorAll("[data-number]")) {
      button.classList.toggle("current", open && Number(button.dataset.number) === this.#citation.number);
    }
  }
}

function passageView(citation) {
  return element(
    "div.panel-body",
    {},
    description(citation),
    element(
      "p.passage",
      { dir: "auto", tabindex: "0", role: "region", "aria-label": strings.passageLabel },
      element("span", {}, citation.before),
      element("mark", {}, citation.quote),
      element("span", {}, citation.after),
    ),
    foreign("p.muted", strings.citedCharacters(citation.start, citation.end, citation.path)),
    element("p", {}, newTabLink(textUrl(citation.document_id), strings.fullText)),
  );
}

function description(citation) {
  const facts = [
    [strings.author, citation.author && foreign("dd", citation.author)],
    [strings.publisher, citation.publisher && foreign("dd", citation.publisher)],
    [strings.published, citation.published && element("dd", {}, dateOf(citation))],
    [strings.file, citation.path && foreign("dd", citation.path)],
  ];
  const known = facts.filter(([, value]) => value);
  return element("dl", {}, ...known.flatMap(([term, value]) => [element("dt", {}, term), value]));
}

/** Puts the mark's first line a third of the way down, without scrolling the page behind. */
function scrollToMark(body) {
  const mark = body.querySelector("mark").getBoundingClientRect();
  const view = body.getBoundingClientRect();
  if (mark.bottom > view.bottom) body.scrollTop = mark.top - view.top - view.height / 3;
}

/** Every English word the page says, in one place. */

const counted = (count, one, many) => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

const longDate = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" });

/** The labels that index.html names in data-text and data-placeholder. */
export const labels = {
  skipToQuestion: "Skip to the question box",
  welcomeTitle: "Ask your documents",
  welcomeHint: "Every sentence of an answer carries a footnote that leads to the exact words of its source. "
    + "What the documents do not say, Footnote says it does not know.",
  questionLabel: "Your question",
  questionPlaceholder: "Ask a question",
  send: "Ask",
  composerHint: "Enter to ask, Shift+Enter for a new line",
};

export const strings = {
  // The corpus
  corpusSize: ({ documents, passages, atLeast = false }) => (atLeast ? "more than " : "")
    + `${counted(documents, "document", "documents")}, ${counted(passages, "passage", "passages")}`,
  inTheCorpus: "The documents",
  andMore: "… and more.",
  noDocuments: "There are no documents yet.",
  addDocuments: "Add some on the command line, then reload this page:",
  addCommand: "footnote ingest PATH",

  // The composer
  tooLong: (length, limit) => `${length} of ${limit} characters: please shorten the question.`,

  // Waiting and failing
  working: "Reading the sources…",
  loadingModels: "Loading the models…",
  stop: "Stop",
  stopped: "Stopped.",
  retry: "Try again",
  failedTitle: "Something went wrong",
  failedStatus: (status) => `The server answered with status ${status}.`,
  unreachableTitle: "The server cannot be reached",
  unreachableDetail: "Check that it is running, then try again.",
  notJsonDetail: "The server's reply could not be read.",
  announceFailure: (title) => `The question failed: ${title}`,

  // An answer
  announceAnswer: (statements, sources) => "An answer has come: "
    + `${counted(statements, "statement", "statements")}, ${counted(sources, "source", "sources")}.`,
  announceNoAnswer: (sentence) => `Not answered. ${sentence}`,
  sourceName: (number, title) => `Source ${number}: ${title}`,
  sources: "Sources",
  verdicts: { unsupported: "not supported by the sources", contradicted: "contradicted by a source" },
  notAnswered: "Not answered",
  missingTerms: (terms) => `Not found in the sources: ${terms.join(", ")}`,
  nearestPassages: "The nearest passages",
  sourcesDiffer: "The sources differ",
  differOn: (kind) => `on the ${kind}:`,
  quoted: (value) => `“${value}”`,
  confidence(probability, answered) {
    if (answered && probability >= 0.7) return "High confidence";
    if (answered) return probability >= 0.5 ? "Good confidence" : "Low confidence";
    return probability < 0.3 ? "It is unlikely that the sources answer this" : "The sources come close";
  },
  confidenceNumber: (probability) =>
    `Probability that the sources answer the question: ${(probability * 100).toFixed(0)} %`,

  // How it was found
  howFound: "How was this found",
  models: "Models",
  timings: "Time",
  corpus: "Corpus",
  version: (number) => `version ${number}`,
  milliseconds: (value) => `${value.toFixed(value < 10 ? 1 : 0)} ms`,
  rankedPassages: "Passages, best first",
  score: (value) => (value === null ? "–" : String(Number(value.toPrecision(3)))),
  charactersOf: (start, end) => `characters ${start}–${end}`,

  // The source panel
  sourceOf: (number, count) => `Source ${number} of ${count}`,
  previous: "Previous",
  next: "Next",
  close: "Close",
  author: "Author",
  publisher: "Publisher",
  published: "Published",
  file: "File",
  passageLabel: "The passage, with the cited words marked",
  citedCharacters: (start, end, path) => `Characters ${start}–${end} of ${path}`,
  fullText: "Open the full text",

  /** "2025-06-02" and "2025-06-02T10:00:00Z" as "2 June 2025"; anything else as it is. */
  date(value) {
    const day = /^(\d{4})-(\d{2})-(\d{2})(T|$)/.exec(value);
    const time = day ? Date.parse(`${day[1]}-${day[2]}-${day[3]}T00:00:00Z`) : NaN;
    return Number.isNaN(time) ? value : longDate.format(time);
  },
};

/** The calls the page makes to its own server. */

import { strings } from "./strings.js";

export const COLLECTION = "default";
export const QUESTION_LIMIT = 2000;
const HISTORY_TURNS = 3;

/** A failure to show: the title and detail of a problem document, or words of our own. */
export class Problem extends Error {
  constructor(title, detail) {
    super(title);
    this.title = title;
    this.detail = detail;
  }
}

const known = new Map();

/** Characters as the server counts them: code points, not UTF-16 units. */
export function length(text) {
  return Array.from(text).length;
}

export function textUrl(documentId) {
  return `/v1/documents/${encodeURIComponent(documentId)}/text`;
}

/** What a person calls a document or a citation. */
export function nameOf(source) {
  return source.title ?? source.path ?? source.document_id ?? source.id;
}

/**
 * Asks the question; while the models load, waits and asks again.
 *
 * @param {string} question
 * @param {{question: string, answer: string}[]} turns earlier questions with their answers, oldest first
 * @param {{signal: AbortSignal, onLoading: function(): void}} options
 * @returns the answer of POST /v1/ask
 * @throws {Problem} with what to show; a DOMException named AbortError when stopped
 */
export async function ask(question, turns, options) {
  const history = turns.slice(Math.max(turns.length - HISTORY_TURNS, 0)).flatMap((turn) => [
    { role: "user", content: turn.question },
    { role: "assistant", content: turn.answer },
  ]);
  return json(await request("/v1/ask", options, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify({ question, collection: COLLECTION, history }),
  }));
}

/**
 * The size of the corpus and its first documents.
 *
 * @returns {{documents: number, passages: number, atLeast: boolean, items: Object[], more: boolean}}
 */
export async function corpus(options) {
  const collection = encodeURIComponent(COLLECTION);
  const listed = await json(await request(`/v1/documents?collection=${collection}&limit=100`, options));
  listed.items.forEach((item) => known.set(item.id, item));
  const total = await collectionSize(options);
  const more = Boolean(listed.next_cursor);
  return {
    items: listed.items,
    more,
    atLeast: more && total === undefined,
    documents: total?.documents ?? listed.items.length,
    passages: total?.passages ?? listed.items.reduce((sum, item) => sum + item.passages, 0),
  };
}

/** The name of a document that an answer's passage mentions by id alone. */
export async function documentName(id) {
  if (!known.has(id)) {
    try {
      known.set(id, await json(await fetch(`/v1/documents/${encodeURIComponent(id)}`)));
    } catch {
      return id; // Deleted since, or unreachable: the id is still a true name.
    }
  }
  return nameOf(known.get(id));
}

async function collectionSize(options) {
  const response = await request("/v1/collections", options);
  if (!response.ok) return undefined;
  return (await json(response)).find((collection) => collection.id === COLLECTION);
}

async function request(url, { signal, onLoading }, init = {}) {
  for (;;) {
    const response = await reach(url, { ...init, signal });
    if (response.status !== 503) return response;
    onLoading();
    await pause(retryAfter(response), signal);
  }
}

async function reach(url, init) {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(strings.unreachableTitle, strings.unreachableDetail);
  }
}

async function json(response) {
  const body = await response.json().catch((error) => {
    if (error.name === "AbortError") throw error;
    return null;
  });
  if (response.ok && body !== null) return body;
  const detail = response.ok ? strings.notJsonDetail : strings.failedStatus(response.status);
  throw new Problem(body?.title ?? strings.failedTitle, body?.detail ?? detail);
}

/** Milliseconds to wait: Retry-After, between 1 and 10 seconds; 1 when it is missing or a date. */
function retryAfter(response) {
  const seconds = Number(response.headers.get("Retry-After"));
  return Math.min(Math.max(seconds || 1, 1), 10) * 1000;
}

function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    }, { once: true });
  });
}

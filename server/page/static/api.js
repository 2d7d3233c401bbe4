/** The calls the page makes to its own server, about the collection that it works on. */

import { current } from "./collection.js";
import { signedIn } from "./signin.js";
import { t } from "./strings.js";

const HISTORY_TURNS = 4;
const MOST_REMOVED = 1000; // At once.
const records = new Map();
const verbatim = new TextDecoder("utf-8", { ignoreBOM: true });

/** A failure to show, as a problem document tells it or in words of our own. */
export class Problem extends Error {
	constructor(title, detail) {
		super(title);
		this.detail = detail;
	}
}

export const refusal = (status, body) => new Problem(body?.title ?? t.failed, body?.detail ?? t.failedStatus(status));

export const documentUrl = (id, part = "") => `/v1/documents/${encodeURIComponent(id)}${part}`;

export const nameOf = (source) => source.title ?? source.path ?? source.document_id ?? source.id;

/** A good response, waited for while the models load. */
export async function call(url, { onLoading, ...init } = {}) {
	for (;;) {
		const response = await fetch(url, init).catch(lost(t.unreachable));
		if (response.ok) return response;
		if (response.status === 401) {
			await signedIn();
			continue;
		}
		if (response.status !== 503) throw refusal(response.status, await response.json().catch(() => null));
		onLoading?.();
		await pause(Math.min(response.headers.get("Retry-After") || 1, 10) * 1000, init.signal);
	}
}

export const get = async (url, options) => (await call(url, options)).json();

const here = () => `collection=${encodeURIComponent(current())}`;

export const post = (url, body, { headers, ...options } = {}) => call(url, {
	method: "POST",
	body: JSON.stringify(body),
	headers: { "Content-Type": "application/json", ...headers },
	...options,
});

/** Gives the answer, and hands the events before it to the methods of `on`; `scope` are ids, none for all. */
export async function ask(question, turns, { reader, scope, ...options }, on) {
	const history = turns.slice(-HISTORY_TURNS).flatMap(({ question: content, answer }) => [
		{ role: "user", content },
		{ role: "assistant", content: answer.answer },
	]);
	const headers = { Accept: "text/event-stream" };
	const body = { question, history, reader, collection: current(), document_ids: scope.length > 0 ? scope : null };
	const response = await post("/v1/ask", body, { ...options, headers });
	for await (const { event, data } of events(response.body)) {
		if (event === "done") return data;
		if (event === "error") throw new Problem(data.title, data.detail);
		on[event](data);
	}
	throw new Problem(t.brokenOff, t.isItRunning);
}

/** A page of the documents; `query` has the parameters of GET /v1/documents. */
export async function listDocuments(query, options) {
	const listed = await get(`/v1/documents?${here()}&${new URLSearchParams(query)}`, options);
	for (const item of listed.items) records.set(item.id, item);
	return listed;
}

export async function removeDocuments(ids) {
	for (let from = 0; from < ids.length; from += MOST_REMOVED) {
		await post("/v1/documents/delete", { ids: ids.slice(from, from + MOST_REMOVED) });
	}
	records.clear();
}

/** What can be brought in, and which documents are samples. */
export const intake = () => get(`/v1/intake?${here()}`);

export const listCollections = () => get("/v1/collections");

export const createCollection = (id) => post("/v1/collections", { id });

export const removeCollection = (id) => call(`/v1/collections/${id}`, { method: "DELETE" });

export const verify = async (text, options) =>
	(await post("/v1/verify", { text, collection: current() }, options)).json();

/** Resolves when the server can be reached, or there is no more need. */
export async function isBack(signal) {
	do await pause(2000, signal);
	while (!signal?.aborted && !await fetch("/health/ready").then(({ ok }) => ok, () => false));
}

/** Who can answer: the names of the readers, the one that does where none is chosen first. */
export const listReaders = async () => {
	const { readers, default: first } = await get("/v1/readers");
	return [first, ...readers.filter((name) => name !== first)];
};

export const corpusSize = async () => (await listCollections()).find(({ id }) => id === current());

export const forgetRecords = () => records.clear();

export async function record(id) {
	if (!records.has(id)) records.set(id, await get(documentUrl(id)));
	return records.get(id);
}

/** All of a document's text, every character of it, and its blocks. */
export const documentText = ({ id }) => Promise.all([
	call(documentUrl(id, "/text")).then((response) => response.arrayBuffer()).then((bytes) => verbatim.decode(bytes)),
	get(documentUrl(id, "/blocks")).then(({ blocks }) => blocks),
]);

/** Questions that the documents answer; an offer that nothing depends on. */
export const suggestions = (near) =>
	get(`/v1/suggestions?${here()}${near ? `&near=${encodeURIComponent(near)}` : ""}`)
		.then(({ questions, complete }) => (complete ? questions : suggestions(near)), () => []);

async function* events(body) {
	const reader = body.pipeThrough(new TextDecoderStream()).getReader();
	let waiting = "";
	for (;;) {
		const { value, done } = await reader.read().catch(lost(t.brokenOff));
		if (done) return;
		const blocks = (waiting + value).split(/\r?\n\r?\n/);
		waiting = blocks.pop();
		for (const block of blocks) {
			const [, event, data] = /^event: (\w+)\r?\ndata: (.*)/.exec(block) ?? [];
			if (event) yield { event, data: JSON.parse(data) }; // A comment has none.
		}
	}
}

const lost = (title) => (error) => {
	throw error.name === "AbortError" ? new Problem(t.stopped) : new Problem(title, t.isItRunning);
};

export const pause = (milliseconds, signal) => new Promise((resolve) => {
	setTimeout(resolve, milliseconds);
	signal?.addEventListener("abort", resolve);
});

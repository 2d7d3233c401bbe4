/** The calls the page makes to its own server, about the collection that is asked when none is named. */

import { signedIn } from "./signin.js";
import { t } from "./strings.js";

const HISTORY_TURNS = 4;
const records = new Map();
const verbatim = new TextDecoder("utf-8", { ignoreBOM: true });

/** A failure to show, as a problem document tells it or in words of our own. */
export class Problem extends Error {
	constructor(title, detail) {
		super(title);
		this.detail = detail;
	}
}

const refusal = (status, body) => new Problem(body?.title ?? t.failed, body?.detail ?? t.failedStatus(status));

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

const get = async (url, options) => (await call(url, options)).json();

export const post = (url, body, { headers, ...options } = {}) => call(url, {
	method: "POST",
	body: JSON.stringify(body),
	headers: { "Content-Type": "application/json", ...headers },
	...options,
});

/** Gives the answer, and hands the events before it to the methods of `on`. */
export async function ask(question, turns, { reader, ...options }, on) {
	const history = turns.slice(-HISTORY_TURNS).flatMap(({ question: content, answer }) => [
		{ role: "user", content },
		{ role: "assistant", content: answer.answer },
	]);
	const headers = { Accept: "text/event-stream" };
	const response = await post("/v1/ask", { question, history, reader }, { ...options, headers });
	for await (const { event, data } of events(response.body)) {
		if (event === "done") return data;
		if (event === "error") throw new Problem(data.title, data.detail);
		on[event](data);
	}
	throw new Problem(t.brokenOff, t.isItRunning);
}

export async function listDocuments(cursor, limit, options) {
	const listed = await get(`/v1/documents?limit=${limit}&cursor=${encodeURIComponent(cursor)}`, options);
	for (const item of listed.items) records.set(item.id, item);
	return listed;
}

/** Who can answer: the names of the readers, the one that does where none is chosen first. */
export const listReaders = async () => {
	const { readers, default: first } = await get("/v1/readers");
	return [first, ...readers.filter((name) => name !== first)];
};

export const corpusSize = async () => (await get("/v1/collections")).find(({ id }) => id === "default");

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
	get(`/v1/suggestions${near ? `?near=${encodeURIComponent(near)}` : ""}`)
		.then(({ questions, complete }) => (complete ? questions : suggestions(near)), () => []);

/** Gives the file's outcome; `on` is told in words and numbers how far its bytes, then its passages are. */
export async function upload(file, on) {
	await corpusSize(); // Waits while the models load.
	const { job } = await send(file, on);
	for (let wait = 25; ; wait = Math.min(wait * 2, 800)) {
		const { state, files, passages_done: done, passages_total: total } = await get(`/v1/jobs/${job}`);
		if (state === "done" || state === "failed") {
			records.clear();
			return files[0];
		}
		on(t.ingesting(done, total), done, total);
		await pause(wait);
	}
}

/** What `fetch` does not tell is how much of a file has been sent. */
const send = (file, on) => new Promise((resolve, reject) => {
	const body = new FormData();
	body.append("file", file);
	const request = new XMLHttpRequest();
	request.open("POST", "/v1/documents");
	request.responseType = "json";
	request.upload.onprogress = ({ loaded, total }) => on(t.sending(loaded, total), loaded, total);
	request.onload = () => (request.status === 202 ? resolve(request.response) : reject(refusal(request.status, request.response)));
	request.onerror = () => reject(new Problem(t.unreachable, t.isItRunning));
	request.send(body);
});

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

const pause = (milliseconds, signal) => new Promise((resolve) => {
	setTimeout(resolve, milliseconds);
	signal?.addEventListener("abort", resolve);
});

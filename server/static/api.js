/** The calls the page makes to its own server. */

import { t } from "./strings.js";

const COLLECTION = "default";
const HISTORY_TURNS = 4;
const records = new Map();

/** A failure to show, as a problem document tells it or in words of our own. */
export class Problem extends Error {
	constructor(title, detail) {
		super(title);
		this.detail = detail;
	}
}

export const documentUrl = (id, part = "") => `/v1/documents/${encodeURIComponent(id)}${part}`;

export const nameOf = (source) => source.title ?? source.path ?? source.document_id ?? source.id;

/** A good response, waited for while the models load. */
export async function call(url, { onLoading, ...init } = {}) {
	for (;;) {
		const response = await fetch(url, init).catch(lost(t.unreachable));
		if (response.ok) return response;
		if (response.status !== 503) {
			const { title, detail } = await response.json().catch(() => ({}));
			throw new Problem(title ?? t.failed, detail ?? t.failedStatus(response.status));
		}
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
export async function ask(question, turns, options, on) {
	const history = turns.slice(-HISTORY_TURNS).flatMap(({ question: content, answer }) => [
		{ role: "user", content },
		{ role: "assistant", content: answer.answer },
	]);
	const body = { question, collection: COLLECTION, history };
	const response = await post("/v1/ask", body, { ...options, headers: { Accept: "text/event-stream" } });
	for await (const { event, data } of events(response.body)) {
		if (event === "done") return data;
		if (event === "error") throw new Problem(data.title, data.detail);
		on[event](data);
	}
	throw new Problem(t.brokenOff, t.isItRunning);
}

export async function listDocuments(cursor, limit, options) {
	const listed = await get(`/v1/documents?${new URLSearchParams({ collection: COLLECTION, limit, cursor })}`, options);
	for (const item of listed.items) records.set(item.id, item);
	return listed;
}

export const corpusSize = async () => (await get("/v1/collections")).find(({ id }) => id === COLLECTION);

export async function record(id) {
	if (!records.has(id)) records.set(id, await get(documentUrl(id)));
	return records.get(id);
}

/** Exactly the text that citations index: a byte order mark counts. */
export async function documentText(id) {
	const response = await call(documentUrl(id, "/text"));
	return new TextDecoder("utf-8", { ignoreBOM: true }).decode(await response.arrayBuffer());
}

/** Questions that the documents answer; an offer that nothing depends on. */
export const suggestions = (near) =>
	get(`/v1/suggestions?${new URLSearchParams({ collection: COLLECTION, ...(near && { near }) })}`)
		.then(({ questions }) => questions, () => []);

export async function upload(file, onJob) {
	const body = new FormData();
	body.append("collection", COLLECTION);
	body.append("file", file);
	const { job } = await (await call("/v1/documents", { method: "POST", body })).json();
	for (;;) {
		const seen = await get(`/v1/jobs/${job}`);
		if (seen.state === "done" || seen.state === "failed") {
			records.clear();
			return seen.files[0];
		}
		onJob(seen);
		await pause(200);
	}
}

async function* events(body) {
	const reader = body.pipeThrough(new TextDecoderStream()).getReader();
	let waiting = "";
	for (;;) {
		const { value, done } = await reader.read().catch(lost(t.brokenOff));
		if (done) return;
		const blocks = (waiting + value).split(/\r?\n\r?\n/);
		waiting = blocks.pop();
		for (const block of blocks) {
			const event = /^event: *(\w+)/m.exec(block)?.[1];
			const data = Array.from(block.matchAll(/^data: ?(.*)/gm), ([, line]) => line).join("\n");
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

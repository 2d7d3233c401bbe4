/** Files on their way in: one request and one job for what was brought at once, or as few as the server takes. */

import { call, forgetRecords, get, intake, pause, Problem, refusal } from "./api.js";
import { current } from "./collection.js";
import { t } from "./strings.js";

const POLL = 400; // Milliseconds: often enough for a rate, and no load.

/**
 * Brings files in, each `{file, path}`. `on` is told `{sent, bytes}`, then `{done, files}`; gives the outcomes,
 * `{name, outcome, reason}`.
 */
export async function bring(files, on, signal) {
	const { suffixes, most_files: most, most_bytes: bytes } = await intake(); // Waits while the models load.
	const outcomes = [];
	const good = files.filter(({ file, path }) => {
		const suffix = /\.[^./]+$/.exec(file.name)?.[0].toLowerCase();
		const reason = suffix && !suffixes.includes(suffix) ? t.notRead(suffix) : file.size > bytes && t.tooLarge(file.size, bytes);
		if (reason) outcomes.push({ name: path, outcome: "rejected", reason });
		return !reason;
	});
	let before = 0;
	for (const batch of split(good, most, bytes)) {
		if (signal.aborted) break;
		const { job } = await send(batch, on, signal);
		outcomes.push(...await follow(job, ({ done }) => on({ done: before + done, files: good.length }), signal));
		before += batch.length;
	}
	return outcomes;
}

/** The outcomes of a job, once it is over. */
export async function follow(job, on, signal) {
	for (let wait = 25; ; wait = Math.min(wait * 2, POLL)) {
		const { state, files } = await get(`/v1/jobs/${job}`);
		on({ done: files.filter(({ outcome }) => outcome).length, files: files.length });
		if (state === "done" || state === "failed") {
			forgetRecords();
			return files.map((file) => (file.outcome ? file : { ...file, outcome: "rejected", reason: t.failed }));
		}
		if (signal.aborted) await call(`/v1/jobs/${job}`, { method: "DELETE" });
		await pause(wait, signal);
	}
}

/** The jobs of this collection that are not over: begun here before the page was loaded, or elsewhere. */
export const openJobs = async () => (await get("/v1/jobs")).items
	.filter(({ state, collection }) => collection === current() && (state === "queued" || state === "running"))
	.map(({ id }) => id);

function split(files, most, bytes) {
	const batches = [];
	let [batch, size] = [[], 0];
	for (const one of files) {
		if (batch.length === most || size + one.file.size > bytes) {
			batches.push(batch);
			[batch, size] = [[], 0];
		}
		batch.push(one);
		size += one.file.size;
	}
	return batch.length > 0 ? [...batches, batch] : batches;
}

/** What `fetch` does not tell is how much has been sent. */
const send = (files, on, signal) => new Promise((resolve, reject) => {
	const body = new FormData();
	body.append("collection", current());
	if (files.some(({ file, path }) => path !== file.name)) {
		body.append("sources", JSON.stringify(files.map(({ path }) => ({ path, origin: "upload" }))));
	}
	for (const { file } of files) body.append("file", file);
	const request = new XMLHttpRequest();
	request.open("POST", "/v1/documents");
	request.responseType = "json";
	request.upload.onprogress = ({ loaded, total }) => on({ sent: loaded, bytes: total });
	request.onload = () => (request.status === 202 ? resolve(request.response) : reject(refusal(request.status, request.response)));
	request.onerror = () => reject(new Problem(t.unreachable, t.isItRunning));
	request.onabort = () => reject(new Problem(t.stopped));
	signal.addEventListener("abort", () => request.abort());
	request.send(body);
});

/** The files of a drop, those of folders below it too; what is hidden is passed over, as on the command line. */
export async function filesOf(items) {
	const entries = Array.from(items, (item) => item.webkitGetAsEntry?.()).filter(Boolean);
	const found = [];
	for (const entry of entries) await gather(entry, found, true);
	return found;
}

async function gather(entry, found, named) {
	if (entry.name.startsWith(".") && !named) return;
	if (entry.isFile) {
		const file = await new Promise((resolve, reject) => entry.file(resolve, reject)).catch(() => null);
		if (file) found.push({ file, path: named ? file.name : entry.fullPath.slice(1) });
		return;
	}
	const reader = entry.createReader();
	for (;;) {
		const part = await new Promise((resolve, reject) => reader.readEntries(resolve, reject)).catch(() => []);
		if (part.length === 0) return;
		for (const one of part) await gather(one, found, false);
	}
}

/** Those of a choice: a folder's have a path. */
export const chosenFiles = (list) => Array.from(list, (file) => ({ file, path: file.webkitRelativePath || file.name }))
	.filter(({ path }) => !path.split("/").slice(1).some((part) => part.startsWith(".")));

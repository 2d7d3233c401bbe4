/** Bringing files in: chosen, or dropped anywhere; one line of progress, and what became of them in groups. */

import { intake, isBack } from "./api.js";
import { current } from "./collection.js";
import { h, iconButton } from "./dom.js";
import { bring, chosenFiles, follow, openJobs } from "./jobs.js";
import { forget, read, write } from "./kept.js";
import { t } from "./strings.js";

const STEADY = 2000; // Milliseconds before a rate is told.

export function bringingIn(root, { announce, brought }) {
	const types = h("details.types", h("summary", t.fileTypes), h("p.muted"));
	const inputs = [{ multiple: true }, { webkitdirectory: true }].map((kind) => h("input", { type: "file", hidden: true, ...kind }));
	const choose = inputs.map((input, place) => h(place ? "button" : "button.primary", [t.addFiles, t.addFolder][place], () => input.click()));
	const now = h("div.bringing", { hidden: true });
	const results = h("div.results");
	const rejectedKey = () => `rejected:${current()}`;
	let queue = Promise.resolve();
	let waiting = 0;
	let counts = {};

	for (const input of inputs) {
		input.onchange = () => {
			take(chosenFiles(input.files));
			input.value = "";
		};
	}
	root.append(h("div.bring", h("div.actions", choose, inputs, h("span.muted", t.orDrop)), types), now, results);

	/** What of it is read is told by the server. */
	async function showTypes() {
		const { suffixes } = await intake();
		inputs[0].setAttribute("accept", suffixes.join(","));
		types.querySelector("p").textContent = suffixes.join(" ");
		showResults();
		for (const job of waiting ? [] : await openJobs()) add((on, signal) => follow(job, on, signal));
	}

	function take(files) {
		if (files.length > 0) add((on, signal) => bring(files, on, signal));
	}

	/** One after the other: what is brought while others are on their way waits for them. */
	function add(work) {
		waiting += 1;
		queue = queue.then(() => follows(work)).finally(() => {
			waiting -= 1;
			now.hidden = waiting === 0;
			brought();
		});
	}

	async function follows(work) {
		const stopper = new AbortController();
		const words = h("span");
		const bar = h("progress", { "aria-label": t.bringing });
		const rate = rateOf();
		now.replaceChildren(h("div.line", words, h("button.quiet", t.cancel, () => stopper.abort())), bar);
		now.hidden = false;
		words.textContent = t.queued;
		const tell = ({ sent, bytes, done = 0, files }) => {
			words.textContent = bytes ? t.sending(sent, bytes) : t.ingesting(done, files, rate(done), waiting - 1);
			if (bytes ?? files) Object.assign(bar, { max: bytes ?? files, value: bytes ? sent : done });
		};
		keep(await insist(() => work(tell, stopper.signal), words, stopper.signal));
	}

	/** What is lost on the way is brought again when the server is back; what it has already, it says. */
	async function insist(attempt, words, signal) {
		try {
			return await attempt();
		} catch ({ message, detail }) {
			if (message !== t.unreachable || signal.aborted) return [{ name: "", outcome: "rejected", reason: detail ? `${message}. ${detail}` : message }];
			words.textContent = t.waitingForServer;
			await isBack(signal);
			return insist(attempt, words, signal);
		}
	}

	function keep(outcomes) {
		for (const { outcome } of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
		const bad = outcomes.filter(({ outcome }) => outcome === "rejected").map(({ name, reason }) => [name, reason]);
		if (bad.length > 0) write(rejectedKey(), [...(read(rejectedKey()) ?? []), ...bad]);
		showResults();
		announce(results.textContent);
	}

	/** Those that were rejected are kept until they are dismissed, also when the page is loaded again. */
	function showResults() {
		const bad = read(rejectedKey()) ?? [];
		const good = ["added", "updated", "unchanged"].filter((outcome) => counts[outcome]).map((outcome) => t.outcomes[outcome](counts[outcome]));
		const dismiss = iconButton("close", t.dismiss, () => {
			counts = {};
			forget(rejectedKey());
			showResults();
			choose[0].focus();
		});
		results.replaceChildren(...(good.length + bad.length === 0 ? [] : [
			h("div.line", h("p", [...good, bad.length > 0 && t.outcomes.rejected(bad.length)].filter(Boolean).join(", ")), dismiss),
			bad.length > 0 ? h("ul.rejected", bad.map(([name, reason]) => h("li", name && h("bdi", name), h("span.warning", reason)))) : "",
		]));
	}

	return {
		take,
		show() {
			counts = {};
			showTypes().catch(() => {}); // Files can be chosen all the same.
		},
	};
}

/** Tells how many are done a second since it was first asked, nothing before that is steady. */
function rateOf() {
	let start;
	return (done) => {
		start ??= { at: performance.now(), done };
		const passed = performance.now() - start.at;
		return passed < STEADY ? 0 : ((done - start.done) * 1000) / passed;
	};
}

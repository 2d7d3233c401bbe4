/** The source beside the answer: a document in full, with the cited characters marked. */

import { copy } from "./actions.js";
import { documentText, documentUrl, nameOf, record } from "./api.js";
import { h, iconButton, newTab } from "./dom.js";
import { byline } from "./links.js";
import { t } from "./strings.js";
import { matches, textView } from "./text.js";

export function readerIn(root, step, close) {
	const position = h("p.muted");
	const title = h("h2", { id: "panel-title", tabindex: "-1" });
	const about = h("div");
	const text = h("div.text");
	const body = h("div.panel-body", { tabindex: "0", role: "region", "aria-label": t.document });
	const links = h("p.links.muted");
	const stepButton = (name, label, by) =>
		iconButton(name, label, ({ currentTarget }) => currentTarget.ariaDisabled === "true" || step(by));
	const steps = [stepButton("up", t.previousSource, -1), stepButton("down", t.nextSource, 1)];
	const copyLink = iconButton("link", t.copyLink, async () => {
		await copy(location.href);
		position.textContent = t.copied;
	});
	const finder = finderIn(text, bring);
	let [shown, loaded] = [];

	root.append(
		h("div.panel-top", h("div.bar", position, steps, copyLink, iconButton("close", t.close, close)), title, about, finder.form),
		body,
		links,
	);

	function describe(source, index, count) {
		position.textContent = index < 0 ? t.document : t.sourceOf(index + 1, count);
		title.textContent = nameOf(source);
		about.replaceChildren(byline(source));
		steps.forEach((button, after) => {
			button.hidden = count < 2;
			button.ariaDisabled = index === (after ? count - 1 : 0);
		});
	}

	function draw({ id, start, end }, citation) {
		const { failure, item, whole } = loaded;
		text.replaceChildren(...(failure ? [] : textView(whole, start, end)));
		const marked = Array.from(text.querySelectorAll("mark"), (mark) => mark.textContent).join("");
		const changed = !failure && citation && marked !== citation.quote && t.changed;
		const note = changed || (failure && (citation ? t.gone : failure.message));
		if (note && citation) text.replaceChildren(h("p", citation.before, h("mark", citation.quote), citation.after));
		if (!citation && item) describe(item, -1, 0);
		body.replaceChildren(note ? h("p.warning", note) : "", text);
		links.replaceChildren(
			end ? t.cited(start, end) : "",
			newTab(documentUrl(id, "/source"), t.sourceFile),
		);
		finder.find();
		body.scrollTop = 0;
		bring(text.querySelector("mark"));
	}

	/** Scrolls the text, and not the page behind, to a node or range. */
	function bring(target) {
		const view = body.getBoundingClientRect();
		if (target) body.scrollTop += target.getBoundingClientRect().top - view.top - view.height * 0.3;
	}

	return {
		/** `citations` are those of the answer that led here, `number` is this one's. */
		async show(at, citations, number) {
			const index = citations.findIndex((one) => one.number === number);
			const opening = root.hidden;
			shown = at;
			root.hidden = false;
			document.body.classList.add("panel-open");
			describe(citations[index] ?? at, index, citations.length);
			if (opening) title.focus({ preventScroll: true });
			if (loaded?.id !== at.id) {
				body.replaceChildren(t.loading);
				const found = await load(at.id);
				if (shown !== at) return;
				loaded = found;
			}
			draw(at, citations[index]);
		},

		close() {
			root.hidden = true;
			shown = loaded = null;
			document.body.classList.remove("panel-open");
		},
	};
}

function finderIn(text, bring) {
	const field = h("input", { type: "search", "aria-label": t.search, placeholder: t.search });
	const count = h("output.muted");
	let [ranges, at] = [[], 0];

	function walk(by) {
		at = (at + by + ranges.length) % ranges.length || 0;
		count.textContent = field.value.trim() && t.matches(at + 1, ranges.length);
		CSS.highlights.set("found", new Highlight(...ranges));
		CSS.highlights.set("current", new Highlight(...ranges.slice(at, at + 1)));
	}

	function find() {
		ranges = matches(text, field.value);
		at = 0;
		walk(0);
	}

	const go = (by) => {
		walk(by);
		bring(ranges[at]);
	};
	field.oninput = () => {
		find();
		bring(ranges[0]);
	};
	const onsubmit = (event) => {
		event.preventDefault();
		go(1);
	};
	const buttons = [iconButton("up", t.previousMatch, () => go(-1)), iconButton("down", t.nextMatch, () => go(1))];
	return { find, form: h("form.line", { role: "search", onsubmit }, field, count, buttons) };
}

const load = (id) => Promise.all([record(id), documentText(id)]).then(
	([item, whole]) => ({ id, item, whole }),
	(failure) => ({ id, failure }),
);

/** A footnote's quote, document and date, while the pointer or the focus is on it. */

import { nameOf } from "./api.js";
import { h } from "./dom.js";
import { byline } from "./links.js";

const DELAY = 120;
const GAP = 8;

export function startPreviews() {
	const bubble = h("div.preview", { id: "preview", role: "tooltip", hidden: true });
	let shown;
	let timer;

	function hide() {
		clearTimeout(timer);
		shown?.removeAttribute("aria-describedby");
		shown = null;
		bubble.hidden = true;
	}

	function show(footnote) {
		hide();
		shown = footnote;
		const { citation } = footnote;
		bubble.replaceChildren(h("blockquote.clamp", citation.quote), h("strong", nameOf(citation)), byline(citation));
		bubble.hidden = false;
		footnote.setAttribute("aria-describedby", "preview");
		const at = footnote.getBoundingClientRect();
		const { offsetWidth: width, offsetHeight: height } = bubble;
		const left = Math.min(at.left + at.width / 2 - width / 2, document.documentElement.clientWidth - width - GAP);
		bubble.style.left = `${Math.max(left, GAP)}px`;
		bubble.style.top = `${at.top > height + GAP ? at.top - height : at.bottom}px`;
	}

	document.querySelector("main").append(bubble);
	document.addEventListener("pointerover", ({ target, pointerType }) => {
		const footnote = target.closest(".footnote");
		clearTimeout(timer);
		if (pointerType === "touch" || target.closest(".preview")) return; // A tap opens the source itself.
		timer = setTimeout(footnote ? () => show(footnote) : hide, DELAY);
	});
	document.addEventListener("focusin", ({ target }) => (target.matches(".footnote:focus-visible") ? show(target) : hide()));
	for (const event of ["click", "scroll"]) document.addEventListener(event, hide, { capture: true });
	document.addEventListener("keydown", (event) => {
		if (event.key !== "Escape" || bubble.hidden) return;
		event.stopImmediatePropagation(); // The next Escape closes the source.
		hide();
	}, { capture: true });
}

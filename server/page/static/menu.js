/** A menu below the button that opens it. It goes when one of its buttons is chosen, or something else. */

import { h } from "./dom.js";

const GAP = 8;

/** `items` are elements; what is falsy is left out. */
export function openMenu(opener, ...items) {
	const menu = h("div.popup", { popover: "", onclick: ({ target }) => target.closest("button") && menu.hidePopover() }, items);
	opener.ariaExpanded = "true";
	menu.addEventListener("toggle", ({ newState }) => {
		if (newState !== "closed") return;
		opener.ariaExpanded = "false";
		menu.remove();
	});
	opener.after(menu);
	menu.showPopover();
	const [at, { width, height }] = [opener, menu].map((one) => one.getBoundingClientRect());
	const room = document.documentElement;
	const below = at.bottom + height + GAP < room.clientHeight;
	menu.style.inset = "auto";
	menu.style.left = `${Math.max(GAP, Math.min(at.left, room.clientWidth - width - GAP))}px`;
	menu.style.top = `${Math.max(GAP, below ? at.bottom + 4 : at.top - height - 4)}px`;
	menu.querySelector("button").focus();
}

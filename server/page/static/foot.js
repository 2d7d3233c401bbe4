/** The foot of the sidebar: the theme, and the keys that lead somewhere, with a sheet that names them. */

import { h, showDialog } from "./dom.js";
import { read, write } from "./kept.js";
import { t } from "./strings.js";

const SINGLE = "keys"; // Whether single letters lead somewhere: who dictates would set them off.

/** `deeds` has what to do at a key. */
export function footIn(root, deeds) {
	const theme = h("select", { "aria-label": t.theme }, Object.entries(t.themes).map(([value, words]) => h("option", words, { value })));
	theme.value = document.documentElement.dataset.theme;
	theme.onchange = () => {
		document.documentElement.dataset.theme = theme.value;
		write("theme", theme.value);
	};
	const help = () => showDialog(t.keys, sheet());
	root.append(h("div.foot", theme, h("button.quiet", t.keys, help)));
	document.addEventListener("keydown", (event) => {
		const { key, target, isComposing } = event;
		if (event.ctrlKey || event.metaKey || event.altKey || isComposing || read(SINGLE) === false) return;
		if (target.closest("input, textarea, select, dialog, [popover]:not(#side)")) return;
		const deed = key === "?" ? help : deeds[key];
		if (!deed) return;
		event.preventDefault();
		deed();
	});
}

function sheet() {
	const single = h("input", { type: "checkbox", checked: read(SINGLE) !== false, onchange: () => write(SINGLE, single.checked) });
	return [
		h("dl.keys", Object.entries(t.keyDeeds).map(([keys, words]) => h("div", h("dt", keys.split(" ").map((key) => h("kbd", key))), h("dd", words)))),
		h("label.line", single, t.singleKeys),
	];
}

/** Files that are dropped anywhere on the page, and the sheet that says where they go. */

import { h } from "./dom.js";
import { filesOf } from "./jobs.js";

/** `words` says what becomes of them; `take` is given `{file, path}` of each, those of folders too. */
export function dropsOn(words, take) {
	const said = h("p");
	const sheet = h("div.dropping", { hidden: true, "aria-hidden": "true" }, said);
	const holds = ({ dataTransfer }) => dataTransfer?.types.includes("Files");
	document.body.append(sheet);
	document.addEventListener("dragover", (event) => {
		if (!holds(event)) return;
		event.preventDefault();
		if (sheet.hidden) said.textContent = words();
		sheet.hidden = false;
	});
	document.addEventListener("dragleave", ({ relatedTarget }) => { sheet.hidden ||= !relatedTarget; });
	document.addEventListener("drop", async (event) => {
		if (!holds(event)) return;
		event.preventDefault();
		sheet.hidden = true;
		take(await filesOf(event.dataTransfer.items));
	});
}

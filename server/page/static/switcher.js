/** The switch for collections: each has documents and conversations of its own. */

import { createCollection, listCollections, removeCollection } from "./api.js";
import { current, DEFAULT, idOf, labelOf, rename, use } from "./collection.js";
import { askLine, h, icon, showDialog, showProblem } from "./dom.js";
import { openMenu } from "./menu.js";
import { t } from "./strings.js";

/** `switched` is called where another collection is to be shown, or this one has another name. */
export function switcherIn(button, switched) {
	function draw() {
		const name = labelOf(current());
		button.ariaLabel = t.collectionNow(name);
		button.replaceChildren(h("bdi", name), icon("down"));
	}

	function show(id) {
		use(id);
		draw();
		switched();
	}

	async function create(name, taken) {
		const id = idOf(name, taken);
		await createCollection(id);
		if (id !== name) rename(id, name);
		show(id);
	}

	async function remove({ id }) {
		await removeCollection(id);
		rename(id, "");
		show(DEFAULT);
	}

	const row = ({ id, documents }) => h(
		"button.choice",
		{ "aria-current": id === current() && "true" },
		() => show(id),
		h("bdi", labelOf(id)),
		h("span.muted", t.documentCount(documents)),
	);

	async function open() {
		const all = await listCollections();
		const taken = all.map(({ id }) => id);
		const now = all.find(({ id }) => id === current());
		const name = labelOf(current());
		openMenu(
			button,
			all.map(row),
			h("hr"),
			h("button", t.newCollection, () => askLine(t.newCollection, t.name, "", t.create, (said) => said && create(said, taken).catch(showProblem))),
			h("button", t.renameCollection, () => askLine(t.renameTitle(name), t.nameHere, name, t.save, (said) => {
				rename(current(), said);
				show(current());
			})),
			now && now.id !== DEFAULT && h("button.risky", t.removeCollection, () =>
				showDialog(t.removeTitle(name), t.removeCollectionDetail(now), t.remove, () => remove(now).catch(showProblem))),
		);
	}

	button.onclick = () => open().catch(showProblem);
	draw();
	return draw;
}

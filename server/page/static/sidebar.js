/** The conversations of a collection, by date, with a search and a menu for each. */

import { chatMarkdown, download } from "./actions.js";
import { forgetChat, keepChat, listChats, loadChat } from "./chats.js";
import { askLine, h, iconButton, showDialog } from "./dom.js";
import { chatHref } from "./links.js";
import { openMenu } from "./menu.js";
import { t } from "./strings.js";

const FEW = 7; // Conversations that are seen at a glance need no search.
const DAY = 86_400_000;

/** What can be done with a conversation; `changed` and `deleted` are told its id. */
export const chatDeeds = (id, { changed, deleted }) => {
	const chat = loadChat(id);
	return [
		h("button", t.rename, () => askLine(t.rename, t.name, chat.title, t.save, (title) => {
			if (title) keepChat({ ...chat, title });
			changed(id, title || chat.title);
		})),
		h("button", t.exportChat, () => download("conversation.md", chatMarkdown(chat))),
		h("button.risky", t.deleteChat, () => showDialog(t.removeTitle(chat.title), t.deleteDetail, t.remove, () => {
			forgetChat(id);
			deleted(id);
		})),
	];
};

export function sidebarIn(list, told) {
	const field = h("input", { type: "search", "aria-label": t.findChat, placeholder: t.findChat, hidden: true });
	let last = [];
	list.before(field);
	field.oninput = () => draw(...last);

	function draw(collection, shown) {
		const all = listChats(collection);
		if (last[0] !== collection) field.hidden = all.length <= FEW; // And not later: it would push the list down.
		last = [collection, shown];
		const words = field.value.trim().toLowerCase();
		const found = all.filter(({ title }) => title.toLowerCase().includes(words));
		const groups = Map.groupBy(found, ({ at }) => since(at));
		list.replaceChildren(...Array.from(groups, ([when, chats]) =>
			h("li", h("h3", when), h("ul", chats.map((one) => row(one, one.id === shown))))));
		if (all.length > 0 && found.length === 0) list.append(h("li.muted", t.noneFound));
	}

	const row = ({ id, title, at }, now) => h(
		"li.row",
		h("a", title, { href: chatHref(id), title: `${title}\n${t.moment(at)}`, "aria-current": now && "page" }),
		iconButton("more", t.menuOf(title), ({ currentTarget }) => openMenu(currentTarget, chatDeeds(id, told))),
	);

	return draw;
}

/** When it was, as far as it helps to find it. */
function since(time) {
	const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(time).setHours(0, 0, 0, 0)) / DAY);
	if (days < 2) return days < 1 ? t.today : t.yesterday;
	return days < 8 ? t.lastWeek : t.month(time);
}

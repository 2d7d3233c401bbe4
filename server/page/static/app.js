/** The page: its parts put together, and what is shown at which address. */

import { chatMarkdown, download } from "./actions.js";
import { nameOf } from "./api.js";
import { chatIn } from "./chat.js";
import { forgetChat, keepChat, listChats } from "./chats.js";
import { documentsIn, showOverview } from "./documents.js";
import { h, icon, lineForm, showDialog } from "./dom.js";
import { chatHref, documentHref, go, place } from "./links.js";
import { startPreviews } from "./preview.js";
import { readerIn } from "./reader.js";
import { offerSignOut } from "./signin.js";
import { t } from "./strings.js";

const [turns, panel, side, documentList, chatMenu] = ["turns", "panel", "side", "documents", "chat-menu"].map(byId);
let opener;

for (const node of document.querySelectorAll("[data-icon]")) node.append(icon(node.dataset.icon));
for (const node of document.querySelectorAll("[data-text]")) node.append(t[node.dataset.text]);
for (const node of document.querySelectorAll("[data-label]")) node.ariaLabel = node.placeholder = t[node.dataset.label];

const chat = chatIn(turns, byId("composer"), {
	announce,
	asked: () => go(chatHref(chat.kept.id), null, place().view === "chat"),
	answered: drawChats,
});
const overview = () => showOverview(byId("overview"), chat.ask);
const showDocuments = documentsIn(documentList, announce, overview);
const reader = readerIn(panel, step, closeReader);

function byId(id) {
	return document.getElementById(id);
}

function announce(words) {
	byId("announcer").textContent = words;
}

/** What is beside a document: where it was opened from. */
const mainHref = () => (place().view === "document" ? history.state?.main : location.hash) || chatHref();

function route() {
	const at = place();
	const { view, id } = place(mainHref());
	const listing = view === "documents";
	if (listing && documentList.hidden) showDocuments();
	if (!listing && !chat.show(id)) go(chatHref(), null, true);
	if (listing !== !documentList.hidden) byId("page").scrollTop = document.scrollingElement.scrollTop = 0;
	documentList.hidden = !listing;
	byId("chat").hidden = listing;
	drawChats();
	if (at.view === "document") reader.show(at, history.state?.citations ?? [], history.state?.number);
	else if (!panel.hidden) {
		reader.close();
		opener?.focus({ preventScroll: true });
	}
	for (const link of turns.querySelectorAll("[data-number]")) link.ariaCurrent = link.hash === location.hash;
}

function openDocument(link) {
	if (link.hash === location.hash) return closeReader();
	const citations = link.closest(".turn")?.turn.citations ?? [];
	const state = { main: mainHref(), citations, number: Number(link.dataset.number), pushed: panel.hidden || history.state?.pushed };
	opener = link;
	go(link.hash, state, !panel.hidden);
	return link.scrollIntoView({ block: "nearest" });
}

function step(by) {
	const { citations, number } = history.state;
	const next = citations[citations.findIndex((one) => one.number === number) + by];
	go(documentHref(next), { ...history.state, number: next.number }, true);
	announce(t.sourceName(next.number, nameOf(next)));
}

function closeReader() {
	if (history.state?.pushed) history.back();
	else go(mainHref());
}

addEventListener("popstate", route);
side.onclick = ({ target }) => target.closest("a") && side.hidePopover();
document.addEventListener("click", (event) => {
	const link = event.target.closest('a[href^="#/documents/"]');
	if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
	event.preventDefault();
	openDocument(link);
});
document.addEventListener("keydown", ({ key, isComposing }) => {
	if (key === "Escape" && !isComposing && !panel.hidden && !document.querySelector(":popover-open, dialog")) closeReader();
});

function drawChats() {
	const { view, id } = place(mainHref());
	const listing = view === "documents";
	document.title = listing ? t.documents : chat.kept.title ?? t.title;
	byId("title").textContent = document.title;
	byId("chat-menu-button").hidden = listing || !chat.kept.title;
	byId("chats").replaceChildren(...listChats().map((one) => h("li", h("a", one.title, {
		href: chatHref(one.id),
		"aria-current": one.id === id && "page",
	}))));
}

const menu = {
	rename() {
		const dialog = showDialog(t.rename, lineForm(t.chatName, chat.kept.title, t.save, (title) => {
			if (title) keepChat(Object.assign(chat.kept, { title }));
			dialog.close();
			drawChats();
		}));
	},
	exportChat: () => download("conversation.md", chatMarkdown(chat.kept)),
	deleteChat: () => showDialog(t.deleteChat, t.deleteDetail, t.remove, () => {
		forgetChat(chat.kept.id);
		go(chatHref());
	}),
};
chatMenu.append(...Object.entries(menu).map(([name, act]) => h("button", t[name], () => {
	chatMenu.hidePopover();
	act();
})));

offerSignOut(byId("sign-out"));
byId("skip").onclick = () => byId("question").focus();
startPreviews();
chat.focus();
route();
overview();

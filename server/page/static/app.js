/** The page: its parts put together, and what is shown at which address. */

import { nameOf } from "./api.js";
import { chatIn } from "./chat.js";
import { current, labelOf } from "./collection.js";
import { documentsIn, showOverview } from "./documents.js";
import { icon } from "./dom.js";
import { dropsOn } from "./dropping.js";
import { footIn } from "./foot.js";
import { chatHref, documentHref, go, place } from "./links.js";
import { openMenu } from "./menu.js";
import { startPreviews } from "./preview.js";
import { readerIn } from "./reader.js";
import { chatDeeds, sidebarIn } from "./sidebar.js";
import { offerSignOut } from "./signin.js";
import { t } from "./strings.js";
import { switcherIn } from "./switcher.js";
import { verifyIn } from "./verify.js";

const [turns, panel, side, chatMenu] = ["turns", "panel", "side", "chat-menu-button"].map(byId);
let opener;

for (const node of document.querySelectorAll("[data-icon]")) node.append(icon(node.dataset.icon));
for (const node of document.querySelectorAll("[data-text]")) node.append(t[node.dataset.text]);
for (const node of document.querySelectorAll("[data-label]")) node.ariaLabel = node.placeholder = t[node.dataset.label];

const chat = chatIn(turns, byId("composer"), {
	announce,
	asked: () => go(chatHref(chat.kept.id), null, place().view === "chat"),
	changed: drawPlace,
});
const overview = () => showOverview(byId("overview"), chat.ask);
const askOnly = (documents) => {
	go(chatHref());
	chat.askOnly(documents);
};
const views = {
	documents: documentsIn(byId("documents"), { announce, changed: overview, askOnly }),
	verify: verifyIn(byId("verify"), announce),
	chat: { show() {} },
};
const reader = readerIn(panel, step, closeReader, askOnly);
const drawSwitch = switcherIn(byId("collection"), () => {
	overview();
	const { view } = place(mainHref());
	if (view === "chat") go(chatHref());
	else views[view].show();
	drawPlace();
});
const told = {
	changed(id, title) {
		if (id === chat.kept.id) chat.kept.title = title;
		drawPlace();
	},
	deleted(id) {
		if (id === chat.kept.id) go(chatHref());
		drawPlace();
	},
};
const drawChats = sidebarIn(byId("chats"), told);

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
	const before = current();
	if (view === "chat" && !chat.show(id)) go(chatHref(), null, true);
	if (before !== current()) overview();
	drawSwitch();
	if (byId(view).hidden) {
		byId("page").scrollTop = document.scrollingElement.scrollTop = 0;
		for (const name of Object.keys(views)) byId(name).hidden = name !== view;
		views[view].show();
	}
	drawPlace();
	if (at.view === "document") reader.show(at, history.state?.citations ?? [], history.state?.number);
	else if (!panel.hidden) {
		reader.close();
		opener?.focus({ preventScroll: true });
	}
	for (const link of document.querySelectorAll("main :is([data-number], .documents a)")) link.ariaCurrent = link.hash === location.hash;
}

function openDocument(link) {
	if (link.hash === location.hash) return closeReader();
	const citations = link.closest(".turn, .checked")?.turn.citations ?? [];
	const state = { main: mainHref(), citations, number: Number(link.dataset.number), pushed: panel.hidden || history.state?.pushed };
	opener = link;
	go(link.hash, state, !panel.hidden);
	return link.scrollIntoView({ block: "nearest" });
}

function step(by) {
	const { citations = [], number } = history.state ?? {};
	const next = citations[citations.findIndex((one) => one.number === number) + by];
	if (!next || panel.hidden) return;
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

/** Where one is: in the title, at the top, and marked in the navigation. */
function drawPlace() {
	const { view, id } = place(mainHref());
	document.title = view === "chat" ? chat.kept.title ?? t.title : t[view];
	byId("title").textContent = document.title;
	chatMenu.hidden = view !== "chat" || !chat.kept.title;
	for (const link of side.querySelectorAll(":scope > a:not(.brand)")) link.ariaCurrent = link.hash === mainHref() ? "page" : null;
	drawChats(current(), view === "chat" && id);
}

footIn(side, {
	"/": () => (place(mainHref()).view === "documents" ? document.querySelector(".find") : byId("question")).focus(),
	n: () => go(chatHref()),
	d: () => go("#/documents"),
	c: () => go("#/verify"),
	j: () => step(1),
	k: () => step(-1),
});
chatMenu.onclick = () => openMenu(chatMenu, chatDeeds(chat.kept.id, told));
const checks = () => place(mainHref()).view === "verify";
dropsOn(() => (checks() ? t.dropToCheck : t.dropTo(labelOf(current()))), (files) => {
	if (checks()) return views.verify.take(files);
	if (byId("documents").hidden) go("#/documents");
	return views.documents.take(files);
});

offerSignOut(byId("sign-out"));
byId("skip").onclick = () => byId("question").focus();
startPreviews();
chat.focus();
route();
overview();

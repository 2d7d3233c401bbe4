/** The conversation on the screen: the question box and the turns. */

import { ask, isBack, listReaders, Problem } from "./api.js";
import { answered, keepChat, loadChat, newChat } from "./chats.js";
import { current, DEFAULT, use } from "./collection.js";
import { h } from "./dom.js";
import { forget, read, write } from "./kept.js";
import { overWords, scopeIn } from "./scope.js";
import { t } from "./strings.js";
import { newTurn } from "./turn.js";

const LIMIT = 2000;
const DRAFT = "draft";
// A touch screen has no Shift+Enter, and the focus would raise its keyboard over the page.
const touch = !matchMedia("(pointer: fine)").matches;

export function chatIn(root, form, { announce, asked, changed }) {
	const [box, choice, button, note] = ["textarea", "select", ".box button", "p"].map((tag) => form.querySelector(tag));
	const scope = scopeIn(form, (documents) => { chat.kept.scope = documents; });
	let stopper = null;
	let alone = false; // Whether the question was put so that nothing has to be completed.

	const chat = {
		kept: newChat(current()),

		/** False where there is no such conversation; one brings its collection along. */
		show(id) {
			if (id === chat.kept.id || (!id && root.childElementCount === 0 && chat.kept.collection === current())) return true;
			stopper?.abort();
			const found = id && loadChat(id);
			if (found) use(found.collection ?? DEFAULT);
			chat.kept = found || newChat(current());
			scope.set(chat.kept.scope ?? []);
			root.replaceChildren();
			for (const entry of chat.kept.turns) replay(entry);
			return Boolean(found || !id);
		},

		ask(question) {
			if (stopper) return;
			asked();
			run(add({ question }));
		},

		askOnly(documents) {
			chat.kept.scope = documents;
			scope.set(documents);
			chat.focus();
		},

		focus: () => touch || box.focus({ preventScroll: true }),
	};

	function replay(entry) {
		const turn = add(entry);
		if (entry.answer) turn.finish(entry.answer);
		else turn.fail(t.unfinished, t.unfinishedDetail, () => stopper || run(turn));
	}

	function add(entry) {
		entry.scope ??= scope.get();
		entry.over ??= overWords(entry.scope);
		const turn = newTurn(entry, {
			askThis: chat.ask,
			askAsTyped: (question) => stopper || run(Object.assign(add({ question }), { before: [] })),
			correct(words) {
				box.value = words;
				alone = true;
				box.focus();
			},
		});
		turn.node.turn = turn;
		turn.entry = entry;
		root.append(turn.node);
		return turn;
	}

	async function run(turn) {
		const { signal } = stopper = new AbortController();
		const { kept } = chat;
		const { entry } = turn;
		turn.before ??= alone ? [] : answered(kept);
		alone = false;
		const say = (words) => {
			turn.work(words);
			announce(words);
		};
		button.textContent = t.stop;
		turn.begin();
		turn.node.scrollIntoView();
		say(t.working);
		if (!kept.turns.includes(entry)) kept.turns.push(entry);
		keep(kept); // Whatever becomes of it, the question is there.
		try {
			const answer = await ask(turn.question, turn.before, {
				signal,
				scope: entry.scope.map(({ id }) => id),
				reader: turn.reader ??= choice.value || undefined,
				onLoading: () => say(t.loadingModels),
			}, turn);
			turn.finish(answer);
			Object.assign(entry, { answer, scope: [] });
			keep(kept);
			announce(answer.answered ? t.announce(answer.statements.length, answer.citations.length) : answer.answer);
		} catch (error) {
			const gone = error.message === t.unreachable;
			turn.fail(error.message, gone ? t.askedWhenBack : error.detail, () => stopper || run(turn));
			announce(error.message);
			if (gone) askWhenBack(turn);
			if (!(error instanceof Problem)) throw error; // A defect of this page.
		} finally {
			stopper = null;
			button.textContent = t.ask;
		}
	}

	async function askWhenBack(turn) {
		await isBack();
		if (!stopper && turn.node === root.lastElementChild && !turn.entry.answer) run(turn);
	}

	function keep(kept) {
		kept.at = Date.now();
		if (!keepChat(kept)) warn(t.notKept);
		changed();
	}

	function warn(words) {
		note.textContent = words || (touch ? "" : t.composerHint);
		note.classList.toggle("warning", Boolean(words));
	}

	function check() {
		const characters = Array.from(box.value.trim()).length; // As the server counts them, not UTF-16 units.
		const tooLong = characters > LIMIT;
		warn(tooLong && t.tooLong(characters, LIMIT));
		return !tooLong && characters > 0;
	}

	function submit() {
		if (!check() || stopper) return;
		const question = box.value.trim();
		box.value = "";
		forget(DRAFT);
		if (touch) box.blur();
		chat.ask(question);
	}

	form.onsubmit = (event) => {
		event.preventDefault();
		if (stopper) stopper.abort();
		else submit();
	};
	box.oninput = () => {
		check();
		write(DRAFT, box.value);
	};
	box.onkeydown = (event) => {
		if (event.key === "ArrowUp" && !box.value && chat.kept.turns.length > 0) {
			event.preventDefault();
			box.value = chat.kept.turns.at(-1).question;
		}
		// An input method uses Enter to accept a word: that is not sending.
		if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
		event.preventDefault();
		submit();
	};
	button.textContent = t.ask;
	box.value = read(DRAFT) ?? "";
	listReaders().then((readers) => {
		choice.append(...readers.map((name) => h("option", t.readers[name], { value: name })));
		choice.hidden = readers.length < 2;
	}, () => {}); // Without it the server chooses.
	check();
	return chat;
}

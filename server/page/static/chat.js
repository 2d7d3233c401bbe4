/** The conversation on the screen: the question box and the turns. */

import { ask, listReaders, Problem } from "./api.js";
import { keepChat, loadChat, newChat } from "./chats.js";
import { h } from "./dom.js";
import { t } from "./strings.js";
import { newTurn } from "./turn.js";

const LIMIT = 2000;
// A touch screen has no Shift+Enter, and the focus would raise its keyboard over the page.
const touch = !matchMedia("(pointer: fine)").matches;

export function chatIn(root, form, { announce, asked, answered }) {
	const [box, choice, button, note] = ["textarea", "select", "button", "p"].map((tag) => form.querySelector(tag));
	let stopper = null;
	let alone = false; // Whether the question was put so that nothing has to be completed.

	const chat = {
		kept: newChat(),

		show(id) {
			if (id === chat.kept.id || (!id && root.childElementCount === 0)) return true;
			stopper?.abort();
			const found = id ? loadChat(id) : newChat();
			chat.kept = found ?? newChat();
			root.replaceChildren();
			for (const { question, answer } of chat.kept.turns) add(question).finish(answer);
			return Boolean(found);
		},

		ask(question) {
			if (stopper) return;
			asked();
			run(add(question));
		},

		focus: () => touch || box.focus({ preventScroll: true }),
	};

	function add(question) {
		const turn = newTurn(question, {
			askThis: chat.ask,
			askAsTyped: (words) => stopper || run(Object.assign(add(words), { before: [] })),
			correct(words) {
				box.value = words;
				alone = true;
				box.focus();
			},
		});
		turn.node.turn = turn;
		root.append(turn.node);
		return turn;
	}

	async function run(turn) {
		const { signal } = stopper = new AbortController();
		const { kept } = chat;
		turn.before ??= alone ? [] : [...kept.turns];
		alone = false;
		const say = (words) => {
			turn.work(words);
			announce(words);
		};
		button.textContent = t.stop;
		turn.begin();
		turn.node.scrollIntoView();
		say(t.working);
		try {
			const answer = await ask(turn.question, turn.before, {
				signal,
				reader: turn.reader ??= choice.value || undefined,
				onLoading: () => say(t.loadingModels),
			}, turn);
			turn.finish(answer);
			kept.turns.push({ question: turn.question, answer });
			kept.at = Date.now();
			if (!keepChat(kept)) warn(t.notKept);
			answered();
			announce(answer.answered ? t.announce(answer.statements.length, answer.citations.length) : answer.answer);
		} catch (error) {
			turn.fail(error.message, error.detail, () => stopper || run(turn));
			announce(error.message);
			if (!(error instanceof Problem)) throw error; // A defect of this page.
		} finally {
			stopper = null;
			button.textContent = t.ask;
		}
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
		if (touch) box.blur();
		chat.ask(question);
	}

	form.onsubmit = (event) => {
		event.preventDefault();
		if (stopper) stopper.abort();
		else submit();
	};
	box.oninput = check;
	box.onkeydown = (event) => {
		// An input method uses Enter to accept a word: that is not sending.
		if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
		event.preventDefault();
		submit();
	};
	button.textContent = t.ask;
	listReaders().then((readers) => {
		choice.append(...readers.map((name) => h("option", t.readers[name], { value: name })));
		choice.hidden = readers.length < 2;
	}, () => {}); // Without it the server chooses.
	check();
	return chat;
}

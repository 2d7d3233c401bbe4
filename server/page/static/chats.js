/**
 * Conversations, kept in this browser and nowhere else: `{id, title, at, collection, scope, turns}`. A turn is
 * `{question, over, answer}`; one without an answer was stopped, or failed, and keeps the `scope` to ask again with.
 */

import { DEFAULT } from "./collection.js";
import { forget, namesOf, read, write } from "./kept.js";

const PREFIX = "chat:";
const INDEX = "chats"; // What is listed: reading 200 conversations for it would take a second.
const SHOWN = 300; // Characters of a passage that is kept: more are not shown again.

export const newChat = (collection) => ({ id: Date.now().toString(36) + Math.random().toString(36).slice(2, 8), collection, turns: [] });

export const loadChat = (id) => [read(PREFIX + id)].find((chat) => Array.isArray(chat?.turns));

export const answered = ({ turns }) => turns.filter(({ answer }) => answer);

/** Newest first: `{id, title, at}`. */
export const listChats = (collection) => Object.entries(index())
	.map(([id, [title, at, within]]) => ({ id, title, at, within }))
	.filter(({ within }) => within === collection)
	.sort((one, other) => other.at - one.at);

/** False where the browser has no room for it. */
export function keepChat(chat) {
	chat.title ??= Array.from(chat.turns[0].question).slice(0, 80).join("");
	const turns = chat.turns.map((turn) => (turn.answer ? { ...turn, answer: slim(turn.answer) } : turn));
	return write(PREFIX + chat.id, { ...chat, turns }) && write(INDEX, { ...index(), [chat.id]: entry(chat) });
}

export function forgetChat(id) {
	forget(PREFIX + id);
	const { [id]: _, ...others } = index();
	write(INDEX, others);
}

const entry = ({ title, at = 0, collection = DEFAULT }) => [title, at, collection];

/** The nearest passages of an answer that is none are shown whole. */
const slim = (answer) => (answer.answered
	? { ...answer, passages: answer.passages.map((one) => ({ ...one, text: one.text.slice(0, SHOWN) })) }
	: answer);

function index() {
	const known = read(INDEX);
	if (known) return known;
	const chats = namesOf(PREFIX).flatMap((id) => loadChat(id) ?? []);
	return Object.fromEntries(chats.map((chat) => [chat.id, entry(chat)]));
}

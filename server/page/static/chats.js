/** Conversations, kept in this browser and nowhere else: `{id, title, at, turns: [{question, answer}]}`. */

const PREFIX = "footnote:chat:";

export const newChat = () => ({ id: Date.now().toString(36) + Math.random().toString(36).slice(2, 8), turns: [] });

export const loadChat = (id) => read(PREFIX + id);

export const listChats = () => (attempt(() => Object.keys(localStorage)) ?? [])
	.filter((key) => key.startsWith(PREFIX))
	.flatMap((key) => read(key) ?? [])
	.sort((one, other) => other.at - one.at);

/** False where the browser has no room for it. */
export function keepChat(chat) {
	chat.title ??= Array.from(chat.turns[0].question).slice(0, 80).join("");
	return attempt(() => localStorage.setItem(PREFIX + chat.id, JSON.stringify(chat)) ?? true) ?? false;
}

export const forgetChat = (id) => attempt(() => localStorage.removeItem(PREFIX + id));

const read = (key) => [attempt(() => JSON.parse(localStorage.getItem(key)))].find((chat) => Array.isArray(chat?.turns));

/** Undefined where the browser keeps nothing, is full, or holds what another page wrote. */
function attempt(act) {
	try {
		return act();
	} catch {
		return undefined;
	}
}

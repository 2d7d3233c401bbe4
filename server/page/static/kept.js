/** What this browser keeps of the page, under names that begin with "footnote:". */

export const read = (key) => attempt(() => JSON.parse(localStorage.getItem(`footnote:${key}`))) ?? undefined;

/** False where the browser has no room for it. */
export const write = (key, value) => attempt(() => localStorage.setItem(`footnote:${key}`, JSON.stringify(value)) ?? true) ?? false;

export const forget = (key) => attempt(() => localStorage.removeItem(`footnote:${key}`));

/** The names that begin so, without what they begin with. */
export const namesOf = (start) => (attempt(() => Object.keys(localStorage)) ?? [])
	.filter((name) => name.startsWith(`footnote:${start}`))
	.map((name) => name.slice(`footnote:${start}`.length));

/** Undefined where the browser keeps nothing, is full, or holds what another page wrote. */
function attempt(act) {
	try {
		return act();
	} catch {
		return undefined;
	}
}

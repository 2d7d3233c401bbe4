/** Which collection the page works on, and what this browser calls each. */

import { read, write } from "./kept.js";
import { t } from "./strings.js";

export const DEFAULT = "default";

const names = () => read("names") ?? {};

export const current = () => read("collection") ?? DEFAULT;

export const use = (id) => write("collection", id);

export const labelOf = (id) => names()[id] ?? (id === DEFAULT ? t.defaultCollection : id);

export const rename = (id, name) => write("names", { ...names(), [id]: name || undefined });

/** The id for a name in any script: 3 to 63 of a-z, 0-9, _ and -, which begins and ends with one of the first two. */
export function idOf(name, taken) {
	const letters = name.normalize("NFKD").toLowerCase().replace(/[\u0300-\u036f]/g, "").match(/[a-z0-9]{1,50}/g) ?? [];
	const id = letters.join("-").slice(0, 50).replace(/-$/, "");
	const whole = id.length < 3 ? `collection-${id || Date.now().toString(36)}` : id;
	return taken.includes(whole) ? `${whole}-${Date.now().toString(36)}` : whole;
}

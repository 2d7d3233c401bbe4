/** A statement in its parts: what leads to it, then its items, the rows of a table, or code. */

const BULLET = /^[-*+•‣◦▪–]\s+/;
const NUMBER = /^(\d{1,9})\.\s+/;

/**
 * Gives `{lead, numbers}` and `fields`, `items`, `table` or `code`, where it has them; `numbers` are the citations of
 * no item. A field is `{key, value, numbers}`, an item `{text, depth, number, own, numbers}`: it has a number, or a
 * mark of its own in the text, as "a)", or neither.
 */
export function partsOf(statement, citations) {
	const { text, kind, items, table, citations: numbers } = statement;
	if (items?.length) return withItems(statement);
	if (table?.rows.length) return { lead: before(text, rowText(table)), numbers, table };
	if (kind !== "code") return { lead: text, numbers };
	const code = citations
		.filter(({ number, quote }) => numbers.includes(number) && text.endsWith(quote))
		.reduce((longest, { quote }) => (quote.length > longest.length ? quote : longest), "") || text;
	return { lead: before(text, code), numbers, code };
}

function withItems({ text, kind, items, citations }) {
	const places = [];
	for (const { text: said } of items) {
		const [from] = places.slice(-1).map(({ end }) => end).concat(0);
		const at = text.indexOf(said, from);
		const start = at < 0 ? from : at;
		const line = text.lastIndexOf("\n", start - 1) + 1;
		const alone = at >= 0 && !text.slice(line, start).trim();
		places.push({ start, end: at < 0 ? from : at + said.length, indent: alone ? start - line : 0 });
	}
	const lead = trimmed(text.slice(0, places[0].start));
	const numbers = citations.filter((number) => !items.some((item) => item.citations.includes(number)));
	if (kind === "record") return { lead, numbers, fields: items.map(fieldOf) };
	const depths = depthsOf(places.map(({ indent }) => indent));
	return { lead, numbers, items: items.map((item, index) => itemOf(item, depths[index])) };
}

/** How many lists each item is within, by how far it is indented: at most one more than the item before. */
function depthsOf(indents) {
	const open = [];
	return indents.map((indent) => {
		while (open.length && open.at(-1) >= indent) open.pop();
		return open.push(indent) - 1;
	});
}

function itemOf({ text, citations: numbers }, depth) {
	const number = NUMBER.exec(text)?.[1];
	const bullet = BULLET.test(text);
	return { text: text.replace(number ? NUMBER : BULLET, ""), depth, number: Number(number), own: !number && !bullet, numbers };
}

function fieldOf({ text, citations: numbers }) {
	const at = text.indexOf(": ");
	return { key: text.slice(0, Math.max(at, 0)), value: at < 0 ? text : text.slice(at + 2), numbers };
}

/** A table's first row as `text` has it. */
function rowText({ columns, rows: [cells] }) {
	const known = cells.map((cell, column) => ({ cell, name: (columns[column] ?? "").replace(/:+$/, "") })).filter(({ cell }) => cell);
	const values = known.filter(({ name }) => name).map(({ name, cell }) => `${name}: ${cell}`).join("; ");
	return [...known.filter(({ name }) => !name).map(({ cell }) => cell.replace(/:+$/, "")), values].filter(Boolean).join(" — ");
}

/** What of a text comes before a part of it; all where it is not there, for nothing that is said may be lost. */
function before(text, part) {
	const at = text.indexOf(part);
	return trimmed(at < 0 ? text : text.slice(0, at));
}

const trimmed = (text) => text.trimEnd().replace(/ —$/, "");

/** The rows of a document's tables. */

import { h } from "./dom.js";

/** Gives a function that adds a row, as the server gives it, to the body of a table, or to its head. */
export function tableRows(source) {
	const tables = new WeakMap(); // Of each: the cells that a lower row may also have, by column, and whether it is headed.

	return ({ head, end, cells, styles }, body) => {
		const table = tables.get(body) ?? { above: new Map(), headed: head };
		tables.set(body, table);
		const line = h("tr");
		(head && !body.hasChildNodes() ? body.parentElement.createTHead() : body).append(line);
		let [column, next] = [0, 0];
		for (const cell of cells) {
			if (source.passed(cell.start)) {
				reachDown(table.above.get(cell.column), cell);
				column = cell.column + cell.width;
				continue;
			}
			if (cell.column > column) line.append(h("td", { colspan: cell.column - column }));
			const first = next;
			while (styles[next]?.start < cell.end) next += 1;
			const node = cellView(cell, head, table.headed);
			node.append(...source.gap(cell.start), ...source.text(cell.end, styles.slice(first, next)));
			line.append(node);
			table.above.set(cell.column, { cell, node });
			column = cell.column + cell.width;
		}
		const last = line.lastElementChild ?? line.appendChild(h("td"));
		last.append(...source.gap(end));
	};
}

function cellView({ column, width }, head, headed) {
	const scope = head ? (width > 1 ? "colgroup" : "col") : headed && column === 0 && "row";
	return h(scope ? "th" : "td", { scope, colspan: width > 1 && width });
}

/** A cell that stands in a row above reaches down to this one. */
function reachDown(above, { start }) {
	if (above?.cell.start === start) above.node.rowSpan += 1;
}

/** One question and its reply. While an answer arrives, nothing on the screen moves: all that is new comes below. */

import { afterStatements, statementLine, unansweredView } from "./answer.js";
import { h } from "./dom.js";
import { t } from "./strings.js";

let count = 0;

export function newTurn(question, askThis, correct) {
	const id = `turn-${++count}`;
	const [status, understood, body, statements] = ["status", "understood", "reply", "statements"].map((name) => h(`div.${name}`));
	const node = h("article.turn", { "aria-labelledby": id }, h("h2", question, { id }), status, understood, body);

	const turn = {
		question,
		node,

		work: (words) => status.replaceChildren(h("i.pulse"), words),

		begin() {
			turn.citations = [];
			statements.replaceChildren();
			body.replaceChildren();
			turn.work(t.working);
		},

		passages({ passages, understood: words }) {
			showUnderstood(words);
			body.replaceChildren(h("div.skeleton", h("i"), h("i"), h("i")));
			turn.work(t.reading(passages.length, new Set(passages.map((passage) => passage.document_id)).size));
		},

		statement({ statement, citations }) {
			if (!statements.isConnected) body.replaceChildren(statements);
			statements.append(statementLine(statement, citations));
			turn.citations.push(...citations);
		},

		/** Statements that have come already stay where they are. */
		finish(answer) {
			turn.citations = answer.citations;
			status.replaceChildren(verdict(answer));
			showUnderstood(answer.understood);
			if (!answer.answered) return body.replaceChildren(...unansweredView(answer, askThis));
			const come = statements.childElementCount;
			statements.append(...answer.statements.slice(come).map((statement) => statementLine(statement, answer.citations)));
			if (!come) body.replaceChildren(statements);
			return body.append(...afterStatements(answer));
		},

		fail(title, detail, again) {
			status.replaceChildren(title);
			body.querySelector(".skeleton")?.remove();
			body.append(h("div.failed", h("p", detail), h("button", t.retry, { onclick: again })));
		},
	};

	function showUnderstood(words = question) {
		const button = h("button.quiet", t.correct, { onclick: () => correct(words) });
		understood.replaceChildren(...(words === question ? [] : [`${t.understood} `, h("q", words), button]));
	}

	return turn;
}

function verdict({ answered, confidence }) {
	const number = h("span.muted", t.confidenceNumber(confidence), { hidden: true });
	const button = h(`button.quiet.verdict.${answered ? "yes" : "no"}`, t.confidence(confidence, answered), {
		"aria-expanded": "false",
		onclick() {
			number.hidden = !number.hidden;
			button.ariaExpanded = !number.hidden;
		},
	});
	return h("span", button, number);
}

/** One question and its reply. While an answer arrives, nothing on the screen moves: all that is new comes below. */

import { actions } from "./actions.js";
import { afterStatements, howFound, instead, unansweredView } from "./answer.js";
import { failed, h } from "./dom.js";
import { overView } from "./scope.js";
import { statementView } from "./statement.js";
import { t } from "./strings.js";

let count = 0;

export function newTurn({ question, over }, { askThis, askAsTyped, correct }) {
	const id = `turn-${++count}`;
	const [status, understood, body, statements] = ["status", "understood", "reply", "statements"].map((name) => h(`div.${name}`));
	body.append(statements);
	const node = h("article.turn", { "aria-labelledby": id }, h("h2", question, { id }), overView(over), status, understood, body);

	const turn = {
		question,
		node,

		work: (words) => status.replaceChildren(h("i.pulse"), words),

		begin() {
			turn.citations = [];
			statements.replaceChildren();
			body.replaceChildren(statements);
			turn.work(t.working);
		},

		passages({ passages, understood: words }) {
			showUnderstood(words);
			turn.work(t.reading(passages.length, new Set(passages.map((passage) => passage.document_id)).size));
		},

		statement({ statement, citations }) {
			statements.append(statementView(statement, citations));
			turn.citations.push(...citations);
		},

		/** Statements that have come already stay where they are. */
		finish(answer) {
			turn.citations = answer.citations;
			status.replaceChildren(verdict(answer));
			showUnderstood(answer.understood);
			const come = statements.childElementCount;
			statements.append(...answer.statements.slice(come).map((statement) => statementView(statement, answer.citations)));
			const rest = answer.answered ? afterStatements(answer) : unansweredView(answer);
			body.append(...rest, actions(answer), howFound(answer));
			if (!answer.answered) body.append(instead(answer, askThis));
		},

		fail(title, detail, again) {
			status.replaceChildren(title);
			body.append(failed(detail, again));
		},
	};

	function showUnderstood(words = question) {
		const buttons = [
			h("button.quiet", t.correct, () => correct(words)),
			h("button.quiet", t.askAsTyped, () => askAsTyped(question)),
		];
		understood.replaceChildren(...(words === question ? [] : [`${t.understood} `, h("q", words), ...buttons]));
	}

	return turn;
}

const verdict = ({ answered, confidence }) => h(
	`details.verdict.${answered ? "yes" : "no"}`,
	h("summary", t.confidence(confidence, answered)),
	t.confidenceNumber(confidence),
);

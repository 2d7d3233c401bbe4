"""Judging one answer against its gold, worked out by hand."""

from collections.abc import Sequence

import pytest

from eval.run.judge import judge
from eval.run.ranking import STAGES, Place, gold_places, relevant_items
from eval.run.runner import Record
from eval.sets.question import Gold, Question
from rag.types import Answer, Citation, Conflict, CorpusState, ModelNames, Statement

# 30 characters: ten of each letter
TEXT = "a" * 10 + "b" * 10 + "c" * 10
GOLD_A, GOLD_C = (Gold(document_id="d", quote=letter * 10) for letter in "ac")


def answer(
    statements: Sequence[Sequence[int]], cited: Sequence[tuple[int, int]], *, conflicts: tuple[Conflict, ...] = ()
) -> Answer:
    """An answer whose statements carry these citation numbers, of these spans of ``TEXT``."""
    return Answer(
        id="",
        question="?",
        understood="?",
        collection="default",
        answered=bool(statements),
        answer="",
        statements=tuple(
            Statement(text=f"bb number {place}", citations=tuple(numbers), support=1.0, verdict="supported")
            for place, numbers in enumerate(statements)
        ),
        citations=tuple(citation(number, start, end) for number, (start, end) in enumerate(cited, start=1)),
        conflicts=conflicts,
        confidence=0.75,
        missing_terms=(),
        passages=(),
        corpus=CorpusState(version=1, documents=1, passages=1),
        models=ModelNames(encoder="", reranker="", reader=""),
        timings_ms={},
    )


def citation(number: int, start: int, end: int) -> Citation:
    return Citation(
        number=number,
        document_id="d",
        title=None,
        path="d.txt",
        author=None,
        publisher=None,
        published=None,
        sha256="",
        start=start,
        end=end,
        before="",
        quote=TEXT[start:end],
        after="",
    )


def record(
    given: Answer,
    gold: Sequence[Gold] = (),
    *,
    any_gold: bool = True,
    answerable: bool = True,
    answers: Sequence[str] = (),
    relevant: Sequence[str] = ("d",),
    kind: str = "fact",
    ranked: Sequence[str] = (),
) -> Record:
    question = Question(
        id="q",
        text="?",
        kind=kind,
        group="q",
        answerable=answerable,
        gold=tuple(gold),
        any_gold=any_gold,
        answers=tuple(answers),
        relevant_ids=tuple(relevant),
    )
    places = tuple(gold_places(one, TEXT) for one in gold)
    return Record(
        question=question,
        answer=given,
        legs={key: list(ranked) for key in STAGES},
        relevant=relevant_items(question, places, {"d": [(0, 10), (10, 20), (20, 30)]}),
        gold=places,
        excerpts=(),
        exact=True,
    )


@pytest.mark.parametrize(
    ("cited", "any_gold", "recall", "right"),
    [
        ([(0, 5)], True, 1.0, True),  # half of one quote's characters
        ([(0, 4)], True, 0.0, False),
        ([(0, 3), (7, 9)], True, 1.0, True),  # in two pieces
        ([(0, 3), (1, 4)], True, 0.0, False),  # that overlap
        ([(0, 10)], False, 0.5, False),
        ([(0, 30)], False, 1.0, True),
        ([], True, 0.0, False),
    ],
)
def test_evidence_recall_counts_quotes_that_are_half_cited(
    cited: list[tuple[int, int]], any_gold: bool, recall: float, right: bool
) -> None:
    judged = judge(record(answer([[1]], cited), [GOLD_A, GOLD_C], any_gold=any_gold))
    assert (judged.values["evidence recall"], judged.right) == (recall, right)
    assert judged.outcome == ("right" if right else "wrong")


def test_quote_for_context_is_not_needed_and_not_wrong_to_cite() -> None:
    context = Gold(document_id="d", quote="b" * 10, context=True)
    values = judge(record(answer([[1], [2]], [(0, 10), (10, 20)]), [GOLD_A, context], any_gold=False)).values
    assert (values["evidence recall"], values["evidence precision"]) == (1.0, 1.0)
    assert judge(record(answer([[1]], [(0, 10)]), [GOLD_A, context], any_gold=False)).right
    assert judge(record(answer([], []), [GOLD_A, context], any_gold=False)).values["evidence recall"] == 0.0


def test_evidence_precision_is_the_share_of_statements_on_gold() -> None:
    # the first cites half of the gold, the second lies by half within it, the third only touches it
    values = judge(record(answer([[1], [2], [3]], [(5, 10), (8, 12), (9, 20)]), [GOLD_A])).values
    assert values["evidence precision"] == pytest.approx(2 / 3, abs=1e-4)
    assert values["statements of an answer"] == 3.0
    assert values["words of an answer"] == 9.0
    refused = judge(record(answer([], []), [GOLD_A]))
    assert "evidence precision" not in refused.values
    assert (refused.values["over-refusal"], refused.outcome) == (1.0, "missed")


def test_answer_string_must_stand_within_one_citation() -> None:
    # "bb" stands in the statements' texts as well, which do not count
    found = judge(record(answer([[1], [2]], [(5, 10), (10, 12)]), answers=["aaaaa bb"]))
    assert (found.values["answer in citations"], found.right) == (0.0, False)
    assert judge(record(answer([[1]], [(10, 12)]), answers=["bb"])).right
    assert judge(record(answer([[1]], [(10, 12)]))).right
    assert not judge(record(answer([[1]], [(10, 12)]), relevant=["elsewhere"])).right
    assert judge(record(answer([[1]], [(10, 12)]), relevant=[])).outcome == "unjudged"


def test_statement_without_a_citation_that_is_there_is_counted() -> None:
    assert judge(record(answer([[1], [], [2]], [(0, 5)]), [GOLD_A])).values["uncited statements"] == 2.0
    assert judge(record(answer([[1], [1]], [(0, 5)]), [GOLD_A])).values["uncited statements"] == 0.0


def test_unanswerable_question_has_no_measures_of_evidence() -> None:
    flagged = Conflict(statements=(0, 1), kind="number", values=("1", "2"))
    judged = judge(record(answer([[1]], [(0, 5)], conflicts=(flagged,)), answerable=False, relevant=[]))
    assert (judged.right, judged.outcome, judged.values["refused"]) == (None, "unfounded", 0.0)
    assert judged.values["false conflicts"] == 1.0
    assert not {"evidence recall", "over-refusal", "answer token F1", "conflicts flagged"} & set(judged.values)
    assert not [name for name in judged.values if "@" in name]
    assert judge(record(answer([], []), answerable=False)).outcome == "refused"


def test_disagreement_must_be_flagged_where_sources_disagree() -> None:
    values = judge(record(answer([[1]], [(0, 5)]), [GOLD_A], kind="conflict")).values
    assert (values["conflicts flagged"], "false conflicts" in values) == (0.0, False)


def test_ranking_is_measured_by_success_where_one_quote_suffices() -> None:
    ranked = ["d#10-20", "d#0-10"]
    either = judge(record(answer([], []), [GOLD_A, GOLD_C], ranked=ranked)).values
    both = judge(record(answer([], []), [GOLD_A, GOLD_C], any_gold=False, ranked=ranked)).values
    context = Gold(document_id="d", quote="b" * 10, context=True)
    assert judge(record(answer([], []), [GOLD_A, context], ranked=ranked)).values["recall@1 dense"] == 0.0
    assert (either["recall@1 dense"], either["recall@5 dense"]) == (0.0, 1.0)
    assert (both["recall@1 dense"], both["recall@5 dense"]) == (0.0, 0.5)
    assert either["MRR@10 rerank"] == both["MRR@10 rerank"] == 0.5


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ((8, 20), ["d#10-20"]),
        ((5, 15), ["d#0-10", "d#10-20"]),
        ((2, 28), ["d#0-10", "d#10-20", "d#20-30"]),
        ((13, 15), ["d#10-20"]),
        ((90, 99), ["d#90-99"]),  # in no passage: never found
    ],
)
def test_passages_with_half_a_quote_or_half_gold_are_relevant(place: tuple[int, int], expected: list[str]) -> None:
    question = Question(id="q", text="?", kind="fact", group="q", answerable=True, gold=(GOLD_A,), relevant_ids=("d",))
    places = [[Place(document_id="d", start=place[0], end=place[1])]]
    assert list(relevant_items(question, places, {"d": [(0, 10), (10, 20), (20, 30)]})) == expected

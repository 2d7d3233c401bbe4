"""Whole runs of the evaluation suite through the real engine: scores, results, the gate, the command."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from eval import Result, measure
from eval.report.gate import BaselineError, changes, failures, write_baseline
from eval.report.result import as_json, judged_of
from eval.run.judge import Judged
from eval.run.score import score
from rag.cli import main
from tests.support.processes import footnote
from tests.support.sets import small_set, write_lines

RAISED = "The tower of Brisk was raised in 1870 by the mason Pell Adair."
WATCHMAN = "A watchman lives on its third floor."
TOWER = f"The Tower\n\n{RAISED} {'Lightning struck it in 1902, and it burnt for a day. ' * 4}\n\n{WATCHMAN}\n"


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """Three documents and six questions, the answerable ones asked a second time without their documents."""
    folder = tmp_path_factory.mktemp("set")
    documents, _ = small_set(folder)
    (documents / "tower.txt").write_text(TOWER, encoding="utf-8")
    gold = [{"document": "tower", "quote": RAISED}]
    more = {"document": "tower", "quote": WATCHMAN}
    records = [
        asked("who", "Who raised the tower of Brisk?", gold, answers=["Pell Adair"]),
        asked("two", "When was the tower of Brisk raised?", [*gold, more], any=False, answers=["1870"]),
        asked("when", "When was the bridge at Orlen opened?", [{"document": "bridge.txt", "quote": "in 1932"}]),
        asked("near", "When was the bridge at Quarn opened?", []),
        asked("far", "How do I bake sourdough bread?", []),
        asked("off", "Which planets have rings?", []),
    ]
    return measure(documents, write_lines(folder / "six.jsonl", records), without_evidence=True)


def asked(identifier: str, question: str, gold: Sequence[object], **more: object) -> dict[str, object]:
    kind = "who" if identifier == "who" else "when" if gold else "near_miss" if identifier == "near" else "off_topic"
    return {"id": identifier, "kind": kind, "question": question, "gold": gold, "unanswerable": not gold, **more}


def test_answers_are_judged_against_the_source_text(result: Result) -> None:
    values = {one.id: one.values for one in result.questions}
    assert [one.id for one in result.questions] == ["who", "two", "when", "near", "far", "off"]
    assert (values["who"]["evidence recall"], values["who"]["answer in citations"]) == (1.0, 1.0)
    assert values["two"]["evidence recall"] == 0.5
    assert "evidence recall" not in values["far"]
    assert values["far"]["refused"] == 1.0
    outcomes = {one.id: one.outcome for one in result.questions}
    assert (outcomes["who"], outcomes["two"], outcomes["far"]) == ("right", "wrong", "refused")
    assert result["citation exactness"].value == 1.0
    assert result["uncited statements"].value == 0.0
    assert result["evidence recall"].value == pytest.approx(2.5 / 3, abs=1e-4)
    assert (result["over-refusal"].value, result["over-refusal"].n) == (0.0, 3)
    assert (result["refused: off_topic"].value, result["refused: off_topic"].n) == (1.0, 2)
    assert result["evidence recall: who"].n == 1
    assert result["relevant document cited"].value == 1.0
    with pytest.raises(KeyError, match="'evidence recal' is no measure; there are citation exactness, "):
        result["evidence recal"]


def test_every_stage_is_measured_on_the_passages_with_gold(result: Result) -> None:
    for record in result.run.records[:3]:
        assert set(record.legs) == {"dense", "lexical", "fused", "rerank"}
        assert all(item.rpartition("#")[0] in ("tower", "bridge") for item in record.relevant)
    assert len(result.run.records[1].relevant) == 2
    assert [result[f"recall@5 {stage}"].value for stage in ("dense", "fused", "rerank")] == [1.0, 1.0, 1.0]
    assert result["recall@5 dense"].n == 3
    assert result["MRR@10 rerank"].value == 1.0


def test_without_its_documents_an_answerable_question_is_not_answered_from_them(result: Result) -> None:
    for record in result.run.records[:3]:
        assert record.without is not None
        cited = {one.document_id for one in record.without.citations}
        assert not cited & set(record.question.relevant_ids)
        assert record.without.corpus.documents == 2
        assert record.without.confidence < record.answer.confidence
    assert [one.without for one in result.run.records[3:]] == [None] * 3
    assert (result["AUROC without evidence"].value, result["AUROC without evidence"].n) == (1.0, 3)
    assert result["refused without evidence"].n == 3


def test_scores_of_judged_questions_are_those_worked_out_by_hand() -> None:
    judged = [
        one("a", right=True, confidence=0.9),
        one("b", right=True, confidence=0.8),
        one("c", right=False, confidence=0.7),
        one("d", answered=False, confidence=0.3),
        one("e", answerable=False, kind="near_miss", confidence=0.8),
        one("f", answerable=False, answered=False, kind="near_miss", confidence=0.2),
        one("g", answerable=False, answered=False, kind="off_topic", confidence=0.1),
    ]
    found = {name: score.value for name, score in score(judged).items()}
    # refused: d, f, g, of which f and g rightly; not answerable: e, f, g
    assert found["refusal precision"] == pytest.approx(2 / 3, abs=1e-4)
    assert found["refusal F1"] == pytest.approx(2 / 3, abs=1e-4)
    # with near misses alone: refused d and f; not answerable e and f
    assert (found["refusal precision: near_miss"], found["refusal F1: near_miss"]) == (0.5, 0.5)
    assert found["refusal F1: off_topic"] == pytest.approx(2 / 3, abs=1e-4)
    # of 12 pairs: a beats 3, b beats 2 and ties 1, c beats 2, d beats 2
    assert found["AUROC of confidence"] == pytest.approx(9.5 / 12, abs=1e-4)
    # a alone is right; at 0.8 one of three is wrong
    assert found["coverage at 5 % risk"] == pytest.approx(1 / 7, abs=1e-4)
    squares = [0.01, 0.04, 0.09, 0.49, 0.64, 0.04, 0.01]
    assert found["Brier score"] == pytest.approx(sum(squares) / 7, abs=1e-4)
    assert found["evidence recall"] is None


def one(
    identifier: str,
    values: Mapping[str, float] | None = None,
    *,
    answerable: bool = True,
    answered: bool = True,
    right: bool | None = None,
    confidence: float = 0.5,
    kind: str = "fact",
) -> Judged:
    return Judged(
        id=identifier,
        kind=kind,
        answerable=answerable,
        answered=answered,
        right=right,
        confidence=confidence,
        values=values or {},
    )


def test_result_goes_through_json(result: Result) -> None:
    written = json.loads(json.dumps(as_json(result)))
    assert judged_of(written) == list(result.questions)
    assert written["set"]["asked"] == 6
    assert written["models"]["reranker"].startswith("ms-marco-MiniLM-L-12-v2@1225ccd6")
    assert len(written["timings_ms"]["questions"]) == 6
    assert written["scores"]["evidence recall"]["n"] == 3
    first = written["questions"][0]
    assert first["gold"][0]["before"] == "The Tower\n\n"
    assert first["answer"]["citations"][0]["quote"] == RAISED
    assert first["answer_without_evidence"]["corpus"]["documents"] == 2
    assert "id" not in first["answer"]
    assert "timings_ms" not in first["answer"]


def test_change_of_a_measure_counts_only_with_its_whole_interval() -> None:
    def recalled(every: int, *, lost: str = "") -> list[Judged]:
        return [one(str(n), {"evidence recall": float(n % every == 1 and str(n) != lost)}) for n in range(40)]

    half, nearly, quarter = recalled(2), recalled(2, lost="1"), recalled(4)
    assert changes(half, half, ["evidence recall"])[0].difference.value == 0.0
    assert not changes(half, nearly, ["evidence recall"])[0].worse
    found = changes(half, quarter, ["evidence recall", "evidence precision"])
    assert [change.measure for change in found] == ["evidence recall"]
    assert (found[0].before, found[0].after, found[0].worse, found[0].better) == (0.5, 0.25, True, False)
    assert changes(quarter, half, ["evidence recall"])[0].better
    assert changes(half, [one("elsewhere")], ["evidence recall"]) == []


def test_more_refusals_are_worse() -> None:
    few = [one(str(number), {"over-refusal": 0.0}) for number in range(30)]
    many = [one(str(number), {"over-refusal": float(number < 15)}) for number in range(30)]
    assert changes(few, many, ["over-refusal"])[0].worse
    assert changes(many, few, ["over-refusal"])[0].better


def test_gate_passes_the_same_and_names_what_is_worse(result: Result, tmp_path: Path) -> None:
    file = tmp_path / "base" / "line.json"
    write_baseline(result, file)
    assert failures(result, file) == []
    assert file.read_text("utf-8").count("\n") == 1 + len(result.questions)
    lost = [replace(judged, values={**judged.values, "evidence recall": 0.0}) for judged in result.questions[:3]]
    worse = replace(result, questions=(*lost, *result.questions[3:]))
    assert failures(worse, file) == [
        "evidence recall went from 0.833 to 0.000 (95 % interval of the difference -1.000 to -0.500)"
    ]


def test_gate_fails_where_a_citation_is_not_exact_or_missing(result: Result, tmp_path: Path) -> None:
    write_baseline(result, tmp_path / "line.json")
    first = result.questions[0]
    broken = {**first.values, "citation exactness": 0.0, "uncited statements": 2.0}
    worse = replace(result, questions=(replace(first, values=broken), *result.questions[1:]))
    assert failures(worse, tmp_path / "line.json") == [
        "citation exactness must be 1 for every question; it is not for who",
        "uncited statements must be 0 for every question; it is not for who",
    ]


def test_base_line_of_other_questions_is_refused(result: Result, tmp_path: Path) -> None:
    file = tmp_path / "line.json"
    write_baseline(result, file)
    other = replace(result, run=replace(result.run, set_sha256="0" * 64), drawn={**result.drawn, "half": "test"})
    with pytest.raises(BaselineError, match=r"measured on something else \(set_sha256, half differ\)"):
        failures(other, file)
    file.write_text("{}", encoding="utf-8")
    with pytest.raises(
        BaselineError, match=r"is no base line: KeyError\('questions'\); make one with --write-baseline"
    ):
        failures(result, file)


def test_command_gives_the_same_in_every_process_and_holds_the_gate(tmp_path: Path) -> None:
    documents, questions = small_set(tmp_path)
    line, unused = tmp_path / "line.json", tmp_path / "unused"
    arguments = ["eval", "--corpus", str(documents), "--questions", str(questions), "--out"]
    first = footnote(*arguments, str(tmp_path / "first"), "--write-baseline", str(line), data_dir=unused)
    assert first.returncode == 0, first.stderr
    assert "evidence recall" in first.stdout
    assert not unused.exists()

    gated = [*arguments, str(tmp_path / "second"), "--gate", str(line)]
    second = CliRunner().invoke(main, gated)
    assert second.exit_code == 0, second.stderr
    assert f"no worse than {line}" in second.stderr
    results = [json.loads((tmp_path / run / "questions.json").read_text("utf-8")) for run in ("first", "second")]
    for result in results:
        del result["timings_ms"]
    assert json.dumps(results[0]) == json.dumps(results[1])

    refusing = CliRunner().invoke(main, gated, env={"FOOTNOTE_THRESHOLD": "1"})
    assert refusing.exit_code == 1
    assert "WORSE evidence recall went from 1.000 to 0.000" in refusing.stderr
    scores = json.loads((tmp_path / "second" / "questions.json").read_text("utf-8"))["scores"]
    assert scores["over-refusal"]["value"] == 1.0
    assert scores["citation exactness"] == {"value": None, "low": None, "high": None, "n": 0}

"""Every set beside each other: what a question is worth, the measures of a set, what changed, the command."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from eval.overall.asking import Asked, SetResult
from eval.overall.cases import CasesError, ask_cases
from eval.overall.changes import changes
from eval.overall.columns import columns
from eval.overall.report import as_json, read_results, scores, to_read
from eval.report.result import ResultError
from eval.run.judge import Judged
from rag.cli import main
from tests.support.sets import BRIDGE, MILL, write_lines

PROGRAM = """
import argparse, json, urllib.request
given = argparse.ArgumentParser()
for name in ("--base", "--cases", "--json"):
    given.add_argument(name)
given = given.parse_args()
assert urllib.request.urlopen(given.base + "/health/ready").status == 200
rows = [("works", "When?"), ("partly", "Where?"), ("works", "Why?"), ("fails", "Who?")]
rows = [{"case": "01", "kind": "date", "question": asked, "verdict": found, "answer": "So."} for found, asked in rows]
json.dump({"counts": {}, "rows": rows}, open(given.json, "w"))
"""


def one(
    identifier: str,
    *,
    answerable: bool = True,
    answered: bool = True,
    right: bool | None = None,
    confidence: float = 0.5,
    read: bool = False,
    **values: float,
) -> Asked:
    named = {key.replace("_", " "): value for key, value in values.items()}
    if not read:
        named["fact cited"] = float(bool(right))
    judged = Judged(
        id=identifier,
        kind="fact",
        answerable=answerable,
        answered=answered,
        right=right,
        confidence=confidence,
        values=named,
    )
    return Asked(question=f"{identifier}?", accepted="yes", said=f"said {identifier}", judged=judged)


def result(name: str, *questions: Asked) -> SetResult:
    return SetResult(name=name, seconds=1.0, questions=questions)


def test_measures_of_a_set_are_those_worked_out_by_hand() -> None:
    asked = [
        one("a", right=True, confidence=0.95, statements=1.0),
        one("b", right=True, confidence=0.9, statements=3.0),
        one("c", right=False, confidence=0.7, statements=2.0),
        one("d", right=False, answered=False, confidence=0.3),
        one("e", answerable=False, confidence=0.8, refused=0.0),
        one("f", answerable=False, answered=False, confidence=0.1, refused=1.0),
    ]
    found = columns([each.judged for each in asked])
    assert {name: (score.value, score.n) for name, score in found.items() if score.n} == {
        "fact cited": (0.5, 4),
        "refused": (0.5, 2),
        "AUROC": (0.75, 6),  # of 8 pairs e loses to a and b, f to all
        "statements": (2.0, 3),
        "calibration error": (0.4125, 4),  # a bin each: .05, .1, .7 and .8
        "right at .9 and above": (1.0, 2),
        "right below .9": (0.0, 2),  # c and e
    }
    assert (found["refused"].low, found["refused"].high) == (0.0945, 0.9055)
    assert columns([])["AUROC"].n == 0


def test_sets_that_only_a_reader_judges_are_left_out_of_the_whole() -> None:
    judged = [result("a", one("a", right=True, confidence=0.9)), result("b", one("b", right=False, confidence=0.6))]
    read = result("read", one("r", answered=False, read=True), one("s", answerable=False, answered=False, read=True))
    found = scores([*judged, read])
    assert (found["all that are judged"]["fact cited"].value, found["all that are judged"]["fact cited"].n) == (0.5, 2)
    assert "all that are judged" not in scores([judged[0], read])


def test_changes_are_counted_by_pairs() -> None:
    def with_more(more: str, right: range) -> SetResult:
        return result(
            "s", *(one(str(number), right=number in right) for number in range(8)), one("r", read=True), one(more)
        )

    before, after = with_more("gone", range(3)), with_more("new", range(2, 8))
    (found,) = changes({"s": before}, [after, result("new", one("x", right=True))])
    assert (found.name, found.shared, len(found.fixed), len(found.broken)) == ("s", 8, 5, 2)
    assert found.chance == pytest.approx(58 / 128)  # of 7 throws, 2 or fewer of either side
    assert changes({"s": before}, [before])[0].chance == 1.0


def test_result_goes_through_json(tmp_path: Path) -> None:
    found = [result("s", one("a", right=True), one("b", answerable=False, answered=False, refused=1.0))]
    file = tmp_path / "all.json"
    file.write_text(as_json(found, {"limit": 2}), "utf-8")
    assert read_results(file) == {"s": found[0]}
    assert json.loads(file.read_text("utf-8"))["scores"]["s"]["refused"]["n"] == 1
    file.write_text("{}", "utf-8")
    with pytest.raises(ResultError, match="is no result of footnote eval all: KeyError"):
        read_results(file)


def test_reader_gets_what_a_program_cannot_judge_and_what_changed() -> None:
    before = result("s", one("a", right=True), one("b", right=False))
    after = result("s", one("a", right=False), one("b", right=True))
    lines = list(to_read([after, result("read", one("r", read=True))], changes({"s": before}, [after])))
    titles = [line.strip("# \n") for line in lines if line.startswith("# ")]
    assert titles == ["To be judged: read", "Broken: s", "Fixed: s"]
    assert "Said (0.50): said r\n" in lines
    assert lines.count("Before (0.50): said a\n") == 1


def test_cases_are_run_against_a_server_of_their_own(tmp_path: Path) -> None:
    case = {
        "question": "When?",
        "more": [{"question": "Why?", "expect_refused": True}, {"question": "Who?", "expect_refused": True}],
    }
    (tmp_path / "01").mkdir()
    (tmp_path / "01" / "case.json").write_text(json.dumps(case), "utf-8")
    (tmp_path / "run.py").write_text(PROGRAM, "utf-8")
    found = ask_cases(tmp_path)
    assert [each.judged.outcome for each in found.questions] == ["right", "wrong", "refused", "unfounded"]
    whole = {name: (score.value, score.n) for name, score in scores([found])["cases"].items()}
    assert whole == {"fact cited": (0.5, 2), "refused": (0.5, 2)}


def test_folder_without_the_program_of_its_cases_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CasesError, match=r"has no run\.py, the program that asks the cases"):
        ask_cases(tmp_path)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Records about a bridge and a mill, and one of the documents again with what is expected in words."""
    folder = tmp_path / "data"
    texts = [{"id": "bridge", "text": BRIDGE}, {"id": "mill", "text": MILL}]
    asked = [
        ("When was the bridge at Orlen opened?", ["1932"], ["bridge"]),
        ("How often does the mill's wheel turn?", ["twelve"], ["mill"]),
        ("How do I bake sourdough bread?", [], []),
    ]
    queries = [
        {
            "id": str(number),
            "question": text,
            "answers": answers,
            "relevant_ids": relevant,
            "unanswerable": not relevant,
        }
        for number, (text, answers, relevant) in enumerate(asked)
    ]
    write_lines(folder / "small" / "corpus.jsonl", texts)
    write_lines(folder / "small" / "queries.jsonl", queries)
    (folder / "read" / "docs").mkdir(parents=True)
    (folder / "read" / "docs" / "mill.txt").write_text(MILL, "utf-8")
    expected = {"question": "What does the mill grind?", "answerable": True, "expect": "Rye.", "file": "mill.txt"}
    write_lines(folder / "read" / "questions.jsonl", [expected])
    return folder


def test_command_asks_every_set_and_compares(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "results" / "first.json"
    command = ["eval", "all", "--data", str(data), "--only", "small", "--only", "read"]
    first = CliRunner().invoke(main, [*command, "--out", str(out)])
    assert first.exit_code == 0, first.output
    small = read_results(out)["small"]
    assert [each.judged.outcome for each in small.questions] == ["right", "right", "refused"]
    assert small.questions[0].judged.values["hit@10 rerank"] == 1.0
    measured = json.loads(out.read_text("utf-8"))["scores"]
    assert measured["read"]["over-refusal"] == {"value": 0.0, "low": 0.0, "high": 0.7935, "n": 1}
    assert (measured["read"]["fact cited"]["n"], measured["read"]["hit@10 rerank"]["value"]) == (0, 1.0)
    assert "Expected: Rye." in out.with_suffix(".md").read_text("utf-8")
    second = CliRunner().invoke(main, [*command, "--out", str(tmp_path / "second.json"), "--compare", str(out)])
    assert second.exit_code == 0, second.output
    assert "since the earlier result" in second.stdout


def test_unknown_set_is_refused_with_those_that_there_are(data: Path) -> None:
    done = CliRunner().invoke(main, ["eval", "all", "--data", str(data), "--only", "smal"])
    assert done.exit_code == 1
    assert "there is no set 'smal'; there are seeds, seeds by another hand, lessons, read, small" in done.output

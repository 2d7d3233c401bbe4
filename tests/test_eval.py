"""The evaluation suite: its sets, its measures against values worked out by hand, and a whole small run."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from eval.measures import (
    auroc,
    brier,
    calibration_error,
    contains_answer,
    coverage_at_risk,
    covered,
    ndcg,
    recall_at,
    reciprocal_rank,
    risk_coverage,
    token_f1,
)
from eval.sets import EvalSetError, in_half, load_set
from tests.conftest import footnote

BRIDGE = "The Bridge\n\nThe bridge at Orlen was opened in 1932. Mayor Ines Halvorsen cut the ribbon.\n"
MILL = "The Mill\n\nThe mill at Quarn grinds rye. Its wheel turns twelve times a minute.\n"


def write_lines(file: Path, records: Sequence[object]) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(f"{json.dumps(record)}\n" for record in records), encoding="utf-8")
    return file


def small_set(folder: Path, *, quote: str = "The bridge at Orlen was opened in 1932.") -> tuple[Path, Path]:
    documents = folder / "documents"
    documents.mkdir()
    (documents / "bridge.txt").write_text(BRIDGE, encoding="utf-8")
    (documents / "mill.txt").write_text(MILL, encoding="utf-8")
    records = [
        {
            "id": "q1",
            "kind": "when",
            "question": "When was the bridge at Orlen opened?",
            "unanswerable": False,
            "gold": [{"document": "bridge", "quote": quote}],
            "answers": ["1932"],
        },
        {"id": "q2", "kind": "off_topic", "question": "How do I bake sourdough bread?", "unanswerable": True},
    ]
    return documents, write_lines(folder / "questions.jsonl", records)


def test_retrieval_measures_of_a_ranking() -> None:
    ranked, relevant = ["a", "b", "c", "d"], ["b", "d", "z"]
    assert recall_at(ranked, relevant, 2) == pytest.approx(1 / 3)
    assert recall_at(ranked, relevant, 4) == pytest.approx(2 / 3)
    assert reciprocal_rank(ranked, relevant) == 0.5
    assert reciprocal_rank(ranked, ["d"], k=3) == 0.0
    # gains at ranks 2 and 4: 1/log2(3) + 1/log2(5); ideal, three at the top: 1 + 1/log2(3) + 1/log2(4)
    assert ndcg(ranked, relevant) == pytest.approx((0.6309298 + 0.4306766) / (1 + 0.6309298 + 0.5))


def test_measures_without_anything_to_measure_are_none() -> None:
    assert recall_at(["a"], [], 1) is None
    assert ndcg(["a"], []) is None
    assert contains_answer("text", []) is None
    assert token_f1("text", []) is None
    assert auroc([], [0.1]) is None
    assert brier([], []) is None
    assert calibration_error([], []) is None
    assert coverage_at_risk([], []) is None


def test_coverage_of_a_quote_counts_each_character_once() -> None:
    assert covered((10, 20), [(0, 12), (11, 15), (30, 40)]) == 0.5
    assert covered((10, 20), []) == 0.0
    assert covered((10, 20), [(0, 99)]) == 1.0


def test_answer_strings_are_compared_by_whole_words() -> None:
    assert contains_answer("Opened in the year 1932, it cost little.", ["1932"]) == 1.0
    assert contains_answer("Opened in 19321.", ["1932"]) == 0.0
    assert contains_answer("“Ines Halvorsen’s” ribbon", ["the ribbon"]) == 1.0
    assert token_f1("It was opened in 1932", ["1932", "in 1932"]) == pytest.approx(2 * 2 / (5 + 2))


def test_calibration_and_risk_of_four_probabilities() -> None:
    given, outcomes = [0.9, 0.7, 0.4, 0.2], [True, False, True, False]
    assert brier(given, outcomes) == pytest.approx((0.01 + 0.49 + 0.36 + 0.04) / 4)
    # bins {0.2, 0.4} and {0.7, 0.9}: |0.3 - 0.5| and |0.8 - 0.5|, each of weight one half
    assert calibration_error(given, outcomes, bins=2) == pytest.approx(0.25)
    assert risk_coverage(given, outcomes) == [(0.25, 0.0), (0.5, 0.5), (0.75, pytest.approx(1 / 3)), (1.0, 0.5)]
    assert coverage_at_risk(given, outcomes) == 0.25
    assert auroc([0.9, 0.4], [0.7, 0.2]) == 0.75


def test_gold_quote_that_is_not_in_its_document_is_refused(tmp_path: Path) -> None:
    documents, questions = small_set(tmp_path, quote="The bridge was opened in 1933.")
    with pytest.raises(EvalSetError, match=r"questions\.jsonl:1: the gold quote 'The bridge was opened in 1933\.'"):
        load_set(documents, questions)


def test_records_of_a_corpus_become_documents_with_their_description(tmp_path: Path) -> None:
    write_lines(
        tmp_path / "corpus.jsonl",
        [{"id": "d1", "title": "A Bridge", "text": "It opened.", "date": "2024-05-03", "source": "The Post"}],
    )
    write_lines(
        tmp_path / "queries.jsonl",
        [{"id": "q", "question": "What opened?", "answers": ["It"], "relevant_ids": ["d1"], "unanswerable": False}],
    )
    chosen = load_set(tmp_path)
    assert chosen.documents[0].content.decode() == "A Bridge\n\nSource: The Post\n\nPublished: 2024-05-03\n\nIt opened."
    assert (chosen.questions[0].relevant_ids, chosen.questions[0].answers) == (("d1",), ("It",))


def test_squad_file_gives_a_document_a_paragraph(tmp_path: Path) -> None:
    paragraph = {
        "context": "It opened in 1932.",
        "qas": [
            {"id": "1", "question": "When?", "is_impossible": False, "answers": [{"text": "1932"}, {"text": "1932"}]},
            {"id": "2", "question": "Who?", "is_impossible": True, "answers": []},
        ],
    }
    file = tmp_path / "dev.json"
    file.write_text(json.dumps({"data": [{"title": "The Bridge", "paragraphs": [paragraph]}]}), encoding="utf-8")
    chosen = load_set(file)
    assert [document.path for document in chosen.documents] == ["The_Bridge-0000.txt"]
    assert [(one.answerable, one.answers, one.relevant_ids) for one in chosen.questions] == [
        (True, ("1932",), ("The_Bridge-0000",)),
        (False, (), ()),
    ]


def test_beir_folder_keeps_the_judged_queries(tmp_path: Path) -> None:
    write_lines(tmp_path / "corpus.jsonl", [{"_id": "d1", "title": "", "text": "One."}])
    write_lines(tmp_path / "queries.jsonl", [{"_id": "q1", "text": "one?"}, {"_id": "q2", "text": "two?"}])
    (tmp_path / "qrels").mkdir()
    rows = ["query-id\tcorpus-id\tscore", "q1\td1\t1", "q2\td1\t0"]
    (tmp_path / "qrels" / "test.tsv").write_text("\n".join(rows), encoding="utf-8")
    assert [(one.id, one.relevant_ids) for one in load_set(tmp_path).questions] == [("q1", ("d1",))]


def test_halves_part_the_questions_and_keep_groups_together(tmp_path: Path) -> None:
    records = [
        {"id": str(number), "question": "?", "unanswerable": True, "group": str(number // 2)} for number in range(200)
    ]
    (tmp_path / "documents").mkdir()
    questions = load_set(tmp_path / "documents", write_lines(tmp_path / "q.jsonl", records)).questions
    test, calibration = ({one.id for one in questions if in_half(one, test=half)} for half in (True, False))
    assert not test & calibration
    assert len(test | calibration) == 200
    assert 70 < len(test) < 130
    assert all((str(2 * pair) in test) == (str(2 * pair + 1) in test) for pair in range(100))


def test_command_measures_a_folder_of_ones_own(tmp_path: Path) -> None:
    documents, questions = small_set(tmp_path)
    results = []
    for run in ("first", "second"):
        out = tmp_path / f"{run}.json"
        arguments = ("eval", "--corpus", str(documents), "--questions", str(questions), "--half", "both")
        done = footnote(*arguments, "--out", str(out), data_dir=tmp_path / "unused")
        assert done.returncode == 0, done.stderr
        results.append(json.loads(out.read_text("utf-8")))
        assert "evidence recall" in done.stdout
    scores = results[0]["scores"]
    assert scores["citation exactness"] == {"value": 1.0, "low": 1.0, "high": 1.0, "n": 1}
    assert [scores[name]["value"] for name in ("evidence recall", "refused", "over-refusal")] == [1.0, 1.0, 0.0]
    assert scores["AUROC of confidence"]["value"] == 1.0
    for result in results:
        for record in result["records"]:
            del record["answer"]["id"], record["answer"]["timings_ms"]
    assert results[0] == results[1]
    assert not (tmp_path / "unused").exists()

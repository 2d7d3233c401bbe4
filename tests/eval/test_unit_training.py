"""What the judge of rows, items, lists, records and code learns from."""

import json
import random
from pathlib import Path

from click.testing import CliRunner

from eval.sets.forms import load_context_set, load_form_set
from eval.sets.wikitables import main
from eval.training.pairs import Pair
from eval.training.rounds import of_units, with_strangers
from eval.training.strangers import stranger_files, stranger_pairs
from rag.models import load_untouched_reranker
from tests.support.engines import OpenLibrary

TABLE = """"Year","Harbour","Berths"
"1998","Ostvik","120"
"1999","Lerum","85"
"2000","Hamre","240"
"""
TARIFF = """# Harbour tariff

The fees cover:

- water and electricity
- the use of the crane
- waste disposal

| Boat | Fee |
|---|---|
| Dinghy | 4 euros |
| Yacht | 19 euros |
"""


def test_contexts_have_the_questions_that_one_row_answers(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    for name in ("data", "csv/1-csv", "page/1-page"):
        (checkout / name).mkdir(parents=True)
    (checkout / "csv/1-csv/1.csv").write_text(TABLE)
    title = {"title": "Harbours - Wikipedia, the free encyclopedia"}
    (checkout / "page/1-page/1.json").write_text(json.dumps(title))
    asked = [
        ("how many berths did lerum have?", "85"),
        ("which harbours were there?", "Ostvik|Lerum|Hamre"),  # several answers
        ("how many years are listed?", "3"),  # no cell
        ("what is the largest number of berths?", "240"),  # no other cell of the row is named
    ]
    lines = ["id\tutterance\tcontext\ttargetValue"]
    lines += [f"nt-{place}\t{question}\tcsv/1-csv/1.csv\t{answer}" for place, (question, answer) in enumerate(asked)]
    (checkout / "data" / "training.tsv").write_text("\n".join(lines) + "\n")
    result = CliRunner().invoke(main, [str(checkout), str(tmp_path / "made")])
    assert result.exit_code == 0, result.output
    found = load_context_set(tmp_path / "made" / "wikitables-test" / "contexts.jsonl")
    assert [(one.question, one.answers) for one in found.questions] == [("How many berths did lerum have?", ("85",))]
    (text,) = found.texts.values()
    assert text.startswith("# Harbours\n\n| Year | Harbour | Berths |\n|---|---|---|\n| 1998 | Ostvik | 120 |\n")


def test_documents_that_calibrate_teach_nothing() -> None:
    whole = load_form_set()
    teaches, calibrates = whole.part("learns"), whole.part("calibrates")
    assert not set(teaches.texts) & set(calibrates.texts)
    assert {**teaches.texts, **calibrates.texts} == whole.texts
    assert len(teaches.questions) + len(calibrates.questions) == len(whole.questions)
    assert 0.1 < len(calibrates.texts) / len(whole.texts) < 0.4


def test_strangers_are_the_units_of_documents_that_do_not_answer(open_library: OpenLibrary, tmp_path: Path) -> None:
    docs = tmp_path / "other" / "docs"
    docs.mkdir(parents=True)
    (docs / "tariff.md").write_text(TARIFF)
    asked = ["What does the insurance cover?", "What is the fee for a bicycle?"]
    files = stranger_files(tmp_path, random.Random(1))
    found = list(stranger_pairs(open_library(), load_untouched_reranker(threads=1), files, asked))
    assert {one.question for one in found} == set(asked)
    assert not any(one.answerable for one in found)
    assert any("crane" in one.text for one in found)
    assert any("Dinghy" in one.text for one in found)


def test_no_set_is_most_of_what_is_learned_and_strangers_come_with_what_was(tmp_path: Path) -> None:
    sets = [
        [
            Pair(question=f"q{n}", text=f"{name} {n}", answerable=n % 2 == 0, relevance=None, source=name)
            for n in range(count)
        ]
        for name, count in (("large", 9_000), ("small", 50))
    ]
    learned = of_units(sets, [], load_untouched_reranker(threads=1))
    assert sum(one.source == "large" for one in learned) == 2_400
    assert sum(one.source == "small" for one in learned) == 50
    strangers = [
        Pair(question="q", text=str(n), answerable=False, relevance=0.0, source="strangers") for n in range(100)
    ]
    last = with_strangers(learned, strangers)
    assert last[:100] == strangers
    assert len(last) == 300

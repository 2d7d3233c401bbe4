"""What each variant of the engine lacks, seen in what it ranks and answers."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from math import exp

import pytest

from eval.run.judge import Judged
from eval.run.ranking import legs_of
from eval.studies.ablate import ablate, table
from eval.studies.variants import VARIANTS, WHOLE
from rag.library import Library, assemble
from rag.models.protocols import Encoder, PairScorer
from rag.settings import Settings
from tests.support.engines import write_and_ingest
from tests.support.sets import write_lines

MILL = "The Mill of Quarn\n\nBy Ines Halvorsen\n\nThe mill grinds rye. It was built by two brothers in 1932.\n"
OTHERS = {
    "bridge.txt": "The Bridge\n\nThe bridge at Orlen was opened in 1951. A mayor cut the ribbon.\n",
    "bread.txt": "Bread\n\nA sourdough needs flour, water and salt. It rests for a night.\n",
}
BUILT = "When was the mill built?"
RINGS = "Which planet beside the mill has rings?"
WAGES = "What wages did the cook of the mill get?"
WROTE = "Who wrote the article The Mill of Quarn?"


@pytest.fixture(scope="module")
def engine(encoder: Encoder, scorer: PairScorer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("variants")
    with closing(assemble(Settings(data_dir=folder / "data"), encoder, scorer)) as made:
        write_and_ingest(made, folder / "documents", {"mill.txt": MILL, **OTHERS})
        yield made


def test_variants_without_a_leg_rank_by_the_other_alone(engine: Library) -> None:
    whole = legs_of(engine, BUILT, by_document=True)
    dense = legs_of(VARIANTS["dense leg alone"](engine), BUILT, by_document=True)
    lexical = legs_of(VARIANTS["lexical leg alone"](engine), BUILT, by_document=True)
    assert whole["lexical"] == lexical["lexical"] == ["mill"]
    assert (dense["dense"], dense["lexical"]) == (whole["dense"], [])
    assert (lexical["dense"], lexical["fused"]) == ([], ["mill"])
    assert "dense" not in {
        name for one in VARIANTS["lexical leg alone"](engine).ask(BUILT).passages for name in one.scores
    }
    assert "lexical" not in {
        name for one in VARIANTS["dense leg alone"](engine).ask(BUILT).passages for name in one.scores
    }
    assert "Atlantis" in VARIANTS["dense leg alone"](engine).ask("When was the mill of Atlantis built?").missing_terms
    assert "mill" not in VARIANTS["dense leg alone"](engine).ask(BUILT).missing_terms


def test_variant_without_reranking_never_doubts(engine: Library) -> None:
    answers = [VARIANTS["without reranking"](engine).ask(one) for one in (BUILT, RINGS)]
    assert all(answer.answered for answer in answers)
    assert answers[0].confidence == answers[1].confidence


def test_variant_without_description_does_not_know_the_author(engine: Library) -> None:
    lacking = VARIANTS["without description"](engine)
    assert "By Ines Halvorsen" in {one.quote for one in engine.ask(WROTE).citations}
    assert "By Ines Halvorsen" not in {one.quote for one in lacking.ask(WROTE).citations}
    assert lacking.ask(BUILT).statements == engine.ask(BUILT).statements


def test_variant_without_context_shows_the_sentence_alone(engine: Library) -> None:
    sentence = "It was built by two brothers in 1932."
    assert engine.ask(BUILT).citations[0].quote == f"The mill grinds rye. {sentence}"
    bare = VARIANTS["without context"](engine).ask(BUILT)
    assert [one.quote for one in bare.citations][:1] == [sentence]
    assert bare.confidence < engine.ask(BUILT).confidence


def test_variant_without_calibration_takes_the_raw_score_as_it_is(engine: Library) -> None:
    raw = VARIANTS["without calibration"](engine)
    answer = raw.ask(BUILT)
    assert answer.answered
    assert answer.confidence == pytest.approx(1 / (1 + exp(-answer.passages[0].score)), abs=1e-3)
    assert answer.confidence != engine.ask(BUILT).confidence
    assert not raw.ask(RINGS).answered


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[Judged]]:
    folder = tmp_path_factory.mktemp("ablate")
    for name, text in {"mill.txt": MILL, **OTHERS}.items():
        (folder / "documents" / name).parent.mkdir(exist_ok=True)
        (folder / "documents" / name).write_text(text, encoding="utf-8")
    gold = [{"document": "mill", "quote": "By Ines Halvorsen"}]
    records = [
        {"id": "author", "question": WROTE, "unanswerable": False, "gold": gold},
        {"id": "wages", "question": WAGES, "unanswerable": True},
    ]
    return ablate(
        folder / "documents",
        write_lines(folder / "q.jsonl", records),
        Settings(),
        half="both",
        limit=None,
        on_progress=lambda stage, done, total: None,
    )


def test_table_compares_every_variant_with_the_whole(found: Mapping[str, list[Judged]]) -> None:
    lines = list(table(found))
    assert lines[0] == f"| measure | {' | '.join(VARIANTS)} |"
    rows = dict(cells(line) for line in lines[2:])
    assert rows["evidence recall"][list(VARIANTS).index(WHOLE)] == "1.000"
    assert rows["evidence recall"][list(VARIANTS).index("without description")] == "0.000 *"
    assert rows["refused"][list(VARIANTS).index("without reranking")] == "0.000 *"
    assert "answer in citations" not in rows


def cells(line: str) -> tuple[str, list[str]]:
    name, *values = [cell.strip() for cell in line.strip("|").split("|")]
    return name, values

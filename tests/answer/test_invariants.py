"""What must hold for any document and any question, checked on generated ones."""

import hashlib
import random
import tempfile
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.ingest.pipeline import find_files, ingest
from rag.library import Library, assemble
from rag.models.protocols import Encoder, PairScorer
from rag.settings import Settings
from rag.types import Answer
from tests.support.engines import write_and_ingest

PROFILE = settings(
    max_examples=8, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
FACTS = (
    "The bridge at Orlen was opened in 1932.",
    "Mayor Ines Halvorsen cut the ribbon 😀 before a crowd of four thousand.",
    "It cost 2.5 million crowns — twice the estimate.",
    "Engineers rebuilt trustâ€”a daunting task.",
    "The ferry, however, kept running until 1951.",
    "他们在河上建了一座桥。",
    "<script>alert(1)</script> was scrawled on the north pier.",
)
ORNAMENTS = ("\ufeff", "\r\n", "\n\n", "\t", "  ", "\x00", "### Heading\n", "\u2028", "- ", "1. ", "e\u0301", "\u202e")
TEXTS = st.lists(st.sampled_from(FACTS + ORNAMENTS) | st.text(max_size=40), min_size=1, max_size=14).map(" ".join)
QUESTIONS = st.sampled_from(
    ("When was the bridge opened?", "Who cut the ribbon?", "What did it cost?", "What was scrawled on the pier?")
)


def check_answer(engine: Library, answer: Answer) -> None:
    """The invariants of an answer: exact citations, nothing uncited, abstaining is a value."""
    catalog = engine.store.catalog
    for citation in answer.citations:
        text = catalog.text(citation.document_id)
        assert text[citation.start : citation.end] == citation.quote
        assert text[: citation.start].endswith(citation.before)
        assert text[citation.end :].startswith(citation.after)
        assert hashlib.sha256(catalog.source(citation.document_id)).hexdigest() == citation.sha256
    numbers = {citation.number for citation in answer.citations}
    cited = [number for statement in answer.statements for number in statement.citations]
    assert set(cited) == numbers == set(range(1, len(numbers) + 1))
    assert all(statement.citations for statement in answer.statements)
    assert answer.answered == bool(answer.statements)
    assert 0.0 <= answer.confidence <= 1.0
    keys = [(-passage.score, f"{passage.document_id}#{passage.start}-{passage.end}") for passage in answer.passages]
    assert keys == sorted(keys)


@PROFILE
@given(text=TEXTS, question=QUESTIONS)
def test_every_citation_is_the_exact_characters(encoder: Encoder, scorer: PairScorer, text: str, question: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder, "data"), threshold=0.0)
        with closing(assemble(settings, encoder, scorer)) as engine:
            source = text.encode("utf-8", "replace")
            Path(folder, "a.md").write_bytes(source)
            outcome = ingest(engine, find_files([Path(folder, "a.md")]), collection="default")[0]
            if outcome.outcome == "rejected":
                assert not any(character.isalnum() for character in source.decode("utf-8"))
                return
            assert engine.store.catalog.text("a.md").encode("utf-8") == source
            check_answer(engine, engine.ask(question, max_statements=10))


def test_every_answer_over_the_seeds_keeps_the_invariants(seeds_engine: Library) -> None:
    questions = ["Who met whom?", "When were talks held?", "What does Russia want?", "When was it published?", "Why?"]
    open_minded = replace(seeds_engine, reader=type(seeds_engine.reader)(threshold=0.0))  # type: ignore[call-arg]
    for question in questions:
        for engine in (seeds_engine, open_minded):
            check_answer(engine, engine.ask(question, max_statements=10))


def test_order_of_ingest_does_not_change_answers(encoder: Encoder, scorer: PairScorer, tmp_path: Path) -> None:
    texts = {f"{number}.txt": f"Report {number}\n\n{fact} {FACTS[0]}" for number, fact in enumerate(FACTS)}
    answers = []
    for run in range(2):
        names = sorted(texts)
        random.Random(run).shuffle(names)
        with closing(assemble(Settings(data_dir=tmp_path / str(run)), encoder, scorer)) as engine:
            for name in names:
                write_and_ingest(engine, tmp_path / f"files-{run}" / name, {name: texts[name]})
            answers.append([asdict(engine.ask(question)) for question in ("When was the bridge opened?", "What cost?")])
    for first, second in zip(*answers, strict=True):
        for answer in (first, second):
            del answer["id"], answer["timings_ms"]
        assert first == second

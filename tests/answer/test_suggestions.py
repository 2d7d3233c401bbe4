"""Questions to begin with, and near one that was not answered: each must be answered when it is asked."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import pytest

from rag.answer.suggest.offers import Suggestions
from rag.answer.suggest.templates import Proposal, proposals
from rag.errors import NotFound
from rag.language.text import display
from rag.library import Library
from rag.models.protocols import PairScorer
from rag.types import Document, Kind, PairScores, Sentence, Span
from tests.support.engines import OpenLibrary, write_and_ingest

UNANSWERED = [
    "Who is the president of Poland?",
    "What did Hegseth say about Ukraine joining NATO?",
    "Who won the World Cup?",
]
CHRONICLE = """# Chronicle of Orlen

By Brun Halvorsen

Published: 3 May 2024

## What happened to the ferry?

The ferry kept running until the bridge came. It was sold to Norway.

## Bridges

The Orlen Bridge was opened in 1932. Mayor Ines Halvorsen cut the ribbon.
The Orlen Company, a rival, demanded tolls from every cart.
The Orlen Bridge is a steel bridge over the river Orle.
This bridge was rebuilt in 1951. He proposed a tunnel. It was meant to last.
The Great Lock was meant to keep the flood out.
Ada Brun was a chemist from Oslo.
"""


@dataclass(slots=True)
class WatchedScorer:
    """The real scorer; notes that it was asked, and how many word pieces it saw."""

    scorer: PairScorer
    asked: threading.Event = field(default_factory=threading.Event)
    tokens: int = 0

    @property
    def name(self) -> str:
        return self.scorer.name

    @property
    def fingerprint(self) -> str:
        return self.scorer.fingerprint

    def count_tokens(self, question: str, text: str) -> int:
        return self.scorer.count_tokens(question, text)

    def score(self, question: str, texts: Sequence[str], *, units: bool = False) -> PairScores:
        self.asked.set()
        self.tokens += sum(self.scorer.count_tokens(question, text) for text in texts)
        return self.scorer.score(question, texts, units=units)


@pytest.fixture(scope="module")
def made(seeds_engine: Library) -> Iterator[tuple[Suggestions, WatchedScorer]]:
    """The suggestions of the seeds, already made."""
    scorer = WatchedScorer(seeds_engine.scorer)
    with suggesting(replace(seeds_engine, scorer=scorer)) as suggestions:
        suggestions.of("default").result(timeout=300)
        yield suggestions, scorer


@contextmanager
def suggesting(engine: Library) -> Iterator[Suggestions]:
    suggestions = Suggestions(engine)
    try:
        yield suggestions
    finally:
        suggestions.stop()


def proposed(engine: Library, document_id: str) -> list[Proposal]:
    catalog = engine.store.catalog
    return proposals(catalog.document(document_id), catalog.sentences(document_id, catalog.text(document_id)))


def test_proposals_read_like_questions_and_name_their_sentence(open_library: OpenLibrary, tmp_path: Path) -> None:
    engine = open_library()
    write_and_ingest(engine, tmp_path / "files", {"orlen.md": CHRONICLE})
    (document,) = engine.store.catalog.documents("default", limit=2)
    text = engine.store.catalog.text(document.id)
    found = {one.question: one.span.of(text) for one in proposed(engine, document.id)}
    expected = {
        "Who wrote “Chronicle of Orlen”?": "Brun Halvorsen",
        "When was “Chronicle of Orlen” published?": "3 May 2024",
        "What happened to the ferry?": "sold to Norway",
        "When was the Orlen Bridge opened?": "opened in 1932",
        "What did the Orlen Company demand?": "demanded tolls",
        "What is the Orlen Bridge?": "is a steel bridge",
        "What was the Great Lock meant to do?": "keep the flood out",
        "Who was Ada Brun?": "a chemist from Oslo",
    }
    assert expected.keys() <= found.keys()
    assert all(words in found[question] for question, words in expected.items())
    assert not any(question.startswith(("When was this", "What did he", "What was it")) for question in found)


@pytest.mark.parametrize(
    ("kind", "text", "question"),
    [
        (Kind.HEADING, "1.2. Why was the ferry sold?", "Why was the ferry sold?"),
        (Kind.HEADING, "3) How is rope made?", "How is rope made?"),
        (Kind.HEADING, "1932 or 1933?", "1932 or 1933?"),
        (Kind.HEADING, "1.2. What is this place?", None),
        (Kind.HEADING, "Where did they go?", None),
        (Kind.BODY, "Pybuild is a Debian build system for the packages of a builder.", "What is Pybuild?"),
        (Kind.BODY, "Orle is a river.", "What is Orle?"),
        (Kind.BODY, "Each Orle file is a text.", None),
        (Kind.BODY, "Ada Brun was a Norwegian writer of songs.", "Who was Ada Brun?"),
    ],
)
def test_question_needs_nothing_beside_it_and_asks_for_a_person_or_a_thing(
    kind: Kind, text: str, question: str | None
) -> None:
    below = "It was so."
    sentences = [
        Sentence(span=Span(start=0, end=len(text)), text=text, kind=kind, block=0),
        Sentence(span=Span(start=200, end=210), text=below, kind=Kind.BODY, block=1, heading=display(text)),
    ]
    document = Document(
        title=None,
        author=None,
        publisher=None,
        published=None,
        id="orlen",
        collection="default",
        media_type="text/plain",
        path="orlen.txt",
        sha256="0" * 64,
        bytes=210,
        characters=210,
        passages=1,
        ingested_at="2024-05-03",
    )
    assert [one.question for one in proposals(document, sentences)] == ([question] if question else [])


def test_every_suggestion_is_answered_with_a_citation(
    seeds_engine: Library, made: tuple[Suggestions, WatchedScorer]
) -> None:
    questions = made[0].of("default").result()
    assert len(questions) == len(set(questions)) == 6
    answers = [seeds_engine.ask(question) for question in questions]
    assert all(answer.answered and answer.citations for answer in answers)
    assert len({answer.citations[0].document_id for answer in answers}) >= 4


def test_suggestions_are_made_once_a_version(open_library: OpenLibrary, tmp_path: Path) -> None:
    engine = open_library()
    with suggesting(engine) as suggestions:
        assert suggestions.of("default").result(timeout=60) == ()
        write_and_ingest(engine, tmp_path / "files", {"orlen.md": CHRONICLE})
        first = suggestions.of("default")
        assert suggestions.of("default") is first
        assert "When was the Orlen Bridge opened?" in first.result(timeout=60)
        assert suggestions.of("default") is first
        assert suggestions.near("Who sank the ferry?", "default")
        with pytest.raises(NotFound, match="nowhere"):
            suggestions.of("nowhere")
    with suggesting(engine) as others:
        assert others.of("default").result(timeout=60) == first.result()


def test_suggestions_wait_while_people_ask(open_library: OpenLibrary, tmp_path: Path) -> None:
    engine = open_library()
    write_and_ingest(engine, tmp_path / "files", {"orlen.md": CHRONICLE})
    scorer = WatchedScorer(engine.scorer)
    with suggesting(replace(engine, scorer=scorer)) as suggestions:
        with engine.gate.question():
            offer = suggestions.of("default")
            assert not scorer.asked.wait(timeout=0.3)
        assert offer.result(timeout=60)
        assert scorer.asked.is_set()


def test_making_ends_when_it_is_told_to(open_library: OpenLibrary, tmp_path: Path) -> None:
    engine = open_library()
    write_and_ingest(engine, tmp_path / "files", {"orlen.md": CHRONICLE})
    suggestions = Suggestions(engine)
    with engine.gate.question():
        offer = suggestions.of("default")
        threading.Timer(0.1, suggestions.stop).start()
    assert offer.result(timeout=60) == () or len(offer.result()) < 6


@pytest.mark.parametrize("question", UNANSWERED)
def test_near_suggestions_are_answered_and_cost_no_more_than_a_question(
    seeds_engine: Library, made: tuple[Suggestions, WatchedScorer], question: str
) -> None:
    suggestions, scorer = made
    scorer.tokens = 0
    near = suggestions.near(question, "default")
    assert 0 < scorer.tokens <= seeds_engine.settings.rerank_tokens
    assert len(near) == len(set(near)) <= 3
    assert question not in near
    assert all(seeds_engine.ask(one).answered for one in near)


def test_documents_that_are_removed_while_questions_are_made_are_passed_over(
    open_library: OpenLibrary, tmp_path: Path
) -> None:
    engine = open_library()
    write_and_ingest(
        engine, tmp_path / "files", {"orlen.md": CHRONICLE, "again.md": CHRONICLE.replace("Orlen", "Orla")}
    )

    class Removing(WatchedScorer):
        def score(self, question: str, texts: Sequence[str], *, units: bool = False) -> PairScores:
            if not self.asked.is_set():
                for name in ("orlen.md", "again.md"):
                    engine.store.remove(name)
            return super().score(question, texts, units=units)

    scorer = Removing(engine.scorer)
    with suggesting(replace(engine, scorer=scorer)) as suggestions:
        assert len(suggestions.near("Who sank the ferry?", "default")) <= 1
        assert scorer.asked.is_set()
        assert not engine.store.catalog.documents("default", limit=1)


def test_suggestions_over_http(seeds_server: str) -> None:
    given = httpx.get(f"{seeds_server}/v1/suggestions", timeout=60).json()
    while not given["complete"]:
        given = httpx.get(f"{seeds_server}/v1/suggestions", timeout=60).json()
    assert set(given) == {"questions", "complete"}
    assert len(given["questions"]) == 6
    near = httpx.get(f"{seeds_server}/v1/suggestions", params={"near": UNANSWERED[0]}, timeout=60).json()
    assert near["complete"] is True
    assert len(near["questions"]) == 3
    for question in near["questions"]:
        assert httpx.post(f"{seeds_server}/v1/ask", json={"question": question}, timeout=60).json()["answered"]


@pytest.mark.parametrize(
    ("parameters", "status"),
    [({"collection": "nowhere"}, 404), ({"near": " "}, 400), ({"near": "x" * 2001}, 400), ({"near": ""}, 400)],
)
def test_suggestions_that_cannot_be_made_are_a_problem(
    seeds_server: str, parameters: dict[str, str], status: int
) -> None:
    response = httpx.get(f"{seeds_server}/v1/suggestions", params=parameters, timeout=60)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"

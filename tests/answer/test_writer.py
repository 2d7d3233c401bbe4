"""Answers that a language model writes: scripted models over real HTTP, the bundled judges, a real library."""

import logging
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from rag.answer.events import Drafting, Finished, Stated
from rag.errors import InvalidRequest, SettingsError
from rag.library import Library, assemble
from rag.models.protocols import Encoder, PairScorer
from rag.settings import Settings
from rag.types import Answer
from tests.support.engines import OpenLibrary, write_and_ingest
from tests.support.writers import (
    Script,
    Status,
    Writer,
    dying,
    endless,
    failing,
    good,
    saying,
    sloppy,
    stalling,
    units_in,
    waiting,
    writing,
)

SKERRY = """\
# The lighthouse of Skerry

Published: 3 May 2021

The lighthouse was built in 1871 by the engineer Anna Holm. It is 32 metres tall. The lamp was electrified in 1924.
"""
WHEN = "When was the lighthouse built?"
TRUE = "The lighthouse was built in 1871 by the engineer Anna Holm [3]."


@pytest.fixture(scope="module")
def served() -> Iterator[Writer]:
    with writing(good) as running:
        yield running


@pytest.fixture
def writer(served: Writer) -> Writer:
    """The server, as a good model that nobody has asked yet."""
    served.script = good
    served.asked.clear()
    served.keys.clear()
    served.over.clear()
    return served


@pytest.fixture(scope="module")
def library(
    served: Writer, encoder: Encoder, scorer: PairScorer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("skerry")
    settings = Settings(
        data_dir=folder / "data",
        writer_url=served.address,
        writer_model="scripted",
        writer_first_seconds=5,
        writer_seconds=12,
        writer_retries=1,
    )
    with closing(assemble(settings, encoder, scorer)) as engine:
        write_and_ingest(engine, folder / "files", {"skerry.md": SKERRY})
        yield engine


def quoted(library: Library) -> Answer:
    return library.ask(WHEN, reader="extractive")


def test_what_a_good_model_writes_is_shown_with_exact_citations(library: Library, writer: Writer) -> None:
    answer = library.ask(WHEN)
    assert answer.models.reader == "generative"
    assert answer.models.writer == "scripted"
    assert any("1871" in one.text for one in answer.statements)
    assert all(one.verdict == "supported" and one.citations for one in answer.statements)
    for citation in answer.citations:
        assert library.text(citation.document_id)[citation.start : citation.end] == citation.quote
    assert answer.usage is not None
    assert answer.usage.prompt == 123
    assert answer.writing is not None
    assert answer.writing.shown == len(answer.statements)
    assert len(answer.writing.prompt_sha256) == 64
    assert writer.asked[-1]["model"] == "scripted"


def test_any_marks_do(library: Library, writer: Writer) -> None:
    writer.script = sloppy
    answer = library.ask(WHEN)
    assert answer.models.reader == "generative"
    assert any("1871" in one.text for one in answer.statements)
    assert not any("[" in one.text or "【" in one.text for one in answer.statements)


def test_a_wrong_citation_is_put_right(library: Library, writer: Writer) -> None:
    writer.script = saying("The lighthouse was built in 1871 by the engineer Anna Holm [99][5].")
    answer = library.ask(WHEN)
    assert [one.text for one in answer.statements] == ["The lighthouse was built in 1871 by the engineer Anna Holm."]
    assert "built in 1871" in answer.citations[0].quote


def test_what_no_source_says_is_dropped_and_told(library: Library, writer: Writer) -> None:
    writer.script = saying(f"The lighthouse was built in 1872 by the engineer Anna Holm [3]. {TRUE}")
    answer = library.ask(WHEN)
    assert [one.text for one in answer.statements] == ["The lighthouse was built in 1871 by the engineer Anna Holm."]
    assert answer.writing is not None
    assert [one.text for one in answer.writing.dropped] == [
        "The lighthouse was built in 1872 by the engineer Anna Holm."
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Cats have nine lives [1].",
        "Anna Holm [3].",
        "I am sorry, I cannot help with that.",
        "NOT ANSWERED",
        '{"answer": null}',
        "",
    ],
)
def test_where_nothing_is_left_the_sources_speak(library: Library, writer: Writer, text: str) -> None:
    writer.script = saying(text)
    answer = library.ask(WHEN)
    assert answer.statements == quoted(library).statements
    assert answer.models.reader == "extractive"
    assert answer.models.writer == "scripted"
    assert answer.writing is not None
    assert answer.writing.replaced


FAILURES: dict[str, Script] = {
    "busy": lambda _: Status(429, headers={"Retry-After": "60"}),
    "broken": lambda _: Status(500),
    "forbidden": lambda _: Status(401),
    "no JSON": lambda _: Status(200, "<html>Welcome</html>", media_type="text/html"),
    "no stream": lambda _: Status(200, '{"choices": [{"message": {"content": "It was built in 1871."}}]}'),
    "half a stream": lambda _: Status(200, "data: {not json\n\n", media_type="text/event-stream"),
    "slow": waiting(8, good),
    "cut": dying("The lighth"),
    "endless": endless,
}


@pytest.mark.parametrize("failure", FAILURES)
def test_a_model_that_fails_costs_only_the_wait(
    library: Library, writer: Writer, failure: str, caplog: pytest.LogCaptureFixture
) -> None:
    writer.script = FAILURES[failure]
    with caplog.at_level(logging.WARNING, logger="rag"):
        answer = library.ask(WHEN)
    assert answer.statements == quoted(library).statements
    assert answer.writing is not None
    assert answer.writing.replaced
    if failure != "endless":  # its sentences are dropped, like those of any that invents
        assert answer.writing.replaced in caplog.text
    assert WHEN not in caplog.text


def test_a_model_that_is_not_there_costs_only_the_wait(open_library: OpenLibrary, tmp_path: Path) -> None:
    alone = open_library(writer_url="http://127.0.0.1:9/v1", writer_model="scripted", writer_retries=0)
    write_and_ingest(alone, tmp_path / "files", {"skerry.md": SKERRY})
    assert alone.ask(WHEN).statements == quoted(alone).statements


def test_what_was_verified_before_the_model_died_stays(library: Library, writer: Writer) -> None:
    writer.script = dying(f"{TRUE} The lamp was electrified in 1924 [5]. The keep")
    answer = library.ask(WHEN)
    assert answer.statements[0].text == "The lighthouse was built in 1871 by the engineer Anna Holm."
    assert answer.writing is not None
    assert answer.writing.shown >= 1
    assert answer.writing.replaced == "the writer failed: APIConnectionError"


def test_a_model_that_falls_silent_is_given_up(library: Library, writer: Writer) -> None:
    given_up = threading.Event()  # not that of the server, which one that left an earlier test may set yet
    writer.script = stalling(f"{TRUE} It ", lambda: given_up)
    answer = library.ask(WHEN)
    given_up.set()
    assert answer.statements[0].text == "The lighthouse was built in 1871 by the engineer Anna Holm."
    assert answer.writing is not None
    assert answer.writing.replaced


def test_a_busy_model_is_asked_again(library: Library, writer: Writer) -> None:
    writer.script = failing(1, Status(429), good)
    assert library.ask(WHEN).models.reader == "generative"
    assert len(writer.asked) == 2


def test_an_endpoint_that_knows_less_is_asked_for_less(library: Library, writer: Writer) -> None:
    writer.script = lambda body: Status(400) if "temperature" in body else good(body)
    answer = library.ask(WHEN)
    assert answer.models.reader == "generative"
    assert answer.usage is not None
    assert answer.usage.completion > 0


def test_a_sentence_comes_before_the_model_has_ended(library: Library, writer: Writer) -> None:
    writer.script = stalling(f"{TRUE} It is 32 metres", lambda: writer.over)
    events = library.stream(WHEN)
    first = next(event for event in events if isinstance(event, Stated))
    assert first.statement.text == "The lighthouse was built in 1871 by the engineer Anna Holm."
    assert first.citations[0].quote.startswith("The lighthouse was built in 1871")
    events.close()


def test_who_leaves_ends_the_request(library: Library, writer: Writer) -> None:
    writer.script = endless
    events = library.stream(WHEN)
    next(event for event in events if isinstance(event, Drafting))
    events.close()
    assert writer.over.wait(timeout=10)


def test_events_and_answer_agree(library: Library) -> None:
    events = list(library.stream(WHEN))
    assert isinstance(events[-1], Finished)
    told = [event.statement for event in events if isinstance(event, Stated)]
    assert tuple(told) == events[-1].answer.statements


def test_one_question_can_have_the_other_reader(library: Library, writer: Writer) -> None:
    answer = quoted(library)
    assert answer.models.reader == "extractive"
    assert answer.models.writer is None
    assert answer.usage is None
    assert answer.writing is None
    assert writer.asked == []


def test_what_the_sources_do_not_answer_is_not_asked(library: Library, writer: Writer) -> None:
    answer = library.ask("What is the boiling point of nitrogen?")
    assert not answer.answered
    assert writer.asked == []


def test_a_writer_that_is_not_there_is_named(open_library: OpenLibrary) -> None:
    engine = open_library()
    with pytest.raises(InvalidRequest, match="FOOTNOTE_WRITER_URL"):
        engine.ask(WHEN, reader="generative")
    with pytest.raises(InvalidRequest, match="reader must be one of extractive, generative, not 'poetic'"):
        engine.ask(WHEN, reader="poetic")


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"writer_url": "http://127.0.0.1:1/v1"}, "FOOTNOTE_WRITER_MODEL='': each needs the other"),
        ({"writer_model": "m"}, "FOOTNOTE_WRITER_URL='' and FOOTNOTE_WRITER_MODEL='m'"),
        ({"writer_url": "localhost:1", "writer_model": "m"}, "FOOTNOTE_WRITER_URL='localhost:1' .* http://"),
    ],
)
def test_half_a_writer_is_named(open_library: OpenLibrary, settings: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        open_library(**settings)


def test_keys_of_the_environment_stay_there(library: Library, writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-for-another-endpoint")
    library.ask(WHEN)
    assert writer.keys == ["Bearer none"]


def test_most_statements_hold_for_what_is_written(library: Library, writer: Writer) -> None:
    assert len(library.ask(WHEN, max_statements=1).statements) == 1
    assert "At most 1 short" in writer.asked[-1]["messages"][0]["content"]


def test_evidence_keeps_to_its_budget(open_library: OpenLibrary, writer: Writer, tmp_path: Path) -> None:
    small = open_library(writer_url=writer.address, writer_model="scripted", writer_evidence_tokens=200)
    long = "\n\n".join(
        f"The lighthouse number {place} was built in {1800 + place} on the rock of Skerry, far out at sea, by the "
        f"engineer Anna Holm and {place} men who came from the harbour of Vik and slept in tents that summer."
        for place in range(40)
    )
    write_and_ingest(small, tmp_path / "long", {"long.md": long})
    small.ask("When was the lighthouse built?")
    assert 1 <= len(units_in(writer.asked[-1])) <= 5

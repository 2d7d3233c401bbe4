"""A real language model, llama.cpp with SmolLM2-135M: the wire, its end at any moment, and what comes through."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.answer.events import Drafting, Finished
from rag.errors import WriterFailed
from rag.models.chat import ChatLimits, ChatModel, Message
from tests.support.engines import OpenLibrary, write_and_ingest
from tests.support.llama import MODEL, Llama, llama, why_not

pytestmark = pytest.mark.skipif(why_not() is not None, reason=f"no real model: {why_not()}")

COUNT = [Message(role="user", content="Count from one to five hundred.")]
SKERRY = "The lighthouse of Skerry was built in 1871 by the engineer Anna Holm.\n"


@pytest.fixture(scope="module")
def server() -> Iterator[Llama]:
    with llama() as running:
        yield running


def model(server: Llama, *, tokens: int = 400, first_seconds: float = 60, seconds: float = 120) -> ChatModel:
    limits = ChatLimits(tokens=tokens, first_seconds=first_seconds, seconds=seconds, retries=0)
    return ChatModel(server.address, MODEL, "", limits)


def test_words_come_one_by_one_with_their_number(server: Llama) -> None:
    chat = model(server, tokens=12)
    reply = chat.reply(COUNT)
    pieces = [piece for piece in reply.pieces() if piece]
    chat.close()
    assert 2 < len(pieces) <= 12
    assert reply.completion == 12
    assert reply.prompt
    assert reply.ended
    assert not reply.whole


def test_who_gives_up_frees_the_model(server: Llama) -> None:
    chat = model(server)
    reply = chat.reply(COUNT)
    next(piece for piece in reply.pieces() if piece)
    reply.give_up()
    with pytest.raises(WriterFailed, match="given up"):
        list(reply.pieces())
    again = chat.reply([Message(role="user", content="Say yes.")])  # waits for the first one where that goes on
    assert any(again.pieces())
    chat.close()


def test_time_that_is_up_ends_the_answer(server: Llama) -> None:
    chat = model(server, seconds=0.3)
    with pytest.raises(WriterFailed, match="took more than"):
        list(chat.reply(COUNT).pieces())
    chat.close()


def test_an_answer_says_nothing_that_no_source_says(server: Llama, open_library: OpenLibrary, tmp_path: Path) -> None:
    library = open_library(
        writer_url=server.address,
        writer_model=MODEL,
        writer_first_seconds=120,
        writer_seconds=240,
        writer_answer_tokens=40,
    )
    write_and_ingest(library, tmp_path / "files", {"skerry.md": SKERRY})
    events = list(library.stream("When was the lighthouse of Skerry built?"))
    assert any(isinstance(event, Drafting) for event in events)
    assert isinstance(events[-1], Finished)
    answer = events[-1].answer
    assert answer.answered
    assert answer.models.writer == MODEL
    assert all(one.citations and one.verdict in ("supported", "partly") for one in answer.statements)
    assert "1871" in answer.answer


def test_a_server_that_dies_midway_ends_the_answer() -> None:
    with llama() as mortal:
        chat = model(mortal)
        pieces = chat.reply(COUNT).pieces()
        next(piece for piece in pieces if piece)
        mortal.process.kill()
        with pytest.raises(WriterFailed, match="the writer failed"):
            list(pieces)
        chat.close()

"""Files that take long, in the processes that parse: they hold up no other, and can be given up."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from rag.errors import DocumentRejected
from rag.ingest.parse import GivenUp, Lane, Limits, ParserProcess, PutOff
from tests.support.children import children
from tests.support.made import slow_pdf

ENDLESS = slow_pdf(15_000)  # two minutes
LONG = slow_pdf(280)
TEXT = b"An ordinary text."


@pytest.fixture
def parser() -> Iterator[ParserProcess]:
    with ParserProcess(Limits(seconds=600)) as opened:
        yield opened


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as pool:
        yield pool


def outcome(parser: ParserProcess, name: str, source: bytes) -> str:
    """The text of a file, or the reason against it."""
    try:
        return parser.parse(name, source).text
    except DocumentRejected as error:
        return str(error)


def reading(seat: ParserProcess, source: bytes, threads: ThreadPoolExecutor) -> Future[str]:
    """A file that is being read from a seat when this returns, for all that can be seen."""
    before = children()
    found = threads.submit(outcome, seat, "a.pdf", source)
    while children() == before and not found.done():
        time.sleep(0.01)
    return found


def test_others_are_read_while_one_takes_long_and_two_processes_do(
    parser: ParserProcess, threads: ThreadPoolExecutor
) -> None:
    others, over, most = children(), threading.Event(), [0]

    def count() -> None:
        while not over.is_set():
            most[0] = max(most[0], len(children() - others))
            time.sleep(0.02)

    counting = threads.submit(count)
    endless = parser.seat(Lane.SLOW)
    held = reading(endless, ENDLESS, threads)
    slow = threads.submit(outcome, parser, "a.pdf", LONG)
    quick = [threads.submit(outcome, parser, "a.txt", TEXT) for _ in range(3)]
    assert [one.result(60) for one in quick] == [TEXT.decode()] * 3
    assert not held.done()
    endless.give_up()
    with pytest.raises(GivenUp, match="given up while it was read"):
        held.result(60)
    assert slow.result(60).startswith("no text layer")
    over.set()
    counting.result(60)
    assert most == [2]
    assert len(children() - others) == 1


def test_file_that_takes_long_is_put_off_from_the_quick_lane_and_read_in_the_slow_one(parser: ParserProcess) -> None:
    quick, slow = parser.seat(Lane.QUICK), parser.seat(Lane.SLOW)
    with pytest.raises(PutOff, match=r"^not read within 2 seconds$"):
        quick.parse("a.pdf", LONG)
    assert quick.parse("a.txt", TEXT).text == TEXT.decode()
    assert outcome(slow, "a.pdf", LONG).startswith("no text layer on any of its pages (280)")


@pytest.mark.parametrize("lane", Lane)
def test_file_that_waits_is_given_up_with_its_seat_and_the_lane_goes_on(
    parser: ParserProcess, threads: ThreadPoolExecutor, lane: Lane
) -> None:
    holder = parser.seat(Lane.SLOW) if lane is Lane.SLOW else parser
    held = reading(holder, ENDLESS if lane is Lane.SLOW else LONG, threads)
    waiting, next_one = parser.seat(lane), parser.seat(lane)
    given_up = threads.submit(outcome, waiting, "a.txt", TEXT)
    read = threads.submit(outcome, next_one, "a.txt", TEXT)
    waiting.give_up()
    with pytest.raises(GivenUp, match="before it was read"):
        given_up.result(60)
    holder.give_up()
    assert read.result(60) == TEXT.decode()
    with pytest.raises(GivenUp):
        held.result(60)
    with pytest.raises(GivenUp):
        waiting.parse("a.txt", TEXT)


def test_children_end_with_the_parser_whatever_its_seats_did(parser: ParserProcess) -> None:
    others = children()
    seat = parser.seat(Lane.SLOW)
    assert outcome(seat, "a.txt", TEXT) == outcome(parser, "a.txt", TEXT) == TEXT.decode()
    assert len(children() - others) == 1
    seat.give_up()
    assert outcome(parser, "a.txt", TEXT) == TEXT.decode()
    parser.close()
    assert children() == others

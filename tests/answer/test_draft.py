"""A draft, read as it is written: sentences, whatever their marks look like and however the pieces fall."""

from collections.abc import Iterator

import pytest

from rag.answer.read.draft import Draft, Drafted

MARKED = [
    ("It opened in 1871 [1]. It closed in 1901 [1][2].", [(1,), (1, 2)]),
    ("It opened in 1871. [1] It closed in 1901. [2][3]", [(1,), (2, 3)]),
    ("It opened in 1871.[1] It closed in 1901.[2, 3]", [(1,), (2, 3)]),
    ("It opened in 1871【1】. It closed in 1901【2†source】.", [(1,), (2,)]),
    ("It opened in 1871 [1-3]. It closed in 1901 [1; 4].", [(1, 2, 3), (1, 4)]),
    ("It opened in 1871 (1). It closed in 1901. (2)", [(1,), (2,)]),
    ("It opened in 1871 [Source 1]. It closed in 1901 (sources 1 and 2).", [(1,), (1, 2)]),
    ("It opened in 1871 [unit 1, unit 2]. It closed in 1901 [^3].", [(1, 2), (3,)]),
    ("It opened in 1871 [[1]](#source-1). It closed in 1901 [1](http://other.example).", [(1,), (1,)]),
    ("It opened in 1871. It closed in 1901.", [(), ()]),
    ("- It opened in 1871 [1]\n- It closed in 1901 [2]", [(1,), (2,)]),
    ("1. It opened in 1871 [1]\n2. It closed in 1901 [2]", [(1,), (2,)]),
    ("**It opened in 1871** [1].\n\n## Closing\n\n*It closed* in 1901 [2].", [(1,), (2,)]),
    ("<think>Perhaps [9]. No.</think>\nIt opened in 1871 [1]. It closed in 1901 [2].", [(1,), (2,)]),
]


def read(text: str, size: int) -> Iterator[Drafted]:
    draft = Draft()
    for start in range(0, len(text), size):
        yield from draft.add(text[start : start + size])
    yield from draft.end()


@pytest.mark.parametrize(("text", "units"), MARKED)
@pytest.mark.parametrize("size", [1, 3, 1_000])
def test_marks_of_any_form_are_read(text: str, units: list[tuple[int, ...]], size: int) -> None:
    found = list(read(text, size))
    assert [one.text.rstrip(".") for one in found] == ["It opened in 1871", "It closed in 1901"]
    assert [one.units for one in found] == units


@pytest.mark.parametrize(
    "text",
    [
        "It was built (1999) by Dr. A. B. Holm.",
        "The area is 5 km² in the U.S. part.",
        "See chapter (3) of the book for a[0] and x < y.",
    ],
)
def test_what_is_no_mark_stays(text: str) -> None:
    assert [(one.text, one.units) for one in read(text, 2)] == [(text, ())]


def test_items_come_after_what_leads_to_them() -> None:
    found = [one.text for one in read("You need two things:\n- a key [1]\n- a lamp [2]\n\nThat is all.", 5)]
    assert found == ["You need two things: a key", "You need two things: a lamp", "That is all."]


@pytest.mark.parametrize(
    "text",
    [
        "See https://evil.example/?q=1 for more.",
        "See [the rules](https://evil.example) for more.",
        "![ok](//evil.example/pixel.png) All is well.",
        "All is well <img src=x>.",
        "Go to www.evil.example now.",
        "All is well [more](javascript:alert(1)).",
        "h\u200bttps://evil.example is it.",
        "Look: <SCRIPT>x</SCRIPT> here.",
    ],
)
def test_what_leads_away_is_live(text: str) -> None:
    assert any(one.live for one in read(text, 3))


def test_what_is_cut_ends_with_its_last_whole_sentence() -> None:
    draft = Draft()
    found = [*draft.add("It opened in 1871 [1]. It closed in"), *draft.end(whole=False)]
    assert [one.text for one in found] == ["It opened in 1871."]


def test_a_sentence_comes_while_the_next_is_written() -> None:
    draft = Draft()
    assert list(draft.add("It opened in 1871 [1]. ")) == []
    assert [one.text for one in draft.add("It closed ")] == ["It opened in 1871."]


def test_a_text_without_stops_is_read_in_good_time() -> None:
    """A model that never ends a sentence: each piece must not cost more than the one before."""
    draft = Draft()
    for _ in range(3_000):
        assert list(draft.add("lamp ")) == []

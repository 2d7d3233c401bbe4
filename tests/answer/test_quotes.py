"""Quotes: found word for word, altered with what was changed, or not found."""

import random
from collections import Counter
from collections.abc import Iterator

import pytest

from rag.errors import InvalidRequest
from rag.library import Library, assemble
from rag.models.protocols import Encoder, PairScorer
from rag.settings import Settings
from tests.support.engines import write_and_ingest

TEXT = """# Bridges

The bridge over the Wenn was **closed** for repairs in the spring
of 2003, and the [mayor](https://example.org/mayor) called it “a
scandal”. It was reopened two years later by his successor.

Some people still use the ferry, which has been in service since 1911.
"""


@pytest.fixture(scope="module")
def engine(encoder: Encoder, scorer: PairScorer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("checked")
    with assemble(Settings(data_dir=folder / "data"), encoder, scorer) as made:
        write_and_ingest(made, folder / "docs", {"bridges.md": TEXT})
        yield made


@pytest.mark.parametrize(
    "quote",
    [
        "closed for repairs in the spring of 2003",
        'the mayor called it "a scandal"',
        "“It was reopened two years later by his successor.”",
        "The bridge over the Wenn ... was reopened two years later",
        "Some people still use the ferry,",
    ],
)
def test_quote_is_found_whatever_a_copy_loses(engine: Library, quote: str) -> None:
    (found,) = engine.check_quotes([quote])
    assert found.verdict == "found"
    assert not found.changes
    for cited in found.citations:
        assert engine.text(cited.document_id)[cited.start : cited.end] == cited.quote


@pytest.mark.parametrize(
    ("quote", "changes"),
    [
        ("closed for repairs in the spring of 2004", [("4", "3")]),
        ("It was reopened ten years later by his successor", [("ten", "two")]),
        ("It was reopened two years later by his proud successor", [("proud ", "")]),
        ("which has been in service since", []),
    ],
)
def test_changed_characters_are_told(engine: Library, quote: str, changes: list[tuple[str, str]]) -> None:
    (found,) = engine.check_quotes([quote])
    assert [(one.said, one.source) for one in found.changes] == changes
    assert found.verdict == ("altered" if changes else "found")
    for one in found.changes:
        assert quote[one.start : one.end] == one.said


def test_part_of_a_word_is_no_quote(engine: Library) -> None:
    assert engine.check_quotes(["he bridge over the Wenn was clos"])[0].verdict == "altered"


def test_omission_backwards_is_not_found_as_it_stands(engine: Library) -> None:
    assert engine.check_quotes(["was reopened two years later ... The bridge over the Wenn"])[0].verdict != "found"


def test_foreign_quote_is_not_found(engine: Library) -> None:
    (found,) = engine.check_quotes(["All happy families are alike; every unhappy one is so in its own way."])
    assert (found.verdict, found.citations) == ("not_found", ())


@pytest.mark.parametrize(
    ("quotes", "message"), [([], "give 1 to 200"), ([" “” "], r"quotes\[0\]"), (["a" * 2_001], "2001")]
)
def test_quotes_outside_the_limits_are_refused(engine: Library, quotes: list[str], message: str) -> None:
    with pytest.raises(InvalidRequest, match=message):
        engine.check_quotes(quotes)


def test_quotes_of_the_seeds_are_told_apart(seeds_engine: Library) -> None:
    """Exact, altered, stitched and foreign quotes, 25 of each, made of the seeds and of nonsense by a fixed seed."""
    draw = random.Random(7)
    sentences = [
        " ".join(passage.text.split())
        for word in ("peace", "talks", "prisoners", "Turkey", "Russia")
        for passage in seeds_engine.search(word, limit=10)
    ]
    words = sorted({word for sentence in sentences for word in sentence.split() if word.isalpha()})
    made = []
    for _ in range(25):
        said = [draw.choice(sentences).split() for _ in range(2)]
        starts = [draw.randrange(max(1, len(one) - 12)) for one in said]
        exact, other = (" ".join(one[start : start + 12]) for one, start in zip(said, starts, strict=True))
        changed = exact.split()
        changed[draw.randrange(2, 10)] = "zebra"
        made += [(exact, "found"), (" ".join(changed), "altered"), (f"{exact} and {other}", "altered")]
        made += [(" ".join(draw.sample(words, 12)), "not_found")]
    found = seeds_engine.check_quotes([quote for quote, _ in made])
    wrong = Counter((want, one.verdict) for one, (_, want) in zip(found, made, strict=True) if one.verdict != want)
    assert not wrong

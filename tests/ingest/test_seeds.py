"""What is found in the five seeds: pinned by reading them."""

import hashlib

import pytest

from rag.ingest.describe import describe
from rag.ingest.parse import parse
from rag.ingest.parse.text.blocks import blocks
from rag.ingest.passages import split
from rag.language.text import display
from rag.types import Description, Kind, Sentence
from tests.support.places import SEEDS

SHA256 = {
    "000_f4202c7007f7a94d.txt": "4929f422e18f3a3e6e0f158f13c5e625a30a7ed57e0cf200a73bcc8f16f861ac",
    "001_0c5d902051c1b39b.txt": "6ca1efc31edf68ae16b6dc929b5aa7c092b5e0650749616a8019f746f8213f04",
    "002_336aeb1108c76b5e.txt": "c97872d9f801fb048a851d6e39880d4613ec830055fbafb8c4cc0e22e3b43b62",
    "003_7b790daefb380e09.txt": "085c545dcd6bbb2ee8e7efc4cc5a2694fa71feda0bcbff2fe1ca48a58ab94209",
    "004_e8bd50c7991fc38f.txt": "f5b723c1da2c2ae7fb69def3124150770a1f399deafd43b9a41e31a8ddabaf83",
}
RENEWED, STALLED, EFFORTS, LATEST, LIMITED = SHA256

DESCRIPTIONS = {
    RENEWED: Description(
        title="Renewed Talks Amidst Lingering Tensions: A Closer Look at Russia-Ukraine Peace Negotiations",
        published="2025-06-02",
    ),
    STALLED: Description(
        title="Ukraine-Russia Peace Talks Stalled: Frustration Mounts as Breakthroughs Remain Elusive",
        publisher="The Associated Press",
        published="2025-05-20",
    ),
    EFFORTS: Description(),
    LATEST: Description(title="Russia-Ukraine Peace Talks: Latest News & Updates", author="Jhon Lennon"),
    LIMITED: Description(title="Russia-Ukraine Peace Talks Yield Limited Results Amid Ongoing Tensions"),
}
HEADINGS = {
    RENEWED: [
        "Stalled Negotiations and Deep-rooted Distrust",
        "External Influences and International Perspectives",
        "The Challenge of Building Trust",
        "The Uncertain Road Ahead",
    ],
    STALLED: ["The Challenges Ahead", "Looking Ahead"],
    EFFORTS: [
        "Diplomatic meetings continue, but with complications",
        "Ukraine’s ongoing military actions",
        "NATO expansion and territorial matters",
        "A long and uncertain journey",
    ],
    LATEST: [
        "The Road to Negotiation: A Brief History",
        "Major Developments and Stalemate",
        "The Role of International Mediators",
        "What's Next for the Peace Talks?",
    ],
    LIMITED: [],
}
BOILERPLATE = {
    RENEWED: [
        "**META_DESCRIPTION:** Russia and Ukraine may resume peace talks, but distrust and conflicting interests "
        "make meaningful resolution unlikely in the near future."
    ],
    STALLED: [
        "Ukraine-Russia Peace Talks Stalled: Frustration Mounts as Breakthroughs Remain Elusive",
        "Recommendations",
        "Recommendations",
    ],
    EFFORTS: [],
    LATEST: [],
    LIMITED: ["Politics"],
}
DESCRIBING_LINES = {
    RENEWED: {Kind.PUBLISHED: "Published: June 02, 2025"},
    STALLED: {Kind.PUBLISHED: "2025-05-20", Kind.PUBLISHER: "The Associated Press"},
    EFFORTS: {},
    LATEST: {Kind.AUTHOR: "by Jhon Lennon 50 views"},
    LIMITED: {},
}
BODY_PARAGRAPHS = {RENEWED: 6, STALLED: 8, EFFORTS: 11, LATEST: 5, LIMITED: 7}


def read(name: str) -> str:
    return parse(name, (SEEDS / name).read_bytes()).text


def sentences_of(name: str) -> list[Sentence]:
    text = read(name)
    layout = blocks(text)
    return list(split(text, layout, describe(text, layout), lambda _: True))


def texts_of(name: str, kind: Kind) -> list[str]:
    return [sentence.text for sentence in sentences_of(name) if sentence.kind is kind]


def test_seeds_are_the_five_files_of_these_hashes() -> None:
    assert {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in SEEDS.iterdir()} == SHA256


@pytest.mark.parametrize("name", SHA256)
def test_text_of_a_seed_is_its_bytes_decoded(name: str) -> None:
    assert read(name).encode("utf-8") == (SEEDS / name).read_bytes()


@pytest.mark.parametrize(("name", "expected"), DESCRIPTIONS.items())
def test_describe_finds_what_a_seed_says_of_itself(name: str, expected: Description) -> None:
    text = read(name)
    assert describe(text, blocks(text)).description == expected


@pytest.mark.parametrize(("name", "expected"), HEADINGS.items())
def test_headings_of_a_seed(name: str, expected: list[str]) -> None:
    assert texts_of(name, Kind.HEADING) == expected


@pytest.mark.parametrize(("name", "expected"), BOILERPLATE.items())
def test_boilerplate_of_a_seed(name: str, expected: list[str]) -> None:
    assert texts_of(name, Kind.BOILERPLATE) == expected


@pytest.mark.parametrize(("name", "expected"), DESCRIBING_LINES.items())
def test_lines_that_describe_a_seed(name: str, expected: dict[Kind, str]) -> None:
    described = (Kind.AUTHOR, Kind.PUBLISHER, Kind.PUBLISHED)
    found = [(sentence.kind, sentence.text) for sentence in sentences_of(name) if sentence.kind in described]
    assert sorted(found) == sorted(expected.items())


@pytest.mark.parametrize("name", SHA256)
def test_title_line_of_a_seed_is_its_title(name: str) -> None:
    title = DESCRIPTIONS[name].title
    assert texts_of(name, Kind.TITLE) == ([title] if title else [])


@pytest.mark.parametrize(("name", "expected"), BODY_PARAGRAPHS.items())
def test_body_paragraphs_of_a_seed(name: str, expected: int) -> None:
    body = [sentence for sentence in sentences_of(name) if sentence.kind is Kind.BODY]
    assert len({sentence.block for sentence in body}) == expected


@pytest.mark.parametrize("name", SHA256)
def test_every_sentence_of_a_seed_is_its_characters_and_its_section(name: str) -> None:
    text = read(name)
    heading = None
    for sentence in sentences_of(name):
        assert text[sentence.span.start : sentence.span.end] == sentence.text
        heading = display(sentence.text) if sentence.kind is Kind.HEADING else heading
        assert sentence.heading == (heading if sentence.kind is Kind.BODY else None)


def test_a_sentence_of_each_seed_is_whole() -> None:
    expected = {
        RENEWED: "Moments of tentative dialogue have occasionally been punctuated by accusations, violations of "
        "ceasefires, and propaganda campaigns that deepen the divide.",
        STALLED: "Despite recent diplomatic efforts, including discussions initiated by the U.S. President, "
        "significant breakthroughs remain out of reach, leaving a sense of frustration among mediators and "
        "observers alike.",
        EFFORTS: "Trump’s special envoy, Steve Witkoff, had a crucial meeting with President Putin in "
        "St. Petersburg on Friday.",
        LATEST: "Turkey has been one of the most prominent mediators.",
        LIMITED: "The United States proposed a general cease-fire in mid-March, but Russia dismissed this along "
        "with a subsequent naval cease-fire.",
    }
    assert [name for name, sentence in expected.items() if sentence not in texts_of(name, Kind.BODY)] == []


def test_mojibake_of_a_seed_is_kept_in_the_text_and_repaired_in_the_display() -> None:
    (sentence,) = [text for text in texts_of(RENEWED, Kind.BODY) if text.startswith("For peace talks to succeed")]
    assert "rebuild trustâ€”a daunting task" in sentence
    assert "rebuild trust—a daunting task" in display(sentence)

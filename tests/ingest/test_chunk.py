"""Passages: whole sentences, within the budget and the encoder's own limit."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.errors import PassageTooLong
from rag.ingest.describe import describe
from rag.ingest.parse.text.blocks import blocks
from rag.ingest.passages import chunk, sentence_fits, split
from rag.language.outline import Outline
from rag.language.text import display
from rag.language.tokens import count_tokens
from rag.models.protocols import Encoder
from rag.types import Description, Kind, Passage, Sentence, Span, Vectors

GENERATED = settings(
    derandomize=True,
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
OPENING = "The old bridge over the river will be closed for three weeks from Monday, officials of the town said.\n\n"
WORDS = st.sampled_from(
    [
        "the",
        "cat",
        "Kyiv",
        "😀",
        "👩‍👩‍👧",
        "雨が降る",
        "нет",
        "سلام",
        "antidisestablishmentarianism",
        "x" * 900,
        "3.5",
        "a_b",
        "—",
        "Ω",
        ";",
    ]
)
SENTENCES = st.builds(
    lambda words, times, end: " ".join(words * times) + end,
    st.lists(WORDS, min_size=1, max_size=12),
    st.sampled_from([1, 1, 1, 40]),
    st.sampled_from([". ", "? ", "。", ".\n", " "]),
)
LINES = st.sampled_from(
    ["\n\nA Heading of Words\n\n", "\n\n## Marked\n\n", "\n\nShare\n\n", "\n\n- item\n- item\n\n", "\n\n---\n\n"]
)
DOCUMENTS = st.lists(SENTENCES | LINES, max_size=16).map(lambda parts: OPENING + "".join(parts))
NOT_INDEXED = (Kind.BOILERPLATE, Kind.HEADING)


class WordEncoder:
    """A toy that counts a word as one piece, and [CLS] and [SEP]; its vectors are of no use.

    It gives up after many questions, so that a loop without an end fails instead of hanging.
    """

    name = fingerprint = "words"
    dimension = 2

    def __init__(self, max_tokens: int) -> None:
        self.max_tokens = max_tokens
        self.questions = 0

    def count_tokens(self, text: str) -> int:
        self.questions += 1
        assert self.questions < 10_000, f"asked {self.questions} times, at last about {text!r}"
        return len(text.split()) + 2

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        return np.ones((len(texts), self.dimension), dtype=np.float32)

    def encode_query(self, question: str) -> Vectors:
        return np.ones(self.dimension, dtype=np.float32)


def sentences_of(text: str, encoder: Encoder, *, markdown: bool = False) -> list[Sentence]:
    layout = blocks(text, markdown=markdown)
    return list(split(text, layout, describe(text, layout), lambda sentence: sentence_fits(sentence, encoder)))


def body(*texts: str, headings: Sequence[str | None] = ()) -> tuple[str, list[Sentence]]:
    """A document of body sentences, a space between, and the sentences."""
    start, sentences = 0, []
    for position, text in enumerate(texts):
        heading = headings[position] if headings else None
        span = Span(start=start, end=start + len(text))
        sentences.append(Sentence(span=span, text=text, kind=Kind.BODY, block=0, heading=heading))
        start += len(text) + 1
    return " ".join(texts), sentences


def chunked(
    text: str, sentences: Sequence[Sentence], encoder: Encoder, budget: int, title: str | None = None
) -> list[str]:
    return [
        passage.text
        for passage in chunk("d", Description(title=title), sentences, Outline(text, []), encoder, budget=budget)
    ]


def within(sentence: Sentence, passage: Passage) -> bool:
    return passage.span.start <= sentence.span.start and sentence.span.end <= passage.span.end


def assert_sound(text: str, sentences: Sequence[Sentence], passages: Sequence[Passage], encoder: Encoder) -> None:
    for passage in passages:
        assert encoder.count_tokens(passage.indexed) <= encoder.max_tokens
        assert passage.text == text[passage.span.start : passage.span.end]
        inside = [s for s in sentences if passage.span.start <= s.span.start and s.span.end <= passage.span.end]
        assert passage.indexed.endswith(" ".join(display(sentence.text) for sentence in inside))
    ends = [0, *(passage.span.end for passage in passages)]
    assert all(end <= passage.span.start for end, passage in zip(ends, passages, strict=False))
    for sentence in sentences:
        holding = sum(within(sentence, passage) for passage in passages)
        assert holding == (0 if sentence.kind in NOT_INDEXED else 1)


def assert_within_budget(sentences: Sequence[Sentence], passages: Sequence[Passage], budget: int) -> None:
    for passage in passages:
        held = [sentence for sentence in sentences if within(sentence, passage)]
        assert len({(sentence.heading, sentence.kind is Kind.BODY) for sentence in held}) == 1
        assert len(held) == 1 or sum(count_tokens(display(sentence.text)) for sentence in held) <= budget
        assert len(held) == 1 or count_tokens(display(passage.text)) <= budget + len(held)


@GENERATED
@given(
    text=DOCUMENTS, budget=st.sampled_from([32, 160, 400]), title=st.sampled_from([None, "A Title", "Long 雨 " * 300])
)
def test_passages_of_any_document_fit_and_lose_nothing(
    encoder: Encoder, text: str, budget: int, title: str | None
) -> None:
    sentences = sentences_of(text, encoder)
    passages = list(chunk("d", Description(title=title), sentences, Outline(text, []), encoder, budget=budget))
    assert encoder.max_tokens == 512
    assert_sound(text, sentences, passages, encoder)
    assert_within_budget(sentences, passages, budget)


@GENERATED
@given(text=DOCUMENTS, max_tokens=st.integers(48, 200), budget=st.sampled_from([5, 32, 400]))
def test_passages_fit_any_encoder_that_sentences_were_cut_for(text: str, max_tokens: int, budget: int) -> None:
    toy = WordEncoder(max_tokens)
    sentences = sentences_of(text, toy)
    passages = list(
        chunk(
            "d",
            Description(title="A title of nine words or so, to be shortened"),
            sentences,
            Outline(text, []),
            toy,
            budget=budget,
        )
    )
    assert_sound(text, sentences, passages, toy)


@GENERATED
@given(count=st.integers(1, 80), others=st.lists(st.integers(1, 20), max_size=5))
def test_chunk_raises_only_where_a_sentence_alone_is_too_long(count: int, others: list[int]) -> None:
    toy = WordEncoder(50)
    text, sentences = body(*(" ".join(["cat"] * words) for words in [count, *others]))
    if count + 2 > 50:
        with pytest.raises(
            PassageTooLong, match=rf"^passage d#0-{4 * count - 1} has {count + 2} word pieces, .* reads 50"
        ):
            chunked(text, sentences, toy, budget=400)
    else:
        assert " ".join(chunked(text, sentences, toy, budget=400)) == text


def test_title_and_heading_count_towards_the_encoders_limit() -> None:
    text, sentences = body(" ".join(["cat"] * 60), headings=["one two three"])
    assert chunked(text, sentences, WordEncoder(68), budget=400, title="four five six") == [text]
    with pytest.raises(
        PassageTooLong, match=r"^passage d#0-239 has 68 word pieces, but words reads 67; lower FOOTNOTE_"
    ):
        chunked(text, sentences, WordEncoder(67), budget=400, title="four five six")


def test_sentence_fits_half_of_what_the_encoder_reads() -> None:
    assert sentence_fits(" ".join(["cat"] * 30), WordEncoder(64))
    assert not sentence_fits(" ".join(["cat"] * 31), WordEncoder(64))
    assert sentence_fits("**cat** \n\n " + "cat " * 29, WordEncoder(64))


def test_the_budget_closes_a_passage() -> None:
    text, sentences = body("the cat sat.", "the dog sat.", "the man sat.")
    toy = WordEncoder(512)
    assert [count_tokens(sentence.text) for sentence in sentences] == [4, 4, 4]
    assert chunked(text, sentences, toy, budget=12) == [text]
    assert chunked(text, sentences, toy, budget=11) == ["the cat sat. the dog sat.", "the man sat."]
    assert chunked(text, sentences, toy, budget=3) == ["the cat sat.", "the dog sat.", "the man sat."]


def test_half_of_the_encoders_limit_closes_a_passage() -> None:
    text, sentences = body("the cat sat.", "the dog sat.", "the man sat.")
    assert chunked(text, sentences, WordEncoder(30), budget=400) == [text]
    assert chunked(text, sentences, WordEncoder(29), budget=400) == ["the cat sat. the dog sat.", "the man sat."]


def test_another_heading_closes_a_passage_and_is_indexed_with_the_title() -> None:
    text, sentences = body("the cat sat.", "the dog sat.", "it left.", headings=[None, "Dogs", "Dogs"])
    passages = list(chunk("d", Description(title="Pets"), sentences, Outline(text, []), WordEncoder(512), budget=400))
    assert [passage.indexed for passage in passages] == ["Pets\nthe cat sat.", "Pets\nDogs\nthe dog sat. it left."]
    assert [passage.id for passage in passages] == ["d#0-12", "d#13-34"]


def test_the_lines_of_the_description_are_a_passage_without_body(encoder: Encoder) -> None:
    text = f"A Bridge Too Far\n\nBy Jane Doe\n\n3 May 2024\n\n{OPENING}Share\n\nIt is **very** sad."
    passages = list(
        chunk(
            "d",
            Description(title="A Bridge Too Far"),
            sentences_of(text, encoder),
            Outline(text, []),
            encoder,
            budget=160,
        )
    )
    assert [passage.indexed for passage in passages] == [
        "A Bridge Too Far By Jane Doe 3 May 2024",
        f"A Bridge Too Far\n{OPENING.strip()}",
        "A Bridge Too Far\nIt is very sad.",
    ]


def test_a_long_title_and_heading_are_shortened(encoder: Encoder) -> None:
    text, sentences = body("the cat sat.", headings=["Heading " * 300])
    (passage,) = chunk("d", Description(title="Title " * 300), sentences, Outline(text, []), encoder, budget=160)
    title, heading, rest = passage.indexed.split("\n")
    assert rest == "the cat sat."
    assert all(60 < encoder.count_tokens(context) <= 120 for context in (title, heading))


def test_no_sentences_give_no_passages() -> None:
    assert chunked("", [], WordEncoder(512), budget=160) == []


@pytest.mark.parametrize("max_tokens", [16, 32, 39])
def test_a_title_is_left_out_where_the_encoder_has_no_room_for_it(max_tokens: int) -> None:
    text, sentences = body("the cat sat.")
    assert chunked(text, sentences, WordEncoder(max_tokens), budget=160, title="Pets") == [text]


@pytest.mark.parametrize(
    "between",
    ["- " * 600, "\n".join(f"[r{number}]: https://example.org/{number}/some/path" for number in range(60))],
    ids=["rule", "link definitions"],
)
def test_what_is_in_no_sentence_does_not_make_a_passage_too_long(encoder: Encoder, between: str) -> None:
    text = f"# T\n\nThe cat sat.\n\n{between}\n\nThe dog sat.\n"
    sentences = sentences_of(text, encoder, markdown=True)
    assert_sound(
        text,
        sentences,
        list(chunk("d", Description(title="T"), sentences, Outline(text, []), encoder, budget=160)),
        encoder,
    )


@pytest.mark.parametrize("line", ["雨が降る" * 150, "ab+/" * 300], ids=["Japanese", "encoded"])
def test_a_long_line_without_spaces_does_not_make_a_passage_too_long(encoder: Encoder, line: str) -> None:
    text = f"{line}\n\n{OPENING}"
    sentences = sentences_of(text, encoder)
    assert_sound(
        text,
        sentences,
        list(chunk("d", Description(title=None), sentences, Outline(text, []), encoder, budget=160)),
        encoder,
    )

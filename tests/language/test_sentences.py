"""Sentences: their boundaries, their spans, and the headings above them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.ingest.describe import describe
from rag.ingest.parse.text.blocks import blocks
from rag.ingest.passages import split
from rag.language.sentences import split_sentences, stripped
from rag.types import Kind, Sentence, Span

FAST = settings(derandomize=True, max_examples=150, deadline=None)
PIECES = st.sampled_from(
    [
        *[
            "The cat sat. ",
            "It met Dr. No at 3 p.m. in the U.S. ",
            "“Why?” she asked. ",
            "Well... ",
            "😀! ",
            "雨が降る。",
            "هل؟ ",
        ],
        *[
            "word ",
            "longword" * 6 + " ",
            "a;",
            "b, ",
            "\n",
            "\r\n",
            "\u2028",
            "\x85",
            "\x1c",
            "\x00",
            "\u200b",
            "1. ",
            "(x) ",
        ],
    ]
)
MIXED = st.lists(PIECES, max_size=25).map("".join) | st.text(max_size=80)
PROSE = "The old bridge over the river will be closed for three weeks from Monday, officials of the town said."


def always(_: str) -> bool:
    return True


def sentence_texts(text: str) -> list[str]:
    return [span.of(text) for span in split_sentences(text, Span(start=0, end=len(text)), always)]


def split_text(text: str, *, markdown: bool = False, limit: int = 10_000) -> list[Sentence]:
    layout = blocks(text, markdown=markdown)
    return list(split(text, layout, describe(text, layout), lambda sentence: len(sentence) <= limit))


def headings(*lines: str, markdown: bool = False) -> list[str]:
    return [found.text for found in split_text("\n\n".join(lines), markdown=markdown) if found.kind is Kind.HEADING]


def assert_partition(text: str, spans: list[Span], start: int, end: int) -> None:
    """The spans are in order and stripped, and only white space lies between and around them."""
    for span in spans:
        assert text[start : span.start].strip() == ""
        assert start <= span.start < span.end <= end
        assert span.of(text) == span.of(text).strip()
        start = span.end
    assert text[start:end].strip() == ""


@FAST
@given(before=MIXED, text=MIXED.filter(bool), after=MIXED, limit=st.integers(1, 60))
def test_sentences_partition_their_block_and_fit(before: str, text: str, after: str, limit: int) -> None:
    whole = before + text + after
    within = Span(start=len(before), end=len(before) + len(text))
    spans = list(split_sentences(whole, within, lambda sentence: len(sentence) <= limit))
    assert_partition(whole, spans, within.start, within.end)
    assert all(span.end - span.start <= limit for span in spans)


@FAST
@given(before=MIXED, text=MIXED.filter(bool))
def test_sentences_do_not_depend_on_what_is_around_the_block(before: str, text: str) -> None:
    within = Span(start=len(before), end=len(before) + len(text))
    assert [span.of(before + text) for span in split_sentences(before + text, within, always)] == sentence_texts(text)


@FAST
@given(text=MIXED, markdown=st.booleans(), limit=st.integers(1, 60))
def test_split_partitions_every_block(text: str, markdown: bool, limit: int) -> None:
    markdown = markdown and "|" not in text
    layout = blocks(text, markdown=markdown)
    sentences = [*split(text, layout, describe(text, layout), lambda sentence: len(sentence) <= limit)]
    for position, block in enumerate(layout):
        if not block.leaf:
            continue
        spans = [sentence.span for sentence in sentences if sentence.block == position]
        assert_partition(text, spans, block.span.start, block.span.end)
    assert [sentence.block for sentence in sentences] == sorted(sentence.block for sentence in sentences)
    assert all(sentence.text == sentence.span.of(text) for sentence in sentences)
    assert all(len(sentence.text) <= limit for sentence in sentences if sentence.kind is Kind.BODY)


@pytest.mark.parametrize(
    "sentences",
    [
        ["It rained.", "It snowed!", "Did it?", "Yes."],
        ["The U.S. President met Dr. Smith and Gen. Lee at 3 p.m. on Friday.", "They left."],
        ["He lives in St. Petersburg, e.g. near the Neva.", "It is cold, i.e. below 0.5 degrees."],
        ["Mr. and Mrs. Roe paid $3.50 for No. 7.", "See fig. 2."],
        ['"It was terrible," she said.', "“Why?” he asked.", "They were “going very well,” but slowly."],
        ["He said: “We won. We are glad.”", "Then he left."],
        ["Wait... what?", "Well… no."],
        ["We saw it 😀.", "😀😀 Great!", "Then 🇫🇷 won."],
        ["今日は雨です。", "明日は晴れますか？", "はい！"],
        ["استؤنفت محادثات السلام.", "هل ستنجح؟", "لا أحد يعرف."],
        ["Version 2.0.1 of example.org is out.", "Mail a.b@example.org now."],
    ],
)
def test_sentences_are_split_where_they_end(sentences: list[str]) -> None:
    joined = ("" if sentences[0].endswith("。") else " ").join(sentences)
    assert sentence_texts(joined) == sentences


@pytest.mark.parametrize(
    "sentences",
    [
        ["The table SALES.ORDERS holds all orders.", "The host is DB1.Example.COM and the class is java.util.List."],
        ["Read README.MD first, then INSTALL.TXT.", "Report.Final.PDF has ten pages.", "ASP.NET runs on v2.Final."],
        ["Press `.` to stop or `a. B` to go.", "www.Example.Com is up."],
        ["Use approx. 5 litres at max. 40 kg.", "See vol. 3, No. 5, ed. 2, Fig. 3 and Eq. 4.", "It costs ca. 5 euros."],
        ["The dept. of health is open Mon. to Fri. from nine.", "Ms. Roe leads it.", "It is incl. VAT."],
        ["The load is 40 kg max.", "The rope is tied to the mast."],
        ["Add eggs, milk etc.", "Then stir."],
        ["He left.", "iPhone sales grew."],
        ["i went home.", "then i slept."],
        ["It takes all of 30 hours.", "Fifty came."],
        ["The value is 0.10.X or 3.Fifty.", "He said <!-- not this. Nor this. --> so."],
        ["Yahoo!Mail works.", "See a.org/?Q=1 for more."],
        ["![A chart](chart.png) It rose.", "It fell.[2]"],
    ],
)
def test_a_stop_within_a_sentence_does_not_end_it(sentences: list[str]) -> None:
    assert sentence_texts(" ".join(sentences)) == sentences


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("It ended.Then we left.", 2),
        ("The old library of the town will be closed in the spring.Visitors may use the annex.", 2),
        ("He said so.[1] It is true.", 2),
        ("Call page.Title to get it.", 1),
        ("What?Then he left.", 2),
    ],
)
def test_a_sentence_ends_without_white_space_only_where_that_is_clear(text: str, count: int) -> None:
    assert len(sentence_texts(text)) == count


def test_a_line_break_within_a_sentence_stays_within_it() -> None:
    assert sentence_texts("The cat\nsat on\r\nthe mat. It\nleft.") == ["The cat\nsat on\r\nthe mat.", "It\nleft."]


def test_spans_count_code_points() -> None:
    text = "😀 one. 雨が降る。Two."
    spans = list(split_sentences(text, Span(start=0, end=len(text)), always))
    assert [(span.start, span.end) for span in spans] == [(0, 6), (7, 12), (12, 16)]


def test_the_number_of_a_list_item_is_no_sentence_of_its_own() -> None:
    assert sentence_texts("1. Beat the eggs. Add milk.") == ["1. Beat the eggs.", "Add milk."]


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("one two three, four five six", 20, ["one two three,", "four five six"]),
        ("one, two three four five; six", 22, ["one, two three", "four five; six"]),
        ("one two three four", 10, ["one two", "three four"]),
        ("abcdefgh", 4, ["abcd", "efgh"]),
        ("abcdefgh", 3, ["ab", "cd", "ef", "gh"]),
        ("😀😀😀😀", 2, ["😀😀", "😀😀"]),
        ("ab", 0, ["a", "b"]),
        ("it fits as it is", 16, ["it fits as it is"]),
    ],
)
def test_too_long_a_sentence_is_cut_near_its_middle(text: str, limit: int, expected: list[str]) -> None:
    spans = list(split_sentences(text, Span(start=0, end=len(text)), lambda sentence: len(sentence) <= limit))
    assert [span.of(text) for span in spans] == expected


@pytest.mark.parametrize(
    ("text", "start", "end", "expected"),
    [(" ab ", 0, 4, (1, 3)), ("ab", 0, 2, (0, 2)), ("a  b", 0, 3, (0, 1)), ("\u2003x\x85", 0, 3, (1, 2))],
)
def test_stripped_gives_the_span_without_white_space(
    text: str, start: int, end: int, expected: tuple[int, int]
) -> None:
    assert stripped(text, start, end) == Span(start=expected[0], end=expected[1])
    assert stripped(" \r\n\t", 0, 4) is None


@pytest.mark.parametrize(
    "line",
    [
        "Looking Ahead",
        "What's Next for the Peace Talks?",
        "The road to negotiation: a brief history",
        "3 reasons to stay",
        "تاريخ موجز",
        "1. Minutes of the last meeting",
        "Ukraine’s ongoing military actions",
    ],
)
def test_a_short_line_before_prose_is_a_heading(line: str) -> None:
    assert headings(PROSE, line, PROSE) == [line]


@pytest.mark.parametrize(
    "line",
    [
        "He left at once.",
        "and then some more",
        "Dear Mr Smith,",
        "Add the following;",
        "One two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen",
        "Counterrevolutionaries' " * 5,
        "Share",
    ],
)
def test_another_line_before_prose_is_no_heading(line: str) -> None:
    assert headings(PROSE, line, PROSE) == []


def test_a_short_line_is_no_heading_where_no_prose_follows() -> None:
    assert headings(PROSE, "Looking Ahead") == []
    assert headings(PROSE, "Looking Ahead", "Looking Back", PROSE) == ["Looking Back"]
    assert headings(PROSE, "Looking Ahead", "Share", PROSE) == ["Looking Ahead"]


def test_a_marked_heading_needs_no_prose_after_it() -> None:
    lines = [PROSE, "## one", "### two", "text", "Looking Ahead", "## It ends here."]
    assert headings(*lines, markdown=True) == ["one", "two", "It ends here."]


@pytest.mark.parametrize(
    "items", [["- Two lemons", "- Flour is needed too."], ["1. Add salt", "2. Stir it very well."]]
)
def test_an_item_of_a_list_is_no_heading(items: list[str]) -> None:
    assert headings(PROSE, *items) == []


def test_the_last_name_of_a_list_is_no_heading() -> None:
    assert headings(PROSE, "Ann Smith\nBob Jones\nCarol White", PROSE) == []


def test_sentences_carry_the_heading_above_them_in_display_form() -> None:
    text = f"Title of the Text\n\n{PROSE}\n\nTrustâ€™s Way Back\n\n{PROSE} It left.\n\nShare\n\n{PROSE}"
    found = [(sentence.kind.value, sentence.heading) for sentence in split_text(text)]
    heading = "Trust’s Way Back"
    assert found == [
        ("title", None),
        ("body", None),
        ("heading", None),
        *[("body", heading)] * 2,
        ("boilerplate", None),
        ("body", heading),
    ]


@pytest.mark.parametrize("count", [3, 40, 400])
def test_sentences_of_a_long_paragraph_are_those_of_short_ones(count: int) -> None:
    # A long paragraph is read in windows; a window must not end a sentence.
    sentences = [
        "The council met on Tuesday, at 3 p.m., to discuss the new bridge over the river.",
        "“Why?” she asked.",
        "Nobody from the U.S. embassy (who had come early) left.",
    ]
    text = " ".join(sentences * count)
    found = list(split_sentences(text, Span(start=0, end=len(text)), lambda piece: len(piece) < 1_000))
    assert [span.of(text) for span in found] == sentences * count


@pytest.mark.parametrize(
    "piece", ["`" * 49 + "a", "![a](", "“a. ", "雨。", "A b. ", " ", "A.a ", "x. y ", "<!-- a. ", "`a. B "]
)
def test_long_paragraphs_of_marks_are_split_in_order(piece: str) -> None:
    # The time that sentencex takes grew with the square of these: 5 MB of them took hours.
    text = "a" + piece * (60_000 // len(piece))
    found = list(split_sentences(text, Span(start=0, end=len(text)), lambda sentence: len(sentence) <= 500))
    assert "".join(span.of(text) for span in found).replace(" ", "") == text.replace(" ", "")
    assert all(span.end - span.start <= 500 for span in found)

"""Words of PDFs: hyphens at the ends of lines, running heads and feet, values of forms, titles in fields."""

import pytest

from rag.ingest.parse import parse
from rag.ingest.parse.fields import own_author, own_title
from rag.ingest.parse.pdf.wraps import Hyphens, hyphens_of, joined_lines
from tests.ingest.test_pdf_tables import read
from tests.support.made import FONT, pdf, stream
from tests.support.outlines import drawn
from tests.support.pdfs import at, lines

ENGLISH = Hyphens(english=True)


@pytest.mark.parametrize(
    ("head", "tail", "expected"),
    [
        ("the subven", "tion rises", "the subvention rises"),
        ("a coal", "fired plant", "a coal-fired plant"),
        ("until mid", "night", "until midnight"),
        ("by the care", "taker", "by the caretaker"),
        ("a state-of-the", "art desk", "a state-of-the-art desk"),
        ("the over", "view of it", "the overview of it"),
        ("it is remark", "able", "it is remarkable"),
        ("Mrs Long", "Namington", "Mrs Long-Namington"),
        ("from 1914", "1918", "from 1914-1918"),
    ],
)
def test_hyphen_at_a_wrap_stays_where_it_is_written(head: str, tail: str, expected: str) -> None:
    assert joined_lines([f"{head}\ufffe", tail], ENGLISH) == expected


def test_document_tells_how_a_word_is_written() -> None:
    lines_ = ["a wind\ufffe", "screen"]
    assert joined_lines(lines_, hyphens_of(["The windscreen is new."])) == "a windscreen"
    assert joined_lines(lines_, hyphens_of(["The wind-screen is new."])) == "a wind-screen"
    assert joined_lines(["der Haus\ufffe", "halt"], hyphens_of(["Der Rat hat getagt."])) == "der Haushalt"


PROSE = ["The office opens at eight and closes at noon on", "every day of the week but Sunday, when it is shut."]


def page(number: int, *, head: str = "", foot: str = "", last: str = "") -> str:
    text = "".join(lines(60, 700 - 30 * place, PROSE) for place in range(18))
    left, right = [*head.format(number).split("|"), ""][:2]
    return (
        at(60, 760, left)
        + (at(400, 760, right) if right else "")
        + text
        + at(60, 150, last)
        + at(60, 40, foot.format(number))
    )


@pytest.mark.parametrize("count", [2, 3, 5])
@pytest.mark.parametrize(
    ("head", "foot"),
    [
        ("Handbook of the office", ""),
        ("Handbook of the office|Edition 2023", "Page {}"),
        ("Handbook, page {}", "internal"),
        ("", "{} / 9"),
    ],
)
def test_running_heads_and_feet_are_not_text(count: int, head: str, foot: str) -> None:
    parsed = read(*(page(number, head=head, foot=foot) for number in range(1, count + 1)))
    for words in ("Handbook", "Edition", "Page", "page", "internal", "/ 9"):
        assert words not in parsed.text


@pytest.mark.parametrize("count", [2, 3, 5])
def test_last_line_of_a_page_that_is_text_stays(count: int) -> None:
    parsed = read(*(page(number * 7, last=f"The price is {number * 7} euros.") for number in range(1, count + 1)))
    for number in range(1, count + 1):
        assert f"The price is {number * 7} euros." in parsed.text


FIELD = b"<</Type/Annot/Subtype/Widget/FT/%s/T(%s)/V%s/Rect[%s]%s>>"


def form(content: str, *fields: bytes) -> bytes:
    kids = b" ".join(b"%d 0 R" % (6 + place) for place in range(len(fields)))
    leaf = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Annots[%s]/Resources<</Font<</F 5 0 R>>>>>>"
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[%s]>>>>" % kids,
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        leaf % kids,
        stream(content.encode()),
        FONT,
        *fields,
    )


def test_values_of_a_form_are_a_record_named_by_what_stands_beside_them() -> None:
    content = at(60, 700, "Name of the boat:") + at(60, 670, "Length in metres") + at(60, 600, "Please sign below.")
    boat = FIELD % (b"Tx", b"boat", b"(Blue Heron)", b"200 695 350 713", b"")
    length = FIELD % (b"Tx", b"len", b"(12)", b"200 665 350 683", b"")
    remark = FIELD % (b"Tx", b"f3", b"(None)", b"60 200 350 218", b"/TU(Remarks)")
    empty = FIELD % (b"Tx", b"f4", b"()", b"60 100 350 118", b"")
    assert drawn(parse("a.pdf", form(content, boat, length, remark, empty))) == [
        *["record", "  field | 0:Name of the boat | 1:Blue Heron", "  field | 0:Length in metres | 1:12"],
        *["paragraph | Please sign below.", "record", "  field | 0:Remarks | 1:None"],
    ]


@pytest.mark.parametrize(
    "title",
    [
        *[
            "Microsoft Word - x.doc",
            "Proceedings Template - WORD",
            "untitled",
            "(anonymous)",
            "PowerPoint Presentation",
        ],
        *["Slide 1", "final2.indd", "Annual report of the council"],
    ],
)
def test_title_that_a_program_or_a_template_brings_is_none(title: str) -> None:
    assert own_title(title, shown="Guide to the night train. It leaves at ten past eleven.") is None


def test_title_that_the_first_page_says_is_one() -> None:
    assert own_title("Night Train: a guide", shown="GUIDE\nto the night\ntrain") == "Night Train: a guide"
    assert own_title("夜行列車", shown="夜行列車 案内") == "夜行列車"
    assert own_title("Night train", shown="") == "Night train"
    assert own_author("(anonymous)") is None

"""Raised characters: the mark of a note is no text, an exponent is written as one, the end of a word stays."""

import pytest

from rag.ingest.parse import parse
from rag.ingest.parse.raised import raised
from tests.support.made import changed

NOTES = """
1523 | 12 | ducats
a town of 4,210 | 1 | houses
35 | a | metres
7 | [2] | ducks
thirty camels | 1 | . It left
in 1998 | 3 | inhabitants
the price | * | of it
Smith | 1,2 | and Voss
it is done.” | 4 | Then
under the law | ii | as
Ames | † | of
1,200 | b | euros
(2019) | 2 | as
a member of NATO | 5 | said
the crown (UK) | 3 | rose
a share of 12.5% | 7 | of
by the Act, | 2 | which
in 12 houses | 9 | in
he was wrong | [citation needed] | .
about 25 | 2 | boats
a fare of £40 | 1 | ,
as it is in | 2 | many
who built it | 3 | in
the years 1910–1914 | 6 | were
a hundred and ten | 10 | men
the VAT | 4 | is
"""
EXPONENTS = """
a power of 10 | 3 | watts | ³
40 m | 2 | of garden | ²
3.2 × 10 | 6 | kg | ⁶
10 | -3 | mol | ⁻³
10 | −9 | m | ⁻⁹
E = mc | 2 | . | ²
let x | n | be | ⁿ
(a + b) | 2 | = | ²
an area of 12 km | 2 | ) | ²
4πr | 2 | , | ²
R | 2 | was .9 | ²
2 | 10 | = 1024 | ¹⁰
Ca | 2+ | ions | ²⁺
Na | + | ions | ⁺
20 kg/m | 3 | or | ³
x | n+1 | , | ⁿ⁺¹
the matrix A | T | | ^T
3 | 2 | + 4 | ²
s | −1 | , | ⁻¹
(m/s) | 3 | is | ³
9.8 m/s | 2 | down | ²
e | x | grows | ^x
n | 2/3 | steps | ^(2/3)
100 ft | 2 | each | ²
50 cm | 3 | box | ³
it grows as t | 1.5 | here | ^(1.5)
"""
OTHERS = """
the 1 | st | of May | st
the 19 | th | century | th
the 2 | nd | prize | nd
le 19 | e | siècle | e
Brand | TM | is | TM
M | me | Voss | me
20 | o | C | °
20 | 0 | C | °
N | os | 3 and 4 | os
4 | 1 | /2 cups |  1
"""


def cases(table: str) -> list[list[str]]:
    return [
        [part[1:] if part.startswith(" ") else part for part in f" {line}".split(" |")]
        for line in table.strip().splitlines()
    ]


@pytest.mark.parametrize(("before", "mark", "after"), cases(NOTES))
def test_mark_of_a_note_is_left_out(before: str, mark: str, after: str) -> None:
    assert raised(mark, before, f" {after}" if after[:1].isalnum() else after) == ""


@pytest.mark.parametrize(("before", "mark", "after", "written"), [*cases(EXPONENTS), *cases(OTHERS)])
def test_exponent_and_end_of_a_word_stay(before: str, mark: str, after: str, written: str) -> None:
    assert raised(mark, before, f" {after}" if after[:1].isalnum() and written != "°" else after) == written


def test_known_note_is_no_exponent_where_both_may_be() -> None:
    assert raised("3", "of 10", " houses", notes={"3"}) == raised("2", "plan B", " is", notes={"2"}) == ""
    assert raised("3", "6 × 10", " kg", notes={"3"}) == "³"


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        ("4,210<sup><a href='#n1'>1</a></sup> houses", "4,210 houses"),
        ("10<a href='#n3'><sup>3</sup></a> houses", "10 houses"),
        ("10<sup class=footnote-ref>3</sup> houses", "10 houses"),
        ("10<sup id=cite_ref-5 class=reference><a href='#c'>[5]</a></sup>", "10"),
        ("camels<a role=doc-noteref href='notes.xhtml#n1'>1</a>.", "camels."),
        ("camels<a class=sdfootnoteanc href='#s'><sup>1</sup></a>.", "camels."),
        ("10<sup><i>3</i></sup> watts", "10³ watts"),
        ("<i>x</i><sup><i>n</i></sup> and H<sub>2</sub>O", "xⁿ and H2O"),
        ("10<span style='vertical-align: super'>3</span> watts", "10³ watts"),
        ("1523<span class=up>12</span> ducats", "1523 ducats"),
        ("1<sup>1</sup>⁄<sub>2</sub> cups", "1 1⁄2 cups"),
        ("<sup>14</sup>C dating", "¹⁴C dating"),
        ("<sup>3</sup> The count of 1876.", "The count of 1876."),
        ("a power <a href='#p'>of 10<sup>3</sup> watts, see below</a>", "a power of 10³ watts, see below"),
        ("<math><msup><mi>r</mi><mn>2</mn></msup></math>", "r²"),
        ("SO<sub>4</sub><sup>2−</sup> ions", "SO4²⁻ ions"),
        ("see <a class='reference internal' href='#d'>dict</a> and <a href='#x'>12</a>", "see dict and 12"),
        ("Text<sup>and all of a sentence that is raised</sup>", "Textand all of a sentence that is raised"),
        ("<sup></sup>one<sup> </sup> two", "one two"),
    ],
)
def test_page_says_what_its_raised_characters_are(inner: str, text: str) -> None:
    head = "<style>.up { vertical-align: 6px }</style>"
    assert parse("a.html", f"<!DOCTYPE html>{head}<p>{inner}</p>".encode()).text == text
    cell = parse("a.html", f"<!DOCTYPE html>{head}<table><tr><th>a<th>b<tr><td>{inner}<td>c</table>".encode())
    assert cell.text == f"a | b\n{text} | c"


def chapter(body: str) -> str:
    """The text of an EPUB with this chapter."""
    spaces = "xmlns='http://www.w3.org/1999/xhtml' xmlns:epub='http://www.idpf.org/2007/ops'"
    page = f"<html {spaces}><body>{body}</body></html>"
    return parse("a.epub", changed("ferry.epub", "EPUB/text/ch001.xhtml", page.encode())).text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (
            "<p>Ten camels<a epub:type='noteref' href='#n'>1</a>.</p><aside epub:type='footnote'>Some.</aside>",
            "Ten camels.\n\nSome.",
        ),
        ("<p>Ten camels<a epub:type='noteref' href='n.xhtml#n'><sup>1</sup></a>.</p>", "Ten camels."),
        ("<p><span class='dropcap'>T</span> he well.</p>", "The well."),
        ("<p><span>T</span>he well.</p>", "The well."),
        ("<p><b class='first-letter-drop'>T</b>\nhe well.</p>", "The well."),
        ("<p><span class='drop'>A</span> well.</p>", "A well."),
        ("<p><span class='drop'>T</span><span class='sc'>HE</span> well.</p>", "THE well."),
        ("<aside>Beside it.</aside><header>Above it.</header>", "Beside it.\n\nAbove it."),
    ],
)
def test_book_has_no_marks_of_notes_and_whole_first_words(body: str, text: str) -> None:
    assert f"\n\n{text}\n\n" in f"{chapter(body)}\n\n"


def test_many_raised_characters_are_read_in_time() -> None:
    page = "<!DOCTYPE html><p>" + "<b>" * 500 + "x<sup>2</sup> of 9<sup>1</sup> " * 5_000
    assert parse("a.html", page.encode()).text.count("x² of 9 ") >= 4_999

"""The tree of blocks that a DOCX gives: numbered lists, merged cells, code, captions, quotations, heads and feet."""

from io import BytesIO

import docx as python_docx
import pytest

from rag.blocks import Form
from rag.ingest.parse import Limits, Parsed, parse
from rag.types import Kind
from tests.support.made import FILES, W, docx, member, said, with_members
from tests.support.outlines import assert_sound, drawn

STYLES = "word/styles.xml"
NUMBERING = "word/numbering.xml"
R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
RELATIONS = "word/_rels/document.xml.rels"
KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def run(text: str, look: str = "") -> str:
    return f"<w:r><w:rPr>{look}</w:rPr><w:t xml:space='preserve'>{text}</w:t></w:r>"


def p(text: str, properties: str = "", look: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{run(text, look)}</w:p>"


def styled(text: str, style: str, more: str = "") -> str:
    return p(text, f"<w:pStyle w:val='{style}'/>{more}")


def item(text: str, level: int = 0, number: int = 71) -> str:
    return p(text, f"<w:numPr><w:ilvl w:val='{level}'/><w:numId w:val='{number}'/></w:numPr>")


def levels(*formats: tuple[str, str], start: int = 1) -> str:
    return "".join(
        f"<w:lvl w:ilvl='{place}'><w:start w:val='{start}'/><w:numFmt w:val='{form}'/><w:lvlText w:val='{text}'/>"
        f"<w:pPr><w:ind w:left='{720 * (place + 1)}'/></w:pPr></w:lvl>"
        for place, (form, text) in enumerate(formats)
    )


BULLETS = levels(("bullet", "•"), ("bullet", "o"))
DECIMAL = levels(("decimal", "%1."), ("lowerLetter", "%2)"), ("lowerRoman", "%3."))


def made(body: str, *, lists: str = "", styles: str = "") -> Parsed:
    """A DOCX with the lists 71, of the definition 71, and 81, of 81."""
    sheet = member("ferry.docx", STYLES).replace(b"</w:styles>", f"{styles}</w:styles>".encode())
    numbers = "".join(f"<w:num w:numId='{n}'><w:abstractNumId w:val='{n}'/></w:num>" for n in (71, 81))
    parsed = parse(
        "a.docx",
        with_members(
            docx(body),
            {NUMBERING: f"<w:numbering {W}>{lists}{numbers}</w:numbering>".encode(), STYLES: sheet},
        ),
    )
    assert_sound(parsed.text, parsed.blocks)
    return parsed


def tree(body: str, *, lists: str = "", styles: str = "") -> list[str]:
    """Without the note of the file that it is made from."""
    return drawn(made(body, lists=lists, styles=styles))[:-1]


def definition(inner: str, number: int = 71) -> str:
    return f"<w:abstractNum w:abstractNumId='{number}'>{inner}</w:abstractNum>"


def marks(body: str, lists: str) -> str:
    found = [line.split() for line in tree(body, lists=lists) if line.strip().startswith("item")]
    return " ".join(line[1] for line in found)


@pytest.mark.parametrize("name", ["press.docx", "press.epub"])
def test_press_has_the_blocks_of_the_page_that_it_was_made_from(name: str) -> None:
    page, other = (drawn(parse(one, (FILES / one).read_bytes())) for one in ("press.html", name))
    assert other[-len(page) :] == page
    assert len(other) - len(page) == (name == "press.epub")  # pandoc puts a page with the title first
    assert len(page) > 30


@pytest.mark.parametrize(
    ("formats", "levels_of_items", "expected"),
    [
        ([("decimal", "%1.")], [0, 0, 0], "1. 2. 3."),
        ([("decimal", "%1)"), ("decimal", "%1.%2")], [0, 1, 1, 0, 1], "1) 1.1 1.2 2) 2.1"),
        ([("upperRoman", "%1."), ("upperLetter", "%2.")], [0, 1, 1, 0], "I. A. B. II."),
        ([("lowerLetter", "(%1)"), ("lowerRoman", "%2.")], [0, 0, 1, 1, 0], "(a) (b) i. ii. (c)"),
        ([("decimalZero", "%1")], [0, 0], "01 02"),
        ([("decimal", "Step %1:")], [0, 0], "Step 1: Step 2:"),
        ([("decimal", "%1."), ("decimal", "%1.%2."), ("decimal", "%1.%2.%3.")], [0, 2, 1, 2], "1. 1.1.1. 1.1. 1.1.1."),
        ([("ordinal", "%1")], [0, 0], "1 2"),
    ],
)
def test_numbers_of_items_are_those_that_word_shows(
    formats: list[tuple[str, str]], levels_of_items: list[int], expected: str
) -> None:
    body = "".join(item("x", level) for level in levels_of_items)
    lists = definition(levels(*formats))
    found = [block.mark for block in made(body, lists=lists).blocks if block.form is Form.ITEM]
    assert " ".join(found) == expected


def test_list_goes_on_after_a_paragraph_and_a_start_of_its_own_begins_anew() -> None:
    anew = "<w:num w:numId='72'><w:abstractNumId w:val='71'/><w:lvlOverride w:ilvl='0'><w:startOverride w:val='5'/>"
    lists = definition(DECIMAL) + f"{anew}</w:lvlOverride></w:num>"
    body = item("a") + item("b") + p("between") + item("c") + p("again") + item("d", number=72) + item("e", number=72)
    assert marks(body, lists) == "1. 2. 3. 5. 6."
    restarted = lists.replace(
        "<w:numFmt w:val='lowerLetter'/>", "<w:numFmt w:val='lowerLetter'/><w:lvlRestart w:val='0'/>"
    )
    body = item("a") + item("x", 1) + item("b") + item("y", 1)
    assert marks(body, lists) == "1. a) 2. a)"
    assert marks(body, restarted) == "1. a) 2. b)"


def test_nested_lists_are_within_their_items() -> None:
    lists = definition(DECIMAL) + definition(levels(("bullet", "•")).replace("720", "1440"), 81)
    body = p("Do:") + item("oil") + item("thin", 1) + item("of hemp", 0, 81) + item("water") + p("After.")
    assert tree(body, lists=lists) == [
        *["paragraph | Do:", "list ordered", "  item 1.", "    paragraph | oil", "    list ordered", "      item a)"],
        *["        paragraph | thin", "    list", "      item", "        paragraph | of hemp"],
        *["  item 2.", "    paragraph | water", "paragraph | After."],
    ]


def test_paragraph_below_an_item_is_in_it() -> None:
    more = p("more of it", "<w:ind w:left='720'/>")
    assert tree(item("oil") + more + item("water") + p("After."), lists=definition(DECIMAL)) == [
        *["list ordered", "  item 1.", "    paragraph | oil", "    paragraph | more of it"],
        *["  item 2.", "    paragraph | water", "paragraph | After."],
    ]


def test_list_of_a_style_and_number_of_a_heading() -> None:
    style = "<w:style w:type='paragraph' w:styleId='{0}'><w:name w:val='{1}'/><w:pPr><w:numPr><w:numId w:val='{2}'/>"
    styles = "".join(f"{style.format(*one)}</w:numPr></w:pPr></w:style>" for one in (("L", "List Number", 71),))
    heading = f"{style.format('H', 'heading 2', 81)}</w:numPr></w:pPr></w:style>"
    lists = definition(DECIMAL) + definition(levels(("decimal", "%1")), 81)
    body = styled("Scope", "H") + styled("oil", "L") + styled("none", "L", "<w:numPr><w:numId w:val='0'/></w:numPr>")
    assert tree(body + styled("Terms", "H"), lists=lists, styles=styles + heading) == [
        *["heading 2 | 1 Scope", "list ordered", "  item 1.", "    paragraph | oil", "paragraph | none"],
        "heading 2 | 2 Terms",
    ]


def test_levels_of_headings_are_those_of_styles_and_outlines() -> None:
    body = (
        styled("a", "Heading1") + styled("b", "Heading3") + p("c", "<w:outlineLvl w:val='1'/>") + styled("d", "Title")
    )
    assert tree(body) == ["heading 1 | a", "heading 3 | b", "heading 2 | c", "heading 1 | d"]


def cell(text: str, properties: str = "", look: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{p(text, look=look)}</w:tc>"


def row(*cells: str, properties: str = "") -> str:
    inner = "".join(one if one.startswith("<") else cell(one) for one in cells)
    return f"<w:tr><w:trPr>{properties}</w:trPr>{inner}</w:tr>"


def table(*rows: str) -> str:
    return f"<w:tbl><w:tblPr/>{''.join(rows)}</w:tbl>"


HEAD = "<w:tblHeader/>"
SPAN = "<w:gridSpan w:val='2'/>"
START, ON = "<w:vMerge w:val='restart'/>", "<w:vMerge/>"
BOLD = "<w:b/>"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            [row("Hall", "Size", "Rent"), row("Oak", "20", "50")],
            ["row head | 0:Hall | 1:Size | 2:Rent", "row | 0:Oak | 1:20 | 2:50"],
        ),
        (
            [row("Hall", "Use", properties=HEAD), row("Oak", "balls")],
            ["row head | 0:Hall | 1:Use", "row | 0:Oak | 1:balls"],
        ),
        (
            [
                row(cell("Hall", START), cell("Rent", SPAN), properties=HEAD),
                row(cell("", ON), "day", "week"),
                row("Oak", "50", "90"),
            ],
            ["row head | 0:Hall | 1:Rent", "row head | 0:Hall | 1:day | 2:week", "row | 0:Oak | 1:50 | 2:90"],
        ),
        (
            [
                row("Line", "Stop", "Time"),
                row(cell("4", START), "Mill", "8:10"),
                row(cell("", ON), "Quay", "8:20"),
                row("5", "Mill", "9"),
            ],
            [
                *["row head | 0:Line | 1:Stop | 2:Time", "row | 0:4 | 1:Mill | 2:8:10"],
                *["row | 0:4 | 1:Quay | 2:8:20", "row | 0:5 | 1:Mill | 2:9"],
            ],
        ),
        (
            [row(cell("Ware", look=BOLD), cell("Use", look=BOLD)), row("Oil", "wheel"), row("Wax", "floor")],
            ["row head | 0:Ware | 1:Use", "row | 0:Oil | 1:wheel", "row | 0:Wax | 1:floor"],
        ),
        (
            [row("City", "2020", "2021"), row("2", "3", properties="<w:gridBefore w:val='1'/>"), row("Oslo", "4", "5")],
            ["row head | 0:City | 1:2020 | 2:2021", "row | 1:2 | 2:3", "row | 0:Oslo | 1:4 | 2:5"],
        ),
        (
            [row("Hall", "Size", "Rent"), row("gone", "1", "2", properties="<w:hidden/>"), row("Oak", "20", "50")],
            ["row head | 0:Hall | 1:Size | 2:Rent", "row | 0:Oak | 1:20 | 2:50"],
        ),
    ],
)  # fmt: skip
def test_table_has_its_header_rows_and_cells(rows: list[str], expected: list[str]) -> None:
    assert tree(table(*rows)) == ["table", *(f"  {line}" for line in expected)]


@pytest.mark.parametrize(
    "rows",
    [
        [row(cell("Height", look=BOLD), "12 m"), row(cell("Architect", look=BOLD), "Ida Voss")],
        [row("Height:", "12 m"), row("Architect:", "Ida Voss")],
        [row("Height", "12 m"), row("Architect", "Ida Voss")],
    ],
)
def test_labels_and_values_are_a_record(rows: list[str]) -> None:
    fields = ["record", "  field | 0:Height | 1:12 m", "  field | 0:Architect | 1:Ida Voss"]
    assert tree(table(*rows)) == fields
    assert tree(table(row(cell("The mill", SPAN)), *rows)) == ["caption | The mill", *fields]


def test_table_that_only_places_is_none() -> None:
    inner = table(row("Size", "Price", "No"), row("L", "9", "1"))
    expected = ["table", "  row head | 0:Size | 1:Price | 2:No", "  row | 0:L | 1:9 | 2:1"]
    assert tree(table(row(cell("Left"), f"<w:tc>{p('Right')}{inner}{p('')}</w:tc>"))) == [
        *["paragraph | Left", "paragraph | Right", *expected]
    ]
    assert tree(table(row("One"), row("Two"))) == ["paragraph | One", "paragraph | Two"]
    data = table(row("Ware", "Prices", properties=HEAD), row("Shoes", f"<w:tc>{p('here')}{inner}{p('')}</w:tc>"))
    assert tree(data) == ["table", "  row head | 0:Ware | 1:Prices", "  row | 0:Shoes | 1:here", *expected]


def test_items_of_a_cell_are_told_apart() -> None:
    listed = f"<w:tc>{p('Take')}{item('oil')}{item('wax.')}{item('rope')}</w:tc>"
    found = tree(table(row("Job", "Needs", "No"), row("Wheel", listed, "1")), lists=definition(DECIMAL))
    assert found[-1] == "  row | 0:Wheel | 1:Take; oil; wax. rope | 2:1"


def test_code_captions_and_quotations_are_those_of_styles() -> None:
    style = "<w:style w:type='paragraph' w:styleId='{0}'><w:name w:val='{1}'/></w:style>"
    styles = "".join(style.format(*one) for one in (("C", "Source Code"), ("Q", "Intense Quote"), ("T", "toc 1")))
    body = (
        styled("  def f():", "C") + styled("", "C") + styled("    return 1", "C") + styled("Figure 1", "Caption")
        + styled("one", "Q") + styled("two", "Q") + p("after") + styled("Scope\t3", "T")
    )  # fmt: skip
    parsed = made(body, styles=styles)
    assert drawn(parsed)[:-1] == [
        *["code |   def f():\n\n    return 1", "caption | Figure 1", "quote", "  paragraph | one", "  paragraph | two"],
        *["paragraph | after", "paragraph | Scope\t3"],
    ]
    assert [block.kind for block in parsed.blocks][-2] is Kind.BOILERPLATE


def test_code_is_what_is_in_a_font_of_fixed_width_among_others() -> None:
    fixed = "<w:rFonts w:ascii='Courier New' w:hAnsi='Courier New'/>"
    lines = p("make", look=fixed) + p("make test", look=fixed)
    assert tree(p("Run:") + p("then") + lines + p("after")) == [
        *["paragraph | Run:", "paragraph | then", "code | make\nmake test", "paragraph | after"]
    ]
    assert tree(p("a letter", look=fixed) + lines) == [
        "paragraph | a letter",
        "paragraph | make",
        "paragraph | make test",
    ]


@pytest.mark.parametrize(
    ("body", "question"),
    [
        (p("Is it open?", look=BOLD) + p("Yes."), "Is it open?"),
        (p("4. Is it open?") + p("Yes."), "4. Is it open?"),
        (p("Q: Is it open?") + p("A: Yes."), "Q: Is it open?"),
        (item("Is it open?") + p("Yes.") + item("And now?") + p("No."), "Is it open?"),
    ],
)
def test_question_heads_its_answer(body: str, question: str) -> None:
    assert tree(body, lists=definition(DECIMAL))[0] == f"heading 6 | {question}"


def raised(*runs: tuple[str, str]) -> str:
    return f"<w:p>{''.join(run(text, look) for text, look in runs)}</w:p>"


UP = "<w:vertAlign w:val='superscript'/>"
MATH = "xmlns:m='http://schemas.openxmlformats.org/officeDocument/2006/math'"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (raised(("In 1998", ""), ("3", UP), (" it sank.", "")), "In 1998 it sank."),
        (raised(("a plot of 40 m", ""), ("2", UP), (" or so", "")), "a plot of 40 m² or so"),
        (raised(("10", ""), ("−", UP), ("3", UP), (" mol", "")), "10⁻³ mol"),
        (raised(("the 1", ""), ("st", UP), (" prize", "")), "the 1st prize"),
        (raised(("H", ""), ("2", "<w:vertAlign w:val='subscript'/>"), ("O", "")), "H2O"),
        (raised(("a toll", ""), ("7", "<w:position w:val='8'/>"), (" of", "")), "a toll of"),
        (raised(("a toll", ""), ("b", "<w:rStyle w:val='FootnoteReference'/>"), (" of", "")), "a toll of"),
        (raised(("4", ""), ("1", UP), ("/", ""), ("2", ""), (" cups", "")), "4 1/2 cups"),
        (
            f"<w:p {MATH}><m:oMath><m:sSup><m:e><m:r><m:t>r</m:t></m:r></m:e>"
            "<m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup></m:oMath></w:p>",
            "r²",
        ),
    ],
)
def test_raised_characters_are_a_mark_or_an_exponent(body: str, text: str) -> None:
    assert tree(body) == [f"paragraph | {text}"]


def field(code: str, shown: str) -> str:
    kinds = "<w:r><w:fldChar w:fldCharType='{}'/></w:r>"
    instruction = f"<w:r><w:instrText> {code} </w:instrText></w:r>"
    result = f"{kinds.format('separate')}<w:r><w:t>{shown}</w:t></w:r>{kinds.format('end')}"
    return f"{kinds.format('begin')}{instruction}{result}"


def framed(head: str, foot: str, body: str = "") -> Parsed:
    """A DOCX of two sections that have the same head, and another foot each; the second has none."""
    relations = "".join(
        f"<Relationship Id='r{kind}' Type='{KINDS}/{kind}' Target='{kind}9.xml'/>" for kind in ("header", "footer")
    )
    section = (
        f"<w:sectPr {R}><w:headerReference r:id='rheader' w:type='default'/>"
        "<w:footerReference r:id='rfooter' w:type='first'/></w:sectPr>"
    )
    kinds = member("ferry.docx", "[Content_Types].xml").replace(
        b"</Types>",
        b"".join(
            b"<Override PartName='/word/%s9.xml' ContentType='application/vnd.openxmlformats-officedocument."
            b"wordprocessingml.%s+xml'/>" % (kind, kind)
            for kind in (b"header", b"footer")
        )
        + b"</Types>",
    )
    parts = {
        "word/header9.xml": f"<w:hdr {W}>{head}</w:hdr>".encode(),
        "word/footer9.xml": f"<w:ftr {W}>{foot}</w:ftr>".encode(),
        RELATIONS: member("ferry.docx", RELATIONS).replace(
            b"</Relationships>", f"{relations}</Relationships>".encode()
        ),
        "[Content_Types].xml": kinds,
    }
    source = docx(f"{p('The text.')}<w:p><w:pPr>{section}</w:pPr></w:p>{body}{section}")
    return parse("a.docx", with_members(source, parts))


@pytest.mark.parametrize(
    ("head", "foot", "expected"),
    [
        (p("Larch Ltd"), p("Form 17-B"), ["  field | 0:Header | 1:Larch Ltd", "  field | 0:Footer | 1:Form 17-B"]),
        (p("Larch") + p("Draft"), f"<w:p>{field('PAGE', '3')}</w:p>", ["  field | 0:Header | 1:Larch, Draft"]),
        (p("The text."), f"<w:p>{run('Page ')}{field('PAGE', '3')}{run(' of ')}{field('NUMPAGES', '9')}</w:p>", []),
        (p(""), "<w:p><w:fldSimple w:instr=' PAGE '><w:r><w:t>3</w:t></w:r></w:fldSimple></w:p>", []),
        (
            "",
            f"<w:p><w:r><w:t>Form 17-B of Larch Ltd</w:t><w:tab/><w:t>Page </w:t></w:r>{field('PAGE', '3')}</w:p>",
            ["  field | 0:Footer | 1:Form 17-B of Larch Ltd"],
        ),
    ],
)  # fmt: skip
def test_heads_and_feet_of_pages_are_a_record_at_the_end(head: str, foot: str, expected: list[str]) -> None:
    parsed = framed(head, foot)
    assert_sound(parsed.text, parsed.blocks)
    assert drawn(parsed)[2:] == (["record", *expected] if expected else [])


def test_text_boxes_are_there_once_and_leave_the_list_open() -> None:
    box = f"<w:txbxContent>{said('boxed')}</w:txbxContent>"
    choice = (
        "<mc:AlternateContent xmlns:mc='http://schemas.openxmlformats.org/markup-compatibility/2006'>"
        f"<mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent>"
    )
    first = item("oil").replace("</w:p>", f"<w:r>{choice}</w:r></w:p>")
    assert tree(first + item("water"), lists=definition(DECIMAL)) == [
        *["list ordered", "  item 1.", "    paragraph | oil", "    paragraph | boxed"],
        *["  item 2.", "    paragraph | water"],
    ]


def test_file_of_python_docx() -> None:
    document = python_docx.Document()
    document.add_heading("Mill", 1)
    for text in ("Oil it.", "Run it."):
        document.add_paragraph(text, "List Number")
    document.add_paragraph("of hemp", "List Bullet 2")
    grid = document.add_table(3, 3)
    for place, text in enumerate(("Part", "No", "Torque", "Blade", "B-17", "25 Nm", "Bolt", "H-02", "8 Nm")):
        grid.cell(place // 3, place % 3).text = text
    grid.cell(1, 0).merge(grid.cell(2, 0))
    written = BytesIO()
    document.save(written)
    assert drawn(parse("a.docx", written.getvalue())) == [
        *["heading 1 | Mill", "list ordered", "  item 1.", "    paragraph | Oil it.", "  item 2."],
        *["    paragraph | Run it.", "    list", "      item", "        paragraph | of hemp"],
        *["table", "  row head | 0:Part | 1:No | 2:Torque", "  row | 0:Blade Bolt | 1:B-17 | 2:25 Nm"],
        "  row | 0:Blade Bolt | 1:H-02 | 2:8 Nm",
    ]


def test_hundred_thousand_merged_cells_are_read_in_time() -> None:
    going_on = f"<w:tc><w:tcPr>{ON}</w:tcPr><w:p/></w:tc>"
    body = table(row(*[cell("x", START)] * 500), *[row(*[going_on] * 500)] * 200)
    parsed = parse("a.docx", docx(body), Limits(characters=300_000))
    assert_sound(parsed.text, parsed.blocks)

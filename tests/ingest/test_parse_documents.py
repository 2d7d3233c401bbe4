"""Documents of other programs than Word, and source code: what they show, as blocks."""

import json

import pytest

from rag.blocks import Form
from rag.errors import DocumentRejected
from rag.ingest.describe import describe
from rag.ingest.parse import Parsed, parse
from tests.ingest.test_files import paragraphs_of_the_bridge, words
from tests.support.made import FILES, changed, member
from tests.support.outlines import assert_sound, drawn

ODT = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"><office:automatic-styles>'
    '<style:style style:name="H" style:family="text"><style:text-properties text:display="none"/></style:style>'
    '<text:list-style style:name="N"><text:list-level-style-number text:level="1" style:num-format="a" '
    'style:num-prefix="(" style:num-suffix=")" text:start-value="3"/></text:list-style></office:automatic-styles>'
    "<office:body><office:text>{0}"
    "</office:text></office:body></office:document-content>"
)


def parsed(name: str) -> Parsed:
    document = parse(name, (FILES / name).read_bytes())
    assert_sound(document.text, document.blocks)
    return document


def odt(body: str) -> list[str]:
    return drawn(parse("a.odt", changed("bridge.odt", "content.xml", ODT.format(body).encode())))


def rtf(body: str, before: str = "") -> list[str]:
    return drawn(parse("a.rtf", f"{{\\rtf1\\ansi\\ansicpg1252{before} {body}}}".encode("latin-1")))


@pytest.mark.parametrize("name", ["bridge.odt", "bridge.rtf"])
def test_document_by_libreoffice_has_every_paragraph_in_order(name: str) -> None:
    document = parsed(name)
    text, position = words(document.text), 0
    for paragraph in paragraphs_of_the_bridge():
        if paragraph != "The house still stands in Mill Lane, number 12.":
            assert paragraph in text[position:], paragraph
            position = text.index(paragraph, position)
    assert text.endswith("The house still stands in Mill Lane, number 12.")
    for absent in ("swordfish", "Special Issue", "Page "):
        assert absent not in document.text
    assert [block.span.of(document.text) for block in document.blocks if block.heading] == [
        *["How the bridge came to be", "What it cost", "The great repair", "What comes next"]
    ]
    lines = drawn(document)
    assert lines[lines.index("list ordered") :][:3] == [
        *["list ordered", "  item 1.", "    paragraph | The deck was lightened by removing the tram rails."]
    ]
    assert "  row | 0:Anchorages | 1:400,000 | 2:1,480,000" in lines
    found = describe(document.text, document.blocks, stated=document.description, created=document.created).description
    assert (found.title, found.author, found.published) == ("The Bridge at Orlen", "Ines Halvorsen", "2024-05-03")


SLIDES = [
    *["heading 1 | The harbour", "paragraph | For skippers", "heading 1 | Before you leave", "list", "  item"],
    *["    paragraph | Check the report", "    list", "      item", "        paragraph | oil", "      item"],
    *["        paragraph | water", "  item", "    paragraph | Tell the office", "paragraph | Speak slowly."],
    *["heading 1 | Fees", "table", "  row head | 0:Length | 1:Day | 2:Month", "  row | 0:6 m | 1:8 | 2:120"],
    *["  row | 0:10 m | 1:12 | 2:180", "paragraph | Paid in advance."],
]


@pytest.mark.parametrize("name", ["harbour.pptx", "harbour.odp"])
def test_slides_by_libreoffice_have_titles_lists_tables_and_notes(name: str) -> None:
    document = parsed(name)
    assert drawn(document) == SLIDES
    assert document.left_out == ("hidden slide 4",)
    starts = [document.text[start:].split("\n")[0] for start in document.pages]
    assert starts == ["The harbour", "Before you leave", "Fees", ""]
    assert document.description.title == "Harbour talk"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<text:p>one <text:span>two</text:span><text:s text:c='2'/>three</text:p>", ["paragraph | one two  three"]),
        ("<text:p>a<text:line-break/>b<text:tab/>c</text:p>", ["paragraph | a\nb\tc"]),
        ("<text:p>one<text:span text:style-name='H'> hidden</text:span></text:p>", ["paragraph | one"]),
        (
            "<text:section text:display='none'><text:p>gone</text:p></text:section><text:p>one</text:p>",
            ["paragraph | one"],
        ),
        ("<text:tracked-changes><text:p>gone</text:p></text:tracked-changes><text:p>one</text:p>", ["paragraph | one"]),
        ("<text:p>one<office:annotation><text:p>gone</text:p></office:annotation></text:p>", ["paragraph | one"]),
        (
            "<text:table-of-content><text:p>gone 3</text:p></text:table-of-content><text:p>one</text:p>",
            ["paragraph | one"],
        ),
        ("<text:h text:outline-level='2'>One</text:h>", ["heading 2 | One"]),
        (
            "<text:p>one<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>below</text:p>"
            "</text:note-body></text:note> two</text:p>",
            ["paragraph | one two", "paragraph | below"],
        ),
        (
            "<text:p>a<draw:frame><draw:text-box><text:p>boxed</text:p></draw:text-box></draw:frame></text:p>",
            ["paragraph | a", "paragraph | boxed"],
        ),
        (
            "<text:list text:style-name='N'><text:list-item><text:p>c</text:p></text:list-item>"
            "<text:list-item><text:p>d</text:p></text:list-item></text:list>",
            ["list ordered", "  item (c)", "    paragraph | c", "  item (d)", "    paragraph | d"],
        ),
        (
            "<table:table><table:table-header-rows><table:table-row><table:table-cell><text:p>A</text:p></table:table-cell>"
            "<table:table-cell table:number-columns-spanned='2'><text:p>B</text:p></table:table-cell>"
            "<table:covered-table-cell/></table:table-row></table:table-header-rows><table:table-row>"
            "<table:table-cell><text:p>1</text:p></table:table-cell><table:table-cell><text:p>2</text:p></table:table-cell>"
            "<table:table-cell><text:p>3</text:p></table:table-cell></table:table-row></table:table>",
            ["table", "  row head | 0:A | 1:B", "  row | 0:1 | 1:2 | 2:3"],
        ),
    ],
)
def test_odt_gives_what_is_seen(body: str, expected: list[str]) -> None:
    assert odt(body) == expected


def test_lists_of_odt_that_nest_deep_are_read() -> None:
    assert odt("<text:list><text:list-item>" * 120 + "<text:p>deep</text:p>" + "</text:list-item></text:list>" * 120)[
        -1
    ].endswith("deep")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("one {\\b two}\\par three", ["paragraph | one two", "paragraph | three"]),
        ("caf\\'e9 \\u8220?x\\u8221? \\emdash \\u-10179?\\u-8704?", ["paragraph | café “x” —😀"]),
        ("one{\\v hidden}{\\deleted gone} two", ["paragraph | one two"]),
        ("{\\header top}{\\footer Page 3}{\\*\\generator X}{\\pict 89504e47}one", ["paragraph | one"]),
        ("one\\line two\\tab three", ["paragraph | one\ntwo\tthree"]),
        ('{\\field{\\*\\fldinst HYPERLINK "http://example.org"}{\\fldrslt a link}}', ["paragraph | a link"]),
        ("one{\\super\\chftn{\\footnote\\pard\\plain below}} two", ["paragraph | one two", "paragraph | below"]),
        ("{\\bin5 }}}}}one", ["paragraph | one"]),
        (
            "\\trowd\\trhdr\\cellx1\\cellx2 A\\cell B\\cell\\row"
            "\\trowd\\cellx1\\cellx2\\pard\\intbl 1\\par x\\cell 2\\cell\\row\\pard after",
            ["table", "  row head | 0:A | 1:B", "  row | 0:1 x | 1:2", "paragraph | after"],
        ),
        (
            "\\trowd\\clvmgf\\cellx1\\cellx2 A\\cell 1\\cell\\row\\trowd\\clvmrg\\cellx1\\cellx2 \\cell 2\\cell\\row",
            ["table", "  row | 0:A | 1:1", "  row | 0:A | 1:2"],
        ),
        (
            "{\\listtext 1.\\tab}one\\par{\\listtext a)\\tab}\\ilvl1 two\\par\\pard{\\listtext 2.\\tab}three\\par",
            [
                *["list ordered", "  item 1.", "    paragraph | one", "    list ordered", "      item a)"],
                *["        paragraph | two", "  item 2.", "    paragraph | three"],
            ],
        ),
    ],
)
def test_rtf_gives_what_is_seen(body: str, expected: list[str]) -> None:
    assert rtf(body) == expected


def test_rtf_is_decoded_in_the_code_page_of_its_font() -> None:
    fonts = "{\\fonttbl{\\f0\\fcharset0 A;}{\\f1\\fcharset204 B;}{\\f2\\fcharset128 C;}}"
    assert rtf("\\f1 \\'ec\\'ee\\'f1\\'f2 {\\f2 \\'8b\\'b4}", fonts) == ["paragraph | мост 橋"]


def test_headings_of_rtf_are_those_of_styles() -> None:
    styles = "{\\stylesheet{\\s1\\outlinelevel0 Kop 1;}{\\s2 heading 2;}{\\s3 Body;}}"
    assert rtf("\\pard\\s1 One\\par\\pard\\s2 Two\\par\\pard\\s3 three\\par", styles) == [
        *["heading 1 | One", "heading 2 | Two", "paragraph | three"]
    ]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (b"{\\rtf1 " + b"{" * 5_000 + b"x", "damaged RTF: nested too deep"),
        (b"<html>", "not a .rtf file: it is not an RTF file"),
        (b"{\\rtf1 {\\pict 89}}", "empty: the file has no letter or digit"),
    ],
)
def test_strange_rtf_is_rejected(source: bytes, reason: str) -> None:
    with pytest.raises(DocumentRejected) as caught:
        parse("a.rtf", source)
    assert str(caught.value) == reason


@pytest.mark.parametrize(
    ("name", "like", "reason"),
    [
        ("a.xlsx", "bridge.docx", r"^not an XLSX: its archive has no xl/workbook\.xml$"),
        ("a.pptx", "bridge.docx", r"^not a PPTX: its archive has no ppt/presentation\.xml$"),
        ("a.odt", "bridge.docx", r"^not an OpenDocument file: its archive has no content\.xml$"),
        ("a.ods", "bridge.rtf", r"^not a \.ods file: it is an RTF file$"),
        ("a.csv", "harbour.xlsx", r"^not text: it is a zip archive named \.csv$"),
    ],
)
def test_suffix_and_content_agree(name: str, like: str, reason: str) -> None:
    with pytest.raises(DocumentRejected, match=reason):
        parse(name, (FILES / like).read_bytes())


def test_encrypted_opendocument_file_is_named() -> None:
    manifest = member("bridge.odt", "META-INF/manifest.xml").replace(
        b"</manifest:manifest>", b"<x>encryption-data</x></manifest:manifest>"
    )
    with pytest.raises(DocumentRejected, match=r"^encrypted OpenDocument file: it asks for a password"):
        parse("a.odt", changed("bridge.odt", "META-INF/manifest.xml", manifest))


RST = """\
========
The toys
========

:author: Anna Lund
:date: 3 May 2024

.. _intro:

.. toctree::
   :maxdepth: 2

   install

Install
=======

Run this::

    pip install toys
    toys

.. include:: /etc/passwd

.. code-block:: python
   :linenos:

   import toys

.. a comment that
   goes on

* one

  - inner

=====  =====  ====
Boat   Owner  No
=====  =====  ====
Anna   Lund   4
Bea    Marsh  11
=====  =====  ====
"""


def test_restructured_text_is_read_without_its_directives() -> None:
    document = parse("a.rst", RST.encode())
    assert_sound(document.text, document.blocks)
    assert document.text == RST
    shown = [block.kind is None for block in document.blocks]
    assert [line for line, seen in zip(drawn(document), shown, strict=True) if seen] == [
        *["heading 1 | The toys", "record", "  field | 0:author | 1:Anna Lund", "  field | 0:date | 1:3 May 2024"],
        *[
            "heading 2 | Install",
            "paragraph | Run this::",
            "code |     pip install toys\n    toys",
            "code |    import toys",
        ],
        *["list", "  item", "    paragraph | one", "    list", "      item", "        paragraph | inner", "table"],
        *["  row head | 0:Boat | 1:Owner | 2:No", "  row | 0:Anna | 1:Lund | 2:4", "  row | 0:Bea | 1:Marsh | 2:11"],
    ]


PYTHON = '"""Toys."""\n\nimport os\n\n' + "".join(
    f'def toy_{number}(side: int) -> int:\n    """A toy."""\n' + "    side += 1\n" * 9 + "\n    return side\n\n\n"
    for number in range(3)
)


def test_code_is_cut_between_its_functions() -> None:
    document = parse("a.py", PYTHON.encode())
    assert document.text == PYTHON
    assert [block.form for block in document.blocks] == [Form.CODE] * 4
    assert [block.span.of(PYTHON).split("(")[0] for block in document.blocks[1:]] == [
        "def toy_0",
        "def toy_1",
        "def toy_2",
    ]


@pytest.mark.parametrize("name", ["a.js", "a.SQL", "a.toml", "a.go", "a.sh"])
def test_long_code_is_cut_at_a_blank_line_or_anywhere(name: str) -> None:
    text = "x = {\n" + "  a: 1,\n" * 30 + "\n" + "  b: 2,\n" * 70 + "}\n"
    document = parse(name, text.encode())
    assert "".join(block.span.of(text) for block in document.blocks).split() == text.split()
    assert [block.span.of(text).count("\n") + 1 for block in document.blocks] == [31, 40, 31]


def test_cells_of_a_notebook_are_text_and_code() -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# Toys\n", "\n", "Some *text*."]},
        {"cell_type": "code", "source": "x = 1\nprint(x)", "outputs": [{"text": "a secret"}]},
        {"cell_type": "raw", "source": "Plain."},
    ]
    assert drawn(parse("a.ipynb", json.dumps({"cells": cells}).encode())) == [
        *["heading 1 | Toys", "paragraph | Some *text*.", "code | x = 1\nprint(x)", "paragraph | Plain."]
    ]


@pytest.mark.parametrize("source", ["[]", "{", "{}", '{"cells": 3}', "[" * 100_000])
def test_notebook_that_is_none_is_rejected(source: str) -> None:
    with pytest.raises(DocumentRejected, match="notebook"):
        parse("a.ipynb", source.encode())


@pytest.mark.parametrize("name", ["README", "docs/License", "a.LOG", "NOTES.MD"])
def test_names_of_plain_texts(name: str) -> None:
    assert parse(name, b"An ordinary text.").text == "An ordinary text."


@pytest.mark.parametrize("name", ["a.xyz", "Makefile2", ".env"])
def test_unknown_names_are_rejected_with_those_that_are_known(name: str) -> None:
    with pytest.raises(DocumentRejected, match=r"only \.txt, .*\.csv, .*\.py, .* files can be read$"):
        parse(name, b"An ordinary text.")

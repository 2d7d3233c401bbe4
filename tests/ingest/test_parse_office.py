"""What DOCX and e-mail hold beyond plain paragraphs, made by hand."""

import pytest

from rag.ingest.parse import Parsed, parse
from rag.types import Kind
from tests.support.made import changed, docx, member, said
from tests.support.outlines import drawn

NOT_HIDDEN = "<w:vanish w:val='0'/>"
BOX = f"<w:txbxContent>{said('boxed')}</w:txbxContent>"
NOTE = "The museum shows it in the second room."


def lines(parsed: Parsed) -> list[str]:
    return [block.span.of(parsed.text) for block in parsed.blocks if block.parent is None]


def run(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t xml:space='preserve'>{text}</w:t></w:r>"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f"<w:p>{run('one ')}{run('two')}</w:p>", ["one two"]),
        (f"<w:p>{run('one')}<w:del>{run('gone')}</w:del><w:ins>{run(' new')}</w:ins></w:p>", ["one new"]),
        (f"<w:p>{run('one')}{run('hidden', '<w:vanish/>')}</w:p>", ["one"]),
        (f"<w:p>{run('one')}{run(' shown', NOT_HIDDEN)}</w:p>", ["one shown"]),
        (f"<w:p><w:hyperlink>{run('a link')}</w:hyperlink></w:p>", ["a link"]),
        ("<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t></w:r></w:p>", ["a\tb\nc"]),
        (f"<w:p><w:r><w:instrText>PAGE</w:instrText></w:r>{run('one')}</w:p>", ["one"]),
        (f"<w:sdt><w:sdtContent>{said('in a control')}</w:sdtContent></w:sdt>", ["in a control"]),
        (f"<w:p>{run('around')}<w:r><w:pict>{BOX}</w:pict></w:r></w:p>", ["around", "boxed"]),
        (
            "<w:tbl><w:tr>" + "".join(f"<w:tc>{said(cell)}</w:tc>" for cell in ("City", "Size")) + "</w:tr></w:tbl>",
            ["City | Size"],
        ),
        (
            f"<w:tbl><w:tr><w:tc>{said('long ' * 70)}{said('after')}</w:tc></w:tr></w:tbl>",
            [("long " * 70).strip(), "after"],
        ),
        ("<w:p><w:pPr><w:outlineLvl w:val='1'/></w:pPr>" + run("Outlined") + "</w:p>", ["Outlined"]),
    ],
)  # fmt: skip
def test_docx_gives_what_is_seen(body: str, expected: list[str]) -> None:
    assert lines(parse("a.docx", docx(body))) == [*expected, NOTE]


def test_docx_headings_are_those_of_styles_and_outline_levels() -> None:
    styled = "".join(
        f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"
        for text, properties in (
            ("The title", "<w:pStyle w:val='Title'/>"),
            ("First", "<w:pStyle w:val='Heading1'/>"),
            ("Level nine is body text", "<w:outlineLvl w:val='9'/>"),
            ("Outlined", "<w:outlineLvl w:val='0'/>"),
        )
    )
    parsed = parse("a.docx", docx(styled))
    assert [line for line, block in zip(lines(parsed), parsed.blocks, strict=True) if block.heading] == [
        *["The title", "First", "Outlined"]
    ]
    assert parsed.blocks[0].kind is Kind.TITLE


@pytest.mark.parametrize(
    ("title", "author", "expected"),
    [
        ("River Bridge", "Jane Doe", ("River Bridge", "Jane Doe")),
        ("Microsoft Word - bridge.doc", "admin", (None, None)),
        ("Document1", "python-docx", (None, None)),
        ("", "", (None, None)),
    ],
)
def test_docx_core_properties_name_a_title_and_an_author(
    title: str, author: str, expected: tuple[str | None, str | None]
) -> None:
    core = member("ferry.docx", "docProps/core.xml")
    core = core.replace(b"The Ferry of Orlen", title.encode()).replace(b"Marta Lund", author.encode())
    parsed = parse("a.docx", changed("ferry.docx", "docProps/core.xml", core))
    assert (parsed.description.title, parsed.description.author) == expected


PLAIN = b"Content-Type: text/plain\n\nThe ferry runs.\n"
HTML = b"Content-Type: text/html; charset=iso-8859-1\n\n<style>p{}</style><p>The caf\xe9 <b>is</b> shut.</p>\n"


@pytest.mark.parametrize(
    ("parts", "body"),
    [
        ([PLAIN], "The ferry runs.\n"),
        ([HTML], "The café is shut."),
        ([HTML, PLAIN], "The ferry runs.\n"),
        ([b"Content-Type: application/pdf\nContent-Disposition: attachment\n\n%PDF-\n", PLAIN], "The ferry runs.\n"),
        ([b"Content-Type: text/plain; charset=nonsense\n\nThe caf\xe9 is shut.\n"], "The café is shut.\n"),
        ([b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\nRMOpasOg\n"], "Déjà"),
    ],
)
def test_mail_prefers_plain_text_and_reads_the_declared_charset(parts: list[bytes], body: str) -> None:
    split = (
        b"Content-Type: multipart/alternative; boundary=b\n\n" + b"".join(b"--b\n" + part for part in parts) + b"--b--"
    )
    for source in [split, *(parts if len(parts) == 1 else [])]:
        text = parse("a.eml", b"Subject: The ferry\nFrom: jane@example.org\n" + source).text
        assert text == f"Subject: The ferry\nFrom: jane@example.org\n\n{body}".rstrip("\n")


def test_mail_names_its_sender_its_recipients_and_its_day() -> None:
    head = b"Subject: =?utf-8?q?Br=C3=BCcke?=\nFrom: Jane Doe <jane@example.org>, John Roe <john@example.org>\n"
    parsed = parse("a.eml", head + b"To: All <all@example.org>\nDate: Fri, 3 May 2024 23:30:00 -0500\n\nHello.\n")
    found = parsed.description
    assert (found.title, found.author, found.published) == ("Brücke", "Jane Doe, John Roe", "2024-05-03")
    assert [block.kind for block in parsed.blocks] == [None, Kind.TITLE, Kind.AUTHOR, None, Kind.PUBLISHED, None]
    assert drawn(parsed)[3] == "  field | 0:To | 1:All <all@example.org>"

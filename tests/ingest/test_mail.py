"""What a message quotes, signs with and has attached."""

from base64 import b64encode

import pytest

from rag.ingest.parse import Limits, parse
from rag.ingest.parse.markup.replies import unflowed
from rag.types import Kind
from tests.support.made import FILES
from tests.support.outlines import assert_sound, drawn

HEAD = "Subject: Crane\nFrom: Ida Voss <ida@yard.example>\n"
FIELDS = ["record", "  field | 0:Subject | 1:Crane", "  field | 0:From | 1:Ida Voss <ida@yard.example>"]


def tree(source: str | bytes, head: str = HEAD) -> list[str]:
    """Without the fields of the message."""
    body = source.encode() if isinstance(source, str) else source
    parsed = parse("a.eml", head.encode() + body)
    assert_sound(parsed.text, parsed.blocks)
    found = drawn(parsed)
    assert found[:3] == FIELDS
    return found[3:]


def plain(body: str, kind: str = "text/plain; charset=utf-8") -> list[str]:
    return tree(f"Content-Type: {kind}\n\n{body}")


ANSWER = "paragraph | It works again."
QUOTED = ["quote", "  paragraph | {}", "  paragraph | Is it out of order?"]


@pytest.mark.parametrize(
    ("introduction", "said"),
    [
        ("On 4 May 2025, at 10:00, Ann <ann@yard.example> wrote:", None),
        ("On Sun, 4 May 2025 at 10:00 AM Ann Buyer wrote:", None),
        ("On Sun, 4 May 2025 at 10:00 AM Ann Buyer\n<ann@yard.example> wrote:", None),
        ("Am 04.05.2025 um 10:00 schrieb Ann Buyer:", None),
        ("Le 04/05/2025 à 10:00, Ann Buyer a écrit :", None),
        ("ann@yard.example writes:\n", "ann@yard.example writes:"),
    ],
)
def test_introduction_is_quoted_with_what_it_introduces(introduction: str, said: str | None) -> None:
    shown = [line.format(said or introduction) for line in QUOTED]
    assert plain(f"It works again.\n\n{introduction}\n> Is it out of order?\n") == [ANSWER, *shown]


def test_quotations_are_as_deep_as_their_marks() -> None:
    assert plain("> one\n>\n> two\n>> three\n> > four\n\n> five\nSix.\n> seven") == [
        *[
            "quote",
            "  paragraph | one",
            "  paragraph | two",
            "  quote",
            "    paragraph | three",
            "    paragraph | four",
        ],
        *["  paragraph | five", "paragraph | Six.", "quote", "  paragraph | seven"],
    ]


@pytest.mark.parametrize(
    "body",
    ["We need these:\n> 5 mm is too much", "It is > 5 mm wide.\nGood.", "a\n>From here on it is mine.\n"],
)
def test_line_that_is_not_quoted_stays(body: str) -> None:
    assert plain(body)[0].startswith("paragraph")


@pytest.mark.parametrize(
    "head",
    [
        "-----Original Message-----\nFrom: Ann\nSent: Friday, 3 May\nSubject: Crane",
        "________________________________\nFrom: Ann\nSent: Friday, 3 May\nSubject: Crane",
        "---------- Forwarded message ---------\nFrom: Ann\nSent: Friday, 3 May\nSubject: Crane",
        "Begin forwarded message:\n\nFrom: Ann\nSent: Friday, 3 May\nSubject: Crane",
        "From: Ann\nSent: Friday, 3 May\nSubject: Crane",
        "*From:* Ann\n*Sent:* Friday, 3 May\n*Subject:* Crane",
        "Von: Ann\nGesendet: Friday, 3 May\nBetreff: Crane",
    ],
)
def test_message_below_its_heads_is_quoted(head: str) -> None:
    named = head if head[0] in "-_B" else head.replace("Ann", "Ann <ann@yard.example>")
    found = plain(f"It works again.\n\n{named}\n\nIs it out of order?")
    assert [line.strip() for line in found[:3]] == [ANSWER, "quote", "record"]
    assert [line.partition("1:")[2].removesuffix(" <ann@yard.example>") for line in found[3:6]] == [
        "Ann",
        "Friday, 3 May",
        "Crane",
    ]
    assert found[6] == "  paragraph | Is it out of order?"


def test_signature_is_one_block_and_no_part_of_what_follows() -> None:
    body = "It works again.\n-- \nIda Voss\nTel. 4417\n\n> old\n"
    assert plain(body) == [ANSWER, "paragraph | Ida Voss\nTel. 4417", "quote", "  paragraph | old"]
    assert parse("a.eml", f"{HEAD}\n{body}".encode()).text.endswith("again.\n\n-- \nIda Voss\nTel. 4417\n\nold")


def test_flowing_lines_are_joined() -> None:
    assert unflowed("It is \nopen again \nnow.\n\n> Is \n> it?\n>> no \n> yes\n-- \nIda") == (
        "It is open again now.\n\n> Is it?\n>> no \n> yes\n-- \nIda"
    )
    assert unflowed("Donau \ndampf\n", joined=True) == "Donaudampf\n"
    found = plain("The crane \nworks again \ntoday.\n", "text/plain; format=flowed")
    assert found == ["paragraph | The crane works again today."]


PAGE = "It works again.{}<blockquote>Is it out of order?</blockquote>"
INTRODUCTION = "On 4 May 2025, Ann wrote:"


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (PAGE.format(f"<div class=gmail_quote><div class=gmail_attr>{INTRODUCTION}</div>"), True),
        (PAGE.format(f"<div class=moz-cite-prefix>{INTRODUCTION}</div>"), True),
        (f"<p>It works again.<p><blockquote type=cite><div>{INTRODUCTION}</div>Is it out of order?</blockquote>", True),
        (PAGE.format(""), False),
    ],
)  # fmt: skip
def test_quotation_of_a_page_has_its_introduction(page: str, said: bool) -> None:
    quoted = [line.format(INTRODUCTION) for line in QUOTED if said or "{" not in line]
    assert plain(f"<!DOCTYPE html><body>{page}", "text/html") == [ANSWER, *quoted]


@pytest.mark.parametrize(
    "start",
    [
        "<div id=divRplyFwdMsg>{}</div>",
        "<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3pt'><p>{}</p></div>",
        "<div class=OutlookMessageHeader>{}</div><blockquote>x</blockquote>",
    ],
)
def test_page_below_the_heads_of_another_message_is_quoted(start: str) -> None:
    heads = start.format("From: Ann &lt;ann@yard.example&gt;<br>Sent: Friday<br>To: Ida")
    found = plain(f"<p>It works again.</p><div>{heads}<p>Is it out of order?</p></div>", "text/html")
    assert found[:2] == [ANSWER, "quote"]
    assert all(line.startswith("  ") for line in found[2:4])


def part(kind: str, name: str, content: bytes, disposition: str = "attachment") -> bytes:
    named = f'; filename="{name}"' if name else ""
    head = f"Content-Type: {kind}\nContent-Disposition: {disposition}{named}\nContent-Transfer-Encoding: base64\n\n"
    return head.encode() + b64encode(content) + b"\n"


def mixed(*parts: bytes) -> bytes:
    inner = b"".join(b"--b\n" + one for one in (b"Content-Type: text/plain\n\nIt works again.\n", *parts))
    return b"Content-Type: multipart/mixed; boundary=b\n\n" + inner + b"--b--"


@pytest.mark.parametrize(
    ("attached", "expected"),
    [
        (part("text/markdown", "n.md", b"# Notes\n\n- one\n"), ["heading 2 | Notes", "list", "  item"]),
        (part("application/octet-stream", "n.md", b"# Notes\n"), ["heading 2 | Notes"]),
        (part("text/plain", "n.md", b"# Notes\n", "inline"), ["heading 2 | Notes"]),
        (part("text/html", "n.md.old", b"<h6>Notes</h6>"), ["heading 6 | Notes"]),
        (part("text/x-log", "n.md.log", b"Notes"), ["paragraph | Notes"]),
        (part("application/pdf", "n.md.pdf", (FILES / "ferry.pdf").read_bytes()), []),
        (part("text/plain", "n.md.eml", b"Subject: Deep\n\nNotes"), ["record", "  field | 0:Subject | 1:Deep"]),
    ],
)  # fmt: skip
def test_attachment_is_read_by_the_parser_of_its_type(attached: bytes, expected: list[str]) -> None:
    found = tree(mixed(attached))
    assert found[:1] == [ANSWER]
    assert found[1].startswith("heading 1 | n.md")
    assert found[2 : 2 + len(expected)] == expected
    assert len(found) > 2


@pytest.mark.parametrize(
    ("name", "kind", "content"),
    [
        ("a.bin", "application/octet-stream", b"\0\1"),
        ("a.pdf", "application/pdf", b"no PDF"),
        ("a.docx", "application/octet-stream", b"PK\3\4 and no more"),
        ("a.txt", "text/plain", b""),
        ("a.txt", "text/plain", b"long " * 100_000),
        ("a.jpg", "image/jpeg", b"\xff\xd8\xff"),
        ("../../a.exe", "application/x-msdownload", b"MZ"),
    ],
)
def test_attachment_that_cannot_be_read_is_named(name: str, kind: str, content: bytes) -> None:
    source = HEAD.encode() + mixed(part(kind, name, content), part("text/plain", "b.txt", b"Read."))
    parsed = parse("a.eml", source, Limits(characters=100_000))
    assert_sound(parsed.text, parsed.blocks)
    assert parsed.text.endswith(f"It works again.\n\nb.txt\n\nRead.\n\nAttachments not read: {name}")


@pytest.mark.parametrize(
    "beside",
    [
        part("application/pgp-signature", "signature.asc", b"--"),
        part("application/pkcs7-signature", "smime.p7s", b"--"),
        part("image/png", "logo.png", b"\x89PNG", "inline"),
        b"",
    ],
)
def test_part_that_says_nothing_is_not_named(beside: bytes) -> None:
    assert tree(mixed(*([beside] if beside else []))) == [ANSWER]


def test_text_after_the_first_is_text() -> None:
    assert tree(
        mixed(b"Content-Type: text/plain\n\nA footer.\n", b"Content-Type: text/html\n\n<ul><li>one</ul>\n")
    ) == [*[ANSWER, "paragraph | A footer.", "list", "  item", "    paragraph | one"]]


def test_forwarded_message_is_below_its_subject() -> None:
    inner = b"Subject: Old\nFrom: Ann <ann@yard.example>\n\nIs it?\n> no\n"
    source = HEAD.encode() + mixed(b"Content-Type: message/rfc822\n\n" + inner)
    parsed = parse("a.eml", source)
    assert drawn(parsed)[3:] == [
        *[
            ANSWER,
            "heading 1 | Old",
            "record",
            "  field | 0:Subject | 1:Old",
            "  field | 0:From | 1:Ann <ann@yard.example>",
        ],
        *["paragraph | Is it?", "quote", "  paragraph | no"],
    ]
    assert [block.kind for block in parsed.blocks if block.kind] == [Kind.TITLE, Kind.AUTHOR]
    assert parsed.description.author == "Ida Voss"


def test_messages_within_messages_are_read_as_deep_as_needed() -> None:
    source = b"Subject: x9\n\nEnd.\n"
    for level in range(8, 0, -1):
        source = b"Subject: x%d\nContent-Type: message/rfc822\n\n" % level + source
    found = tree(b"Content-Type: message/rfc822\n\n" + source)
    assert [line for line in found if line.startswith("heading")] == [
        "heading 1 | x1",
        "heading 2 | x2",
        "heading 3 | x3",
    ]
    assert found[-1] == "paragraph | Attachments not read: x4"


@pytest.mark.parametrize(
    "body",
    [
        ">" * 200_000 + " deep\n",
        "> a\nb\n" * 5_000,
        "From: a@b\nTo: c\nDate: d\n\nx\n" * 1_000,
        "-- \n" * 20_000 + "x",
        ": " * 100_000 + "\n> a",
        "a b: c\n" * 5_000,
    ],
)
def test_strange_body_is_read_in_time(body: str) -> None:
    assert plain(body)


def test_thousand_attachments_are_named_in_short() -> None:
    source = mixed(*[part("application/x-a", f"{number}.bin", b"\0") for number in range(190)])
    assert tree(source)[-1].endswith("48.bin, 49.bin and 140 more")

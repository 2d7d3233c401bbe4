"""What each format gives: text, headings, and what its own fields say."""

import pytest

from rag.errors import DocumentRejected
from rag.ingest.describe import describe
from rag.ingest.parse import Parsed, parse
from rag.types import Description, Kind
from tests.support.outlines import drawn

PROSE = "The old bridge over the river will be closed for three weeks from Monday, officials of the town said."
FRONT = (
    "---\ntitle: River Bridge\nauthor:\n  - Jane Doe\n  - name: John Roe\nsource: The Gazette\ndate: 2024-05-03\n"
    "tags: [bridge, river]\n---\n\n"
)


def texts(parsed: Parsed) -> list[str]:
    return [block.span.of(parsed.text) for block in parsed.blocks]


def headings(parsed: Parsed) -> list[str]:
    return [block.span.of(parsed.text) for block in parsed.blocks if block.heading]


def described(parsed: Parsed) -> Description:
    return describe(parsed.text, parsed.blocks, stated=parsed.description, created=parsed.created).description


def rejected(name: str, source: bytes) -> str:
    with pytest.raises(DocumentRejected) as caught:
        parse(name, source)
    return str(caught.value)


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("name", ["a.md", "a.txt"])
def test_front_matter_describes_a_markdown_file(name: str, end: str, mark: str) -> None:
    text = f"{mark}{FRONT}# Opening\n\n{PROSE}\n".replace("\n", end)
    parsed = parse(name, text.encode())
    assert parsed.text == text
    assert described(parsed) == Description(
        title="River Bridge", author="Jane Doe, John Roe", publisher="The Gazette", published="2024-05-03"
    )
    kinds = [(block.kind, block.span.of(text)) for block in parsed.blocks if block.kind]
    assert kinds[0] == (Kind.TITLE, "River Bridge")
    assert kinds[-2:] == [(Kind.PUBLISHED, "date: 2024-05-03"), (Kind.BOILERPLATE, "tags: [bridge, river]")]
    assert (headings(parsed), texts(parsed)[-1]) == (["Opening"], PROSE)


@pytest.mark.parametrize("front", ["title: [", "- a\n- b", "just words", "a: &a [*a]"])
def test_front_matter_that_is_no_mapping_is_text(front: str) -> None:
    text = f"---\n{front}\n---\n\n# Opening\n\n{PROSE}\n"
    parsed = parse("a.md", text.encode())
    assert (parsed.text, parsed.description) == (text, Description())
    assert headings(parsed) == ["Opening"]


PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>River Bridge to Close - The Gazette</title>
<meta name="author" content="Jane Doe"><meta property="og:site_name" content="The Gazette">
<meta property="article:published_time" content="2024-05-03T08:00:00Z"><style>p { color: red }</style>
<script>window.hacked = 1</script></head>
<body><nav><a href="/">Home</a></nav><header>The Gazette</header><main>
<h1>River Bridge<br>to Close<a class="headerlink" href="#x">¶</a></h1>
<p>The   bridge <b>will</b> be
closed.<script>alert(1)</script><!-- never --></p><p hidden>Secret</p><div style="display: none">Hidden</div>
<h2>What comes next</h2><ul><li>A ferry</li><li>A <a href="http://example.org/">new bridge</a></li></ul>
<ol><li>first<li>second</ol>
<table><tr><th>City</th><th>Size</th></tr><tr><td><p>Rome</p></td><td>2.8</td></tr></table>
<pre>x = 1
  y = 2</pre>Loose end<template><p>never</p></template></main><footer>All rights reserved</footer></body></html>"""


def test_html_gives_its_main_text_in_blocks() -> None:
    parsed = parse("a.html", PAGE.encode())
    assert drawn(parsed) == [
        *[
            "heading 1 | River Bridge\nto Close",
            "paragraph | The bridge will be closed.",
            "heading 2 | What comes next",
        ],
        *["list", "  item", "    paragraph | A ferry", "  item", "    paragraph | A new bridge"],
        *["list ordered", "  item 1.", "    paragraph | first", "  item 2.", "    paragraph | second"],
        *["table", "  row head | 0:City | 1:Size", "  row | 0:Rome | 1:2.8"],
        *["code | x = 1\n  y = 2", "paragraph | Loose end"],
    ]
    assert parsed.text == (
        "River Bridge\nto Close\n\nThe bridge will be closed.\n\nWhat comes next\n- A ferry\n- A new bridge\n"
        "1. first\n2. second\n\nCity | Size\nRome | 2.8\n\nx = 1\n  y = 2\n\nLoose end"
    )


def test_html_says_who_wrote_it_when_and_where() -> None:
    expected = Description(
        title="River Bridge to Close", author="Jane Doe", publisher="The Gazette", published="2024-05-03"
    )
    assert described(parse("a.html", PAGE.encode())) == expected
    linked = (
        '<title>x</title><script type="application/ld+json">[{"@type": "BreadcrumbList"}, {"@graph": [{"@type": '
        '["NewsArticle"], "headline": "River Bridge to Close", "datePublished": "2024-05-03T08:00:00+02:00", '
        '"author": {"name": "Jane Doe"}, "publisher": {"name": "The Gazette"}}]}]</script><p>' + PROSE
    )
    assert described(parse("a.htm", linked.encode())) == expected


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ("<meta charset=windows-1252>", "cp1252"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1">', "cp1252"),
        ("<meta charset='koi8-r'>", "koi8-r"),
        ("<meta charset=shift_jis>", "shift_jis"),
        ("<meta charset=utf-8>", "utf-8-sig"),
        ("", "utf-8"),
        ("", "cp1252"),
        ("<meta charset=utf-8>", "utf-16"),
        ("<meta charset=nonsense>", "utf-8"),
    ],
)
def test_html_is_read_in_its_declared_charset(head: str, encoding: str) -> None:
    word = {"koi8-r": "мост", "shift_jis": "橋"}.get(encoding, "“café”")
    assert texts(parse("a.html", f"<html>{head}<p>{word} is the word here</p>".encode(encoding))) == [
        f"{word} is the word here"
    ]

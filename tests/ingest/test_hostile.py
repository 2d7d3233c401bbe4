"""Files that try to hang, crash, exhaust or spy: each has a clear outcome, and the next file is read."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from rag.errors import DocumentRejected
from rag.ingest.parse import Limits, ParserProcess
from rag.ingest.pipeline import ingest
from rag.ingest.sources import find_files
from tests.support.children import children
from tests.support.engines import OpenLibrary
from tests.support.made import (
    FILES,
    HELLO,
    W,
    changed,
    documents_that_refer_to,
    docx,
    member,
    pdf_of,
    said,
    slow_pdf,
    stream,
)
from tests.support.places import ROOT

LIMITS = Limits(seconds=1, memory_mb=256, characters=300_000)
ORDINARY = b"An ordinary text."
LAUGHS = (
    "<!DOCTYPE x [<!ENTITY a 'lol'>"
    + "".join(f"<!ENTITY {chr(98 + depth)} '{f'&{chr(97 + depth)};' * 10}'>" for depth in range(9))
    + "]>"
)
NESTED = b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n"


@pytest.fixture(scope="module")
def parser() -> Iterator[ParserProcess]:
    with ParserProcess(LIMITS) as opened:
        yield opened


def deflated() -> bytes:
    return stream(zlib.compress(HELLO * 2_500_000, 1), b"/Filter/FlateDecode")


BOMBS: list[tuple[str, str, Callable[[], bytes], str]] = [
    ("zip bomb", "a.docx", lambda: docx(said("a" * 68_000_000)), r"DOCX that unpacks to 68\d+ bytes; at most 67108864"),
    ("long text in a zip", "a.docx", lambda: docx(said("a " * 200_000)), "too long: its text has more than 300000"),
    ("entities in DOCX", "a.docx", lambda: docx(said("&j;"), LAUGHS), "damaged DOCX: .*entity amplification"),
    ("deep DOCX", "a.docx", lambda: docx("<w:sdt><w:sdtContent>" * 5_000), "damaged DOCX: .*depth"),
    ("deep HTML", "a.html", lambda: b"<div>" * 100_000 + b"deep", "nested too deep"),
    ("endless PDF", "a.pdf", lambda: pdf_of(b"3 0 R " * 40_000, 40_000, stream(HELLO)), "a PDF of 40000 pages"),
    ("PDF in itself", "a.pdf", lambda: pdf_of(b"2 0 R", 1, stream(HELLO)), "damaged PDF: page 1"),
    ("PDF that inflates", "a.pdf", lambda: pdf_of(b"3 0 R", 1, deflated()), "(damaged, or )?too (much|large|long)"),
    ("one line of 50 MB", "a.txt", lambda: b"a" * 50_000_000, "too long: its text has more than 300000 characters"),
    ("a million sentences", "a.md", lambda: b"A b. " * 1_000_000, "too long: its text has more than 300000 characters"),
    ("nested mail", "a.eml", lambda: b"Subject: x\n" + b"".join(NESTED % (n, n) for n in range(3_000)), "damaged: "),
    ("slow PDF", "a.pdf", lambda: slow_pdf(2_000), "too much to parse: more than 1 seconds; split it, or raise"),
    ("long type", "a.eml", lambda: b"Date: x\nContent-Type: a/b; " + b"a=b; " * 9_000, "a header Content-Type of 45"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "make", "reason"), [bomb[1:] for bomb in BOMBS], ids=[bomb[0] for bomb in BOMBS])
def test_bomb_is_rejected_and_says_why(
    parser: ParserProcess, name: str, make: Callable[[], bytes], reason: str
) -> None:
    with pytest.raises(DocumentRejected, match=rf"^{reason}"):
        parser.parse(name, make())
    assert parser.parse("a.txt", ORDINARY).text == ORDINARY.decode()


@pytest.mark.parametrize(
    ("name", "source", "text"),
    [
        ("a.xhtml", b"<html><body><p>one &eacute; &amp; two</p></body></html>", "one é & two"),
        ("a.xhtml", b"<!DOCTYPE h [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><h><p>one &a; two</p></h>", "one &a; two"),
        ("a.html", b"<p>one<script>alert(1)</script><style>p{}</style> <svg><text>x</text></svg>two</p>", "one two"),
        ("a.html", b"<p onclick='x()'>one <img src=x onerror=alert(1) alt=y>two<iframe>x</iframe></p>", "one two"),
        ("a.html", b"<div>" * 1_500 + b"deep", "deep"),
        ("a.md", b"> " * 300 + b"deep", "> " * 300 + "deep"),
        ("a.md", b"# a" + b" " * 200_000 + b"b", "# a" + " " * 200_000 + "b"),
        ("a.md", b"a" + b"\t" * 200_000 + b"b\n---", "a" + "\t" * 200_000 + "b\n---"),
        ("a.html", b"<p>one<a href='#x'>" + b"<sup>" * 40 + b"2", "one"),
        ("a.html", b"<script type='application/ld+json'>[[" + b"],[" * 300_000 + b"]]</script><p>one", "one"),
        ("a.eml", b"From: a@b.c\nTo: " + b"a@b.c, " * 100_000 + b"\n\nx", "From: a@b.c\n\nx"),
        ("a.eml", b"From: " + b"a@b.c, " * 100_000 + b"\nSubject: y\n\nx", "Subject: y\n\nx"),
        ("a.eml", b"Subject: " + b"=?utf-8?q?a?= " * 50_000 + b"\n\nx", "x"),
        ("a.txt", b"a\x00b", "a\x00b"),
        ("a.pdf", pdf_of(b"3 0 R", 1, stream(HELLO)), "Hello there"),
        ("a.docx", docx(said("a") + said("b")), "a\n\nb\n\nThe museum shows it in the second room."),
    ],
)
def test_strange_document_is_read(parser: ParserProcess, name: str, source: bytes, text: str) -> None:
    assert parser.parse(name, source).text == text


def test_entity_of_a_docx_reads_no_file(parser: ParserProcess) -> None:
    source = docx(said("one &a; two"), "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>")
    assert parser.parse("a.docx", source).text.startswith("one &a; two")


def test_size_that_a_zip_lies_about_is_an_error(parser: ParserProcess) -> None:
    body = said("a" * 5_000_000)
    size = len(f"<w:document {W}><w:body>{body}</w:body></w:document>").to_bytes(4, "little")
    source = docx(body)
    assert source.count(size) == 2
    with pytest.raises(DocumentRejected, match=r"^damaged DOCX: "):
        parser.parse("a.docx", source.replace(size, (1_000).to_bytes(4, "little")))


def test_chapter_outside_of_its_archive_is_not_read(parser: ParserProcess) -> None:
    package = member("ferry.epub", "EPUB/content.opf").replace(b"text/ch001.xhtml", b"../../../../../../etc/passwd")
    text = parser.parse("a.epub", changed("ferry.epub", "EPUB/content.opf", package)).text
    assert "The last trip" in text
    assert "Crossing by oar" not in text
    assert "root:" not in text


@pytest.mark.parametrize(
    ("name", "like", "reason"),
    [
        ("a.txt", "bridge.pdf", r"^not text: it is a PDF named \.txt$"),
        ("a.md", "bridge.docx", r"^not text: it is a zip archive named \.md$"),
        ("a.html", "bridge.epub", r"^not text: it is a zip archive named \.html$"),
        ("a.pdf", "bridge.docx", r"^not a PDF: it is a zip archive named \.pdf$"),
        ("a.pdf", "ferry.md", r"^not a PDF: it is something else named \.pdf$"),
        ("a.docx", "bridge.pdf", r"^not a \.docx file: it is a PDF$"),
        ("a.docx", "bridge.epub", r"^not a DOCX: its archive has no word/document\.xml$"),
        ("a.epub", "bridge.docx", r"^not an EPUB: its archive has no META-INF/container\.xml$"),
        ("a.eml", "ferry.md", r"^not an e-mail: it has none of the headers From, Date, Subject$"),
        ("a.xyz", "ferry.md", r"^\.xyz: only \.txt, .*\.pdf, \.docx, \.epub, \.eml, .* files can be read$"),
        ("a", "ferry.md", r"^no suffix: only "),
    ],
)
def test_suffix_and_content_must_agree(parser: ParserProcess, name: str, like: str, reason: str) -> None:
    with pytest.raises(DocumentRejected, match=reason):
        parser.parse(name, (FILES / like).read_bytes())


def test_old_or_encrypted_office_file_is_named(parser: ParserProcess) -> None:
    with pytest.raises(DocumentRejected, match=r"^not a \.docx file: it is an old or encrypted Office file$"):
        parser.parse("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500))


def test_parser_that_was_killed_is_replaced_and_ends_with_its_owner() -> None:
    others = children()
    with ParserProcess(Limits()) as own:
        own.parse("a.txt", b"One text.")
        (first,) = children() - others
        os.kill(first, signal.SIGKILL)
        assert own.parse("a.txt", b"Another text.").text == "Another text."
        (second,) = children() - others
        assert second != first
    assert children() == others


def test_outcome_does_not_depend_on_the_files_before() -> None:
    large, too_large = b"<p>A sentence of the page.</p>" * 60_000, b"<b>x</b>" * 1_500_000
    with ParserProcess(Limits(memory_mb=256)) as own:
        for _ in range(2):
            assert len(own.parse("a.html", large).blocks) == 60_000
            with pytest.raises(
                DocumentRejected, match=r"^too large: parsing it takes more than 256 MB; raise FOOTNOTE_"
            ):
                own.parse("a.html", too_large)


@pytest.mark.parametrize("program", [shutil.which("false"), "/nowhere/python"])
def test_parser_that_does_not_start_says_so(program: str) -> None:
    code = (
        f"import sys; sys.executable = {program!r}; from rag.ingest.parse import Limits, ParserProcess; "
        "ParserProcess(Limits()).parse('a.txt', b'One text.')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert "ParserUnavailable: the process that parses documents does not start" in done.stderr


def test_parser_serves_threads_in_turn(parser: ParserProcess) -> None:
    found: list[str] = []

    def read(number: int) -> None:
        found.append(parser.parse("a.txt", b"text %d" % number).text)

    threads = [threading.Thread(target=read, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [f"text {number}" for number in range(8)]


@pytest.mark.parametrize("call", ["socket.socket()", "os.system('true')", "subprocess.run(['true'])", "os.fork()"])
def test_process_that_parses_may_neither_connect_nor_start_another(call: str) -> None:
    imported = "import sys, os, socket, subprocess; from rag.ingest.parse.sandbox.child import refuse"
    code = f"{imported}; sys.addaudithook(refuse); {call}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert "PermissionError: a parser may not use" in done.stderr


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """The address of a local web server, and the paths that it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the test looks at what was asked for."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
        server.shutdown()
        thread.join()


def test_no_address_in_a_document_is_fetched(
    open_library: OpenLibrary, tmp_path: Path, listener: tuple[str, list[str]]
) -> None:
    address, asked = listener
    documents = documents_that_refer_to(address)
    for name, source in documents.items():
        (tmp_path / name).write_bytes(source)
    outcomes = {one.path: one.reason for one in ingest(open_library(), find_files([tmp_path]), collection="default")}
    assert outcomes == dict.fromkeys(documents)
    assert asked == []
    httpx.get(f"{address}/heard")
    assert asked == ["/heard"]


NAMES = [
    *["日本語.txt", "שלום עולם.txt", "\u202egnp.txt", "new\nline.txt", "😀.txt", "a..txt", "-.txt", "%2e%2e%2fx.txt"],
    *["b\\..\\x.txt", "' or 1=1.txt", "<b>.txt", "é.txt", "e\u0301.txt", "x" * 251 + ".txt", "caf\udce9.txt"],
]


def test_names_in_every_script_are_kept_apart(open_library: OpenLibrary, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for number, name in enumerate(NAMES):
        (folder / name).write_bytes(b"The lighthouse number %d was built by Ida Voss.\n" % number)
    outcomes = ingest(open_library(), find_files([folder]), collection="default")
    assert {one.path: one.reason for one in outcomes} == {name.replace("\udce9", "\\udce9"): None for name in NAMES}
    ids = {str(one.document_id) for one in outcomes}
    assert len(ids) == len(NAMES)
    assert all(one.isascii() and one.replace("-", "").replace(".", "").isalnum() for one in ids)
    assert sorted(os.listdir(tmp_path)) == ["data", "in"]


def test_document_of_too_many_passages_is_rejected(open_library: OpenLibrary, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# A\n\nB c.\n\n" * 120, encoding="utf-8")
    (tmp_path / "b.md").write_text("# A\n\nB c.\n\n" * 20, encoding="utf-8")
    outcomes = ingest(open_library(max_passages=100), find_files([tmp_path]), collection="default")
    assert [(one.outcome, one.reason) for one in outcomes] == [
        ("rejected", "too many passages: 121, at most 100 are kept; split it, or raise FOOTNOTE_MAX_PASSAGES"),
        ("added", None),
    ]

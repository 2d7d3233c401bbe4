"""Mutated real files, each in the process that parses: a document or a reason, never a crash or a hang."""

import contextlib
from collections.abc import Iterator
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.errors import DocumentRejected
from rag.ingest.parse import Limits, Parsed, ParserProcess
from tests.support.outlines import assert_sound
from tests.support.pdfs import lines, pages
from tests.support.places import ROOT
from tests.support.scans import image, needs_recognition, pictures

FILES = ROOT / "tests" / "files"
FUZZ = settings(
    derandomize=True,
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
SPECIAL = st.sampled_from(
    [
        b"",
        b"\x00",
        b"<",
        b">",
        b"&",
        b"]]>",
        b"\xff\xfe",
        b"---\n",
        b"%PDF-",
        b"endobj",
        b"<<",
        b"2147483648",
        b"-1",
        b"=",
    ]
)
EDITS = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 400), SPECIAL | st.binary(max_size=8)),
    min_size=1,
    max_size=6,
)
PICTURE = pictures(pages(lines(20, 60, ["The ferry leaves at ten.", "It is back at noon."]), size=(200, 80)))[0]
CUTS = st.floats(0, 1) | st.none()


@pytest.fixture(scope="module")
def parser() -> Iterator[ParserProcess]:
    with ParserProcess(Limits(seconds=10, memory_mb=512)) as opened:
        yield opened


def mutated(source: bytes, edits: list[tuple[float, int, bytes]], cut: float | None) -> bytes:
    """``source`` with stretches of it replaced, and cut short."""
    for place, length, bytes_there in edits:
        start = int(place * len(source))
        source = source[:start] + bytes_there + source[start + length :]
    return source if cut is None else source[: int(cut * len(source))]


def mutated_member(source: bytes, which: int, edits: list[tuple[float, int, bytes]], cut: float | None) -> bytes:
    """A zip archive, sound in itself, one of whose members is mutated."""
    made = BytesIO()
    with ZipFile(BytesIO(source)) as old, ZipFile(made, "w", ZIP_DEFLATED) as new:
        names = old.namelist()
        for name in names:
            data = old.read(name)
            new.writestr(name, mutated(data, edits, cut) if name == names[which % len(names)] else data)
    return made.getvalue()


def assert_whole(parsed: Parsed) -> None:
    assert_sound(parsed.text, parsed.blocks)
    assert list(parsed.pages) == sorted(parsed.pages)
    assert all(0 <= start <= len(parsed.text) for start in parsed.pages)
    assert any(character.isalnum() for character in parsed.text)
    parsed.text.encode("utf-8")


def check(parser: ParserProcess, name: str, source: bytes) -> None:
    with contextlib.suppress(DocumentRejected):
        assert_whole(parser.parse(name, source))


@pytest.mark.parametrize(
    "name",
    [
        *["ferry.md", "ferry.html", "bridge.html", "ferry.pdf", "bridge.docx", "ferry.epub", "mail.eml", "bridge.fodt"],
        *["bridge.rtf", "harbour.csv", "harbour.xlsx"],
    ],
)
@FUZZ
@given(edits=EDITS, cut=CUTS)
def test_mutated_file_is_a_document_or_rejected(
    parser: ParserProcess, name: str, edits: list[tuple[float, int, bytes]], cut: float | None
) -> None:
    read_as = name.replace(".fodt", ".xml")
    check(parser, read_as, mutated((FILES / name).read_bytes(), edits, cut))


@needs_recognition
@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF", "PDF"])
@settings(FUZZ, max_examples=12)
@given(edits=EDITS, cut=CUTS)
def test_mutated_picture_is_a_document_or_rejected(
    form: str, edits: list[tuple[float, int, bytes]], cut: float | None
) -> None:
    with ParserProcess(Limits(seconds=10)) as parser:
        check(parser, f"a.{form.lower()}", mutated(image(PICTURE, form), edits, cut))


@pytest.mark.parametrize(
    "name",
    [
        *["bridge.docx", "ferry.docx", "ferry.epub", "bridge.odt", "harbour.xlsx", "harbour.ods", "harbour.pptx"],
        "harbour.odp",
    ],
)
@FUZZ
@given(which=st.integers(0, 30), edits=EDITS, cut=st.none() | st.floats(0.5, 1))
def test_archive_with_a_mutated_member_is_a_document_or_rejected(
    parser: ParserProcess, name: str, which: int, edits: list[tuple[float, int, bytes]], cut: float | None
) -> None:
    check(parser, name, mutated_member((FILES / name).read_bytes(), which, edits, cut))


@pytest.mark.parametrize(
    "name",
    [
        *["a.txt", "a.md", "a.html", "a.xhtml", "a.eml", "a.csv", "a.tsv", "a.json", "a.jsonl", "a.yaml", "a.xml"],
        *["a.rst", "a.py", "a.ipynb"],
    ],
)
@FUZZ
@given(source=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_a_document_or_rejected(parser: ParserProcess, name: str, source: bytes) -> None:
    check(parser, name, source)

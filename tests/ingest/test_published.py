"""A document cannot make itself the latest: a date after its ingest is no date of publication."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rag.answer.find.evidence import Candidate
from rag.answer.question import read_question
from rag.answer.read.dating import in_time
from rag.ingest.pipeline import find_files, ingest
from rag.language.english.values.dates import may_be_published
from tests.support.candidates import JUNE, MAY, candidate
from tests.support.engines import OpenLibrary, write_and_ingest
from tests.support.made import FONT, PAGE, changed, member, pdf, stream

BODY = "The mill of Morvane burnt down in the night and was never rebuilt by its owner Odo Harwick."
HTML = "<html><head><meta name='date' content='%s'></head><body><h1>The mill</h1><p>%s</p></body></html>"
LINKED = '{"@type": "NewsArticle", "headline": "The mill", "datePublished": "%s"}'


def sources(day: str) -> dict[str, bytes]:
    """Documents of several formats that say that they were published on ``day``, an ISO date."""
    words = datetime.fromisoformat(day).strftime("%d %B %Y")
    info = f"<</CreationDate(D:{day.replace('-', '')}120000)>>".encode()
    page, shown = b"<</Type/Pages/Kids[3 0 R]/Count 1>>", stream(f"BT /F 12 Tf 50 500 Td ({BODY}) Tj ET".encode())
    made_pdf = pdf(b"<</Type/Catalog/Pages 2 0 R>>", page, PAGE, shown, FONT, FONT, info)
    return {
        "front.md": f"---\ntitle: The mill\npublished: {day}\n---\n\n{BODY}\n".encode(),
        "line.txt": f"The mill\n\nPublished: {words}\n\n{BODY}\n".encode(),
        "byline.txt": f"The mill\n\nBy Ada Kern, {words}\n\n{BODY}\n".encode(),
        "meta.html": (HTML % (day, BODY)).encode(),
        "linked.html": f"<script type='application/ld+json'>{LINKED % day}</script><h1>Mill</h1><p>{BODY}</p>".encode(),
        "mail.eml": f"Subject: The mill\nFrom: Ada <a@b.example>\nDate: {words} 10:00:00 +0000\n\n{BODY}\n".encode(),
        "made.pdf": made_pdf.replace(b"/Root 1 0 R", b"/Root 1 0 R/Info 7 0 R"),
    }


def day(days: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


def published(open_library: OpenLibrary, folder: Path, when: str) -> dict[str, str | None]:
    """What is stored as the date of each of ``sources``."""
    engine = open_library()
    folder.mkdir()
    for name, content in sources(when).items():
        (folder / name).write_bytes(content)
    outcomes = ingest(engine, find_files([folder]), collection="default")
    found = {}
    for one in outcomes:
        assert one.document_id, one.reason
        found[one.path] = engine.store.catalog.document(one.document_id).published
    return found


@pytest.mark.parametrize("when", ["2099-01-01", "day after tomorrow", "1066-10-14"])
def test_a_date_on_which_it_cannot_have_been_published_is_none(
    open_library: OpenLibrary, tmp_path: Path, when: str
) -> None:
    found = published(open_library, tmp_path / "files", day(2) if when.startswith("day") else when)
    assert len(found) == 7
    assert set(found.values()) == {None}


def test_a_day_of_the_past_and_tomorrow_are_believed(open_library: OpenLibrary, tmp_path: Path) -> None:
    found = published(open_library, tmp_path / "files", "2024-05-03")
    assert set(found.values()) == {"2024-05-03"}
    assert not may_be_published("0001-01-01", "")
    assert may_be_published(day(1), datetime.now(UTC).isoformat())
    assert not may_be_published(day(2), datetime.now(UTC).isoformat())


def test_another_date_of_the_same_document_stands_in(open_library: OpenLibrary, tmp_path: Path) -> None:
    text = f"---\ntitle: The mill\npublished: 2099-01-01\n---\n\nPublished: 3 May 2024\n\n{BODY}\n"
    other = f"The mill\n\nConference on 3 May 2098\n\nPublished: 3 May 2099\n\nUpdated: 4 May 2024\n\n{BODY}\n"
    engine = open_library()
    write_and_ingest(engine, tmp_path / "files", {"a.md": text, "b.txt": other})
    assert engine.store.catalog.document("a.md").published == "2024-05-03"
    assert engine.store.catalog.document("b").published == "2024-05-04"


def test_the_date_of_a_book_that_is_to_come_is_the_one_on_its_title_page(
    open_library: OpenLibrary, tmp_path: Path
) -> None:
    package = member("ferry.epub", "EPUB/content.opf").replace(b"2023-08-27", b"2099-01-01")
    file = tmp_path / "book.epub"
    file.write_bytes(changed("ferry.epub", "EPUB/content.opf", package))
    engine = open_library()
    ingest(engine, find_files([file]), collection="default")
    assert engine.store.catalog.document("book.epub").published == "2023-08-27"


def stored(name: str, when: str, ingested: str) -> Candidate:
    made = candidate(f"The mill was sold to {name}.", 4.0, name=name, published=when)
    object.__setattr__(made.document, "ingested_at", ingested)
    return made


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("What does the latest article say of the mill?", [JUNE]),
        ("What does the oldest report say?", [MAY]),
        ("What does the article of 1 January 2099 say?", "all"),
    ],
)
def test_documents_that_are_stored_with_such_a_date_win_nothing(question: str, left: object) -> None:
    future = stored("future", "2099-01-01", "2025-06-30T10:00:00+00:00")
    ancient = stored("ancient", "0001-01-01", "2025-06-30T10:00:00+00:00")
    everything = [future, ancient, JUNE, MAY]
    assert in_time(read_question(question), everything, everything) == (everything if left == "all" else left)


def test_a_report_of_the_future_does_not_answer_for_the_latest(open_library: OpenLibrary, tmp_path: Path) -> None:
    engine = open_library()
    texts = {
        "true.md": "---\ntitle: The mill\npublished: 2025-05-03\n---\n\nThe mill of Morvane was sold to Odo Harwick.\n",
        "old.md": "---\ntitle: The mill\npublished: 2020-05-03\n---\n\nThe mill of Morvane was sold to Ada Kern.\n",
        "false.md": "---\ntitle: The mill\npublished: 2099-01-01\n---\n\nThe mill of Morvane was sold to Zan Zor.\n",
    }
    write_and_ingest(engine, tmp_path / "files", texts)
    answer = engine.ask("To whom was the mill of Morvane sold, according to the latest report?")
    assert [one.document_id for one in answer.citations] == ["true.md"]

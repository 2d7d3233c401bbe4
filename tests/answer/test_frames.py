"""What many documents repeat around their own text is no statement beside theirs, and answers where it does alone."""

from pathlib import Path

import pytest

from rag.answer.find.frames import frames, without_frames
from rag.blocks import Form
from rag.ingest.parse import parse
from rag.ingest.pipeline import find_files, ingest
from rag.language.outline import Outline
from tests.support.candidates import candidate
from tests.support.engines import OpenLibrary, write_and_ingest
from tests.support.sites import FOOT, LEGAL, MENU, NOTICE, SITES, site, subjects

FURNITURE = (*FOOT, LEGAL[:40], "We use cookies", "Winter opening times", "Printed copies", NOTICE, "last reviewed")
NONE: frozenset[int] = frozenset()


def _frames(*texts: str, name: str = "page.md") -> list[list[str]]:
    """What of each text is a frame."""
    parsed = [parse(name, text.encode()) for text in texts]
    outlines = {str(number): Outline(one.text, one.blocks) for number, one in enumerate(parsed)}
    described = {
        number: frozenset(place for place, block in enumerate(outline.blocks) if block.heading)
        for number, outline in outlines.items()
    }
    found = frames(outlines, described)
    return [
        [outline.shown(place) for place in sorted(found[number]) if outline.blocks[place].leaf]
        for number, outline in outlines.items()
    ]


def _about(number: int) -> str:
    return f"Boat {number} was built by Olaf {number}, who sold it to the ferry of the isle {number} for a good price."


@pytest.mark.parametrize("name", SITES)
def test_the_frame_of_a_site_is_not_cited_beside_its_text(open_library: OpenLibrary, tmp_path: Path, name: str) -> None:
    for path, content in site(name).items():
        (tmp_path / path).write_bytes(content)
    engine = open_library(tmp_path / "data")
    ingest(engine, find_files([tmp_path / path for path in site(name)]), collection="default")
    for page in subjects()[::5]:
        answer = engine.ask(f"What are the opening times of the {page.title}?")
        quotes = [citation.quote for citation in answer.citations]
        assert page.paragraphs[1] in [" ".join(quote.split()) for quote in quotes]
        assert not [quote for quote in quotes if quote in MENU or any(words in quote for words in FURNITURE)]


def test_what_only_the_frame_says_is_found_in_it_once(open_library: OpenLibrary, tmp_path: Path) -> None:
    engine = open_library()
    write_and_ingest(engine, tmp_path / "files", {path: text.decode() for path, text in site("handbook").items()})
    for question in ("Whom should I report an accident to?", "To whom is every accident reported?"):
        answer = engine.ask(question)
        assert [citation.quote for citation in answer.citations].count(NOTICE) == 1


def test_a_clause_of_every_contract_is_found_in_the_one_that_is_asked_about(
    open_library: OpenLibrary, tmp_path: Path
) -> None:
    names = ["Miller", "Baker", "Fisher", "Mason", "Cooper", "Weaver", "Carter"]
    law = "This contract is governed by the law of Norway, and the court of Bergen decides."
    texts = {
        f"{name.lower()}.txt": f"Contract with {name}\n\n{name} delivers {number} tons of salt each month and is paid "
        f"{100 + number} euros a ton.\n\nThe contract with {name} ends on {number} May 2027.\n\n{law}\n"
        for number, name in enumerate(names, start=1)
    }
    engine = open_library()
    write_and_ingest(engine, tmp_path / "files", texts)
    for name in names[::2]:
        answer = engine.ask(f"Which law governs the contract with {name}?")
        assert "Norway" in answer.answer
        assert answer.citations[0].path == f"{name.lower()}.txt"


def test_a_frame_goes_from_the_edges_to_the_first_text_of_a_document() -> None:
    texts = [f"Home\n\nPrices\n\n{_about(one)}\n\nHome\n\n{_about(one)}\n\nAll rights reserved." for one in range(4)]
    assert _frames(*texts) == [["Home", "Prices", "All rights reserved."]] * 4


def test_a_heading_does_not_end_a_frame() -> None:
    texts = [f"Home\n\n# Boat {one}\n\nPrint this page\n\n{_about(one)}" for one in range(4)]
    assert _frames(*texts) == [["Home", "Print this page"]] * 4


def test_three_documents_that_agree_have_no_frame() -> None:
    assert _frames(*[f"Home\n\n{_about(one)}" for one in range(3)]) == [[]] * 3


def test_a_document_that_repeats_a_text_counts_once() -> None:
    assert _frames("\n\n".join(["Home"] * 5 + [_about(1)]), *[f"Home\n\n{_about(one)}" for one in (2, 3)]) == [[]] * 3


def test_copies_and_versions_of_a_document_have_no_frame() -> None:
    rules = [f"Rule {number}: wear a helmet of class {number} in every hall where cranes move." for number in range(9)]
    assert _frames(*["\n\n".join(rules)] * 6) == [[]] * 6
    fees = [f"The fee of {year} is {year - 2000} euros." for year in range(2019, 2026)]
    assert _frames(*["\n\n".join([*rules[:4], fee, *rules[4:]]) for fee in fees]) == [[]] * 7


def test_what_stands_within_many_documents_is_no_frame() -> None:
    texts = [f"{_about(one)}\n\nWear goggles.\n\nThe crew of boat {one} is {one + 2}." for one in range(9)]
    assert _frames(*texts) == [[]] * 9


def test_fields_and_rows_are_no_frame() -> None:
    fields = [f"Chair: Anna Berg\nVenue: Club house\nDate: {one + 1} May 2024\n\n{_about(one)}" for one in range(6)]
    assert _frames(*fields, name="minutes.txt") == [[]] * 6
    rows = [f"| Role | Who |\n|---|---|\n| Chair | Anna |\n| Clerk | Bo |\n\n{_about(one)}" for one in range(6)]
    assert _frames(*rows) == [[]] * 6


def test_a_list_that_is_all_frame_is_one_too() -> None:
    texts = [f"- Home\n- Prices\n\n{_about(one)}\n\n- Salt\n- Oil {one}" for one in range(4)]
    parsed = [parse("page.md", text.encode()) for text in texts]
    outlines = {str(number): Outline(one.text, one.blocks) for number, one in enumerate(parsed)}
    found = frames(outlines, dict.fromkeys(outlines, NONE))
    forms = [outlines["0"].form(place) for place in sorted(found["0"])]
    assert forms == [Form.LIST, Form.ITEM, Form.PARAGRAPH, Form.ITEM, Form.PARAGRAPH]


def test_a_frame_is_left_out_unless_it_is_the_best() -> None:
    own, frame = candidate("Boats leave at six.", 5.0), candidate("Times may change.", 4.0, framed=True)
    assert list(without_frames([own, frame])) == [own]
    assert list(without_frames([frame, own])) == [frame, own]
    assert list(without_frames([])) == []

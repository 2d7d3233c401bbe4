"""What is said to the system: a greeting is met, and the documents are listed with the lines that name them."""

from pathlib import Path

import pytest

from rag.answer.talk import GREETED
from tests.support.engines import OpenLibrary, write_and_ingest

TEXTS = {
    "bees.md": "# Keeping bees\n\nHi-fi hives hum. A hive needs water within 300 metres.\n",
    "cider.txt": "Cider of the house\n\nThe cider is pressed in October.\n",
}


@pytest.mark.parametrize("said", ["hi", "Hello!", "Thanks", "Who are you?", "ok thanks"])
def test_a_greeting_is_met_and_not_searched(open_library: OpenLibrary, tmp_path: Path, said: str) -> None:
    library = open_library()
    write_and_ingest(library, tmp_path, TEXTS)
    answer = library.ask(said)
    assert (answer.answered, answer.answer, answer.passages) == (False, GREETED, ())


@pytest.mark.parametrize(
    "asked", ["What documents do you have?", "which files are there", "What is in this collection?", "list all sources"]
)
def test_the_documents_are_listed_by_the_lines_that_name_them(
    open_library: OpenLibrary, tmp_path: Path, asked: str
) -> None:
    library = open_library()
    write_and_ingest(library, tmp_path, TEXTS)
    answer = library.ask(asked)
    assert (answer.answered, answer.complete) == (True, True)
    assert answer.answer == "- Keeping bees [1]\n- Cider of the house [2]"
    for one in answer.citations:
        assert library.store.catalog.text(one.document_id)[one.start : one.end] == one.quote


def test_a_list_of_many_documents_says_that_it_is_cut(open_library: OpenLibrary, tmp_path: Path) -> None:
    library = open_library()
    write_and_ingest(library, tmp_path, {f"{n}.txt": f"Note {n}\n\nThe note says {n}.\n" for n in range(45)})
    answer = library.ask("What documents do you have?")
    assert answer.statements[0].items is not None
    assert (answer.complete, len(answer.statements[0].items)) == (False, 40)


def test_a_question_that_has_a_greeting_in_it_is_asked(open_library: OpenLibrary, tmp_path: Path) -> None:
    library = open_library()
    write_and_ingest(library, tmp_path, TEXTS)
    assert "300 metres" in library.ask("Hi, how near must the water of a hive be?").answer

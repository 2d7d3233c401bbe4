"""What a statement is shown with: an item whole, a sentence after its label, a heading that says what it is about."""

from collections.abc import Callable
from pathlib import Path

import pytest

from rag.types import Answer
from tests.support.engines import OpenLibrary, write_and_ingest

TEXTS = {
    "sails.md": """# Words of the sailmaker

The words are these:

- Luff. The front edge of a sail. It is the first to flutter.
- **Batten**: a strip that stiffens the sail. Most are of ash.
- Tabling

  The hem around a sail. Rope is sewn into it.
""",
    "kiln.txt": """THE KILN

Damper.  A plate of iron that closes the flue of the kiln.

Cone.  A rod of clay that bends at one heat. Ours bend at 1,220 degrees.
""",
    "ferry.md": """---
title: The ferry of Inchmarn
author: Ann Weir
tags: [boats]
---

- Deck: 40 people
- Crossing: half an hour, at low water a little more
- The last boat leaves the island at nine.
""",
    "loom.md": """# Loom

## Treadle lock

Holds every shaft where it is.

## Warp brake

Keeps the warp tight. With this the cloth does not sag.
""",
}


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("What is a luff?", "The words are these: Luff. The front edge of a sail. It is the first to flutter."),
        ("What is a batten?", "The words are these: Batten: a strip that stiffens the sail. Most are of ash."),
        ("What is tabling on a sail?", "The words are these: Tabling The hem around a sail. Rope is sewn into it."),
        ("What is a damper of a kiln?", "Damper. A plate of iron that closes the flue of the kiln."),
        ("What does the treadle lock do?", "Treadle lock — Holds every shaft where it is."),
    ],
)
def test_a_statement_comes_with_what_it_is_about(
    open_library: OpenLibrary, tmp_path: Path, question: str, text: str
) -> None:
    library = open_library()
    write_and_ingest(library, tmp_path, TEXTS)
    answer = library.ask(question)
    assert answer.statements[0].text == text
    assert_exact(library.store.catalog.text, answer)


def test_a_sentence_that_leans_on_the_one_before_comes_with_it(open_library: OpenLibrary, tmp_path: Path) -> None:
    library = open_library()
    write_and_ingest(library, tmp_path, TEXTS)
    shown = library.ask("Why does the cloth on the loom not sag?").statements[0].text
    assert shown.endswith("Keeps the warp tight. With this the cloth does not sag.")


LONG = "They drank tea and spoke of the weather at length, as every year. " * 6


def test_a_sentence_of_a_long_item_comes_after_its_label(open_library: OpenLibrary, tmp_path: Path) -> None:
    library = open_library()
    item = f"- Report by Olga. The books are in order. {LONG}The roof fund has 4,310 crowns.\n"
    item += f"- Report by Bram. The van is sold. {LONG}\n- Report by Ute. The hall was full. {LONG}\n"
    write_and_ingest(library, tmp_path, {"meeting.md": f"# Meeting of the choir\n\n## Reports\n\n{item}"})
    answer = library.ask("How much is in the roof fund?")
    assert "Report by Olga. The roof fund has 4,310 crowns." in answer.statements[0].text
    assert "tea" not in answer.statements[0].text
    assert_exact(library.store.catalog.text, answer)


def assert_exact(text_of: Callable[[str], str], answer: Answer) -> None:
    for one in answer.citations:
        assert text_of(one.document_id)[one.start : one.end] == one.quote


def test_what_front_matter_says_leads_to_no_list(open_library: OpenLibrary, tmp_path: Path) -> None:
    library = open_library()
    write_and_ingest(library, tmp_path, TEXTS)
    shown = library.ask("When does the last boat leave the island?").statements[0].text
    assert shown.endswith("The last boat leaves the island at nine.")
    assert "Weir" not in shown
    assert "tags" not in shown

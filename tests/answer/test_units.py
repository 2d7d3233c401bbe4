"""Answers of several sizes: rows, items, lists, steps, fields, code, each exact and as what it is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.library import Library
from rag.models.protocols import Encoder, PairScorer
from rag.types import Answer
from tests.support.engines import OpenLibrary, library_of, write_and_ingest

KENNEL = """# Kennel of Brackwater

| Run | Length | Dogs at most |
|---|---|---|
| Birch | 14 m | 3 |
| Alder | 9 m | 2 |
| Willow | 22 m | 5 |

## Before a dog stays the night

The owner must bring:

- the vaccination book
- food for every day of the stay
- a blanket that smells of home

## Cleaning a run

1. Take the dogs to the yard.
2. Shovel out the straw.
3. Hose the floor from the back to the gate.

## Night guard

- **Name**: Tilda Rooke
- **Telephone**: 0555 0170

## Counting the dogs

The list of tonight is printed by:

```
kennel list --tonight
```
"""


@pytest.fixture(scope="module")
def library(encoder: Encoder, scorer: PairScorer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with library_of({"kennel.md": KENNEL}, tmp_path_factory.mktemp("kennel"), encoder, scorer) as opened:
        yield opened


def asked(library: Library, question: str) -> Answer:
    answer = library.ask(question)
    for citation in answer.citations:
        text = library.text(citation.document_id)
        assert text[citation.start : citation.end] == citation.quote
    assert all(statement.citations for statement in answer.statements)
    return answer


def test_a_row_is_stated_with_its_columns_and_the_asked_cell_marked(library: Library) -> None:
    first = asked(library, "How long is the Willow run?").statements[0]
    assert first.kind == "table"
    assert first.table is not None
    assert first.table.columns == ("Run", "Length", "Dogs at most")
    assert first.table.rows == (("Willow", "22 m", "5"),)
    assert first.table.marked == ((0, 1),)
    assert first.text == "Run: Willow; Length: 22 m; Dogs at most: 5"


def test_a_list_that_is_asked_for_is_stated_whole_with_what_leads_to_it(library: Library) -> None:
    answer = asked(library, "What must the owner bring?")
    first = answer.statements[0]
    assert first.kind == "list"
    assert first.text == (
        "The owner must bring:\n- the vaccination book\n- food for every day of the stay\n"
        "- a blanket that smells of home"
    )
    assert first.items is not None
    quotes = [answer.citations[item.citations[0] - 1].quote for item in first.items]
    assert quotes == ["the vaccination book", "food for every day of the stay", "a blanket that smells of home"]
    assert "- the vaccination book [2]" in answer.answer


def test_a_procedure_is_stated_with_all_its_steps_in_order(library: Library) -> None:
    first = asked(library, "How is a run cleaned?").statements[0]
    assert first.kind == "steps"
    assert first.items is not None
    assert [item.text[:2] for item in first.items] == ["1.", "2.", "3."]


def test_a_field_is_stated_under_the_heading_of_its_record(library: Library) -> None:
    first = asked(library, "What is the telephone number of the night guard?").statements[0]
    assert (first.kind, first.text) == ("record", "Night guard — Telephone: 0555 0170")


def test_code_is_stated_with_the_sentence_that_introduces_it(library: Library) -> None:
    first = asked(library, "Which command prints the list of tonight?").statements[0]
    assert (first.kind, first.text) == ("code", "The list of tonight is printed by:\nkennel list --tonight")


def test_a_row_that_is_not_there_is_refused(library: Library) -> None:
    assert not asked(library, "How long is the Hazel run?").answered


def test_a_list_cut_short_says_so(open_library: OpenLibrary, tmp_path: Path) -> None:
    lines = "\n".join(f"- the parish of Saint {name}{number}" for number in range(30) for name in ("Odo", "Ide"))
    text = f"# Parishes of the vale\n\nThese parishes pay the bridge toll:\n\n{lines}\n"
    engine = open_library()
    write_and_ingest(engine, tmp_path, {"parishes.md": text})
    answer = asked(engine, "Which parishes pay the bridge toll?")
    assert answer.statements[0].kind == "list"
    assert len(answer.statements[0].items or ()) == 40
    assert not answer.complete
    assert answer.answer.endswith("The source has more of this than is shown.")

"""Which of several has something, where tables and records say of each only yes or no."""

from collections.abc import Iterator

import pytest

from rag.library import Library
from rag.models.protocols import Encoder, PairScorer
from tests.support.engines import library_of

FILES = {
    "plans.md": """# Phone plans

| Plan | Roaming | Voicemail | Price |
|---|---|---|---|
| Basic | no | yes | 9 euros |
| Plus | no | yes | 14 euros |
| World | yes | no | 29 euros |
""",
    "huts.md": """# Huts of the ridge

## Gull hut
- Beds: 12
- Stove: no
- Dogs allowed: yes

## Fox hut
- Beds: 30
- Stove: yes
- Dogs allowed: no
""",
    "boats.txt": """Boats for hire

Boat: Ada
Seats: 4
Engine: no

Boat: Bella
Seats: 6
Engine: yes
""",
    "vets.html": """<h1>Vets of the valley</h1>
<table><tr><th>Vet</th><th>Open on Sundays</th><th>Treats horses</th></tr>
<tr><td>Dr. Lind</td><td>–</td><td>✓</td></tr><tr><td>Dr. Moss</td><td>✓</td><td>–</td></tr></table>
""",
}


@pytest.fixture(scope="module")
def library(encoder: Encoder, scorer: PairScorer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with library_of(FILES, tmp_path_factory.mktemp("ticks"), encoder, scorer) as opened:
        yield opened


@pytest.mark.parametrize(
    ("question", "has", "lacks"),
    [
        ("Which plan has roaming?", "World", "Basic"),
        ("Which plan does not have voicemail?", "World", "Plus"),
        ("Which hut has a stove?", "Fox hut", "Gull hut"),
        ("In which hut are dogs allowed?", "Gull hut", "Fox hut"),
        ("Which boat has an engine?", "Bella", "Ada"),
        ("Which vet is open on Sundays?", "Dr. Moss", "Dr. Lind"),
        ("Which vet treats horses?", "Dr. Lind", "Dr. Moss"),
    ],
)
def test_one_that_has_it_is_stated_alone(library: Library, question: str, has: str, lacks: str) -> None:
    shown = "\n".join(statement.text for statement in library.ask(question).statements)
    assert has in shown
    assert lacks not in shown


@pytest.mark.parametrize(
    ("question", "text"), [("Does the Gull hut have a stove?", "Stove: no"), ("Does Basic include roaming?", "Basic")]
)
def test_one_that_is_asked_about_is_stated_though_it_has_not(library: Library, question: str, text: str) -> None:
    assert text in library.ask(question).statements[0].text

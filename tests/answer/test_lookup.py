"""From a question to its candidates: slips of the pen, and what is left out."""

from pathlib import Path

import pytest

from eval.run.looking import candidates_for, nearest_to
from rag.language.english.words import words
from rag.language.spelling import as_spelled, corrected
from rag.library import Library
from tests.support.engines import OpenLibrary, write_and_ingest

TEXTS = [
    "The European leaders met in Quarn. They met Zelenskyy in Istanbul.",
    "Johnston asked the mediators for a break.",
]
WORDS = {"bread", "leaders"}
PARTS = [("gasket", 4401), ("shaft seal", 4410), ("impeller", 4411), ("motor", 9900)]


@pytest.mark.parametrize(
    ("question", "missing", "meant"),
    [
        ("what did europan leders say", ["europan", "leders"], "what did European leaders say"),
        ("who met zelensky", ["zelensky"], "who met Zelenskyy"),
        ("who are the meditaors", ["meditaors"], "who are the mediators"),  # two letters exchanged
        ("What did Johnson say?", ["Johnson"], "What did Johnson say?"),  # may well be another name
        ("Who met Anton Zelensky?", ["Anton Zelensky"], "Who met Anton Zelenskyy?"),
        ("Who met in Istambul?", ["Istambul"], "Who met in Istanbul?"),
        ("Who met in Island?", ["Island"], "Who met in Island?"),
        ("who met in 2031", ["2031"], "who met in 2031"),
        ("what is photosynthesis", ["photosynthesis"], "what is photosynthesis"),
        ("what is the mat", ["mat"], "what is the mat"),  # too short to tell
        ("what did leaders say", [], "what did leaders say"),
        ("who bakes bread", ["bakes", "bread"], "who bakes bread"),  # a word of its own
        ("who wanted a braek", ["braek"], "who wanted a break"),
    ],
)
def test_slips_are_read_as_what_was_meant(question: str, missing: list[str], meant: str) -> None:
    assert corrected(question, missing, TEXTS, WORDS.__contains__) == meant


CODES = ["The seal KX-4410-B fits.", "See ISO 9001 and RFC2131.", "Error E1234, then e-77; kits AB12 and AB-12, AB-12."]


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("kx4410b", "KX-4410-B"),
        ("What does kx 4410-b cost?", "What does kx 4410-b cost?"),  # two words: no code of one
        ("What is KX-4410-B?", "What is KX-4410-B?"),
        ("What is KX-4410-C?", "What is KX-4410-C?"),
        ("what is rfc-2131", "what is RFC2131"),
        ("What is error e1234?", "What is error E1234?"),
        ("What is E77?", "What is e-77?"),
        ("What is in ab12?", "What is in AB-12?"),
        ("What is in AB12?", "What is in AB12?"),
        ("What is in E12-34?", "What is in E12-34?"),  # its digits fall into other parts
    ],
)
def test_codes_are_read_as_the_sources_spell_them(question: str, meant: str) -> None:
    assert as_spelled(question, words(question), CODES) == meant


def test_a_code_in_another_spelling_is_answered(open_library: OpenLibrary, tmp_path: Path) -> None:
    library = open_library()
    parts = "".join(f"The {name} has part number KX-{code} and costs {code % 90} euros. " for name, code in PARTS)
    write_and_ingest(library, tmp_path / "files", {"parts.txt": f"Spare parts\n\n{parts}\n"})
    answer = library.ask("How much is kx4410?")
    assert [statement.text for statement in answer.statements] == [
        "The shaft seal has part number KX-4410 and costs 0 euros."
    ]
    assert answer.understood == "How much is KX-4410?"


def test_a_question_with_slips_is_understood_answered_and_shown_as_it_was_typed(seeds_engine: Library) -> None:
    typed = "who sees the proposal as a staling tactik"
    answer = seeds_engine.ask(typed)
    assert answer.question == typed
    assert answer.understood == "who sees the proposal as a stalling tactic"
    assert answer.answered
    assert "stalling tactic" in answer.answer
    assert not answer.missing_terms
    first = seeds_engine.search(typed, limit=3)
    assert [one.text for one in first] == [one.text for one in seeds_engine.search(answer.understood, limit=3)]


def test_a_word_that_no_source_has_is_not_read_as_one_like_it(seeds_engine: Library) -> None:
    question = "How do I bake sourdough bread?"
    assert not seeds_engine.store.catalog.mentions("default", ["bread"])
    assert seeds_engine.store.catalog.mentions("default", ["break"])
    answer = seeds_engine.ask(question)
    assert answer.understood == question
    assert "bread" in answer.missing_terms


RAISED = """# Field notes

The boiler house emits 40 tonnes of CO₂ a day. The heath covers 12 km² and is grazed by ponies.

The decay constant of ¹⁴⁷Sm is 6.54 per trillion years.

The battery plant stores 900 litres of H₂SO₄ in its cellar.

The lighthouse³ was built by Odo Harwick in 1850.

| Nuclide | Half life (ka) |
|---|---|
| ²⁶Al | 717 |
| ³⁶Cl | 301 |
"""


@pytest.mark.parametrize(
    ("question", "quoted"),
    [
        ("How much CO2 does the boiler house emit?", "40 tonnes of CO₂"),
        ("How many km2 does the heath cover?", "12 km²"),
        ("How many km² does the heath cover?", "12 km²"),
        ("What is the decay constant of 147Sm?", "¹⁴⁷Sm is 6.54"),
        ("How much H2SO4 is in the cellar?", "900 litres of H₂SO₄"),
        ("What is the half life of 26Al?", "| ²⁶Al | 717 |"),
        ("Who built the lighthouse?", "The lighthouse³ was built"),
    ],
)
def test_raised_and_lowered_digits_are_found_as_they_are_typed(
    open_library: OpenLibrary, tmp_path: Path, question: str, quoted: str
) -> None:
    library = open_library()
    write_and_ingest(library, tmp_path / "files", {"notes.md": RAISED})
    answer = library.ask(question)
    assert answer.missing_terms == ()
    assert any(quoted in citation.quote for citation in answer.citations)


def test_candidates_are_judged_and_documents_can_be_left_out(open_library: OpenLibrary, tmp_path: Path) -> None:
    engine = open_library()
    first = "The mill of Quarn grinds rye. It was built in 1932. Two brothers built it.\n"
    second = "The mill of Quarn burned in 1950. A spark from the oven had set it on fire.\n"
    write_and_ingest(engine, tmp_path, {"first.txt": first, "second.txt": second})
    found = candidates_for(engine, "When was the mill of Quarn built?")
    assert "1932" in found[0].sentence.text
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    left = candidates_for(engine, "When was the mill of Quarn built?", without=[found[0].document.id])
    assert {one.document.path for one in left} == {"second.txt"}


def test_a_passage_beside_what_the_question_names_is_found_though_it_shares_no_word_with_it(
    open_library: OpenLibrary, tmp_path: Path
) -> None:
    engine = open_library(passage_tokens=16)
    dive = "The submarine Kittiwake dived near Quarn on a calm morning in May of 2019.\n"
    silence = "Eleven hours later nobody could hear it any more, and a crane was ordered.\n"
    others = {
        f"{n}.txt": f"Crane number {n} was ordered {n} hours later by nobody in particular.\n" for n in range(30, 80)
    }
    write_and_ingest(engine, tmp_path, {"dive.txt": dive + silence, **others})
    question = "Where did the submarine Kittiwake dive?"
    catalog = engine.store.catalog
    found = [hit.passage.text for hit in nearest_to(engine, question, limit=2)]
    assert found == [dive.strip(), silence.strip()]
    (first, second) = (hit.passage.id for hit in nearest_to(engine, question, limit=2))
    assert catalog.beside([first, second]) == {first: [second], second: [first]}
    assert [one.sentence.text for one in candidates_for(engine, question) if "Eleven" in one.sentence.text]

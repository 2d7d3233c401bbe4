"""What a document repeats is one footnote; what other documents say too are further ones."""

from pathlib import Path

import pytest

from rag.answer.question import read_question
from rag.answer.read.compose import compose
from tests.support.candidates import FACT, LIGHTHOUSE, candidate
from tests.support.crowds import HONEST, STUFFED, TREES, asked_of, paragraphs
from tests.support.engines import OpenLibrary

REPEATED = {
    "thirteen times": paragraphs(*[STUFFED] * 13),
    "in one paragraph": paragraphs(" ".join([STUFFED] * 13)),
    "in other cases": paragraphs(*[STUFFED, STUFFED.upper(), STUFFED.lower()] * 4),
    "with other spaces": paragraphs(*[STUFFED, STUFFED.replace(" ", "  "), STUFFED.replace(" ", "\u00a0")] * 4),
    "with invisible characters": paragraphs(*[STUFFED, STUFFED.replace("Zan", "Za\u200bn")] * 6),
    "with other marks": paragraphs(*[STUFFED, f"**{STUFFED}**", STUFFED.replace(".", "!")] * 4),
    "below headings": "\n\n".join(f"# {tree} kings\n\n{STUFFED}" for tree in TREES) + "\n",
    "hundreds of times": paragraphs(*[STUFFED] * 120),
}


@pytest.mark.parametrize("text", REPEATED.values(), ids=REPEATED)
def test_what_a_document_repeats_is_one_footnote(open_library: OpenLibrary, tmp_path: Path, text: str) -> None:
    ((document, start),) = asked_of(open_library(), tmp_path / "files", {"kings.md": text})
    assert document == "kings.md"
    if "#" not in text:  # below headings it is the one whose heading fits best
        assert start == len("Kings\n\n")


def test_what_other_documents_say_too_is_a_further_source(open_library: OpenLibrary, tmp_path: Path) -> None:
    texts = {f"{name}.txt": paragraphs(*[HONEST] * 5) for name in ("one", "three", "two")}
    cited = asked_of(open_library(), tmp_path / "files", texts)
    assert cited == [("one", 7), ("three", 7), ("two", 7)]


def test_a_statement_has_six_sources_at_most() -> None:
    same = [candidate(LIGHTHOUSE.sentence.text, 6.0, name=f"d{number:02}") for number in range(40)]
    assert compose(read_question(FACT), same, limit=4, confidence=0.95) == [same[:6]]


@pytest.mark.parametrize("text", ["It was he himself.", "So it is.", "IT WAS HE  himself."])
def test_a_repeated_sentence_without_words_of_its_own_is_stated_once(text: str) -> None:
    again = [candidate(said, 6.0, start=start) for start, said in enumerate([text, text.lower(), f" {text}"])]
    assert compose(read_question(FACT), again, limit=4, confidence=0.95) == [again[:1]]

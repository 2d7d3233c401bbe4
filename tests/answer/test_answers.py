"""Twenty questions over the seeds with the quotes that must be cited, and ten that must be refused."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from eval.run.looking import candidates_for
from rag.answer.question import not_answered, read_question
from rag.language.text import display
from rag.library import Library
from rag.types import Sentence
from tests.support.engines import OpenLibrary, write_and_ingest

ANSWERED = [
    ("How many prisoners of war did both sides agree to exchange?", "004", "one thousand prisoners of war"),
    ("Who met Putin in St. Petersburg?", "002", "Steve Witkoff, had a crucial meeting with President Putin"),
    ("When was the article about renewed talks published?", "000", "Published: June 02, 2025"),
    ("Who is the Kremlin spokesman?", "002", "Kremlin spokesman Dmitry Peskov"),
    ("What did Pete Hegseth say about Ukraine's borders?", "002", "could be “unrealistic” in peace negotiations"),
    ("Which leaders called for a cease-fire by May 12?", "004", "the United Kingdom, France, Germany, and Poland"),
    ("When did the full-scale invasion begin?", "003", "the full-scale invasion in February 2022"),
    ("Where were the early talks held?", "003", "notably in Belarus and then in Istanbul"),
    ("What has Trump insisted on ending?", "002", "insisted on ending the “bloodbath” in Ukraine"),
    ("When did the United States propose a general cease-fire?", "004", "general cease-fire in mid-March"),
    ("Who wrote the article with the latest news and updates?", "003", "by Jhon Lennon"),
    ("Which agency published the article about stalled talks?", "001", "The Associated Press"),
    ("What do both parties need to rebuild for peace talks to succeed?", "000", "rebuild trustâ€”a daunting task"),
    ("Why did Ukrainian public opinion harden?", "003", "alleged war crimes and atrocities emerged"),
    ("What did Russia demand about NATO?", "003", "security guarantees that Ukraine would not join NATO"),
    ("Who is the UN Secretary-General?", "003", "Secretary-General António Guterres"),
    ("What were the Minsk agreements supposed to do?", "003", "supposed to bring peace to eastern Ukraine"),
    ("Which countries were part of the Normandy Format?", "003", "France and Germany, who, along with Ukraine"),
    ("What is a prerequisite for lasting peace?", "001", "A sustained and verifiable ceasefire"),
    ("Where did Zelenskyy initially refuse to hold talks?", "004", "rejected the notion of talks in Istanbul"),
]
REFUSED = [
    "What is the boiling point of nitrogen?",
    "Who won the 2022 World Cup?",
    "What is the capital of Australia?",
    "How do I bake sourdough bread?",
    "Who painted the Mona Lisa?",
    "What did Xi Jinping say about the talks?",
    "What is the price of natural gas in Europe?",
    "How many tanks did Germany send to Ukraine?",
    "When did Sweden join NATO?",
    "What is the name of Zelenskyy's wife?",
]


@pytest.mark.parametrize(("question", "document", "quote"), ANSWERED, ids=[row[0] for row in ANSWERED])
def test_answer_cites_the_sentence_that_answers(
    seeds_engine: Library, question: str, document: str, quote: str
) -> None:
    answer = seeds_engine.ask(question)
    assert answer.answered
    assert any(one.document_id.startswith(document) and quote in one.quote for one in answer.citations), answer.answer
    for citation in answer.citations:
        text = seeds_engine.store.catalog.text(citation.document_id)
        assert text[citation.start : citation.end] == citation.quote
    assert all(statement.citations for statement in answer.statements)


@pytest.mark.parametrize("question", REFUSED)
def test_question_outside_the_sources_is_refused(seeds_engine: Library, question: str) -> None:
    answer = seeds_engine.ask(question)
    assert not answer.answered
    assert (answer.statements, answer.citations) == ((), ())
    assert answer.answer == not_answered(replace(read_question(question), missing=answer.missing_terms))
    assert answer.passages
    assert answer.confidence < seeds_engine.settings.threshold


def test_boilerplate_is_never_cited(seeds_engine: Library) -> None:
    for question in ("Recommendations", "Politics", "What is the META_DESCRIPTION?", "What do you recommend?"):
        answer = seeds_engine.ask(question)
        quotes = {citation.quote for citation in answer.citations}
        assert not quotes & {"Recommendations", "Politics"}
        assert not any("META_DESCRIPTION" in quote for quote in quotes)


def test_missing_terms_name_what_no_source_has(seeds_engine: Library) -> None:
    assert seeds_engine.ask("Who met Putin in Geneva?").missing_terms == ("Geneva",)
    assert seeds_engine.ask("Who met Putin in St. Petersburg?").missing_terms == ()


def test_dangling_sentence_comes_with_the_one_before(seeds_engine: Library) -> None:
    answer = seeds_engine.ask("How long was the meeting in St. Petersburg, four hours?")
    assert any(
        statement.text.startswith("Trump’s special envoy") and "more than four-hour" in statement.text
        for statement in answer.statements
    )


@pytest.mark.parametrize("question", ["What are the main sticking points?", "What are the sticking points?"])
def test_an_announcement_is_judged_and_stated_with_what_it_announces_and_others_complete_it(
    seeds_engine: Library, question: str
) -> None:
    best = candidates_for(seeds_engine, question)[0]
    assert best.judged.endswith(
        " ".join(["Key sticking points in peace talks quickly emerged.", *_texts(best.following)])
    )
    answer = seeds_engine.ask(question)
    assert answer.statements[0].text.startswith(
        "Key sticking points in peace talks quickly emerged. Ukraine insisted on"
    )
    assert len({citation.document_id for citation in answer.citations}) > 1


def _texts(sentences: Sequence[Sentence]) -> list[str]:
    return [display(sentence.text) for sentence in sentences]


OFFICES = """# Offices

## Berlin

Doors open at nine and close at five.

- Rent: 4,100 euros a month

## Oslo

Doors open at seven and close at three.

- Rent: 5,300 euros a month
"""


def test_the_heading_tells_like_sentences_apart_and_is_cited_with_what_needs_it(
    open_library: OpenLibrary, tmp_path: Path
) -> None:
    engine = open_library()
    write_and_ingest(engine, tmp_path, {"offices.md": OFFICES})
    for city, hour, rent in (("Berlin", "nine", "4,100"), ("Oslo", "seven", "5,300")):
        opens = engine.ask(f"When do the doors of the {city} office open?").statements[0].text
        assert opens == f"{city} — Doors open at {hour} and close at {'five' if city == 'Berlin' else 'three'}."
        answer = engine.ask(f"What is the rent of the {city} office?")
        first = answer.statements[0]
        assert first.text == f"{city} \u2014 Rent: {rent} euros a month"
        assert [answer.citations[number - 1].quote for number in first.citations] == [
            city,
            f"Rent: {rent} euros a month",
        ]


def test_same_question_gets_the_same_answer(seeds_engine: Library) -> None:
    first, second = (seeds_engine.ask("Which countries tried to mediate?", max_statements=10) for _ in range(2))
    assert (first.answer, first.citations, first.passages) == (second.answer, second.citations, second.passages)

"""Which candidates an answer states, and which documents a date leaves."""

from dataclasses import replace

import pytest

from rag.answer.find.candidates import announces
from rag.answer.find.evidence import Candidate, Unit
from rag.answer.question import read_question
from rag.answer.read.compose import compose
from rag.answer.read.dating import in_time
from rag.answer.read.extractive import ExtractiveReader, considered
from rag.language.english.questions import asks_for_several
from rag.language.english.values.dates import asked_date
from tests.support.candidates import BROAD, FACT, JUNE, LIGHTHOUSE, MAY, candidate


@pytest.mark.parametrize(
    ("question", "several"),
    [
        (FACT, False),
        ("When did the talks begin?", False),
        ("How many ships sank?", False),
        ("How long did it take?", False),
        (BROAD, True),
        ("Why did the bridge fall?", True),
        ("Which countries have signed?", True),
        ("How could the deadlock be overcome?", True),
    ],
)
def test_broad_questions_ask_for_several(question: str, several: bool) -> None:
    assert asks_for_several(question) is several


def test_what_goes_on_nearby_is_stated_of_what_is_broad_and_what_is_as_sure_of_anything() -> None:
    text = "The harbour of Morvane silts up every spring."
    nearby = candidate(text, 1.5, start=100)
    assert compose(read_question(BROAD), [LIGHTHOUSE, nearby], limit=4, confidence=0.95) == [[LIGHTHOUSE], [nearby]]
    assert compose(read_question(BROAD), [LIGHTHOUSE, nearby], limit=1, confidence=0.95) == [[LIGHTHOUSE]]
    for elsewhere in (
        nearby,
        candidate(text, 1.5, start=1_000),
        candidate(text, 1.5, name="two"),
        candidate(text, -2.0, start=100),
    ):
        assert compose(read_question(FACT), [LIGHTHOUSE, elsewhere], limit=4, confidence=0.7) == [[LIGHTHOUSE]]


def test_one_fact_takes_one_statement_where_a_sentence_surely_gives_it() -> None:
    as_sure = candidate("The harbour of Morvane silts up every spring.", 5.0, name="two")
    assert compose(read_question(FACT), [LIGHTHOUSE, as_sure], limit=4, confidence=0.95) == [[LIGHTHOUSE]]
    assert compose(read_question(FACT), [LIGHTHOUSE, as_sure], limit=4, confidence=0.7) == [[LIGHTHOUSE], [as_sure]]
    row = replace(LIGHTHOUSE, unit=Unit(kind="table", position=0, text=LIGHTHOUSE.judged, spans=(LIGHTHOUSE.span,)))
    assert compose(read_question(FACT), [row, as_sure], limit=4, confidence=0.95) == [[row], [as_sure]]


def _of(title: str, text: str, score: float) -> Candidate:
    one = candidate(text, score, name=title)
    return replace(one, document=replace(one.document, title=title))


def test_beside_the_document_that_a_question_names_no_other_is_stated() -> None:
    named = _of("Kombucha", "It ferments for ten days.", 3.0)
    other = _of("Kvass", "It ferments for a week.", 2.9)
    asked = read_question("How long does kombucha ferment?")
    assert compose(asked, [named, other], limit=4, confidence=0.7) == [[named]]
    for question in ("How long does it ferment?", "How long do kombucha and kvass ferment?"):
        assert compose(read_question(question), [named, other], limit=4, confidence=0.7) == [[named], [other]]
    unnamed = _of("Kombucha and other drinks", "It ferments for ten days.", 3.0)
    assert compose(asked, [unnamed, other], limit=4, confidence=0.7) == [[unnamed], [other]]


def test_each_of_the_things_that_are_asked_after_together_is_told_of() -> None:
    harwick = candidate("Odo Harwick built the lighthouse of Morvane in 1847.", 6.0)
    tarn = candidate("Ilse Tarn built the pier.", 1.0, start=2_000)
    port = candidate("The port of Morvane was dredged by Ilse Tarn.", 0.9, start=3_000)
    both = read_question("What did Odo Harwick and Ilse Tarn build?")
    assert compose(both, [harwick, tarn, port], limit=4, confidence=0.95) == [[harwick], [tarn]]
    assert compose(both, [harwick, tarn, port], limit=1, confidence=0.95) == [[harwick]]
    for question in ("What did Odo Harwick build?", "When did Odo Harwick ask Ilse Tarn for help?"):
        assert compose(read_question(question), [harwick, tarn, port], limit=4, confidence=0.95) == [[harwick]]


def test_the_same_said_by_two_documents_is_one_group() -> None:
    again = candidate("Odo Harwick built the lighthouse of Morvane in 1847!", 5.9, name="two")
    assert compose(read_question(FACT), [LIGHTHOUSE, again], limit=4, confidence=0.7) == [[LIGHTHOUSE, again]]


@pytest.mark.parametrize(
    ("exchanged", "by", "same"),
    [
        ("were", "were not", False),
        ("twelve", "thirty", False),
        ("Harwick", "Berwick", False),
        ("twelve", "a dozen", True),
        ("Odo Harwick", "Harwick", True),
    ],
)
def test_like_sentences_that_say_different_things_are_two_statements(exchanged: str, by: str, same: bool) -> None:
    text = "The keys of all twelve old stone towers along the northern coast were handed to Odo Harwick by the mayor."
    one, other = candidate(text, 6.0), candidate(text.replace(exchanged, by), 5.9, name="two")
    assert compose(read_question(FACT), [one, other], limit=4, confidence=0.7) == (
        [[one, other]] if same else [[one], [other]]
    )


def test_like_sentences_about_two_people_are_two_statements() -> None:
    text = "Harwick handed the keys of all twelve old stone towers along the northern coast to the mayor."
    one, other = candidate(text, 6.0), candidate(text.replace("Harwick", "Berwick"), 5.9, name="two")
    again = candidate(text.replace("handed", "had handed"), 5.8, name="three")
    assert compose(read_question(FACT), [one, other, again], limit=4, confidence=0.7) == [[one, again], [other]]


def test_a_sentence_that_is_shown_before_another_is_not_stated_twice() -> None:
    pointing = replace(
        candidate("He lit it himself.", 5.5, start=53), previous=LIGHTHOUSE.sentence, document=LIGHTHOUSE.document
    )
    assert compose(read_question(FACT), [LIGHTHOUSE, pointing], limit=4, confidence=0.7) == [[LIGHTHOUSE]]
    assert compose(read_question(FACT), [replace(pointing, score=7.0), LIGHTHOUSE], limit=4, confidence=0.7) == [
        [replace(pointing, score=7.0)]
    ]


def test_a_sentence_that_only_announces_is_stated_with_what_it_announces() -> None:
    text = "The main dangers are two. Reefs lie near the cape. Fog comes in May."
    two, reefs, fog = (
        candidate(part, 5.0 - place, start=text.index(part))
        for place, part in enumerate(["The main dangers are two.", "Reefs lie near the cape.", "Fog comes in May."])
    )
    announcing = replace(two, following=(reefs.sentence, fog.sentence), document=reefs.document)
    assert announces(read_question(BROAD), announcing)
    assert not announces(read_question("When does fog come?"), announcing)
    assert compose(read_question(BROAD), [announcing, reefs, fog], limit=4, confidence=0.95) == [[announcing]]
    reading = ExtractiveReader(threshold=0.0).read(read_question(BROAD), [announcing, reefs, fog], max_statements=4)
    (finding,) = reading.findings
    assert finding.text == text
    assert finding.sources[0].span.of(text) == text


def test_a_sentence_in_which_a_text_speaks_of_itself_is_stated_only_where_nothing_else_is() -> None:
    promised = candidate("Let's look at the dangers of the cape.", 6.0, start=0)
    reefs = candidate("Reefs lie near the cape.", 5.0, start=40)
    assert compose(read_question(BROAD), [promised, reefs], limit=4, confidence=0.95) == [[reefs]]
    assert compose(read_question(BROAD), [promised], limit=4, confidence=0.95) == [[promised]]


def test_nothing_to_state_gives_no_groups() -> None:
    assert compose(read_question(FACT), [], limit=4, confidence=0.7) == []


UNDATED = candidate("The mill stands.", 5.0, name="undated")
ALL = [UNDATED, JUNE, MAY]


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("What does the article of 20 May 2025 say of the mill?", [MAY]),
        ("What did reports of June 2025 say?", [JUNE]),
        ("What does the latest news article say?", [JUNE]),
        ("What does the oldest report say?", [MAY]),
        ("What did the article of 1 January 2020 say?", ALL),
        ("What happened on 20 May 2025?", ALL),
        ("What is the latest on the mill?", ALL),
    ],
)
def test_words_about_time_leave_the_documents_of_that_time(question: str, left: list[Candidate]) -> None:
    assert in_time(read_question(question), ALL, ALL) == left


def test_the_latest_article_is_the_latest_that_may_answer_and_the_confidence_is_of_what_is_left() -> None:
    weather = candidate("It rained in Rome.", -9.0, name="july", published="2025-07-01")
    question = "What does the latest article say of the mill?"
    assert considered(read_question(question), [JUNE, MAY, weather]) == [JUNE]
    reader = ExtractiveReader(threshold=0.0)
    hopeless = replace(weather, document=replace(weather.document, published="2025-05-20"))
    question = "What did the reports of May 2025 say of the mill?"
    narrowed = reader.read(read_question(question), [JUNE, hopeless], max_statements=4)
    alone = reader.read(read_question(question), [hopeless], max_statements=4)
    assert (
        narrowed.confidence
        == alone.confidence
        < reader.read(read_question(question), [JUNE], max_statements=4).confidence
    )


@pytest.mark.parametrize(("question", "date"), [("in 2014", None), ("May 12", None), ("on 2025-05-20", "2025-05-20")])
def test_only_whole_dates_and_months_of_a_year_count(question: str, date: str | None) -> None:
    assert asked_date(question) == date

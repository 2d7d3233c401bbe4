"""Disagreement between sources: values in a sentence, whether two agree, and what an answer says of it."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from eval.measures.statistics import wilson
from eval.studies.conflicts import EVERYDAY, load_pairs
from rag.answer.cite import written_answer
from rag.answer.find.evidence import Candidate
from rag.answer.question import read_question
from rag.answer.read.conflicts import find_conflicts
from rag.language.english.asked import ValueKind, understand
from rag.language.english.values.alike import clash
from rag.language.english.values.claims import find_claims
from rag.language.english.values.dates import find_dates
from rag.language.english.values.measures import find_money
from rag.language.english.values.numbers import find_quantities
from rag.library import Library
from rag.types import Citation, Conflict, Document, Kind, Sentence, Span, Statement
from tests.support.engines import OpenLibrary, write_and_ingest

FRIDAY = date(2024, 5, 10)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("a dozen", 12, 12),
        ("twenty-six goals", 26, 26),
        ("half a million", 500_000, 500_000),
        ("two and a half million", 2_451_000, 2_549_000),  # 0.49 of the last digit's unit, 100,000
        ("over three", 3, 4.5),
        ("at least 40", 40, 80),
        ("nearly 200", 0.85 * 190, 210),  # 200 itself may be rounded, by 5 % at most
        ("between 60 and 80", 60, 80),
        ("£1.2bn", 1_151_000_000, 1_249_000_000),
        ("one in four", 0.25, 0.25),
        ("two thirds", 2 / 3, 2 / 3),
        ("98 m", 98, 98),  # metres
        ("3 k", 3, 3),
        ("98m", 97_510_000, 98_490_000),
        ("€98 m", 97_510_000, 98_490_000),
        ("EUR 98 m", 97_510_000, 98_490_000),
        ("98 m US dollars", 97_510_000, 98_490_000),
        ("£3 k", 2_850, 3_150),
    ],
)
def test_quantity_has_the_bounds_of_what_is_written(text: str, low: float, high: float) -> None:
    (one,) = find_quantities(text)
    assert [one.low, one.high] == pytest.approx([low, high])


@pytest.mark.parametrize("text", ["9" * 463, "9" * 306 + " trillion", "1" + ",000" * 103, "9" * 310 + ".5"])
def test_number_beyond_a_float_is_no_quantity(text: str) -> None:
    assert [one.low for one in find_quantities(f"The key is {text}, of 12 parts.")] == [12]


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("20 per cent", []),
        ("20 Per Cent", []),
        ("20 cents", [(0.2, "")]),
        ("20 US dollars", [(20, "dollar")]),
        ("20 Swedish kronor", [(20, "krona")]),
        ("20 EUROS", [(20, "euro")]),
    ],
)
def test_money_has_a_currency(text: str, amounts: list[tuple[float, str]]) -> None:
    assert [(one.low, one.unit) for one in find_money(text)] == amounts


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("It was found last Tuesday.", date(2024, 5, 7), date(2024, 5, 7)),
        ("It fell on Friday.", FRIDAY, FRIDAY),
        ("It will open on Monday.", date(2024, 5, 13), date(2024, 5, 13)),
        ("It began in May.", date(2024, 5, 1), date(2024, 5, 31)),
        ("It began on May 12, 2021.", date(2021, 5, 12), date(2021, 5, 12)),
        ("It was signed last month.", date(2024, 4, 1), date(2024, 4, 30)),
        ("It was built in the 1960s.", date(1960, 1, 1), date(1969, 12, 31)),
        ("It opens on 3 January.", date(2024, 1, 3), date(2024, 1, 3)),
    ],
)
def test_dates_relate_to_the_day_of_writing(text: str, first: date, last: date) -> None:
    (one,) = find_dates(text, FRIDAY)
    assert (one.first, one.last) == (first, last)


def test_undated_document_has_days_without_a_year_and_no_weekdays() -> None:
    assert find_dates("It fell on Saturday, the company may say.", None) == []
    (one,) = find_dates("It fell on 7 May.", None)
    assert (one.first, one.yearless) == (date(2000, 5, 7), True)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("It fell on 1 January.", date(2000, 1, 1), date(2000, 1, 1)),
        ("It fell on 29 February.", date(2000, 2, 29), date(2000, 2, 29)),
        ("It fell on 1 July.", date(2000, 7, 1), date(2000, 7, 1)),
        ("It fell on 31 December.", date(2000, 12, 31), date(2000, 12, 31)),
        ("It fell in December.", date(2000, 12, 1), date(2000, 12, 31)),
    ],
)
def test_days_without_a_year_are_those_of_2000(text: str, first: date, last: date) -> None:
    (one,) = find_dates(text, None)
    assert (one.first, one.last, one.yearless) == (first, last, True)


AGREE = [
    ("How many people were hurt?", "A dozen people were hurt.", "In all, 12 people were hurt."),
    ("How many people were hurt?", "More than 300 people were hurt.", "The crash hurt 312 people."),
    ("How many people were hurt?", "About 5,000 people were hurt.", "4,950 people were hurt."),
    ("How long did it last?", "It lasted two years.", "It lasted 24 months."),
    ("How long did it last?", "It lasted an hour and a half.", "It lasted 90 minutes."),
    ("How long did it last?", "It lasted for a fortnight.", "It lasted two weeks."),
    ("When was it found?", "It was found last Tuesday.", "It was found on 7 May."),
    ("When was it found?", "It was found in May.", "It was found on May 12."),
    ("When was it built?", "It was built in the 1960s.", "It was built in 1964."),
    ("Who led the study?", "Dr Ana Ruiz led the study.", "It was Ruiz who led the study."),
    ("Which body led the study?", "The National Rail Safety Board led the study.", "The NRSB led the study."),
    ("Where was it found?", "It was found in Lyon.", "It was found in a house in Lyon, France."),
    ("How much did it cost?", "It cost $2.5 million.", "It cost 2,500,000 dollars."),
    ("How much did it cost?", "It cost just under £10.", "It cost £9.95."),
    ("How much did it cost?", "It cost $28.", "It cost €24."),  # two currencies cannot be compared
    ("What share of homes is empty?", "Two thirds of homes are empty.", "67 percent of homes are empty."),
    ("What share of homes is empty?", "One in four homes is empty.", "25 per cent of homes are empty."),
    ("How old is the climber?", "The 33-year-old climber slept.", "The climber is 33."),
    ("How far is the lake?", "The lake is 10 km away.", "The lake is 6.2 miles away."),
    ("Was the driver injured?", "The driver was unhurt and not injured.", "The driver was not injured."),
    ("Did the council approve it?", "The council did not approve it.", "The council rejected it."),
    ("Will the senator stand?", "The senator will not stand.", "The senator has ruled out that she will stand."),
    ("Did the school pass?", "The school failed to pass.", "The school did not pass."),
    ("Did the school pass?", "The school failed.", "The school did not pass."),
    ("Is entry free?", "Entry is free on Sundays.", "The museum charges no entry fee."),
    ("Was it a success?", "It was a success not only in France.", "It was a success."),
    ("Has the minister resigned?", "The minister has not resigned.", "The minister could have resigned."),
    ("When was the fire?", "The fire broke out on Monday night, the police said on Tuesday.", "The fire was on 6 May."),
    ("When did the mine close?", "The mine closed twenty years ago.", "The mine closed in 2004."),
    ("When will the pool open?", "The pool will open in the autumn.", "The pool opens on 5 October."),
    ("When was it built?", "It was built between 1920 and 1925.", "It was built in 1923."),
    ("Where was he born?", "He was born in Ulm in 1950.", "He was born in Germany."),
    ("Where was the car found?", "The car was found near Colden, in Essex.", "The car was found in Essex."),
    ("Who won the race?", "Kenya's Paul Tergat won the race.", "Tergat won the race in Berlin."),
    ("How many people were hurt?", "Eight men and four women were hurt.", "Twelve people were hurt."),
    ("How long was the outage?", "The outage lasted a day and a half.", "The outage lasted 36 hours."),
    ("How much did it cost?", "It cost 30 million euros, 5 million more than planned.", "It cost €30m."),
    ("How much did it cost?", "It cost €98 m.", "It cost 98 million euros."),
    ("How much did fares rise?", "Fares rose 20 per cent.", "Fares rose 20.3 per cent."),
    ("How tall is the tower?", "The tower is 98 m tall.", "The tower is 98 metres tall."),
    ("How tall is the tower?", "The tower is 98m tall.", "It is a 98-metre tower."),
    ("How many people came?", "98m people came.", "98 million people came."),
    ("How many people came?", "98 k people came.", "98,000 people came."),
    ("How many people came?", "98 m people came.", "98 million people came."),
    ("Would they accept the plan?", "They have yet to accept the plan.", "The plan seems acceptable to them."),
    (
        "How much did the bridge cost?",
        "The bridge cost $5 million, 20% over budget.",
        "60% of residents opposed the cost of the bridge.",
    ),
]
DIFFER = [
    ("How many people were hurt?", "A dozen people were hurt.", "In all, 14 people were hurt."),
    ("How many people were hurt?", "At least 40 people were hurt.", "32 people were hurt."),
    ("How long did it last?", "It lasted over three years.", "It lasted for over a year."),
    ("How long did it last?", "It lasted two years.", "It lasted 30 months."),
    ("When was it found?", "It was found last Tuesday.", "It was found on 9 May."),
    ("When was it built?", "It was built in the 1960s.", "It was built in 1974."),
    ("Who led the study?", "Dr Ana Ruiz led the study.", "It was Tom Hale who led the study."),
    ("Where was it found?", "It was found in Lyon.", "It was found in a house in Lille, France."),
    ("How much did it cost?", "It cost £45m.", "It cost £54 million."),
    ("What share of homes is empty?", "Two thirds of homes are empty.", "54 percent of homes are empty."),
    ("How old is the climber?", "The 71-year-old climber slept.", "The climber is 74."),
    ("How far is the lake?", "The lake is 10 km away.", "The lake is 10 miles away."),
    ("How tall is the tower?", "The tower is 98 m tall.", "The tower is 89 metres tall."),
    ("How tall is the tower?", "The tower is 98m tall.", "The tower is 89 m tall."),
    ("How many people came?", "98m people came.", "89 million people came."),
    ("Was the driver injured?", "The driver was injured.", "The driver was not injured."),
    ("Did the council approve it?", "The council approved it.", "The council rejected it."),
    ("Did the school pass?", "The school failed to pass.", "The school passed easily."),
    ("Was anyone hurt?", "Nobody was hurt.", "Two people were hurt."),
    ("Where was he born?", "He was born in France.", "He was born in Germany."),
    ("When was the fire?", "The fire broke out on Monday night.", "The fire broke out on 3 May."),
    ("How much did costs rise?", "Costs rose 20%.", "Costs rose 60%."),  # no document gives an amount
]


def candidate(document_id: str, text: str, score: float, *, published: str | None = FRIDAY.isoformat()) -> Candidate:
    document = Document(
        id=document_id,
        collection="default",
        title="News",
        author=None,
        publisher=None,
        published=published,
        media_type="text/plain",
        path=f"{document_id}.txt",
        sha256="0",
        bytes=1,
        characters=len(text),
        passages=1,
        ingested_at="2024-05-10T00:00:00Z",
    )
    sentence = Sentence(span=Span(start=0, end=len(text)), text=text, kind=Kind.BODY, block=0)
    return Candidate(
        document=document,
        sentence=sentence,
        previous=None,
        title=None,
        passage_id=document_id,
        judged=text,
        score=score,
    )


@pytest.mark.parametrize(("question", "one", "other"), AGREE)
def test_sentences_that_can_both_be_right_do_not_disagree(question: str, one: str, other: str) -> None:
    for first, second in ((one, other), (other, one)):
        assert find_conflicts(read_question(question), [candidate("a", first, 8.0), candidate("b", second, 6.0)]) == []


@pytest.mark.parametrize(("question", "one", "other"), DIFFER)
def test_sentences_that_cannot_both_be_right_disagree(question: str, one: str, other: str) -> None:
    for first, second in ((one, other), (other, one)):
        (found,) = find_conflicts(read_question(question), [candidate("a", first, 8.0), candidate("b", second, 6.0)])
        assert found.sides == ((0,), (1,))
        assert all(value in text for value, text in zip(found.values, (first, second), strict=True))


@pytest.mark.parametrize(
    ("undated", "dated", "sides"),
    [
        ("The mine shut on 31 December.", "The mine shut on 31 December 2024.", 0),
        ("The mine shut on 30 December.", "The mine shut on 31 December 2024.", 2),
        ("The mine shut on 12 December.", "The mine shut in the winter of 2023.", 0),  # November 2022 to March 2023
        ("The mine shut on 12 February.", "The mine shut in the winter of 2023.", 0),
        ("The mine shut on 12 June.", "The mine shut in the winter of 2023.", 2),
        ("The mine shut on 12 May.", "The mine shut between June 2019 and March 2021.", 0),
        ("The mine shut on 12 May.", "The mine shut between June 2023 and March 2024.", 2),
        ("The mine shut on 12 May.", "The mine shut in the 1960s.", 0),
    ],
)
def test_date_without_a_year_is_compared_within_the_year(undated: str, dated: str, sides: int) -> None:
    one, other = candidate("a", undated, 8.0, published=None), candidate("b", dated, 6.0)
    for pair in ([one, other], [other, one]):
        found = find_conflicts(read_question("When did the mine shut?"), pair)
        assert sum(len(disagreement.sides) for disagreement in found) == sides


def test_sentences_of_one_document_do_not_disagree() -> None:
    found = [candidate("a", "14 people were hurt.", 8.0), candidate("a", "19 people were hurt.", 6.0)]
    assert find_conflicts(read_question("How many people were hurt?"), found) == []


def test_sentence_about_something_else_does_not_disagree() -> None:
    question = "How many years had passed since the last direct negotiations?"
    found = [
        candidate("a", "The first direct negotiations in three years have ended.", 6.6),
        candidate("b", "The conflict has dragged on for over a year.", 3.4),
    ]
    assert find_conflicts(read_question(question), found) == []


def test_third_document_joins_the_side_it_agrees_with() -> None:
    texts = ("14 people were hurt.", "19 people were hurt.", "Nineteen people were hurt.")
    found = [candidate(name, text, 8.0 - place) for place, (name, text) in enumerate(zip("abc", texts, strict=True))]
    (one,) = find_conflicts(read_question("How many people were hurt?"), found)
    assert (one.sides, one.values) == (((0,), (1, 2)), ("14", "19"))


@pytest.mark.parametrize(
    ("question", "text", "value"),
    [
        (
            "How many passengers were hurt?",
            "The number of hurt passengers is nineteen, three of whom died.",
            "nineteen",
        ),
        ("How many runners finished?", "After 65 minutes 311 of the 2,000 metres were left to 450 runners.", "450"),
        ("Who will be head teacher?", "Tom Hale, now deputy in Leeds, will be the head teacher.", "Tom Hale"),
        ("Who won the race?", "Claire Moreau won the race ahead of Jana Kessler.", "Claire Moreau"),
        ("When was the gallery robbed?", "The gallery was robbed on 19 November last year.", "19 November"),
        ("How long did it take?", "The 36-year-old met twice a week and took three months.", "three months"),
    ],
)
def test_claim_is_the_value_that_answers(question: str, text: str, value: str) -> None:
    wanted = understand(question)
    claim = find_claims(wanted.kinds[0], wanted, text, FRIDAY)[0]
    assert text[claim.start : claim.end] == value


def test_question_that_asks_for_no_value_wants_none() -> None:
    assert understand("Why did the talks fail?").kinds == ()
    assert understand("How many years did it take?").kinds == (ValueKind.DURATION,)


@pytest.mark.parametrize(
    "question", ["How long has the war been going on?", "For how many years have Russia and Ukraine been at war?"]
)
def test_sources_that_differ_on_the_wars_duration_are_shown_together(seeds_engine: Library, question: str) -> None:
    answer = seeds_engine.ask(question)
    (conflict,) = answer.conflicts
    assert conflict.kind == "duration"
    assert set(conflict.values) == {"over three years", "over a year"}
    stated = [answer.statements[place] for place in conflict.statements]
    assert all(value in statement.text for value, statement in zip(conflict.values, stated, strict=True))
    sources = {answer.citations[statement.citations[0] - 1].document_id[:3] for statement in stated}
    assert sources == {"000", "001"}
    assert answer.answer.endswith("The sources differ: over three years (2025-05-20), over a year (2025-06-02).")


@pytest.mark.parametrize("question", ["Who is the Kremlin spokesman?", "When did the full-scale invasion begin?"])
def test_sources_that_do_not_differ_are_not_flagged(seeds_engine: Library, question: str) -> None:
    answer = seeds_engine.ask(question)
    assert answer.answered
    assert answer.conflicts == ()
    assert "differ" not in answer.answer


CRASH = (
    "Bus crash\n\nPublished: {date}\n\nA bus left the road at Tarn. Police said {count} passengers were hurt at Tarn.\n"
)


def ask_about_crash(engine: Library, folder: Path, *counts: str, most: int = 4) -> tuple[Conflict, ...]:
    texts = {f"{n}.txt": CRASH.format(date=f"2024-03-0{n + 1}", count=count) for n, count in enumerate(counts)}
    write_and_ingest(engine, folder, texts)
    answer = engine.ask("How many passengers were hurt at Tarn?", max_statements=most)
    assert len(answer.statements) <= most
    assert all(statement.citations for statement in answer.statements)
    return answer.conflicts


def test_alike_sentences_with_two_values_are_not_merged(open_library: OpenLibrary, tmp_path: Path) -> None:
    (conflict,) = ask_about_crash(open_library(), tmp_path / "docs", "14", "nineteen", "19")
    assert conflict.kind == "number"
    assert set(conflict.values) in ({"14", "19"}, {"14", "nineteen"})
    assert len(set(conflict.statements)) == 2


def test_one_statement_has_no_room_for_two_sides(open_library: OpenLibrary, tmp_path: Path) -> None:
    assert ask_about_crash(open_library(), tmp_path / "docs", "14", "19", most=1) == ()


def test_one_value_in_other_words_is_no_conflict(open_library: OpenLibrary, tmp_path: Path) -> None:
    assert ask_about_crash(open_library(), tmp_path / "docs", "twelve", "a dozen", "12") == ()


SOURCE = Citation(
    number=1,
    document_id="a",
    title="A Bus",
    path="a.txt",
    author=None,
    publisher=None,
    published="2024-03-01",
    sha256="0",
    start=0,
    end=1,
    before="",
    quote="x",
    after="",
)


@pytest.mark.parametrize(
    ("first", "second", "labels"),
    [
        ({}, {"published": "2024-03-02"}, ("2024-03-01", "2024-03-02")),
        ({}, {"title": "B Bus"}, ("A Bus, 2024-03-01", "B Bus, 2024-03-01")),
        ({}, {"title": None, "path": "b.txt", "published": None}, ("A Bus, 2024-03-01", "b.txt, undated")),
    ],
)
def test_remark_tells_the_sources_apart(first: dict[str, str], second: dict[str, str], labels: tuple[str, str]) -> None:
    citations = [replace(SOURCE, **first), replace(SOURCE, number=2, **second)]  # type: ignore[arg-type]
    statements = [
        Statement(text=f"{count} were hurt.", citations=(number,), support=0.9, verdict="supported")
        for number, count in ((1, "14"), (2, "19"))
    ]
    conflict = Conflict(statements=(0, 1), kind="number", values=("14", "19"))
    assert written_answer(statements, citations, [conflict]) == (
        f"14 were hurt. [1] 19 were hurt. [2] The sources differ: 14 ({labels[0]}), 19 ({labels[1]})."
    )


def test_pairs_are_half_disagreements_of_every_kind() -> None:
    pairs = load_pairs()
    assert (len(pairs), sum(pair.disagree for pair in pairs)) == (162, 81)
    assert {pair.question.kind for pair in pairs} == {
        "number", "date", "duration", "name", "place", "yes_no", "money", "percentage",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("value", "text", "other_value", "other"),
    [
        ("20 mph", "Ride at 20 mph.", "15 mph", "No faster than 15 mph."),
        ("5 ml", "Give 5 ml at bedtime.", "10 ml", "Give 10 ml at bedtime."),
        ("2.4", "It runs on 2.4.", "3.1", "It runs on 3.1."),
        ("maroon", "The door is maroon.", "teal", "They painted it teal."),
        ("4417", "Dial 4417 for the porter.", "4471", "The porter is on 4471."),
        ("12", "We meet in room 12.", "14", "We meet in room 14."),
        ("slate", "The roof is slate.", "copper", "It has copper on the roof."),
        ("9 am", "Doors at 9 am.", "half past nine", "Doors at half past nine."),
        ("180 °C", "Roast at 180 °C.", "220 °C", "Roast at 220 °C."),
        ("at least 6", "It has at least 6 letters.", "at least 9", "It has at least 9 letters."),
        ("", "The limit is 20 mph.", "30 mph", "Ride at 30 mph."),
    ],
)
def test_values_of_any_kind_clash(value: str, text: str, other_value: str, other: str) -> None:
    assert clash(value, text, other_value, other) is not None
    assert clash(other_value, other, value, text) is not None


@pytest.mark.parametrize(
    ("value", "text", "other_value", "other"),
    [
        ("20 mph", "Ride at 20 mph.", "twenty miles an hour", "No faster than twenty miles an hour."),
        ("half past seven", "It opens at half past seven.", "19:30", "It opens at 19:30."),
        ("quarter to six", "It opens at quarter to six.", "5.45 pm", "It opens at 5.45 pm."),
        ("180 °C", "Roast at 180 °C.", "356 °F", "Roast at 356 °F."),
        ("1.5 kg", "Take 1.5 kg of rice.", "1,500 g", "Take 1,500 g of rice."),
        ("90 minutes", "It takes 90 minutes.", "an hour and a half", "It takes an hour and a half."),
        ("maroon", "The door is maroon.", "dark maroon", "The door is a dark maroon."),
        ("2.4", "It runs on 2.4.", "Windows", "It runs on Windows."),
        ("", "The roof is old.", "copper", "The roof is copper."),
    ],
)
def test_values_in_other_words_do_not_clash(value: str, text: str, other_value: str, other: str) -> None:
    assert clash(value, text, other_value, other) is None
    assert clash(other_value, other, value, text) is None


def test_everyday_pairs_are_half_disagreements() -> None:
    pairs = load_pairs(EVERYDAY)
    assert (len(pairs), sum(pair.disagree for pair in pairs)) == (72, 36)


def test_wilson_interval_of_a_share() -> None:
    # z = 1.959964: centre (0.5 + z²/20) / (1 + z²/10) = 0.5, half width z sqrt(0.025 + z²/400) / (1 + z²/10) = 0.2634
    assert list(wilson(5, 10)) == pytest.approx([0.2366, 0.7634], abs=1e-4)

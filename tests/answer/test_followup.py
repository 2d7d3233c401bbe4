"""Follow-up questions: what they leave out comes from the conversation; what stands alone stays as it is."""

import json
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.sets.question import in_half
from eval.studies.followups import ASKED, ask_cases, load_cases
from rag.answer.followup import readings
from rag.language.english.phrases import noun_phrases
from rag.language.english.questions import ask_for, ask_for_others, form_of
from rag.library import Library
from rag.types import Turn
from tests.support.places import ROOT

BRIDGE = "Who opened the bridge at Orlen in 1932?"
OPENED = "Mayor Ines Halvorsen opened the bridge at Orlen in 1932. [1]"
SEEDS = [
    json.loads(line)["question"] for line in (ROOT / "eval/sets/questions/seeds.jsonl").read_text("utf-8").splitlines()
]


def after(*said: str) -> list[Turn]:
    """A conversation: questions and answers in turn."""
    return [Turn(role=("user", "assistant")[place % 2], content=content) for place, content in enumerate(said)]


@pytest.mark.parametrize(
    ("question", "understood"),
    [
        ("Why?", "Why was it that someone opened the bridge at Orlen in 1932?"),
        ("And when was that?", "When was it that someone opened the bridge at Orlen in 1932?"),
        ("Who else?", "Who else opened the bridge at Orlen in 1932?"),
        ("What about the ferry?", "Who opened the ferry in 1932?"),
        ("And in 1951?", "Who opened the bridge at Orlen in 1951?"),
        ("What did she say?", "What did Mayor Ines Halvorsen say?"),
        ("What was her speech about?", "What was Mayor Ines Halvorsen's speech about?"),
        ("How much did it cost?", "How much did the bridge at Orlen cost?"),
        ("Who said that?", "Who opened the bridge at Orlen in 1932? Who said that?"),
        ("How long is the bridge?", "Who opened the bridge at Orlen in 1932? How long is the bridge?"),
        ("Tell me more", BRIDGE),
    ],
)
def test_follow_up_is_completed_from_the_question_before(question: str, understood: str) -> None:
    assert readings(question, after(BRIDGE, OPENED))[0].text == understood


@pytest.mark.parametrize(
    ("before", "question", "understood"),
    [
        ("What has Turkey done?", "And Germany?", "What has Germany done?"),
        ("What has Turkey done?", "No, I meant Israel.", "What has Israel done?"),
        ("what has Turkey done", "how about israel?", "What has israel done?"),
        ("What have the French leaders said?", "And the Polish ones?", "What have the Polish leaders said?"),
        ("What did the leaders say?", "And the Polish ones?", "What did the Polish leaders say?"),
        ("What did both leaders say?", "What about the Polish ones?", "What did both Polish leaders say?"),
        ("Is Turkey's influence enough?", "And Germany's?", "Is Germany's influence enough?"),
        ("How many soldiers were killed?", "And civilians?", "How many civilians were killed?"),
        ("Did Norway join?", "Why not?", "Why didn't Norway join?"),
        ("Where were the talks held?", "By whom?", "By whom were the talks held?"),
        (
            "What did Odo demand about tolls?",
            "And about the ferry?",
            "What did Odo demand about tolls about the ferry?",
        ),
        ("Which ships were sunk?", "Where did they lie?", "Where did the ships that were sunk lie?"),
        ("Where did Odo and Brun meet?", "Why did they quarrel?", "Why did Odo and Brun quarrel?"),
    ],
)
def test_another_thing_takes_the_place_of_the_one_before(before: str, question: str, understood: str) -> None:
    assert readings(question, after(before, "The sources do not answer this."))[0].text == understood


@pytest.mark.parametrize(
    "question",
    [
        "What did Odo say about his plan?",
        "Does Norway support its neighbours?",
        "Is it true that the ferry sank?",
        "How long does it take to cross the river?",
        "Were both sides serious when they said they would talk?",
        "No-fly zone over Orlen",
        "Also known as Odo",
        "What is the capital of Mongolia?",
        "orlen bridge toll",
        "bridge",
        "What is this article about?",
        "Which countries that border Norway joined?",
    ],
)
def test_question_that_stands_alone_stays_as_it_is(question: str) -> None:
    assert readings(question, after(BRIDGE, OPENED))[0].text == question


@pytest.mark.parametrize(
    ("question", "understood"),
    [
        ("What is it used for?", "What is the bridge at Orlen used for?"),
        ("What is it known for?", "What is the bridge at Orlen known for?"),
        ("What is it good for, and why?", "What is the bridge at Orlen good for, and why?"),
        ("What was it meant to do?", "What was the bridge at Orlen meant to do?"),
        ("Has it been used to carry trams?", "Has the bridge at Orlen been used to carry trams?"),
        ("What is it trying to span?", "What is the bridge at Orlen trying to span?"),
        ("Is it able to carry trams?", "Is the bridge at Orlen able to carry trams?"),
        ("Is it close to the ferry?", "Is the bridge at Orlen close to the ferry?"),
        ("Is it famous for its lamps?", "Is the bridge at Orlen famous for its lamps?"),
        ("Who is responsible for it?", "Who is responsible for the bridge at Orlen?"),
        ("Is it true that it fell?", "Is it true that the bridge at Orlen fell?"),
    ],
)
def test_it_stands_for_a_thing_that_is_used_or_known_or_meant(question: str, understood: str) -> None:
    assert readings(question, after("When was the bridge at Orlen opened?", OPENED))[0].text == understood


@pytest.mark.parametrize(
    "question",
    [
        *["Is it true that the ferry sank?", "Was it announced that the ferry sank?", "Why is it that ferries sink?"],
        *["Is it safe to swim?", "Isn't it time to leave?", "Would it be wise to wait?", "Is it likely to rain?"],
        *["Why is it so hard for both sides to agree?", "Why is it challenging to agree?", "Is it a bad idea to swim?"],
        *["How hard is it to swim?", "Whose idea was it to swim?", "Why has it become dearer to swim?"],
        *["How long will it take to swim?", "How much did it cost to build the ferry?"],
        *["Will Norway give up the ferry it holds?", "is norway ready to give up the ferry it holds"],
    ],
)
def test_it_that_stands_for_what_follows_or_for_the_subject_is_left(question: str) -> None:
    assert readings(question, after("When was the bridge at Orlen opened?", OPENED))[0].text == question


def test_words_that_only_link_are_left_out() -> None:
    for question in ("Thanks. And who is the mayor of Orlen?", "No, who is the mayor of Orlen?"):
        assert readings(question, after(BRIDGE, OPENED))[0].text == "Who is the mayor of Orlen?"


@pytest.mark.parametrize("before", [BRIDGE, "How many prisoners of war will be exchanged?", "Who is Ines Halvorsen?"])
def test_questions_over_the_seeds_stay_as_they_are(before: str) -> None:
    changed = [one for one in SEEDS if readings(one, after(before, OPENED))[0].text != one]
    assert len(changed) <= 0.02 * len(SEEDS), changed


@pytest.mark.parametrize(
    "history",
    [[], after("Hello"), [Turn(role="assistant", content="Ask me anything about Orlen.")], after("Thanks!", "Fine.")],
)
def test_history_without_a_question_changes_nothing(history: list[Turn]) -> None:
    assert readings("And when was that?", history)[0].text == "And when was that?"


def test_conversation_is_followed_through_several_turns() -> None:
    said = ("What has Turkey done?", "Much. [1]", "And Germany?", "Little. [1]", "ok thanks", "Welcome.")
    assert readings("Why?", after(*said))[0].text == "Why has Germany done?"
    assert readings("And Israel?", after(*said))[0].text == "What has Israel done?"


@pytest.mark.parametrize("question", ["And the Polish ones?", "What about the last one?"])
def test_another_thing_can_be_asked_for_after_every_question_of_the_seeds(question: str) -> None:
    for before in SEEDS:
        assert readings(question, after(before, OPENED))[0].text.endswith("?")


def test_what_was_said_is_known_where_more_is_asked_for() -> None:
    assert readings("Who else?", after(BRIDGE, OPENED))[0].known == OPENED.removesuffix(" [1]")
    assert readings("Tell me more", after(BRIDGE, OPENED))[0].known == OPENED.removesuffix(" [1]")
    assert readings("Why?", after(BRIDGE, OPENED))[0].known == ""


@settings(max_examples=30, deadline=None, derandomize=True)
@given(said=st.lists(st.text(max_size=40), max_size=3), question=st.text(min_size=1, max_size=40))
def test_any_text_is_resolved_to_the_same_twice_and_to_no_endless_text(said: list[str], question: str) -> None:
    found = readings(question, after(*said))
    assert found == readings(question, after(*said))
    assert 1 <= len(found) <= 3
    assert len({one.text for one in found}) == len(found)
    assert all(len(one.text) <= max(400, len(question)) for one in found)


@pytest.mark.parametrize(
    "text", ["a " * 1000, "it " * 600, "What did " + "the A " * 300, "why " * 500 + "?", "(" * 2000]
)
def test_long_question_is_resolved_at_once(text: str) -> None:
    history = after(text, text)
    for _ in range(20):
        assert readings(text[:2000], history)[0].text


@pytest.mark.parametrize(
    ("question", "asked", "auxiliary", "rest", "noun"),
    [
        ("By when did they want it?", "By when", "did", "they want it", ""),
        (
            "How many prisoners of war will be freed?",
            "How many prisoners of war",
            "will",
            "be freed",
            "prisoners of war",
        ),
        ("Who called?", "Who", "", "called", ""),
        ("Is it over?", "", "Is", "it over", ""),
        ("the bridge", "", "", "the bridge", ""),
    ],
)
def test_question_is_taken_apart(question: str, asked: str, auxiliary: str, rest: str, noun: str) -> None:
    form = form_of(question)
    assert (form.asked, form.auxiliary, form.rest, form.noun) == (asked, auxiliary, rest, noun)


def test_question_is_put_together_again() -> None:
    assert ask_for("when", form_of("What did Odo sign?")) == "When did Odo sign?"
    assert ask_for("why", form_of("What is the largest bridge?")) == "Why is that the largest bridge?"
    assert ask_for("why", form_of("the largest bridge")) is None
    assert ask_for_others(form_of("Which bridge fell?")) == "Which other bridge fell?"
    assert ask_for_others(form_of("When did it fall?")) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Why is the Trump administration criticised?", ["the Trump administration"]),
        ("What is Ukraine's position on the war?", ["Ukraine's position", "the war"]),
        ("Who wrote the article about renewed talks?", ["the article about renewed talks"]),
        ("when did it rain", []),
        ("How was the cart meant to return if it heard nothing?", ["the cart meant to return"]),
        ("Did the U.S. President meet St. Nicholas?", ["the U.S. President", "St. Nicholas"]),
    ],
)
def test_noun_phrases_are_found(text: str, found: list[str]) -> None:
    phrases = noun_phrases(text)
    assert [phrase.text for phrase in phrases] == found
    assert all(text[phrase.start : phrase.end] == phrase.text for phrase in phrases)


def test_answer_shows_how_the_question_was_understood(seeds_engine: Library) -> None:
    before = "Who is the Kremlin spokesman?"
    history = after(before, seeds_engine.ask(before).answer)
    answer = seeds_engine.ask("What did he say about the talks?", history=history)
    assert answer.question == "What did he say about the talks?"
    assert answer.understood == "What did Dmitry Peskov say about the talks?"
    assert any("going very well" in citation.quote for citation in answer.citations)
    written_out = seeds_engine.ask(answer.understood)
    assert written_out.understood == written_out.question == answer.understood
    assert written_out.statements == answer.statements


def test_more_is_not_the_same_again(seeds_engine: Library) -> None:
    question = "Which countries tried to mediate?"
    first = seeds_engine.ask(question)
    more = seeds_engine.ask("Who else?", history=after(question, first.answer))
    assert more.understood == "Which other countries tried to mediate?"
    assert not {one.text for one in first.statements} & {one.text for one in more.statements}


def test_history_reaches_the_answer_over_http(seeds_server: str) -> None:
    body: dict[str, Any] = {"question": "Where did he meet him?", "history": []}
    alone = httpx.post(f"{seeds_server}/v1/ask", json=body, timeout=30).json()
    assert alone["understood"] == "Where did he meet him?"
    body["history"] = [
        {"role": "user", "content": "What is Witkoff's job?"},
        {"role": "assistant", "content": "Steve Witkoff is the US special envoy. [1]"},
    ]
    body["question"] = "Who did he meet in St. Petersburg?"
    given = httpx.post(f"{seeds_server}/v1/ask", json=body, timeout=30)
    assert given.json()["understood"] != body["question"]
    assert "Witkoff" in given.json()["understood"]
    assert httpx.get(f"{seeds_server}/v1/answers/{given.json()['id']}").content == given.content


def test_cases_are_enough_and_divided() -> None:
    _, cases = load_cases()
    assert len(cases) >= 80
    assert len({case.question.kind for case in cases}) >= 12
    assert sum(in_half(case.question, test=True) for case in cases) >= 40
    assert sum(not case.question.answerable for case in cases) >= 15


def test_case_is_asked_in_three_ways(seeds_engine: Library) -> None:
    loaded, cases = load_cases()
    told: list[tuple[str, int, int]] = []
    two = [one for one in cases if one.question.id in ("f034", "f063")]
    refused, found = ask_cases(seeds_engine, loaded, two, lambda *stage: told.append(stage))
    assert refused.answers["resolved"].understood == "When was the Normandy Format founded?"
    assert refused.recall == {way: float(not refused.answers[way].answered) for way in ASKED}
    assert found.answers["resolved"].understood == "Is the UN a negotiator itself?"
    assert found.recall["written out"] == 1.0
    assert told == [("alone", 1, 2), ("alone", 2, 2), ("follow-ups", 1, 2), ("follow-ups", 2, 2)]

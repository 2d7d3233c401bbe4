"""What chat clients send besides a question: their parameters, instructions, and requests for titles and tags."""

import json
from typing import Any

import httpx
import pytest

from rag.answer.question import NOT_ANSWERED
from server.api.openai.tasks import is_task, latest_question
from tests.server.test_stream import NITROGEN
from tests.support.slow import PRISONERS

WEATHER = {
    "type": "function",
    "function": {"name": "weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}},
}
OPEN_WEBUI = {
    "stream": True,
    "model": "footnote",
    "messages": [
        {"role": "system", "content": "You are helpful. Today is Monday."},
        {"role": "user", "content": NITROGEN},
    ],
    "stream_options": {"include_usage": True},
    "temperature": 0.8,
    "top_p": 0.9,
    "max_tokens": 1024,
    "seed": 42,
    "stop": ["<end>"],
    "frequency_penalty": 0,
    "logit_bias": {"50256": -100},
    "reasoning_effort": "medium",
    "user": {"name": "Ana", "id": "7", "email": "ana@example.org", "role": "admin"},
    "tools": [WEATHER],
    "tool_choice": "auto",
    "metadata": {"chat_id": "1"},
}
LIBRECHAT = {
    "model": "footnote",
    "user": "6650f2",
    "stream": True,
    "stream_options": {"include_usage": True},
    "n": 1,
    "temperature": 1,
    "top_p": 1,
    "presence_penalty": 0,
    "frequency_penalty": 0,
    "parallel_tool_calls": False,
    "messages": [
        {"role": "developer", "content": [{"type": "text", "text": "Be brief."}]},
        {"role": "user", "content": [{"type": "text", "text": "Hello!"}]},
        {"role": "assistant", "content": None, "tool_calls": [{"id": "c1", "type": "function", "function": {}}]},
        {"role": "tool", "tool_call_id": "c1", "content": "21 degrees"},
        {"role": "assistant", "content": "Good morning.", "refusal": None},
        {"role": "user", "content": [{"type": "text", "text": NITROGEN}], "name": "ana"},
    ],
}
BARE = {"model": "footnote/default", "messages": [{"role": "user", "content": NITROGEN}], "stream": None, "n": None}
TITLE = """### Task:
Create a title of five words or less, with an emoji, for this conversation.
### Output:
JSON: { "title": "your title" }
### Chat History:
<chat_history>
USER: How many prisoners of war will be exchanged?
ASSISTANT: One thousand. [1]
</chat_history>"""


def sent(address: str, body: dict[str, Any]) -> httpx.Response:
    return httpx.post(f"{address}/v1/chat/completions", json=body, headers={"Authorization": "Bearer x"}, timeout=30)


def data_of(response: httpx.Response) -> list[str]:
    """The data of each event of a stream, as clients that split lines themselves find it."""
    assert response.status_code == 200, response.text
    return [line[len("data: ") :] for line in response.text.split("\n") if line.startswith("data: ")]


@pytest.mark.parametrize("body", [OPEN_WEBUI, LIBRECHAT])
def test_streamed_request_with_everything_is_answered(seeds_server: str, body: dict[str, Any]) -> None:
    *chunks, done = data_of(sent(seeds_server, body))
    assert done == "[DONE]"
    parsed = [json.loads(chunk) for chunk in chunks]
    assert {chunk["object"] for chunk in parsed} == {"chat.completion.chunk"}
    text = "".join(choice["delta"].get("content", "") for chunk in parsed for choice in chunk["choices"])
    assert text == NOT_ANSWERED
    assert parsed[-1]["usage"]["prompt_tokens"] > parsed[-1]["usage"]["completion_tokens"] > 0
    assert [chunk["usage"] for chunk in parsed[:-1]] == [None] * len(parsed[:-1])
    assert parsed[-2]["footnote"]["question"] == NITROGEN


def test_nulls_are_as_if_they_were_not_sent(seeds_server: str) -> None:
    found = sent(seeds_server, BARE).json()
    assert found["choices"][0]["message"] == {"role": "assistant", "content": NOT_ANSWERED}
    assert (found["object"], found["model"]) == ("chat.completion", "footnote/default")


def test_request_for_a_title_gets_the_question_and_asks_no_document(seeds_server: str) -> None:
    body = {"model": "footnote", "messages": [{"role": "user", "content": TITLE}], "stream": False}
    found = sent(seeds_server, body).json()
    assert found["choices"][0]["message"]["content"] == PRISONERS
    assert found["footnote"] is None


def test_streamed_request_for_a_title_gets_it_too(seeds_server: str) -> None:
    told = {"role": "system", "content": "You name chats: write a short title for what the user says first."}
    messages = [told, {"role": "user", "content": "User: What is a mill?\nAI: A building. [1]"}]
    *chunks, _ = data_of(sent(seeds_server, {"model": "footnote", "messages": messages, "stream": True}))
    parsed = [json.loads(chunk) for chunk in chunks]
    assert "".join(one["choices"][0]["delta"].get("content", "") for one in parsed) == "What is a mill?"


@pytest.mark.parametrize(
    "prompt",
    [
        TITLE,
        "Please write a name, no longer than four words, that could be the title of our conversation.",
        "Suggest three follow-up questions that the user may ask next in this chat.",
        "Produce two or three broad tags for the conversation below.\n\nHuman: Hi\nAI: Hello",
        "Look at the chat history. Is a search needed? If so, return queries for it as a list.",
        "You are a tool that generates short titles. Read the user's first message.",
    ],
)
def test_tasks_about_the_conversation_are_told_apart(prompt: str) -> None:
    assert is_task(prompt)


@pytest.mark.parametrize(
    "question",
    [
        PRISONERS,
        "What is the title of the report on chat programs?",
        "Who gave the conversation between Ruiz and Stone its title?",
        "Summarise the conversation that Witkoff had in Moscow.",
        "Which tags does the handbook list for conversations with customers?",
        "Write down the tags on the oven.",
    ],
)
def test_questions_are_no_tasks(question: str) -> None:
    assert not is_task(question)


@pytest.mark.parametrize(
    ("prompt", "asked", "expected"),
    [
        ("Name this chat.", ["First?", "Second  one\n?"], "Second one ?"),
        ("Name this chat.\n**User:** When?\nAssistant: Now.\nUser: And where?", [], "And where?"),
        ("Name this chat.", [], ""),
        ("Name this chat.\nHuman: " + "word " * 40, [], " ".join(["word"] * 16) + "…"),
    ],
)
def test_latest_question_is_one_line(prompt: str, asked: list[str], expected: str) -> None:
    assert latest_question(prompt, asked) == expected

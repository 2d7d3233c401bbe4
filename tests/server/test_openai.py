"""OpenAI's API with its own client, unmodified, against real servers."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from openai import OpenAI
from openai.types.chat import ChatCompletionMessageParam

from rag.library import Library
from rag.settings import Settings
from server.api.health import live
from server.api.openai.errors import OpenAIErrors
from server.api.openai.markdown import SOURCES
from server.api.openai.routes import complete_chat, list_models
from server.background.startup import Startup
from server.http.line import Line
from tests.server.test_stream import NITROGEN, SECRET, FailingScorer
from tests.support.loops import in_a_loop
from tests.support.places import ROOT
from tests.support.processes import app_of, run_here
from tests.support.slow import PRISONERS, CountingReader, WaitingScorer


@pytest.fixture
def client(seeds_server: str) -> Iterator[OpenAI]:
    with client_of(seeds_server) as found:
        yield found


INSIST = "What does Ukraine insist on?"


def client_of(address: str) -> OpenAI:
    return OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0, timeout=30)


def user(question: str) -> list[ChatCompletionMessageParam]:
    return [{"role": "user", "content": question}]


def comparable(answer: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in answer.items() if key not in ("id", "timings_ms")}


def asked(address: str, **body: Any) -> dict[str, Any]:
    answer: dict[str, Any] = httpx.post(f"{address}/v1/ask", json=body, timeout=30).json()
    return answer


def test_models_are_the_collections(client: OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["footnote", "footnote/default"]
    assert client.models.retrieve("footnote/default").owned_by == "footnote"
    with pytest.raises(openai.NotFoundError, match="there is no collection 'nowhere'"):
        client.models.retrieve("footnote/nowhere")


@pytest.mark.parametrize("question", [PRISONERS, INSIST, NITROGEN])
def test_completion_holds_the_answer_that_ask_gives(client: OpenAI, seeds_server: str, question: str) -> None:
    found = client.chat.completions.create(model="footnote", messages=user(question))
    answer = asked(seeds_server, question=question)
    assert comparable(found.footnote) == comparable(answer)  # type: ignore[attr-defined]
    (choice,) = found.choices
    assert (choice.finish_reason, choice.message.role) == ("stop", "assistant")
    text, _, sources = (choice.message.content or "").partition(SOURCES)
    assert text.replace("\n\n", " ") == answer["answer"]
    numbers = [citation["number"] for citation in answer["citations"]]
    assert [line.split(" ")[1] for line in sources.splitlines()] == [f"[{number}]" for number in numbers]
    for line, citation in zip(sources.splitlines(), answer["citations"], strict=True):
        assert citation["path"].replace("_", "\\_") in line or citation["path"] in line
    assert found.usage is not None
    assert found.usage.total_tokens == found.usage.prompt_tokens + found.usage.completion_tokens > 10


def test_answer_has_a_receipt(client: OpenAI, seeds_server: str) -> None:
    found = client.chat.completions.create(model="footnote", messages=user(PRISONERS))
    answer = found.footnote  # type: ignore[attr-defined]
    assert httpx.get(f"{seeds_server}/v1/answers/{answer['id']}").json() == answer


@pytest.mark.parametrize("question", [INSIST, NITROGEN])
def test_stream_is_the_completion_in_pieces(client: OpenAI, question: str) -> None:
    whole = client.chat.completions.create(model="footnote", messages=user(question))
    options = {"include_usage": True}
    with client.chat.completions.create(
        model="footnote",
        messages=user(question),
        stream=True,
        stream_options=options,  # type: ignore[call-overload]
    ) as stream:
        first, *middle, ended, last = list(stream)
    assert first.choices[0].delta.role == "assistant"
    pieces = [chunk.choices[0].delta.content for chunk in middle]
    assert "".join(pieces) == whole.choices[0].message.content
    assert len(pieces) == len(whole.footnote["statements"]) + bool(whole.footnote["citations"]) or len(pieces) == 1  # type: ignore[attr-defined]
    assert ended.choices[0].finish_reason == "stop"
    assert comparable(ended.footnote) == comparable(whole.footnote)  # type: ignore[attr-defined]
    assert (last.choices, last.usage) == ([], whole.usage)
    assert {chunk.id for chunk in (first, *middle, ended, last)} == {first.id}


def test_usage_is_streamed_only_where_it_is_asked_for(client: OpenAI) -> None:
    with client.chat.completions.create(model="footnote", messages=user(NITROGEN), stream=True) as stream:
        chunks = list(stream)
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert all("usage" not in chunk.model_fields_set for chunk in chunks)


def test_async_client_gets_the_same(seeds_server: str) -> None:
    async def ask() -> tuple[str | None, str]:
        async with openai.AsyncOpenAI(base_url=f"{seeds_server}/v1", api_key="none", timeout=30) as client:
            whole = await client.chat.completions.create(model="footnote", messages=user(PRISONERS))
            stream = await client.chat.completions.create(model="footnote", messages=user(PRISONERS), stream=True)
            pieces = [chunk.choices[0].delta.content or "" async for chunk in stream]
            return whole.choices[0].message.content, "".join(pieces)

    whole, streamed = in_a_loop(ask)
    assert whole == streamed
    assert "[1]" in streamed


def test_conversation_is_the_history(client: OpenAI, seeds_server: str) -> None:
    first = client.chat.completions.create(model="footnote", messages=user("What has Turkey done as a mediator?"))
    said = first.choices[0].message.content or ""
    found = client.chat.completions.create(
        model="footnote",
        messages=[
            {"role": "developer", "content": "Answer like a pirate."},
            *user("What has Turkey done as a mediator?"),
            {"role": "assistant", "content": said},
            {"role": "user", "content": [{"type": "text", "text": "And Germany?"}]},
        ],
    )
    history = [
        {"role": "user", "content": "What has Turkey done as a mediator?"},
        {"role": "assistant", "content": first.footnote["answer"]},  # type: ignore[attr-defined]
    ]
    answer = asked(seeds_server, question="And Germany?", history=history)
    assert answer["understood"] == "What has Germany done as a mediator?"
    assert comparable(found.footnote) == comparable(answer)  # type: ignore[attr-defined]


def test_choices_are_as_many_as_are_asked_for(client: OpenAI) -> None:
    found = client.chat.completions.create(model="footnote", messages=user(PRISONERS), n=3)
    assert [choice.index for choice in found.choices] == [0, 1, 2]
    assert len({choice.message.content for choice in found.choices}) == 1


@pytest.mark.parametrize(
    ("body", "message", "param"),
    [
        ({"messages": user("  ")}, "must not be blank", "messages.0.content"),
        ({"messages": user("why " * 600)}, "at most 2000", "messages.0.content"),
        ({"messages": [{"role": "system", "content": "Hi"}]}, "no message of the role 'user'", "messages"),
        ({"messages": [{"role": "pirate", "content": "Hi"}]}, "Invalid enum value", "messages[0].role"),
        ({"messages": []}, "length >= 1", "messages"),
        ({"n": 0}, ">= 1", "n"),
        ({"response_format": {"type": "json_object"}}, "answers are text", "response_format"),
        ({"tool_choice": "required"}, "no tool is ever called", "tool_choice"),
    ],
)
def test_what_cannot_be_answered_is_told_in_openai_s_shape(
    client: OpenAI, body: dict[str, Any], message: str, param: str
) -> None:
    with pytest.raises(openai.BadRequestError) as raised:
        client.chat.completions.create(**{"model": "footnote", "messages": user(PRISONERS), **body})
    assert message in str(raised.value)
    assert (raised.value.param, raised.value.type) == (param, "invalid_request_error")
    assert raised.value.request_id


def test_image_in_the_question_is_refused(client: OpenAI) -> None:
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    parts = [{"type": "text", "text": "What is this?"}, picture]
    with pytest.raises(openai.BadRequestError, match="'image_url'; only text is read"):
        client.chat.completions.create(model="footnote", messages=[{"role": "user", "content": parts}])  # type: ignore[misc,list-item]


@pytest.mark.parametrize("model", ["gpt-4", "footnote/nowhere", "footnotes"])
def test_unknown_model_is_told_in_openai_s_shape(client: OpenAI, model: str) -> None:
    with pytest.raises(openai.NotFoundError) as raised:
        client.chat.completions.create(model=model, messages=user(PRISONERS), stream=True)
    assert (raised.value.code, raised.value.param) == ("model_not_found", "model")


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/v1/chat/completions", {}, 405),
        ("POST", "/v1/models", {}, 405),
        ("POST", "/v1/chat/completions", {"Content-Type": "text/plain"}, 415),
        ("POST", "/v1/chat/completions", {"Host": "elsewhere.example"}, 421),
        ("GET", "/v1/models", {"Origin": "http://elsewhere.example"}, 403),
    ],
)
def test_every_refusal_of_these_addresses_has_openai_s_shape(
    seeds_server: str, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    response = httpx.request(method, seeds_server + path, headers=headers, content=b"{}" if method == "POST" else None)
    assert (response.status_code, response.headers["content-type"]) == (status, "application/json")
    assert set(response.json()["error"]) == {"message", "type", "param", "code"}
    assert response.headers["x-request-id"]


def test_other_addresses_keep_their_problems(seeds_server: str) -> None:
    response = httpx.get(f"{seeds_server}/v1/modelsandmore")
    assert (response.status_code, response.headers["content-type"]) == (404, "application/problem+json")


def test_request_id_is_that_of_the_client(client: OpenAI) -> None:
    found = client.chat.completions.with_raw_response.create(model="footnote", messages=user(NITROGEN))
    assert found.request_id == found.headers["x-request-id"]


def test_failure_midway_raises_and_shows_nothing(seeds_engine: Library) -> None:
    engine = replace(seeds_engine, scorer=FailingScorer())
    with run_here(OpenAIErrors(app_of(lambda: engine, Line(running=1, waiting=1), complete_chat))) as address:
        client = client_of(address)
        with pytest.raises(openai.InternalServerError) as whole:
            client.chat.completions.create(model="footnote", messages=user(PRISONERS))
        stream = client.chat.completions.create(model="footnote", messages=user(PRISONERS), stream=True)
        with pytest.raises(openai.APIError) as streamed:
            list(stream)
    for raised in (whole, streamed):
        assert raised.value.type == "server_error"
        assert SECRET not in str(raised.value)


def test_client_that_leaves_stops_the_work_between_stages(seeds_engine: Library) -> None:
    scorer, reader = WaitingScorer(), CountingReader()
    engine = replace(seeds_engine, scorer=scorer, reader=reader)
    with run_here(OpenAIErrors(app_of(lambda: engine, Line(running=1, waiting=1), complete_chat, live))) as address:
        client = client_of(address)
        stream = client.chat.completions.create(model="footnote", messages=user(PRISONERS), stream=True)
        assert next(stream).choices[0].delta.role == "assistant"
        assert scorer.started.wait(timeout=30)
        stream.close()
        for _ in range(5):
            assert httpx.get(f"{address}/health/live").status_code == 200
        scorer.let.set()
    assert reader.asked == 0


def test_full_line_is_told_with_when_to_come_again(seeds_engine: Library) -> None:
    engine = replace(seeds_engine, scorer=WaitingScorer())
    line = Line(running=1, waiting=0)
    with run_here(OpenAIErrors(app_of(lambda: engine, line, complete_chat))) as address:
        client = client_of(address)
        with client.chat.completions.create(model="footnote", messages=user(PRISONERS), stream=True) as stream:
            next(stream)
            with pytest.raises(openai.InternalServerError) as raised:
                client.chat.completions.create(model="footnote", messages=user(PRISONERS))
            engine.scorer.let.set()  # type: ignore[attr-defined]
    assert raised.value.status_code == 503
    assert int(raised.value.response.headers["retry-after"]) >= 1
    line.close()


def test_server_that_loads_answers_in_openai_s_shape(tmp_path: Path) -> None:
    startup = Startup(
        Settings(data_dir=tmp_path), address="", seeds=None, on_ready=lambda _: None, on_failure=lambda: None
    )
    app = OpenAIErrors(app_of(startup.engine, Line(running=1, waiting=1), list_models))
    loading = pytest.raises(openai.InternalServerError, match="the models are loading")
    with run_here(app) as address, loading as raised:
        client_of(address).models.list()
    assert (raised.value.status_code, raised.value.response.headers["retry-after"]) == (503, "1")


def test_script_of_the_guide_prints_the_answer_twice(seeds_server: str, capsys: pytest.CaptureFixture[str]) -> None:
    guide = (ROOT / "docs" / "openai.md").read_text("utf-8")
    (script,) = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    assert script.count("http://127.0.0.1:8000") == 1
    exec(compile(script.replace("http://127.0.0.1:8000", seeds_server), "docs/openai.md", "exec"), {})
    first, _, rest = capsys.readouterr().out.partition("\n1 ")
    assert "[1]" in first
    assert rest.endswith(first)

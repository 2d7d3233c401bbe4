"""``GET /v1/models`` and ``POST /v1/chat/completions``."""

import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from litestar import MediaType, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.openapi.spec import OpenAPIResponse, Operation
from litestar.params import FromPath, JSONBody
from litestar.response.sse import ServerSentEventMessage
from msgspec import UNSET, UnsetType

from rag.errors import NotFound
from rag.language.tokens import count_tokens
from rag.library import Library
from rag.types import DEFAULT_COLLECTION, Answer
from server.api.bodies import strict_json
from server.api.openai.bodies import (
    ChatRequest,
    Choice,
    Chunk,
    ChunkChoice,
    Completion,
    Delta,
    Model,
    ModelList,
    Said,
    TokenUsage,
)
from server.api.openai.errors import COMPLETIONS, MODELS, as_openai, described
from server.api.openai.markdown import escaped, written
from server.api.openai.messages import read_messages, text_of
from server.api.openai.tasks import latest_question
from server.http import streaming
from server.http.caller import caller_of
from server.http.line import Line
from server.http.problems import failure

NAME = "footnote"
_DONE = "[DONE]"


@dataclass
class _ChatOperation(Operation):
    """Adds the event stream to what the OpenAPI document says of ``POST /v1/chat/completions``."""

    def __post_init__(self) -> None:
        answered = (self.responses or {}).get("200")
        if isinstance(answered, OpenAPIResponse) and answered.content is not None:
            answered.content[streaming.MEDIA_TYPE] = streaming.described_stream(Chunk.__doc__)


@get(MODELS, sync_to_thread=True, responses=described(503))
def list_models(request: Request[Any, Any, Any], engine: NamedDependency[Library]) -> ModelList:
    """The models of OpenAI's API: `footnote` asks the default collection, `footnote/ID` that collection."""
    seen = [name for name in engine.collections() if caller_of(request).sees(name)]
    first = [Model(id=NAME)] if caller_of(request).sees(DEFAULT_COLLECTION) else []
    return ModelList(data=[*first, *(Model(id=f"{NAME}/{name}") for name in seen)])


@get(f"{MODELS}/{{model:path}}", sync_to_thread=True, responses=described(400, 404, 503))
def get_model(model: FromPath[str], engine: NamedDependency[Library]) -> Model:
    """One model."""
    name = model.removeprefix("/")
    engine.store.catalog.state(collection_of(name))
    return Model(id=name)


@post(
    COMPLETIONS,
    status_code=200,
    before_request=strict_json(ChatRequest),
    responses=described(400, 404, 408, 413, 415, 503),
    operation_class=_ChatOperation,
)
async def complete_chat(
    data: JSONBody[ChatRequest],
    request: Request[Any, Any, Any],
    engine: NamedDependency[Library],
    line: NamedDependency[Line],
) -> Response[Completion]:
    """Answer the last message of a conversation from the documents, for clients of OpenAI's API.

    The content is Markdown: statements with `[n]` after each, then the list of sources. `footnote` is the whole answer
    as `POST /v1/ask` gives it. Instructions (`system`, `developer`) change nothing, nor do tools and sampling: the
    documents answer, or do not.
    """
    collection = collection_of(data.model)
    asked = read_messages(data)

    def pieces() -> Iterator[str | Answer]:
        if asked.is_task:
            return iter([escaped(latest_question(asked.question, asked.before))])
        return written(engine.stream(asked.question, collection=collection, history=asked.history))

    reply = _Reply(data, engine)
    if data.stream:
        return await streaming.message_response(line, lambda: reply.chunks(pieces()), _failed, request.receive)
    body: Any = await line.result(lambda: reply.whole(pieces()), request.receive)
    return Response(body, media_type=MediaType.JSON)


def collection_of(model: str) -> str:
    """The collection that a model asks.

    Raises:
        NotFound: For the name of no model.
    """
    name, _, collection = model.partition("/")
    if name != NAME:
        raise NotFound("model", model)
    return collection or DEFAULT_COLLECTION


class _Reply:
    """What one request is answered with."""

    def __init__(self, request: ChatRequest, engine: Library) -> None:
        self._request = request
        self._engine = engine
        self._id = f"chatcmpl-{secrets.token_hex(12)}"
        self._created = int(time.time())
        self._choices = range(request.n or 1)

    def whole(self, pieces: Iterator[str | Answer]) -> Iterator[bytes]:
        """Nothing after each stage, and after the last the JSON of the completion."""
        content, answer = "", None
        for piece in pieces:
            if isinstance(piece, Answer):
                answer = self._kept(piece)
            else:
                content += piece
            yield b""
        yield msgspec.json.encode(
            Completion(
                id=self._id,
                created=self._created,
                model=self._request.model,
                choices=[Choice(index=index, message=Said(content=content)) for index in self._choices],
                usage=self._usage(content),
                footnote=answer,
            )
        )

    def chunks(self, pieces: Iterator[str | Answer]) -> Iterator[ServerSentEventMessage]:
        """The events of a stream: a chunk for each piece of the text, one that ends it, the usage where it is asked."""
        content, answer = "", None
        yield self._delta(Delta(role="assistant", content=""))
        for piece in pieces:
            if isinstance(piece, Answer):
                answer = self._kept(piece)
            else:
                content += piece
                yield self._delta(Delta(content=piece)) if piece else streaming.comment("working")
        ended = [ChunkChoice(index=index, delta=Delta(), finish_reason="stop") for index in self._choices]
        yield _message(self._chunk(ended, footnote=answer))
        if self._counts:
            yield _message(msgspec.structs.replace(self._chunk([]), usage=self._usage(content)))
        yield ServerSentEventMessage(data=_DONE, sep="\n")

    @property
    def _counts(self) -> bool:
        options = self._request.stream_options
        return options is not None and options.include_usage is True

    def _delta(self, delta: Delta) -> ServerSentEventMessage:
        return _message(self._chunk([ChunkChoice(index=index, delta=delta) for index in self._choices]))

    def _chunk(self, choices: list[ChunkChoice], footnote: Answer | UnsetType | None = UNSET) -> Chunk:
        return Chunk(
            id=self._id,
            created=self._created,
            model=self._request.model,
            choices=choices,
            usage=None if self._counts else UNSET,
            footnote=footnote,
        )

    def _kept(self, answer: Answer) -> Answer:
        self._engine.receipts.keep(answer)
        return answer

    def _usage(self, content: str) -> TokenUsage:
        prompt = sum(count_tokens(text_of(message)) for message in self._request.messages)
        said = count_tokens(content)
        return TokenUsage(prompt_tokens=prompt, completion_tokens=said, total_tokens=prompt + said)


def _message(chunk: Chunk) -> ServerSentEventMessage:
    return ServerSentEventMessage(data=msgspec.json.encode(chunk).decode(), sep="\n")


def _failed() -> ServerSentEventMessage:
    """What a stream ends with when the answer fails midway."""
    return ServerSentEventMessage(data=msgspec.json.encode(as_openai(failure())).decode(), sep="\n")

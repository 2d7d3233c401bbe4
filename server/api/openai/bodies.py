"""What is asked and answered in OpenAI's shape. Fields of a request that are not named here are ignored."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from rag.types import Answer

MOST_CHOICES = 128


class Part(Struct, frozen=True, kw_only=True):
    """A part of a message's content; of a part that is no text only the type counts."""

    type: str
    text: str = ""


class Message(Struct, frozen=True, kw_only=True):
    """A message. Those of the roles `system`, `developer`, `tool` and `function` are passed over."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[Part] | None = None


class StreamOptions(Struct, frozen=True, kw_only=True):
    """What a stream has besides."""

    include_usage: bool | None = None


class ChatRequest(Struct, frozen=True, kw_only=True):
    """The body of ``POST /v1/chat/completions``."""

    model: str
    messages: Annotated[list[Message], Meta(min_length=1)]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    n: Annotated[int, Meta(ge=1, le=MOST_CHOICES)] | None = None
    tool_choice: Any = None
    response_format: Any = None


class Model(Struct, frozen=True, kw_only=True):
    """A model: the documents of a collection, and what answers from them."""

    id: str
    created: int = 0
    object: Literal["model"] = "model"
    owned_by: Literal["footnote"] = "footnote"


class ModelList(Struct, frozen=True, kw_only=True):
    """`footnote`, which asks the default collection, and `footnote/` with the name of each collection."""

    data: list[Model]
    object: Literal["list"] = "list"


class TokenUsage(Struct, frozen=True, kw_only=True):
    """Tokens as tiktoken's cl100k_base counts them, of the messages and of the content of one choice."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class Said(Struct, frozen=True, kw_only=True):
    """The answer as Markdown: statements with `[n]` after each, then the list of sources."""

    content: str
    role: Literal["assistant"] = "assistant"


class Choice(Struct, frozen=True, kw_only=True):
    """One of `n` choices, which are all the same: there is one answer."""

    index: int
    message: Said
    finish_reason: Literal["stop"] = "stop"


class Completion(Struct, frozen=True, kw_only=True):
    """An answer; `footnote` is the whole object of ``POST /v1/ask``, null where nothing was asked of the documents."""

    id: str
    created: int
    model: str
    choices: list[Choice]
    usage: TokenUsage
    footnote: Answer | None
    object: Literal["chat.completion"] = "chat.completion"


class Delta(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a chunk adds."""

    role: Literal["assistant"] | UnsetType = UNSET
    content: str | UnsetType = UNSET


class ChunkChoice(Struct, frozen=True, kw_only=True):
    """What a chunk adds to one choice."""

    index: int
    delta: Delta
    finish_reason: Literal["stop"] | None = None


class Chunk(Struct, frozen=True, kw_only=True):
    """A part of a streamed answer. The one that ends the choices has ``footnote``, the one after them ``usage``."""

    id: str
    created: int
    model: str
    choices: list[ChunkChoice]
    usage: TokenUsage | UnsetType | None = UNSET
    footnote: Answer | UnsetType | None = UNSET
    object: Literal["chat.completion.chunk"] = "chat.completion.chunk"


class Failure(Struct, frozen=True, kw_only=True):
    """What went wrong, and with which field."""

    message: str
    type: str
    param: str | None = None
    code: str | None = None


class Failed(Struct, frozen=True, kw_only=True):
    """The body of every error of these addresses."""

    error: Failure

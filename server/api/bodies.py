"""The bodies of requests: unknown keys, other types and values out of range are refused, naming the field.

Litestar reads ``"4"`` as 4, ignores the content type and fails with a 500 on bytes that are no UTF-8;
``strict_json`` looks at a body first.
"""

import re
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal

import msgspec
from anyio import to_thread
from litestar import Request
from litestar.exceptions import ClientException, HTTPException, InternalServerException, ValidationException
from msgspec import Meta, Struct

from rag.answer.question import MAX_QUESTION, MAX_RESULTS, MAX_SCOPE, MAX_STATEMENTS
from rag.answer.verify.quotes import MAX_QUOTE, MAX_QUOTES
from rag.answer.verify.text import MAX_PASSAGES, MAX_TEXT
from rag.types import DEFAULT_COLLECTION
from server.http.audit import NAMED
from server.http.caller import SEE_BODY

_UNKNOWN_KEY = re.compile(r"unknown field `(?P<key>.*?)`")
_IDS = ("id", "ids", "collection", "model")
_PLACE = re.compile(r" - at `\$(?P<path>[^`]*)`$")
MOST_BODY_BYTES = 262_144
"""Of a JSON body: the longest question with the longest conversation that is read fits in."""
MAX_COMMENT = 2_000
MAX_TURNS = 200
Passage = Annotated[str, Meta(min_length=1, max_length=MAX_TEXT)]
Quote = Annotated[str, Meta(min_length=1, max_length=MAX_QUOTE)]
Question = Annotated[str, Meta(min_length=1, max_length=MAX_QUESTION)]


class Turn(Struct, forbid_unknown_fields=True, frozen=True):
    """One earlier message of a conversation."""

    role: Literal["user", "assistant"]
    content: str


class AskRequest(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The body of ``POST /v1/ask``."""

    question: Question
    collection: str = DEFAULT_COLLECTION
    max_statements: Annotated[int, Meta(ge=1, le=MAX_STATEMENTS)] = 4
    reader: Literal["extractive", "generative"] | None = None
    history: Annotated[list[Turn], Meta(max_length=MAX_TURNS)] = []
    document_ids: Annotated[list[str], Meta(min_length=1, max_length=MAX_SCOPE)] | None = None
    as_typed: bool = False


class SearchRequest(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The body of ``POST /v1/search``."""

    query: Question
    collection: str = DEFAULT_COLLECTION
    limit: Annotated[int, Meta(ge=1, le=MAX_RESULTS)] = 10


class VerifyRequest(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The body of ``POST /v1/verify``."""

    text: Annotated[str, Meta(min_length=1, max_length=MAX_TEXT)]
    collection: str = DEFAULT_COLLECTION
    document_ids: Annotated[list[str], Meta(min_length=1, max_length=MAX_SCOPE)] | None = None
    passages: Annotated[list[Passage], Meta(min_length=1, max_length=MAX_PASSAGES)] | None = None


class QuotesRequest(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The body of ``POST /v1/quotes/check``."""

    quotes: Annotated[list[Quote], Meta(min_length=1, max_length=MAX_QUOTES)]
    collection: str = DEFAULT_COLLECTION


class FeedbackRequest(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The body of ``POST /v1/answers/{id}/feedback``."""

    helpful: bool
    comment: Annotated[str, Meta(max_length=MAX_COMMENT)] | None = None


class UnsupportedMediaType(HTTPException):
    """A body of another content type than JSON."""

    status_code = 415


def strict_json(body_type: type[Struct]) -> Callable[[Request[Any, Any, Any]], Awaitable[None]]:
    """A ``before_request`` hook that holds a body to ``body_type``.

    It raises 415 for another content type than JSON, which also keeps pages of other sites from
    posting without being asked, and 400 for a body that does not fit.
    """
    decoder = msgspec.json.Decoder(body_type)

    async def check(request: Request[Any, Any, Any]) -> None:
        if request.content_type[0] not in ("", "application/json"):
            raise UnsupportedMediaType(detail=f"send application/json, not {request.content_type[0]}")
        body = await _body(request)
        if not body:
            raise ClientException(detail="the body is empty; send a JSON object")
        if not request.content_type[0]:
            raise UnsupportedMediaType(detail="send the header Content-Type: application/json")
        try:
            held = _hold(body, decoder, body_type)
        except msgspec.ValidationError as error:
            raise ValidationException(extra=[_invalid_field(str(error))]) from error
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise ClientException(detail=f"the body cannot be read as JSON: {error}") from error
        await _hold_to_caller(request, held)

    return check


async def _hold_to_caller(request: Request[Any, Any, Any], body: Struct) -> None:
    """Hold a body to the collections of who sent it.

    Raises:
        NotFound: As where there is no such thing.
    """
    request.scope["state"][NAMED] = {one: getattr(body, one) for one in _IDS if hasattr(body, one)}
    see = request.scope["state"].get(SEE_BODY)
    if see is not None:
        await to_thread.run_sync(see, body)


def _hold(body: bytes, decoder: msgspec.json.Decoder[Struct], body_type: type[Struct]) -> Struct:
    """A body held to its type. JSON knows one kind of number: 4.0 is 4.

    Raises:
        msgspec.ValidationError: When it does not fit.
        msgspec.DecodeError, UnicodeDecodeError, RecursionError: When it is no JSON.
    """
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        try:
            return msgspec.convert(_whole(msgspec.json.decode(body)), body_type)
        except msgspec.ValidationError:
            raise error from None


def _whole(value: Any) -> Any:
    """``value`` with whole numbers in place of floats that are whole."""
    match value:
        case float() if value.is_integer():
            return int(value)
        case dict():
            return {key: _whole(one) for key, one in value.items()}
        case list():
            return [_whole(one) for one in value]
        case _:
            return value


async def _body(request: Request[Any, Any, Any]) -> bytes:
    try:
        return await request.body()
    except InternalServerException as error:  # Litestar's word for a client that went away
        raise ClientException(detail="the request ended before its body did") from error


def _invalid_field(message: str) -> dict[str, str]:
    """The field that msgspec's message names, and the message without the place."""
    unknown, place = _UNKNOWN_KEY.search(message), _PLACE.search(message)
    path = place.group("path").lstrip(".") if place else ""
    key = ".".join(part for part in (path, unknown.group("key") if unknown else "") if part)
    return {"key": key, "message": _PLACE.sub("", message)}

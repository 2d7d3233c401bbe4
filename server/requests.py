"""The bodies of requests, as msgspec reads them: unknown keys and values out of range are refused."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from rag.engine import DEFAULT_COLLECTION, MAX_QUESTION, MAX_RESULTS, MAX_STATEMENTS

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
    reader: Literal["extractive", "llm"] | None = None
    history: list[Turn] = []


class SearchRequest(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The body of ``POST /v1/search``."""

    query: Question
    collection: str = DEFAULT_COLLECTION
    limit: Annotated[int, Meta(ge=1, le=MAX_RESULTS)] = 10

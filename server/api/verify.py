"""``POST /v1/verify`` and ``POST /v1/quotes/check``."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from litestar import Request, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from rag.checks import VerifyOptions
from rag.library import Library
from rag.types import QuoteCheck, Verification
from server.api.bodies import QuotesRequest, VerifyRequest, strict_json
from server.http.line import Line
from server.http.problems import described

_NOTHING = Verification(sentences=(), citations=(), supported=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedQuotes:
    """Quotes that were checked, in the order in which they were given."""

    quotes: tuple[QuoteCheck, ...]


@post(
    "/v1/verify",
    status_code=200,
    before_request=strict_json(VerifyRequest),
    responses=described(400, 404, 408, 413, 415, 503),
)
async def verify(
    data: JSONBody[VerifyRequest],
    request: Request[Any, Any, Any],
    engine: NamedDependency[Library],
    line: NamedDependency[Line],
) -> Verification:
    """Whether the documents, or the passages that are given, say what each sentence of a text says."""

    def steps() -> Iterator[Verification]:
        options: VerifyOptions = {
            "collection": data.collection,
            "document_ids": data.document_ids,
            "passages": data.passages,
        }
        return (step or _NOTHING for step in engine.checking.verifying(data.text, options))

    return await line.result(steps, request.receive)


@post(
    "/v1/quotes/check",
    status_code=200,
    before_request=strict_json(QuotesRequest),
    responses=described(400, 404, 408, 413, 415, 503),
)
async def check_quotes(
    data: JSONBody[QuotesRequest],
    request: Request[Any, Any, Any],
    engine: NamedDependency[Library],
    line: NamedDependency[Line],
) -> CheckedQuotes:
    """Whether quotes are in the documents word for word, and where; of an altered one, what was changed."""

    def steps() -> Iterator[CheckedQuotes]:
        checked: list[QuoteCheck] = []
        for one in engine.checking.checking_quotes(data.quotes, data.collection):
            checked.append(one)
            yield CheckedQuotes(quotes=tuple(checked))

    return await line.result(steps, request.receive)

"""A library that a server of this machine has open, over HTTP.

What is asked of it gives the same values, and fails with the same errors, as where the command opens the data
directory itself. Files are uploaded with the paths and places by which an ingest knows them again.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import PurePath
from typing import Any, Unpack
from urllib.parse import quote

import httpx
import msgspec

from rag.answer.question import MAX_RESULTS, MAX_STATEMENTS, check_range, checked
from rag.answer.request import AskOptions
from rag.errors import DocumentRejected, FootnoteError, InvalidRequest, NotFound
from rag.ingest.pipeline import Outcome, SourceFile, Work, check_collection
from rag.storage.catalog import Feedback
from rag.types import Answer, CorpusState, Document, RankedPassage, Verification

_FILES = 100  # of an upload; a server takes ten times as many
_BYTES = 16_000_000
_PATIENCE_SECONDS = 120.0  # for a server that loads its models, or is busy
_LOOK_SECONDS = 0.1
_LATER = (httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.TOO_MANY_REQUESTS)
_TIMEOUT = httpx.Timeout(600.0, connect=5.0)

_Read = tuple[SourceFile, bytes]


@contextmanager
def served(address: str, *, most_bytes: int, key: str = "") -> Iterator["Served"]:
    """The library of the server at an address.

    Args:
        most_bytes: Of a file; a larger one is rejected without being sent.
        key: That lets one in; empty for none.
    """
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    with httpx.Client(
        base_url=address, headers=headers, timeout=_TIMEOUT, trust_env=False
    ) as client:  # no proxy on the way
        yield Served(client, most_bytes)


class Served:
    """The library of a server; a server that is not ready is waited for.

    Every method raises FootnoteError where the server does not answer, or could not.
    """

    def __init__(self, client: httpx.Client, most_bytes: int) -> None:
        self._client = client
        self._most_bytes = most_bytes

    def ask(self, question: str, **options: Unpack[AskOptions]) -> Answer:
        """Answer a question; errors are those of ``Library.ask``."""
        checked("question", question)
        check_range("max_statements", options.get("max_statements", 1), MAX_STATEMENTS)
        asked = {"question": _sendable(question), **msgspec.to_builtins(options)}
        return msgspec.convert(self._got("POST", "/v1/ask", json=asked), Answer)

    def search(self, query: str, *, collection: str, limit: int) -> tuple[RankedPassage, ...]:
        """The passages that best match a query; errors are those of ``Library.search``."""
        checked("query", query)
        check_range("limit", limit, MAX_RESULTS)
        asked = {"query": _sendable(query), "collection": collection, "limit": limit}
        found = self._got("POST", "/v1/search", json=asked)
        return msgspec.convert(found["passages"], tuple[RankedPassage, ...])

    def verify(self, text: str, *, collection: str, document_ids: Sequence[str] | None) -> Verification:
        """Whether the documents say what each sentence of a text says; errors are those of ``Library.verify``."""
        asked = {"text": _sendable(text), "collection": collection, "document_ids": document_ids}
        return msgspec.convert(self._got("POST", "/v1/verify", json=asked), Verification)

    def is_empty(self, collection: str) -> bool:
        """Whether a collection has no documents.

        Raises:
            NotFound: When there is no such collection.
        """
        return next(self.documents(collection), None) is None

    def documents(self, collection: str) -> Iterator[Document]:
        """The documents of a collection, by id.

        Raises:
            NotFound: When there is no such collection.
        """
        cursor: str | None = ""
        while cursor is not None:
            page = self._got("GET", "/v1/documents", params={"collection": collection, "limit": 500, "cursor": cursor})
            yield from (msgspec.convert(item, Document) for item in page["items"])
            cursor = page["next_cursor"]

    def document(self, document_id: str) -> Document:
        """A document by its id.

        Raises:
            NotFound: When there is no such document.
        """
        return msgspec.convert(self._document("GET", document_id).json(), Document)

    def text(self, document_id: str) -> str:
        """The text that citations of a document index.

        Raises:
            NotFound: When there is no such document.
        """
        return self._document("GET", document_id, "/text").content.decode("utf-8")

    def remove(self, document_id: str) -> None:
        """Remove a document.

        Raises:
            NotFound: When there is no such document.
        """
        self._document("DELETE", document_id)

    def feedback(self) -> Iterator[Feedback]:
        """What people thought of the answers that are kept, the latest first."""
        cursor: str | None = ""
        while cursor is not None:
            page = self._got("GET", "/v1/feedback", params={"limit": 500, "cursor": cursor})
            yield from (msgspec.convert(item, Feedback) for item in page["items"])
            cursor = page["next_cursor"]

    def collections(self) -> dict[str, CorpusState]:
        """The size of each collection, by its id, in order."""
        found = self._got("GET", "/v1/collections")
        return {one["id"]: msgspec.convert(one, CorpusState) for one in found}

    def create_collection(self, collection: str) -> bool:
        """Make a collection unless it is there; whether it was made.

        Raises:
            InvalidRequest: For a name that cannot be one.
        """
        check_collection(collection)
        response = self._sent("POST", "/v1/collections", json={"id": collection})
        if response.status_code == httpx.codes.CONFLICT:
            return False
        _check(response)
        return True

    def remove_collection(self, collection: str) -> None:
        """Remove a collection with all its documents.

        Raises:
            NotFound: When there is no such collection.
        """
        response = self._sent("DELETE", f"/v1/collections/{quote(collection, safe='')}")
        if response.status_code == httpx.codes.NOT_FOUND:
            raise NotFound("collection", collection)
        _check(response)

    def ingest(
        self, files: Sequence[SourceFile], *, collection: str, on_outcome: Callable[[Outcome], None], work: Work
    ) -> list[Outcome]:
        """Upload files and wait until each has become a document, or not.

        Raises:
            InvalidRequest: For a collection's name that cannot be one.
        """
        self.create_collection(collection)
        outcomes = []
        for outcome in self._taken_in(files, collection, work):
            outcomes.append(outcome)
            on_outcome(outcome)
        return outcomes

    def _document(self, method: str, document_id: str, below: str = "") -> httpx.Response:
        """The answer of a document's address.

        Raises:
            NotFound: When there is no such document.
        """
        response = self._sent(method, f"/v1/documents/{quote(document_id, safe='')}{below}")
        if response.status_code == httpx.codes.NOT_FOUND:
            raise NotFound("document", document_id)
        _check(response)
        return response

    def _taken_in(self, files: Sequence[SourceFile], collection: str, work: Work) -> Iterator[Outcome]:
        batch: list[_Read] = []
        size = 0
        for source in files:
            try:
                content = source.read(self._most_bytes)
            except DocumentRejected as error:
                yield Outcome(path=source.path, outcome="rejected", reason=str(error))
                continue
            if batch and (len(batch) == _FILES or size + len(content) > min(_BYTES, self._most_bytes)):
                yield from self._uploaded(batch, collection, work)
                batch, size = [], 0
            batch.append((source, content))
            size += len(content)
        if batch:
            yield from self._uploaded(batch, collection, work)

    def _uploaded(self, batch: Sequence[_Read], collection: str, work: Work) -> Iterator[Outcome]:
        sources = [{"path": source.path, "origin": source.origin} for source, _ in batch]
        response = self._sent(
            "POST",
            "/v1/documents",
            data={"collection": collection, "sources": msgspec.json.encode(sources).decode()},
            files=[("file", (PurePath(source.path).name, content)) for source, content in batch],
        )
        if response.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE and len(batch) == 1:
            yield Outcome(path=batch[0][0].path, outcome="rejected", reason=_detail(response))
        elif response.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE:  # the server was told to take less
            for one in batch:
                yield from self._uploaded([one], collection, work)
        else:
            _check(response)
            yield from self._finished(response.json()["job"], work)

    def _finished(self, job: str, work: Work) -> Iterator[Outcome]:
        """What becomes of the files of a job, as it is known."""
        known: set[int] = set()
        before = work.encoded
        while True:
            status = self._got("GET", f"/v1/jobs/{job}")
            work.encoded = before + status["passages_done"]
            for position, file in enumerate(status["files"]):
                if file["outcome"] is not None and position not in known:
                    known.add(position)
                    yield self._outcome(file)
            if status["state"] == "failed":
                raise FootnoteError(f"the server failed at {job}: its log says why, and its next start tries again")
            if status["state"] == "done":
                return
            time.sleep(_LOOK_SECONDS)

    def _outcome(self, file: dict[str, Any]) -> Outcome:
        found, identifier = file["outcome"], file["document_id"]
        passages = 0
        if found in ("added", "updated"):
            response = self._sent("GET", f"/v1/documents/{quote(identifier, safe='')}")
            passages = response.json()["passages"] if response.is_success else 0  # it may have been removed since
        return Outcome(
            path=file["name"], outcome=found, document_id=identifier, reason=file["reason"], passages=passages
        )

    def _got(self, method: str, path: str, **parts: Any) -> Any:
        """The JSON of an answer.

        Raises:
            FootnoteError, InvalidRequest: As ``_check``.
        """
        response = self._sent(method, path, **parts)
        _check(response)
        return response.json()

    def _sent(self, method: str, path: str, **parts: Any) -> httpx.Response:
        """The answer to a request, sent again while the server is not ready, or was asked too often."""
        until = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                response = self._client.request(method, path, **parts)
            except httpx.HTTPError as error:
                raise FootnoteError(f"the server at {self._client.base_url} does not answer: {error}") from error
            if response.status_code not in _LATER or time.monotonic() >= until:
                return response
            time.sleep(float(response.headers.get("Retry-After", 1)))


def _sendable(text: str) -> str:
    """What was typed, with a mark for each byte of it that is no UTF-8."""
    return text.encode("utf-8", "replace").decode()


def _check(response: httpx.Response) -> None:
    """Raise what a server's problem is where a command opens the directory itself.

    Raises:
        InvalidRequest: For a request that the caller must change.
        FootnoteError: For everything else.
    """
    if response.status_code == httpx.codes.BAD_REQUEST:
        raise InvalidRequest(_detail(response))
    if response.status_code == httpx.codes.UNAUTHORIZED:
        raise FootnoteError(f"{_detail(response)}; let FOOTNOTE_KEY be one of the server's keys")
    if not response.is_success:
        raise FootnoteError(_detail(response))


def _detail(response: httpx.Response) -> str:
    try:
        return str(response.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return f"{response.url} answered with status {response.status_code}"

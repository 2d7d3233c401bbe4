"""Who asks, and what is there for one: a collection that one may not read is not there."""

from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from rag.errors import NotFound
from rag.library import Library
from rag.storage.catalog import KeyScope

_CALLER = "caller"
SEE_BODY = "see_body"
"""Where a request has the function that holds its JSON body to the collections of its caller, if it is held to any."""


class _Collected(msgspec.Struct):
    """What is read of an answer's JSON."""

    collection: str


class _Scoped(Protocol):
    """A request, or a connection."""

    scope: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks.

    Args:
        key_id: Of the key that was given; empty where none was needed.
        name: Of the key, for people.
        collections: The ids of those that are there for this caller; ``None`` for all.
    """

    key_id: str = ""
    name: str = ""
    scope: KeyScope = KeyScope.ADMIN
    collections: frozenset[str] | None = None

    def sees(self, collection: str) -> bool:
        """Whether a collection may be there for this caller."""
        return self.collections is None or collection in self.collections

    def see(self, collection: str) -> None:
        """Let pass what may be there.

        Raises:
            NotFound: As where there is no such collection.
        """
        if not self.sees(collection):
            raise NotFound("collection", collection)

    def see_document(self, engine: Library, document_id: str) -> None:
        """As ``see``, by a document's id."""
        self._see("document", document_id, lambda: engine.store.catalog.document(document_id).collection)

    def see_job(self, engine: Library, job_id: str) -> None:
        """As ``see``, by a job's id."""
        self._see("job", job_id, lambda: engine.store.catalog.jobs.find(job_id).collection)

    def see_answer(self, engine: Library, answer_id: str) -> None:
        """As ``see``, by an answer's id."""
        self._see("answer", answer_id, lambda: collection_of(engine.receipts.find(answer_id).body))

    def _see(self, what: str, identifier: str, collection: Callable[[], str]) -> None:
        if self.collections is not None and not self.sees(collection()):
            raise NotFound(what, identifier)


EVERYBODY = Caller()
"""Where there are no keys: whoever reaches the server."""


def collection_of(answer: bytes) -> str:
    """The collection that an answer, as its JSON, came from."""
    return msgspec.json.decode(answer, type=_Collected).collection


def remember(state: MutableMapping[str, Any], caller: Caller) -> None:
    """Have whatever handles a request know who asks."""
    state[_CALLER] = caller


def caller_of(connection: _Scoped) -> Caller:
    """Who asks."""
    found: Caller = connection.scope["state"].get(_CALLER, EVERYBODY)
    return found


def known_caller(state: MutableMapping[str, Any]) -> Caller | None:
    """Who asked, of a request that was handled; ``None`` where that was not looked at, or was refused."""
    return state.get(_CALLER)

"""``/v1/collections``: each has documents, and indexes, of its own."""

from dataclasses import dataclass
from typing import Annotated, Any

from litestar import Request, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from rag.errors import ChangeForbidden
from rag.ingest.pipeline import drop_collection, ensure_collection
from rag.library import Library
from rag.types import COLLECTION
from server.api.bodies import strict_json
from server.http.caller import caller_of
from server.http.problems import described


class CollectionRequest(Struct, forbid_unknown_fields=True, frozen=True):
    """The body of ``POST /v1/collections``."""

    id: Annotated[str, Meta(extra_json_schema={"extra": {"pattern": f"^{COLLECTION}$"}})]


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionSize:
    """A collection and what it holds."""

    id: str
    documents: int
    passages: int
    version: int


@get("/v1/collections", sync_to_thread=True, responses=described(503))
def list_collections(request: Request[Any, Any, Any], engine: NamedDependency[Library]) -> list[CollectionSize]:
    """Every collection with its size."""
    return [_size(engine, one) for one in engine.store.catalog.collections() if caller_of(request).sees(one)]


@post(
    "/v1/collections",
    status_code=201,
    sync_to_thread=True,
    before_request=strict_json(CollectionRequest),
    responses=described(400, 403, 409, 413, 415, 503, 507),
)
def create_collection(data: JSONBody[CollectionRequest], engine: NamedDependency[Library]) -> CollectionSize:
    """Make an empty collection."""
    if not ensure_collection(engine, data.id):
        raise ChangeForbidden(f"there is a collection {data.id!r} already")
    return _size(engine, data.id)


@delete(
    "/v1/collections/{collection:str}",
    status_code=204,
    sync_to_thread=True,
    responses=described(400, 403, 404, 409, 503, 507),
)
def delete_collection(collection: FromPath[str], engine: NamedDependency[Library]) -> None:
    """Remove a collection with all its documents; the default one stays."""
    drop_collection(engine, collection)


def _size(engine: Library, collection: str) -> CollectionSize:
    size = engine.store.catalog.state(collection)
    return CollectionSize(id=collection, documents=size.documents, passages=size.passages, version=size.version)

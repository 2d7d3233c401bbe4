"""``GET /health/live`` and ``GET /health/ready``."""

from litestar import get
from litestar.di import NamedDependency

from rag.engine import Engine
from server.problems import NotReady, described


@get("/health/live", sync_to_thread=False)
def live() -> dict[str, str]:
    """The process runs."""
    return {"status": "live"}


@get("/health/ready", sync_to_thread=True, responses=described(503))
def ready(engine: NamedDependency[Engine]) -> dict[str, str]:
    """The models are loaded, and catalog and index agree on how many passages there are."""
    store = engine.store
    for collection in store.catalog.collections():
        expected, held = store.catalog.state(collection).passages, store.vectors.count(collection)
        if expected != held:
            raise NotReady(f"the vector index of {collection} holds {held} of {expected} passages")
    return {"status": "ready"}

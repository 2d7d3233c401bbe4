"""``GET /health/live`` and ``GET /health/ready``."""

from litestar import get
from litestar.di import NamedDependency

from rag.library import Library
from server.http.problems import NotReady, described


@get("/health/live", sync_to_thread=False)
def live() -> dict[str, str]:
    """The process runs."""
    return {"status": "live"}


@get("/health/ready", sync_to_thread=True, responses=described(503))
def ready(engine: NamedDependency[Library]) -> dict[str, str]:
    """The models are loaded, and catalog and index agree on how many passages there are."""
    if miscounts := engine.store.miscounts():
        named = "; ".join(miscounts)  # names collections, which are not for everybody where there are keys
        raise NotReady("catalog and index differ" if engine.store.catalog.access.any() else named)
    return {"status": "ready"}

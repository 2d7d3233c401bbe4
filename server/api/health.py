"""``GET /health/live`` and ``GET /health/ready``."""

from litestar import get
from litestar.di import NamedDependency

from rag.answer.watch import WITHOUT_VECTORS
from rag.library import Library
from server.http.problems import NotReady, described


@get("/health/live", sync_to_thread=False)
def live() -> dict[str, str]:
    """The process runs."""
    return {"status": "live"}


@get("/health/ready", sync_to_thread=True, responses=described(503))
def ready(engine: NamedDependency[Library]) -> dict[str, str]:
    """The models are loaded, and catalog and index agree on how many passages there are.

    ``degraded`` says what answers have to be found without.
    """
    if miscounts := engine.store.miscounts():
        raise NotReady("; ".join(miscounts))
    return {"status": "ready", "degraded": WITHOUT_VECTORS} if engine.store.vectors.lost else {"status": "ready"}

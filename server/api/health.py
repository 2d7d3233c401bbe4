"""``GET /health/live``, ``GET /health/ready`` and ``GET /metrics``."""

from litestar import Response, get
from litestar.di import NamedDependency

from rag.answer.watch import WITHOUT_VECTORS
from rag.library import Library
from server.http.problems import NotReady, described
from server.sight.metrics import MEDIA_TYPE
from server.sight.sight import Sight


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
        named = "; ".join(miscounts)  # names collections, which are not for everybody where there are keys
        raise NotReady("catalog and index differ" if engine.store.catalog.access.any() else named)
    return {"status": "ready", "degraded": WITHOUT_VECTORS} if engine.store.vectors.lost else {"status": "ready"}


@get("/metrics", sync_to_thread=True, media_type="text/plain")
def metrics(sight: NamedDependency[Sight]) -> Response[bytes]:
    """Counts and times in Prometheus's text format."""
    return Response(sight.metrics.text(), headers={"Content-Type": MEDIA_TYPE})

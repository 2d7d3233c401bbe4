"""How a server stands: whether it answers, what it holds, who waits."""

from dataclasses import dataclass, field

from rag.library import Library
from rag.upkeep.jobs import Jobs
from server.background.startup import Startup
from server.http.line import Line
from server.http.problems import NotReady

UNFINISHED = ("queued", "running", "failed")
FILES = ("added", "updated", "unchanged", "rejected")


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How a server stands at one moment; what it holds is 0 until it can answer."""

    ready: bool
    queue: dict[str, int]
    places: int
    collections: int = 0
    documents: int = 0
    passages: int = 0
    agrees: bool = False
    rebuilding: bool = False
    jobs: dict[str, int] = field(default_factory=lambda: dict.fromkeys(UNFINISHED, 0))
    files: dict[str, int] = field(default_factory=lambda: dict.fromkeys(FILES, 0))
    ingested_passages: int = 0
    ingest_seconds: float = 0.0


def state_of(startup: Startup, line: Line) -> State:
    """How the server of ``startup`` stands now."""
    queue = {"running": line.running, "waiting": line.waiting}
    try:
        engine, jobs = startup.engine(), startup.jobs()
    except NotReady:
        return State(ready=False, queue=queue, places=line.places)
    return _state(engine, jobs, queue, line.places)


def _state(engine: Library, jobs: Jobs, queue: dict[str, int], places: int) -> State:
    tally = engine.tally
    with engine.store.catalog.snapshot() as catalog:
        sizes = [catalog.state(collection) for collection in catalog.collections()]
    return State(
        ready=True,
        queue=queue,
        places=places,
        collections=len(sizes),
        documents=sum(size.documents for size in sizes),
        passages=sum(size.passages for size in sizes),
        agrees=not engine.store.miscounts(),
        rebuilding=engine.store.building is not None,
        jobs={state: len(jobs.newest(state)) for state in UNFINISHED},
        files={outcome: tally.files.get(outcome, 0) for outcome in FILES},
        ingested_passages=tally.passages,
        ingest_seconds=tally.seconds,
    )

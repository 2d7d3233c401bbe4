"""``GET /v1/readers``."""

from dataclasses import dataclass

from litestar import get
from litestar.di import NamedDependency

from rag.answer.read.reader import READERS
from rag.library import Library
from server.http.problems import described


@dataclass(frozen=True, slots=True, kw_only=True)
class Readers:
    """Who can answer: the readers that a question may name, the one that answers where it names none, and the model."""

    readers: tuple[str, ...]
    default: str
    writer: str | None


@get("/v1/readers", sync_to_thread=False, responses=described(503))
def list_readers(engine: NamedDependency[Library]) -> Readers:
    """The readers that a question may name; ``generative`` where a writer is set up."""
    extractive, generative = READERS
    if engine.writer is None:
        return Readers(readers=(extractive,), default=extractive, writer=None)
    return Readers(readers=READERS, default=generative, writer=engine.writer.writer)

"""``GET /v1/intake``: what can be brought in, and what came with Footnote."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from rag.ingest.parse import MEDIA_TYPES, is_read
from rag.library import Library
from rag.types import DEFAULT_COLLECTION
from server.http.multipart import MOST_FILES
from server.http.problems import described


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What a collection accepts, and the ids of the samples in it.

    ``suffixes`` are those of the files that are read; a request may have ``most_files`` of them, and no more than
    ``most_bytes`` together.
    """

    suffixes: list[str]
    most_files: int
    most_bytes: int
    samples: list[str]


@get("/v1/intake", sync_to_thread=True, responses=described(400, 404, 503))
def get_intake(
    engine: NamedDependency[Library],
    seeds: NamedDependency[Path | None],
    collection: FromQuery[str] = DEFAULT_COLLECTION,
) -> Intake:
    """What can be brought into a collection, and which of its documents came with Footnote."""
    engine.store.catalog.state(collection)
    samples = _samples(engine, seeds) if seeds is not None and collection == DEFAULT_COLLECTION else []
    return Intake(
        suffixes=[suffix for suffix in MEDIA_TYPES if is_read(suffix)],
        most_files=MOST_FILES,
        most_bytes=engine.settings.max_upload_bytes,
        samples=samples,
    )


def _samples(engine: Library, seeds: Path) -> list[str]:
    """The ids of the documents that are, by name and content, files of ``seeds``."""
    files = {file.name: sha256(file.read_bytes()).hexdigest() for file in sorted(seeds.glob("*.*"))}
    return [
        document.id
        for document in engine.store.catalog.all_documents(DEFAULT_COLLECTION)
        if files.get(document.path) == document.sha256
    ]

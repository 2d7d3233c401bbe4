"""Keeping a collection in step with folders: what is new, changed, renamed or removed there is so here.

A folder that disappears as a whole (a disk that was unplugged, a share that is not mounted) removes
nothing: its documents stay, and are compared with it when it is back.
"""

import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from rag.errors import InvalidRequest, NotFound
from rag.ingest.intake import Intake
from rag.ingest.pipeline import Outcome, Work, take_in
from rag.ingest.sources import PassedOver, SourceFile, Walk
from rag.storage.catalog import Inventory
from rag.upkeep.changes import LOOK_SECONDS, changes

logger = logging.getLogger(__name__)


class Follower:
    """Keeps a collection in step with folders.

    Raises:
        InvalidRequest: For a path that is no folder.
    """

    def __init__(self, intake: Intake, folders: Sequence[Path], *, collection: str) -> None:
        other = next((folder for folder in folders if not folder.is_dir()), None)
        if other is not None:
            raise InvalidRequest(f"{str(other)!r} is no folder; only folders can be watched")
        self._intake = intake
        self._collection = collection
        self._roots = sorted({folder.resolve() for folder in folders})

    def follow(self, work: Work) -> Iterator[Outcome]:
        """Bring the collection in step, then keep it so until ``work.stop`` is set.

        Yields:
            An outcome for each file that was looked at; ``removed`` where its document went with it.

        Raises:
            NotFound: When the collection is not there, or no longer.
            Stopped: When ``work.stop`` was set while files were taken in.
            FootnoteError: When the system does not watch so many folders.
        """
        while not work.stop.is_set():
            there = self._there()
            missing = ", ".join(str(root) for root in self._roots if root not in there)
            if missing:
                logger.warning("%s: not there; its documents stay until it is back", missing)
            if there:
                yield from self._follow(there, work)
            while not there and not self._there() and not work.stop.is_set():
                work.stop.wait(LOOK_SECONDS)

    def _there(self) -> list[Path]:
        return [root for root in self._roots if root.is_dir()]

    def _follow(self, roots: Sequence[Path], work: Work) -> Iterator[Outcome]:
        """Follow ``roots`` until one of them goes or comes back, or ``work.stop`` is set."""
        for turn, touched in enumerate(changes(roots, work.stop)):
            if self._there() != roots or touched.intersection(roots):
                return
            # From the first turn on every change is reported, so what was there before is compared then.
            passed_over = PassedOver()
            yield from self._compare(sorted(roots if turn == 0 else touched), passed_over, work)
            if turn == 0 and str(passed_over):
                logger.info("passed over: %s", passed_over)

    def _compare(self, places: Sequence[Path], passed_over: PassedOver, work: Work) -> Iterator[Outcome]:
        """Bring the collection in step with what is at and below ``places`` now."""
        catalog = self._intake.store.catalog
        present = {source.origin: source for place in places for source in self._files(place, passed_over)}
        held = {one.id: one for place in places for one in catalog.from_below(self._collection, str(place))}
        for _, outcome in take_in(self._intake, present.values(), collection=self._collection, work=work):
            yield outcome
        for one in held.values():
            if one.origin not in present and not _is_out_of_sight(one, present.values()):
                yield from self._remove(one)

    def _files(self, place: Path, passed_over: PassedOver) -> Iterator[SourceFile]:
        root = next((root for root in self._roots if place.is_relative_to(root)), None)
        if root is not None and os.path.lexists(place):
            yield from Walk(root, passed_over).files(place)

    def _remove(self, document: Inventory) -> Iterator[Outcome]:
        try:
            self._intake.store.remove(document.id)
        except NotFound:  # someone else was faster
            return
        yield Outcome(path=document.path, outcome="removed", document_id=document.id)


def _is_out_of_sight(document: Inventory, present: Iterable[SourceFile]) -> bool:
    """Whether the document came from below a folder that cannot be read at the moment."""
    return any(source.problem and document.origin.startswith(source.origin + os.sep) for source in present)

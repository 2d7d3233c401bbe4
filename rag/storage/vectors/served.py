"""The vectors of a library on a Chroma server: opened whether it is there or not, and kept in step while it is used.

The catalog has every vector, so a server that is gone takes nothing with it. One that was emptied, put
back from a copy, or killed is compared with the catalog, vector by vector, before it is asked again.
"""

import logging
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from rag.errors import CatalogError, DataDirectoryError, NotFound, VectorsUnavailable
from rag.storage.catalog import Catalog, Generation
from rag.storage.directory import LIBRARY, remove_tree, vector_folders
from rag.storage.vectors.address import ServerAddress
from rag.storage.vectors.guarded import Guarded
from rag.storage.vectors.index import Index, OnRepair
from rag.storage.vectors.others import Others
from rag.storage.vectors.rest import Requests
from rag.storage.vectors.server import ServerIndex, drop_all, prefix_of

logger = logging.getLogger(__name__)

_LOST_SECONDS = 1.0
_LOOK_SECONDS = 5.0
_STOP_SECONDS = 60.0


class Served:
    """The generations of a library on a server.

    Args:
        on_repair: Called with what was found, for everything that had to be put right while it is used.
        writing: Held while the catalog and an index are changed together.
        indexes: The indexes that are open.
    """

    def __init__(
        self, address: ServerAddress, data_dir: Path, writing: threading.Lock, indexes: Callable[[], Sequence[Index]]
    ) -> None:
        self._address = address
        self._data_dir = data_dir
        self._library = library_id(data_dir)
        self._requests = Requests(address)
        self._writing = writing
        self._indexes = indexes
        self._guarded: dict[int, Guarded] = {}
        self._others = Others()
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="vectors", daemon=True)

    def open(self, catalog: Catalog, generation: Generation, on_repair: OnRepair) -> Index:
        """As ``Place``: in step with the catalog, or lost until it can be."""
        at = catalog.at(generation.number)
        whole = ServerIndex(Requests(self._address), prefix_of(self._library, generation.number))
        guarded = self._guarded[generation.number] = Guarded(
            whole, lambda collection: _passages(at, collection), self._wake.set
        )
        try:
            self._requests.ensure_database()
            with at.snapshot() as frozen:  # another process may write meanwhile
                _bring_in_step(Index(generation, frozen, whole), whole.agreed(), on_repair)
        except VectorsUnavailable as error:
            guarded.lose(str(error))
        if not self._keeper.is_alive():
            self._keeper.start()
        return Index(generation, at, guarded)

    def drop(self, generation: Generation) -> None:
        """As ``Place``; while the server is gone it stays there until a library is next opened."""
        if gone := self._guarded.pop(generation.number, None):
            gone.whole.close()
        self._drop_all(prefix_of(self._library, generation.number))

    def tidy(self, index: Index, begun: Generation | None) -> None:
        """As ``Place``; folders of vectors from before there was a server go too."""
        kept = [prefix_of(self._library, one.number) for one in (index.generation, begun) if one]
        self._drop_all(prefix_of(self._library), kept)
        for folder in vector_folders(self._data_dir):
            remove_tree(folder)

    def close(self) -> None:
        """As ``Place``."""
        self._stop.set()
        self._wake.set()
        if self._keeper.is_alive():
            self._keeper.join(_STOP_SECONDS)
        for guarded in self._all():
            guarded.whole.close()
        self._requests.close()

    def _drop_all(self, prefix: str, kept: Sequence[str] = ()) -> None:
        try:
            drop_all(self._requests, prefix, kept)
        except VectorsUnavailable as error:
            logger.warning("vectors that nobody needs stay on the server for now: %s", error)

    def _keep(self) -> None:
        while not self._stop.is_set():
            if any(one.lost for one in self._all()):
                self._stop.wait(_LOST_SECONDS)
            else:
                self._wake.wait(_LOOK_SECONDS)
            self._wake.clear()
            for number in [*self._guarded]:
                try:
                    self._keep_one(number)
                except (NotFound, VectorsUnavailable) as error:  # a collection went meanwhile, or the server is gone
                    logger.debug("the vectors of generation %d: %s", number, error)
                except Exception:
                    logger.exception("the vectors of generation %d could not be brought in step", number)

    def _keep_one(self, number: int) -> None:
        guarded = self._guarded.get(number)
        index = next((one for one in self._indexes() if one.generation.number == number), None)
        if guarded is None or index is None:
            return
        if guarded.lost is None:
            self._look(guarded, index)
        else:
            self._catch_up(guarded, index)

    def _look(self, guarded: Guarded, index: Index) -> None:
        """Lose an index that holds another state than it was left in, as a server does that was put back.

        So is one whose collections another process changed.
        """
        if not index.miscounts() and guarded.whole.is_as_left():
            with self._writing:
                if changed := self._others.changed(index):
                    guarded.lose(f"another process changed {changed}")
            return
        with self._writing:  # a change was under way, perhaps
            if guarded.lost is None and (found := index.miscounts() or not guarded.whole.is_as_left()):
                guarded.lose("; ".join(found) if isinstance(found, list) else "the server holds an earlier state")

    def _catch_up(self, guarded: Guarded, index: Index) -> None:
        """Compare all of it while others go on, then what they changed in the meantime, and ask it again."""
        self._requests.ensure_database()
        with self._writing:  # who had begun to write before it was lost has ended
            pass
        with index.catalog.snapshot() as frozen:
            _bring_in_step(Index(index.generation, frozen, guarded.whole), {}, logger.warning)
        with self._writing, index.catalog.snapshot() as frozen:
            _bring_in_step(Index(index.generation, frozen, guarded.whole), guarded.whole.agreed(), logger.warning)
            index.trust()
            guarded.find_again()

    def _all(self) -> list[Guarded]:
        return [*self._guarded.values()]


def library_id(data_dir: Path) -> str:
    """What names the collections of a data directory on a server; made once, and in no backup."""
    file = data_dir / LIBRARY
    if not file.is_file() or not file.read_text("ascii").isalnum():
        file.touch(mode=0o600)
        file.write_text(secrets.token_hex(8), "ascii")
    return file.read_text("ascii")


def _bring_in_step(index: Index, agreed: Mapping[str, str], on_repair: OnRepair) -> None:
    """Bring an index in step with its catalog; one that is damaged is made anew."""
    try:
        index.bring_in_step(agreed, on_repair)
    except CatalogError:
        raise
    except DataDirectoryError as error:
        logger.warning("the vector index on the server is damaged (%s): rebuilding it from the catalog", error)
        for collection in index.vectors.collections():
            index.vectors.drop(collection)
        index.bring_in_step({}, on_repair)
        on_repair(f"the vector index on the server was damaged ({error}); rebuilt from the catalog")


def _passages(catalog: Catalog, collection: str) -> int:
    try:
        return catalog.state(collection).passages
    except NotFound:
        return 0

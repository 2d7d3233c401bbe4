"""Loading the engine on a thread of its own, so that the port is open before the models are."""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

from rag.answer.suggest.offers import Suggestions
from rag.answer.watch import Watch
from rag.cli.progress import show_ingest
from rag.ingest.pipeline import Outcome, Work, find_files, ingest
from rag.library import Library, open_library
from rag.settings import Settings
from rag.storage.directory import SEEDED
from rag.types import DEFAULT_COLLECTION
from rag.upkeep.jobs import Jobs
from rag.upkeep.serving import publish, withdraw
from server.background.follow import BackgroundFollow
from server.background.reindex import BackgroundReindex
from server.http.problems import NotReady

logger = logging.getLogger(__name__)

_Shown = AbstractContextManager[Callable[[Outcome], None]]


class Startup:
    """The engine, once it is there.

    Args:
        address: Where the server is reached; commands on its data directory find it there.
        seeds: Folder that an empty catalog is filled from; ``None`` for none.
        on_ready: Called with the engine when it can answer.
        on_failure: Called when it cannot be loaded; ``error`` then holds why.
        reindex: Open a data directory that was made with other settings, and index it again with these while
            it answers.
        watch: Folders that the default collection is kept in step with.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        address: str,
        seeds: Path | None,
        on_ready: Callable[[Library], None],
        on_failure: Callable[[], None],
        reindex: bool = False,
        watch: Sequence[Path] = (),
    ) -> None:
        self._settings = settings
        self._address = address
        self._wanted = reindex
        self._watch = watch
        self._seeds = seeds
        self._on_ready = on_ready
        self._on_failure = on_failure
        self._thread = threading.Thread(target=self._load, name="startup")
        self._opened: Library | None = None
        self._jobs: Jobs | None = None
        self._suggestions: Suggestions | None = None
        self._reindex: BackgroundReindex | None = None
        self._following: BackgroundFollow | None = None
        self._ready = threading.Event()
        self._watching: Callable[[], Watch] = Watch
        self.error: Exception | None = None

    def watch_questions(self, watch: Callable[[], Watch]) -> None:
        """Have each question that is asked once it has started watched by what ``watch`` makes."""
        self._watching = watch

    def start(self) -> None:
        """Begin to load."""
        self._thread.start()

    def engine(self) -> Library:
        """The engine.

        Raises:
            NotReady: While it is loading.
        """
        if self._opened is None or not self._ready.is_set():
            raise NotReady("the models are loading")
        return self._opened

    def jobs(self) -> Jobs:
        """The jobs of the engine.

        Raises:
            NotReady: While it is loading.
        """
        self.engine()
        if self._jobs is None:
            raise NotReady("the server is stopping")
        return self._jobs

    def suggestions(self) -> Suggestions:
        """The questions that the engine's documents answer.

        Raises:
            NotReady: While it is loading.
        """
        self.engine()
        if self._suggestions is None:
            raise NotReady("the server is stopping")
        return self._suggestions

    def samples(self) -> Path | None:
        """The folder that an empty catalog is filled from."""
        return self._seeds

    def stop(self) -> None:
        """Wait for the loading to end, then give the data directory back."""
        self._thread.join()
        self._ready.clear()
        if self._opened is not None:
            withdraw(self._opened.store.data_dir)
        running = (self._suggestions, self._reindex, self._following, self._jobs)
        parts = [part for part in running if part is not None]
        stopped = all([part.stop() for part in parts])
        self._jobs = self._suggestions = None
        if not stopped:
            logger.warning("stopped in the middle of a large piece of work; the next start goes on with it")
        elif self._opened is not None:
            self._opened.close()
        self._opened = None

    def _tell_commands(self, engine: Library) -> None:
        try:
            publish(engine.store.data_dir, self._address)
        except OSError as error:  # a full disk: questions can be answered all the same
            logger.warning("commands will not find this server: %s", error)

    def _load(self) -> None:
        try:
            library = open_library(self._settings, as_it_is=self._wanted)
            engine = self._opened = replace(library, watch=self._watching)
            self._tell_commands(engine)
            if self._seeds is not None:
                _ingest_seeds(engine, self._seeds, _log_ingest if self._settings.log_format == "json" else show_ingest)
            engine.warm_up()
            jobs = Jobs(engine)
            jobs.start()
            self._jobs = jobs
            suggestions = self._suggestions = Suggestions(engine)
            if self._wanted or engine.store.catalog.outdated(1):
                self._reindex = BackgroundReindex(engine)
            if self._watch:
                self._following = BackgroundFollow(engine, self._watch)
        except Exception as error:  # noqa: BLE001 - whatever it is, the process must end and say it
            self.error = error
            self._on_failure()
            return
        self._ready.set()
        self._on_ready(engine)
        suggestions.prepare(DEFAULT_COLLECTION)


@contextmanager
def _log_ingest(total: int, work: Work) -> Iterator[Callable[[Outcome], None]]:
    """Log what becomes of an ingest, where no person follows it."""
    yield lambda outcome: None
    logger.info("the seeds are documents", extra={"files": total, "passages": work.encoded})


def _ingest_seeds(engine: Library, seeds: Path, show: Callable[[int, Work], _Shown]) -> None:
    """Fill a catalog that is empty, or in which an earlier filling was cut short, from ``seeds``."""
    marker = engine.store.data_dir / SEEDED
    files = find_files([seeds]) if seeds.is_dir() else []
    if marker.exists() or not files:
        return
    held = {document.path for document in engine.store.catalog.documents(DEFAULT_COLLECTION, limit=len(files) + 1)}
    if held <= {file.path for file in files}:
        work = Work()
        with show(len(files), work) as shown:
            ingest(engine, files, collection=DEFAULT_COLLECTION, on_outcome=shown, work=work)
    marker.touch()

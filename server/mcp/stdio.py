"""``footnote mcp``: the tools over stdin and stdout, as desktop programs start them.

Such a program leaves the process running for as long as it runs itself, often next to another one and to a server of
the same documents. So the data directory is opened at the first call, given back a while after the last, and never
opened where a server has it: that one is asked.
"""

import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from anyio import to_thread

from rag.cli.reach import Reached, reached
from rag.errors import DataDirectoryInUse, FootnoteError, InvalidRequest
from rag.ingest.pipeline import Outcome, SourceFile, Work
from server.http.filenames import display_name
from server.mcp import results
from server.mcp.documents import Refused

IDLE_SECONDS = 20.0
"""How long a library stays open without a call: a model thinks for some seconds between two; opening takes two."""
_PATIENCE_SECONDS = 60.0  # for another process that has the directory, such as a `footnote mcp` that was just asked
_LOOK_SECONDS = 0.2
_ORIGIN = "mcp"
_Result = TypeVar("_Result")


class Kept:
    """A library that is open while it is used, and a little longer; safe to use from several threads.

    Args:
        opening: Opens it until the block ends.
        idle_seconds: How long it stays open after it was used.
    """

    def __init__(
        self, opening: Callable[[], AbstractContextManager[Reached]], idle_seconds: float = IDLE_SECONDS
    ) -> None:
        self._opening = opening
        self._idle = idle_seconds
        self._guard = threading.Lock()
        self._users = 0
        self._library: Reached | None = None
        self._opened = ExitStack()
        self._timer: threading.Timer | None = None

    @contextmanager
    def use(self) -> Iterator[Reached]:
        """The library.

        Raises:
            FootnoteError: When it cannot be opened, or its server does not answer.
        """
        with self._guard:
            if self._timer is not None:
                self._timer.cancel()
            self._library = library = self._library or self._open()
            self._users += 1
        idle = self._idle
        try:
            yield library
        except FootnoteError:
            idle = 0.0  # the server that has the directory may have ended
            raise
        finally:
            with self._guard:
                self._users -= 1
                if not self._users:
                    self._close_in(idle)

    def close(self) -> None:
        """Give the library back, unless it is used."""
        with self._guard:
            if self._timer is not None:
                self._timer.cancel()
            if not self._users:
                self._library = None
                self._opened.close()

    def _close_in(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self.close)
        self._timer.daemon = True
        self._timer.start()

    def _open(self) -> Reached:
        until = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                return self._opened.enter_context(self._opening())
            except DataDirectoryInUse:
                if time.monotonic() >= until:
                    raise
                time.sleep(_LOOK_SECONDS)


class Reaching:
    """The documents of a data directory, or of the server that has it."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    async def ask(self, question: str, collection: str, max_statements: int) -> results.Answered:
        """As ``Documents``."""
        return await self._done(
            lambda library: results.answered(
                library.ask(question, collection=collection, max_statements=max_statements)
            )
        )

    async def search(self, query: str, collection: str, limit: int) -> results.Found:
        """As ``Documents``."""
        return await self._done(
            lambda library: results.found(library.search(query, collection=collection, limit=limit), library.document)
        )

    async def read(self, document_id: str, start: int, end: int) -> results.ReadText:
        """As ``Documents``."""
        return await self._done(
            lambda library: results.read(library.document(document_id), library.text(document_id), start=start, end=end)
        )

    async def verify(self, text: str, collection: str, document_ids: list[str] | None) -> results.Checked:
        """As ``Documents``."""
        return await self._done(
            lambda library: results.checked(library.verify(text, collection=collection, document_ids=document_ids))
        )

    async def add(self, name: str, text: str, collection: str) -> results.Changed:
        """As ``Changeable``."""
        return await self._done(lambda library: _added(library, display_name(name), text, collection))

    async def remove(self, document_id: str) -> results.Changed:
        """As ``Changeable``."""

        def removed(library: Reached) -> results.Changed:
            library.remove(document_id)
            return results.Changed(document_id=document_id, outcome="removed")

        return await self._done(removed)

    async def _done(self, work: Callable[[Reached], _Result]) -> _Result:
        """What ``work`` gives, on a thread; a caller that leaves does not wait for it."""

        def run() -> _Result:
            with self._kept.use() as library:
                return work(library)

        try:
            return await to_thread.run_sync(run, abandon_on_cancel=True)
        except (FootnoteError, InvalidRequest) as error:
            raise Refused(str(error)) from error


def _added(library: Reached, name: str, text: str, collection: str) -> results.Changed:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "text"
        file.write_text(text, "utf-8", errors="replace")
        source = SourceFile(file=file, path=name, origin=_ORIGIN)
        (outcome,) = library.ingest([source], collection=collection, on_outcome=_passed_over, work=Work())
    return results.Changed(document_id=outcome.document_id, outcome=outcome.outcome, reason=outcome.reason)


def _passed_over(_: Outcome) -> None:
    """The outcome is returned."""


def run(data_dir: Path | None, *, write: bool) -> None:
    """Serve one client until it closes stdin."""
    from server.mcp.tools import reading_server, writing_server

    kept = Kept(lambda: reached(data_dir))
    documents = Reaching(kept)
    server = writing_server(documents) if write else reading_server(documents)
    try:
        with suppress(KeyboardInterrupt):
            server.run("stdio")
    finally:
        kept.close()

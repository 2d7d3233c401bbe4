"""Which files change below folders, links to folders not followed: one may lead to all of the disk."""

import os
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from threading import Event

from watchfiles import Change, watch

from rag.errors import FootnoteError
from rag.ingest.sources import Walk

LOOK_SECONDS = 0.5
"""How long a turn without changes lasts."""
_QUIET_MS = 300  # changes are told when there was no other for so long,
_LONGEST_WAIT_MS = 2_000  # or when the first of them has waited so long

_Seen = set[tuple[Change, str]]
_Watcher = Generator[_Seen]


def changes(roots: Sequence[Path], stop: Event) -> Iterator[set[Path]]:
    """What changes, turn by turn, until ``stop`` is set; ends at once where no folder can be read.

    Args:
        roots: Folders, without links in their paths.

    Yields:
        The paths that changed since the turn before, none where nothing did. From the first turn on none is missed.

    Raises:
        FootnoteError: When the system does not watch so many folders.
    """
    watcher, seen = _begin(roots, stop)
    while watcher is not None and seen is not None:
        if not _has_new_folder(seen):
            yield _paths(seen)
            seen = next(watcher, None)
            continue
        later, fresh = _begin(roots, stop)  # before the former one ends, so that nothing is missed between them
        seen |= next(watcher, set())
        watcher.close()
        yield _paths(seen)
        watcher, seen = later, fresh
    if watcher is not None:
        watcher.close()


def _begin(roots: Sequence[Path], stop: Event) -> tuple[_Watcher | None, _Seen | None]:
    """Watch every folder that is there now, and what was seen in the first turn."""
    while folders := _folders(roots):
        try:
            watcher = _watch(folders, stop)
            seen = next(watcher, None)
        except FileNotFoundError:  # one of them went in the meantime
            continue
        except OSError as error:
            raise FootnoteError(
                f"{len(folders)} folders cannot be watched: {error}; watch fewer, or raise fs.inotify.max_user_watches"
            ) from error
        if seen is None or folders.issuperset(_folders(roots)):
            return watcher, seen
        watcher.close()
    stop.wait(LOOK_SECONDS)
    return None, None


def _watch(folders: set[Path], stop: Event) -> _Watcher:
    """Each folder for itself: a recursive watcher follows links."""
    return watch(
        *folders,
        watch_filter=None,
        debounce=_LONGEST_WAIT_MS,
        step=_QUIET_MS,
        rust_timeout=round(LOOK_SECONDS * 1000),
        yield_on_timeout=True,
        stop_event=stop,
        recursive=False,
    )


def _folders(roots: Sequence[Path]) -> set[Path]:
    found: set[Path] = set()
    for root in roots:
        walk = Walk(root)
        for _ in walk.files(root):
            pass
        found.update(walk.folders)
    return found


def _has_new_folder(seen: _Seen) -> bool:
    return any(change == Change.added and os.path.isdir(path) and not os.path.islink(path) for change, path in seen)


def _paths(seen: _Seen) -> set[Path]:
    return {Path(path) for _, path in seen}

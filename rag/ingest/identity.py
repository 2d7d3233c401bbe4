"""Which document a file is. Two names, and two collections, are always two documents.

A file is the same document again when its collection and path are those of the document, and it came
from the same place or has the same content. Another file of that path is another document.

A new document gets the first id that no other document has: its ``document_id``; the same with a hash of
where the file came from; one with a hash of everything. So the order in which files come matters where
they have one path and different places, or a path is spelled like another document's hash.
"""

import hashlib
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import PurePath

from rag.ingest.parse import MEDIA_TYPES
from rag.storage.catalog import Inventory

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


class Claims:
    """The ids that drafts will have: two files that are ingested at the same moment must not take one id.

    Safe to use from several threads.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._claimed: dict[str, Inventory] = {}

    @contextmanager
    def held(self) -> Iterator["Held"]:
        """The claims of one ingest; they end with the block, when what became a document is found by its id."""
        held = Held(self._guard, self._claimed)
        try:
            yield held
        finally:
            held.release()


class Held:
    """The claims of one ingest among those of all."""

    def __init__(self, guard: threading.Lock, claimed: dict[str, Inventory]) -> None:
        self._guard = guard
        self._claimed = claimed
        self._own: set[str] = set()

    def identify(
        self, inventory: Callable[[str], Inventory | None], *, path: str, origin: str, sha256: str, collection: str
    ) -> tuple[str, Inventory | None]:
        """As ``identify``, and the id is claimed; what others claim is taken by another document."""
        with self._guard:

            def known(identifier: str) -> Inventory | None:
                others = None if identifier in self._own else self._claimed.get(identifier)
                return inventory(identifier) or others

            found, stored = identify(known, path=path, origin=origin, sha256=sha256, collection=collection)
            if stored is not None and self._claimed.get(found) is stored:
                stored = None  # the same document, which another ingest has not stored yet
            self._claimed[found] = Inventory(id=found, path=path, origin=origin, sha256=sha256)
            self._own.add(found)
        return found, stored

    def release(self) -> None:
        """Give every claim back."""
        with self._guard:
            for identifier in self._own:
                self._claimed.pop(identifier, None)
            self._own.clear()


def document_id(path: str, collection: str) -> str:
    """The id of the document at ``path``: its path without ``.txt``, safe in a URL.

    ``.txt`` stays where another document could have what is left as its path. A path with other
    characters than letters, digits, ``.``, ``_`` and ``-`` gets a hash of itself, and a document outside
    the default collection its collection's name.

    >>> document_id("004_e8bd.txt", "default"), document_id("notes.md", "news")
    ('004_e8bd', 'news~notes.md')
    >>> document_id("minutes.md", "default"), document_id("minutes.md.txt", "default")
    ('minutes.md', 'minutes.md.txt')
    """
    stem = path.removesuffix(".txt")
    return _named(path if PurePath(stem).suffix.lower() in MEDIA_TYPES else stem, path, collection)


def possible_ids(path: str, origin: str, collection: str) -> list[str]:
    """Every id that the document of a file may have, the most particular first."""
    former = _named(path.removesuffix(".txt"), path, collection)  # documents that were stored under it keep it
    bases = list(dict.fromkeys((document_id(path, collection), former)))
    return [_whole(path, origin, collection), *(_of_place(base, origin) for base in bases), *bases]


def identify(
    inventory: Callable[[str], Inventory | None], *, path: str, origin: str, sha256: str, collection: str
) -> tuple[str, Inventory | None]:
    """The id of a file's document, and what is stored of it, ``None`` for a new one.

    Args:
        inventory: What is stored under an id.
    """
    found = {one: inventory(one) for one in possible_ids(path, origin, collection)}
    stored = [one for one in found.values() if one is not None and one.path == path]
    for same in (*(one for one in stored if one.origin == origin), *(one for one in stored if one.sha256 == sha256)):
        return same.id, same
    plain = document_id(path, collection)
    free = (one for one in (plain, _of_place(plain, origin)) if found[one] is None)
    return next(free, _whole(path, origin, collection)), None


def _named(stem: str, path: str, collection: str) -> str:
    safe = _UNSAFE.sub("-", stem).strip("-.") or "document"
    if safe != stem:
        safe = f"{safe[:80]}-{_hash(path)[:8]}"
    return safe if collection == "default" else f"{collection}~{safe}"


def _of_place(identifier: str, origin: str) -> str:
    return f"{identifier}-{_hash(origin)[:8]}"


def _whole(path: str, origin: str, collection: str) -> str:
    """An id that nothing else has: no path gives one with two tildes side by side."""
    return f"{document_id(path, collection)}~~{_hash(json.dumps([path, origin]))}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()

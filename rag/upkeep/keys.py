"""API keys: made, listed and revoked beside a running server, which looks at each when it is used.

A token is 32 random bytes behind a prefix, so that a program that looks for secrets knows one when it sees it.
The catalog has its sha256 alone: of so much chance no slower hash is needed, and a token is found by its hash,
in the same time whatever it is.
"""

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rag.errors import DataDirectoryError, InvalidRequest
from rag.ingest.pipeline import check_collection
from rag.storage.catalog import Key, KeyScope, KeyTable, connected, now
from rag.storage.directory import CATALOG, check_complete, refuse_links

PREFIX = "fn_"
_SESSION_PREFIX = "fns_"
_BYTES = 32
LONGEST_NAME = 200
LONGEST_DAYS = 3_650


@contextmanager
def open_keys(data_dir: Path, *, catalog_url: str = "") -> Iterator[KeyTable]:
    """The keys of a data directory, also while a server has it; a directory that is missing is made.

    That server must be another process: what looks at the file here would take the locks of SQLite from this one.

    Args:
        catalog_url: The PostgreSQL database that has its catalog; none for the file in the directory.

    Raises:
        DataDirectoryError: When it cannot be used.
    """
    if catalog_url:
        with closing(connected(catalog_url)) as connections:
            yield KeyTable(connections)
        return
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise DataDirectoryError(
            f"{data_dir} cannot be made: {error.strerror}; set another FOOTNOTE_DATA_DIR"
        ) from error
    refuse_links(data_dir)
    check_complete(data_dir)
    with closing(connected(data_dir / CATALOG)) as connections:
        yield KeyTable(connections)


def has_keys(data_dir: Path, *, catalog_url: str = "") -> bool:
    """Whether a data directory ever had a key; one that is not there had none. ``catalog_url`` as in ``open_keys``.

    Raises:
        DataDirectoryError: When it cannot be used.
    """
    if not catalog_url and not (data_dir / CATALOG).is_file():
        return False
    with open_keys(data_dir, catalog_url=catalog_url) as keys:
        return keys.any()


def create_key(
    keys: KeyTable, scope: KeyScope, *, name: str = "", collections: Sequence[str] = (), days: int | None = None
) -> tuple[Key, str]:
    """Make a key.

    Args:
        name: What it is for, for people.
        collections: Those that it is bound to, which need not be there yet; none for all.
        days: After how many it opens nothing any more; ``None`` for never.

    Returns:
        The key, and the token that opens it, which nothing can tell again.

    Raises:
        InvalidRequest: For what cannot be the name of a collection, or of a key.
    """
    for collection in collections:
        check_collection(collection)
    if len(name) > LONGEST_NAME:
        raise InvalidRequest(f"name: it has {len(name)} characters; a key's name has at most {LONGEST_NAME}")
    key = Key(
        id=f"key_{secrets.token_hex(8)}",
        name=name,
        scope=scope,
        collections=tuple(sorted(set(collections))) or None,
        created=now(),
        expires=None if days is None else moment(timedelta(days=days)),
    )
    token = f"{PREFIX}{secrets.token_urlsafe(_BYTES)}"
    keys.add(key, digest(token))
    return key, token


def begin_session(keys: KeyTable, key: Key, lasting: timedelta) -> str:
    """Begin a session of a key; its token."""
    token = f"{_SESSION_PREFIX}{secrets.token_urlsafe(_BYTES)}"
    keys.begin_session(digest(token), key.id, moment(lasting))
    return token


def digest(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def moment(ahead: timedelta) -> str:
    """The time so long from now, as ``now`` writes it."""
    return (datetime.now(UTC) + ahead).isoformat(timespec="seconds")

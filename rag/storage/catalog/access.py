"""Who may ask: API keys and the sessions of the page, of which only hashes are stored."""

from dataclasses import dataclass
from enum import StrEnum

import msgspec

from rag.errors import NotFound
from rag.storage.catalog.answers import now
from rag.storage.catalog.sql import Connections
from rag.storage.catalog.statements import Row

_COLUMNS = "access_keys.id, name, scope, collections, created, access_keys.expires, revoked, used"


class KeyScope(StrEnum):
    """What a key lets one do; each is more than the one before."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"

    def allows(self, wanted: "KeyScope") -> bool:
        """Whether ``wanted`` is no more than this.

        >>> KeyScope.WRITE.allows(KeyScope.READ), KeyScope.WRITE.allows(KeyScope.ADMIN)
        (True, False)
        """
        order = list(KeyScope)
        return order.index(wanted) <= order.index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """An API key without what opens it. Times are ISO 8601 in UTC, to the second.

    Args:
        collections: The ids of those that it is bound to; ``None`` for none in particular.
        expires: From when it opens nothing; ``None`` for never.
        revoked: When it was revoked; ``None`` while it was not.
        used: When it was last used, to a minute.
    """

    id: str
    name: str
    scope: KeyScope
    collections: tuple[str, ...] | None
    created: str
    expires: str | None = None
    revoked: str | None = None
    used: str | None = None

    def opens(self, at: str) -> bool:
        """Whether it lets anyone in at a time."""
        return self.revoked is None and (self.expires is None or at < self.expires)


class KeyTable:
    """The keys of a catalog, and the sessions that were begun with them."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def any(self) -> bool:
        """Whether there ever was a key: from then on nobody is let in without one, whatever became of it."""
        return self._connections.read().execute("SELECT 1 FROM access_keys LIMIT 1").fetchone() is not None

    def add(self, key: Key, sha256: str) -> None:
        """Store a new key; ``sha256`` is that of the token that opens it."""
        held = None if key.collections is None else msgspec.json.encode(key.collections).decode()
        with self._connections.write() as connection:
            connection.execute(
                "INSERT INTO access_keys (id, name, sha256, scope, collections, created, expires) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (key.id, key.name, sha256, key.scope, held, key.created, key.expires),
            )

    def all(self) -> list[Key]:
        """Every key, the oldest first."""
        rows = self._connections.read().execute(f"SELECT {_COLUMNS} FROM access_keys ORDER BY created, id")
        return [_key(row) for row in rows]

    def find(self, sha256: str) -> Key | None:
        """The key that a token of this hash opens; ``None`` where there is none."""
        sql = f"SELECT {_COLUMNS} FROM access_keys WHERE sha256 = ?"
        row = self._connections.read().execute(sql, (sha256,)).fetchone()
        return None if row is None else _key(row)

    def revoke(self, key_id: str) -> None:
        """Have a key open nothing any more, and end its sessions; once more changes nothing.

        Raises:
            NotFound: When there is no such key.
        """
        with self._connections.write() as connection:
            sql = "UPDATE access_keys SET revoked = coalesce(revoked, ?) WHERE id = ?"
            if connection.execute(sql, (now(), key_id)).rowcount == 0:
                raise NotFound("key", key_id)
            connection.execute("DELETE FROM sessions WHERE key_id = ?", (key_id,))

    def note_use(self, key_id: str, at: str) -> None:
        """Store when a key was used."""
        with self._connections.write() as connection:
            connection.execute("UPDATE access_keys SET used = ? WHERE id = ?", (at, key_id))

    def begin_session(self, sha256: str, key_id: str, expires: str) -> None:
        """Store a session of a key; ``sha256`` is that of its token. Those that have expired go."""
        with self._connections.write() as connection:
            connection.execute("DELETE FROM sessions WHERE expires <= ?", (now(),))
            connection.execute(
                "INSERT INTO sessions (sha256, key_id, expires) VALUES (?, ?, ?)", (sha256, key_id, expires)
            )

    def of_session(self, sha256: str, at: str) -> Key | None:
        """The key that a session was begun with; ``None`` where there is no such session at that time."""
        sql = f"""SELECT {_COLUMNS} FROM sessions JOIN access_keys ON access_keys.id = key_id
                  WHERE sessions.sha256 = ? AND sessions.expires > ?"""
        row = self._connections.read().execute(sql, (sha256, at)).fetchone()
        return None if row is None else _key(row)

    def end_session(self, sha256: str) -> None:
        """Forget a session, if it is there."""
        with self._connections.write() as connection:
            connection.execute("DELETE FROM sessions WHERE sha256 = ?", (sha256,))


def _key(row: Row) -> Key:
    values = {name: row[name] for name in row.keys()}  # noqa: SIM118 - a row iterates over its values
    held = values.pop("collections")
    bound = None if held is None else msgspec.json.decode(held, type=tuple[str, ...])
    return Key(scope=KeyScope(values.pop("scope")), collections=bound, **values)

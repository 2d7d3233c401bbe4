"""A catalog by its place: a file of SQLite, or a database of PostgreSQL."""

from pathlib import Path

from rag.errors import SettingsError, not_installed
from rag.storage.catalog.sql import Connections
from rag.storage.catalog.sqlite import SQLite


def connected(place: Path | str) -> Connections:
    """The catalog of a file, or at an address, open.

    Raises:
        SettingsError: When what talks to PostgreSQL is not installed.
    """
    if isinstance(place, Path):
        return SQLite(place)
    try:
        from rag.storage.catalog.postgres.connections import PostgreSQL
    except ImportError as error:
        raise SettingsError(not_installed("FOOTNOTE_CATALOG_URL", "psycopg", "postgres")) from error
    return PostgreSQL(place)

"""The words of a text, as FTS5 has them: split, folded and stemmed by its own tokenizer."""

import sqlite3
import threading
from collections.abc import Sequence

from rag.storage.catalog.lexical import TOKENIZE

_TABLES = f"""
    CREATE VIRTUAL TABLE texts USING fts5 (text, content='', tokenize='{TOKENIZE}');
    CREATE VIRTUAL TABLE words USING fts5vocab (texts, instance);
"""


class Tokenizer:
    """Splits texts with an FTS5 table in memory; safe to use from several threads."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._connection = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self._connection.executescript(_TABLES)

    def split(self, texts: Sequence[str]) -> list[list[str]]:
        """The words of each text in order; none where it has no letter and no digit.

        >>> Tokenizer().split(["The mills’ wheel", "--"])
        [['the', 'mill', 'wheel'], []]
        """
        found: list[list[str]] = [[] for _ in texts]
        with self._guard:
            self._connection.execute("BEGIN")
            try:
                sql = "INSERT INTO texts (rowid, text) VALUES (?, ?)"
                self._connection.executemany(sql, enumerate(texts))
                for place, word in self._connection.execute("SELECT doc, term FROM words ORDER BY doc, offset"):
                    found[place].append(word)
            finally:
                self._connection.execute("ROLLBACK")
        return found

"""The search for words in PostgreSQL: FTS5's words in a ``tsvector`` index, ranked by FTS5's BM25.

Candidates come from a GIN index. In it a word begins with the number of its lexicon, so that what other collections
hold costs nothing. The weights of words are made of counts that are kept as passages come and go. The
words, the constants and the order of the arithmetic are those of FTS5, so that scores are equal to the last bit.
A word that FTS5's tokenizer splits, which letters newer than Unicode 6.1 can, is searched for as its parts.
"""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from rag.errors import NotFound
from rag.storage.catalog.lexical import parts_of
from rag.storage.catalog.scope import EVERYTHING, Scope
from rag.storage.catalog.statements import Statements
from rag.storage.catalog.tokens import Tokenizer

_LEAST_WEIGHT = 1e-6  # of a word that most passages have, as FTS5 has it
_LONGEST = 500  # characters of a word in the index, of 2,046 bytes at most: longer ones are one word if they begin so
_MOST_POSITIONS = 16_383  # of a tsvector
_LABELS = "DCB"  # of the places of a word that a passage has once, twice, three times; A says more often
_SEARCH = """
    WITH asked AS (
        SELECT *, CAST(quoted AS tsquery) AS often, CAST(quoted || ':D' AS tsquery) AS once,
               CAST(quoted || ':C' AS tsquery) AS twice, CAST(quoted || ':B' AS tsquery) AS thrice
        FROM unnest(CAST(? AS TEXT[]), CAST(? AS TEXT[]), CAST(? AS FLOAT8[])) WITH ORDINALITY
             AS one (lexeme, quoted, weight, place)
    ), counted AS MATERIALIZED (
        SELECT lexical.row AS row, length, weight, place, CAST(CASE
                   WHEN words @@ once THEN 1 WHEN words @@ twice THEN 2 WHEN words @@ thrice THEN 3
                   ELSE (SELECT cardinality(positions) FROM unnest(words) AS held (own, positions, labels)
                         WHERE own COLLATE "C" = lexeme)
               END AS FLOAT8) AS times
        FROM asked JOIN lexical ON words @@ often
        WHERE true {conditions}
    ), found AS (
        SELECT row, sum(weight * ((times * 2.2::FLOAT8) / (
                   times + 1.2::FLOAT8 * (0.25::FLOAT8 + 0.75::FLOAT8 * length / CAST(? AS FLOAT8))
               )) ORDER BY place) AS score
        FROM counted GROUP BY row
        ORDER BY score DESC FETCH FIRST (CAST(? AS BIGINT)) ROWS WITH TIES
    )
    SELECT passages.id AS id, score FROM found JOIN passages ON passages.row = found.row
    ORDER BY score DESC, passages.id LIMIT ?
"""
_tokenizer = Tokenizer()


def create_lexical(connection: Statements, collection: str) -> None:
    """Make the lexical indexes of a new collection."""
    for parity in (0, 1):
        number = _lexicon(connection, collection, parity)
        connection.execute("INSERT INTO lexicons (number) VALUES (?)", (number,))


def drop_lexical(connection: Statements, collection: str) -> None:
    """Drop the lexical indexes of a collection."""
    for parity in (0, 1):
        connection.execute("DELETE FROM lexicons WHERE number = ?", (_lexicon(connection, collection, parity),))


def add_lexical(connection: Statements, collection: str, generation: int, rows: Sequence[tuple[int, str]]) -> None:
    """Index passages: (row, indexed text)."""
    lexicon = _lexicon(connection, collection, generation)
    split = _split([text for _, text in rows])
    connection.executemany(
        "INSERT INTO lexical (row, lexicon, length, words) VALUES (?, ?, ?, CAST(? AS tsvector))",
        [(row, lexicon, len(words), _vector(lexicon, words)) for (row, _), words in zip(rows, split, strict=True)],
    )
    _count(connection, lexicon, split, 1)


def remove_lexical(connection: Statements, collection: str, generation: int, rows: Sequence[tuple[int, str]]) -> None:
    """Remove passages with the text that they were indexed with: (row, indexed text)."""
    connection.executemany("DELETE FROM lexical WHERE row = ?", [(row,) for row, _ in rows])
    _count(connection, _lexicon(connection, collection, generation), _split([text for _, text in rows]), -1)


def search_lexical(
    connection: Statements,
    collection: str,
    generation: int,
    words: Collection[str],
    limit: int,
    without: Collection[str] = (),
    scope: Scope = EVERYTHING,
) -> list[tuple[str, float]]:
    """The passages that have any of ``words``, best first: (id, BM25 score, higher is better).

    Args:
        without: Ids of documents whose passages are left out.

    Raises:
        NotFound: When there is no such collection.
    """
    lexicon = _lexicon(connection, collection, generation)
    asked = [word for part in _split(parts_of(words)) for word in part]
    weights, length = _weights(connection, lexicon, asked)
    found = [word for word in asked if word in weights]
    if not found:
        return []
    lexemes = [_lexeme(lexicon, word) for word in found]
    left_out = f"AND passages.document_id NOT IN ({', '.join('?' * len(without))})" if without else ""
    conditions = f"""AND lexical.row IN (SELECT row FROM passages WHERE generation = {generation}
                     {left_out} {scope.condition("document_id")})"""
    rows = connection.execute(
        _SEARCH.format(conditions=conditions if without or scope is not EVERYTHING else ""),
        (
            *(lexemes, list(map(_quoted, lexemes)), [weights[word] for word in found]),
            *(*sorted(without), *scope.values, length, limit, limit),
        ),
    )
    return [(row["id"], row["score"]) for row in rows]


def has_phrase(
    connection: Statements,
    collection: str,
    generation: int,
    phrases: Collection[str],
    scope: Scope = EVERYTHING,
) -> bool:
    """Whether any passage has any of ``phrases``, its words one after the other.

    Raises:
        NotFound: When there is no such collection.
    """
    lexicon = _lexicon(connection, collection, generation)
    split = [words for words in _split(list(phrases)) if words]
    if not split:
        return False
    sql = f"""SELECT 1 FROM lexical JOIN passages ON passages.row = lexical.row
              WHERE words @@ CAST(? AS tsquery) {scope.condition("document_id")} LIMIT 1"""
    return connection.execute(sql, (_query(lexicon, split), *scope.values)).fetchone() is not None


def _weights(connection: Statements, lexicon: int, words: Collection[str]) -> tuple[dict[str, float], float]:
    """What each word weighs that any passage has, and how many words a passage has on average."""
    sql = "SELECT passages, words FROM lexicons WHERE number = ?"
    passages, length = connection.execute(sql, (lexicon,)).fetchone() or (0, 0)
    rows = connection.execute(
        "SELECT word, passages FROM frequencies WHERE lexicon = ? AND word = ANY(CAST(? AS TEXT[]))",
        (lexicon, sorted(set(words))),
    )
    return {word: _weight(passages, having) for word, having in rows}, length / max(passages, 1)


def _weight(passages: int, having: int) -> float:
    weight = math.log((passages - having + 0.5) / (having + 0.5))
    return weight if weight > 0 else _LEAST_WEIGHT


def _count(connection: Statements, lexicon: int, split: Sequence[Sequence[str]], sign: int) -> None:
    """Count passages that came (1) or went (-1)."""
    connection.execute(
        "UPDATE lexicons SET passages = passages + ?, words = words + ? WHERE number = ?",
        (sign * len(split), sign * sum(map(len, split)), lexicon),
    )
    having = Counter(word for words in split for word in set(words))
    connection.executemany(
        """INSERT INTO frequencies (lexicon, word, passages) VALUES (?, ?, ?)
           ON CONFLICT (lexicon, word) DO UPDATE SET passages = frequencies.passages + excluded.passages""",
        [(lexicon, word, sign * count) for word, count in sorted(having.items())],
    )
    if sign < 0:
        sql = "DELETE FROM frequencies WHERE lexicon = ? AND word = ANY(CAST(? AS TEXT[])) AND passages = 0"
        connection.execute(sql, (lexicon, sorted(having)))


def _split(texts: Sequence[str]) -> list[list[str]]:
    return [[word[:_LONGEST] for word in words] for words in _tokenizer.split(texts)]


def _vector(lexicon: int, words: Iterable[str]) -> str:
    """The text of a ``tsvector`` of words of a lexicon, with their places.

    >>> _vector(7, ["rye", "mill", "rye"])
    "'7:rye':1C,3C '7:mill':2D"
    """
    places: dict[str, list[int]] = {}
    for place, word in enumerate(words, start=1):
        places.setdefault(word, []).append(min(place, _MOST_POSITIONS))
    return " ".join(f"{_quoted(_lexeme(lexicon, word))}:{_labelled(own)}" for word, own in places.items())


def _labelled(places: Sequence[int]) -> str:
    label = _LABELS[len(places) - 1] if len(places) <= len(_LABELS) else "A"
    return ",".join(f"{place}{label}" for place in places)


def _query(lexicon: int, phrases: Iterable[Sequence[str]]) -> str:
    """The text of a ``tsquery`` for any of the phrases in a lexicon.

    >>> _query(7, [["otto", "reed"], ["rye"]])
    "'7:otto' <-> '7:reed' | '7:rye'"
    """
    return " | ".join(" <-> ".join(_quoted(_lexeme(lexicon, word)) for word in words) for words in phrases)


def _lexeme(lexicon: int, word: str) -> str:
    return f"{lexicon}:{word}"


def _quoted(word: str) -> str:
    return "'{}'".format(word.replace("\\", "\\\\").replace("'", "''"))


def _lexicon(connection: Statements, collection: str, generation: int) -> int:
    row = connection.execute("SELECT number FROM collections WHERE id = ?", (collection,)).fetchone()
    if row is None:
        raise NotFound("collection", collection)
    return 2 * int(row["number"]) + generation % 2

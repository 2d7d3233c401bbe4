"""The settings: one frozen value, read from the environment once, at the edge, and passed down."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from platformdirs import user_data_path

from rag.errors import SettingsError

PREFIX = "FOOTNOTE_"
_HOST = re.compile(r"[A-Za-z0-9._-]+|\[?[0-9A-Fa-f:.]+\]?")
SEEDS = Path(__file__).resolve().parent.parent / "seeds"
"""The documents that come with a checkout; an installed package has none."""


def user_data_dir() -> Path:
    """Where documents are kept unless a directory is named: one for each user, where the system has such data."""
    return user_data_path("footnote", appauthor=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting, with its default. ``FOOTNOTE_<NAME>`` in the environment overrides each.

    Args:
        data_dir: Where the catalog and the vector index live; a directory of the user's unless it is named.
        host: Address to serve on.
        port: Port to serve on; 0 takes a free one.
        allowed_hosts: Names besides its own by which the server may be addressed, separated by commas.
        max_waiting: Questions that may wait while others are answered, 0 to 10000; one more is told to come back.
        max_connections: Connections that the server has open at a time, 16 to 100000.
        encoder: ``bge-small-en-v1.5`` (bundled), or a sentence-transformers name or folder.
        reranker: ``ms-marco-MiniLM-L-12-v2`` (bundled), or a cross-encoder name or folder.
        passage_tokens: Budget of a passage, tiktoken tokens, 16 to 400.
        retrieve_limit: Passages that each leg of the retrieval returns, 5 to 200.
        rerank_tokens: Budget of the pairs that one question may show the reranker, word pieces, 100 to 20000.
        threshold: Confidence from which a question counts as answered, 0 to 1.
        keep_answers: Newest answers that can be read again, 0 to 1000000.
        max_upload_mb: Size of a file, and over HTTP of a request with files, MB, 1 to 100000.
        parse_seconds: Processor time that parsing a file may take, 1 to 3600.
        parse_memory_mb: Memory of the process that parses, MB, 256 to 65536.
        max_text_characters: Characters of a document's text, 1000 to 100000000.
        max_passages: Passages of a document, 100 to 10000000.
        threads: Threads that run the models; 0 takes one a core.
    """

    data_dir: Path = field(default_factory=user_data_dir)
    host: str = "127.0.0.1"
    port: int = 8000
    allowed_hosts: tuple[str, ...] = ()
    max_waiting: int = 32
    max_connections: int = 1_000
    encoder: str = "bge-small-en-v1.5"
    reranker: str = "ms-marco-MiniLM-L-12-v2"
    passage_tokens: int = 48
    retrieve_limit: int = 30
    rerank_tokens: int = 900
    threshold: float = 0.55
    keep_answers: int = 10_000
    max_upload_mb: int = 200
    parse_seconds: int = 30
    parse_memory_mb: int = 1_024
    max_text_characters: int = 5_000_000
    max_passages: int = 50_000
    threads: int = 0

    @property
    def worker_threads(self) -> int:
        """``threads``, or the number of cores where that is 0."""
        return self.threads or os.cpu_count() or 1

    @property
    def max_upload_bytes(self) -> int:
        """``max_upload_mb`` in bytes."""
        return self.max_upload_mb * 1_000_000

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Settings":
        """Read ``FOOTNOTE_*`` from ``environ``.

        Raises:
            SettingsError: For a name that is no setting and a value that cannot be used; names both.
        """
        names = {PREFIX + field.name.upper(): field.name for field in fields(cls)}
        values: dict[str, object] = {}
        for key, raw in sorted(environ.items()):
            if not key.startswith(PREFIX) or key.startswith(f"{PREFIX}TEST_"):
                continue
            if key not in names:
                raise SettingsError(f"{key} is not a setting; the settings are {', '.join(sorted(names))}")
            values[names[key]] = _parse(key, raw)
        return cls(**values)  # type: ignore[arg-type]


def _parse(key: str, raw: str) -> object:
    try:
        return _PARSERS[key](raw.strip())
    except ValueError as error:
        raise SettingsError(f"{key}={raw!r} cannot be used: {error}") from None


def _whole(low: int, high: int) -> Callable[[str], int]:
    def parse(raw: str) -> int:
        try:
            value = int(raw)
        except ValueError:
            raise ValueError("it must be a whole number") from None
        if not low <= value <= high:
            raise ValueError(f"it must be from {low} to {high}")
        return value

    return parse


def _share(raw: str) -> float:
    try:
        value = float(raw)
    except ValueError:
        raise ValueError("it must be a number") from None
    if not 0.0 <= value <= 1.0:
        raise ValueError("it must be from 0 to 1")
    return value


def _text(raw: str) -> str:
    if not raw:
        raise ValueError("it must not be empty")
    return raw


def _names(raw: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in raw.split(",") if name.strip())
    for name in names:
        if not _HOST.fullmatch(name):
            raise ValueError(f"{name!r} is no host name; name hosts without scheme and path, separated by commas")
    return names


_PARSERS: dict[str, Callable[[str], object]] = {
    "FOOTNOTE_DATA_DIR": lambda raw: Path(_text(raw)),
    "FOOTNOTE_HOST": _text,
    "FOOTNOTE_PORT": _whole(0, 65535),
    "FOOTNOTE_ALLOWED_HOSTS": _names,
    "FOOTNOTE_MAX_WAITING": _whole(0, 10_000),
    "FOOTNOTE_MAX_CONNECTIONS": _whole(16, 100_000),
    "FOOTNOTE_ENCODER": _text,
    "FOOTNOTE_RERANKER": _text,
    "FOOTNOTE_PASSAGE_TOKENS": _whole(16, 400),
    "FOOTNOTE_RETRIEVE_LIMIT": _whole(5, 200),
    "FOOTNOTE_RERANK_TOKENS": _whole(100, 20_000),
    "FOOTNOTE_THRESHOLD": _share,
    "FOOTNOTE_KEEP_ANSWERS": _whole(0, 1_000_000),
    "FOOTNOTE_MAX_UPLOAD_MB": _whole(1, 100_000),
    "FOOTNOTE_PARSE_SECONDS": _whole(1, 3_600),
    "FOOTNOTE_PARSE_MEMORY_MB": _whole(256, 65_536),
    "FOOTNOTE_MAX_TEXT_CHARACTERS": _whole(1_000, 100_000_000),
    "FOOTNOTE_MAX_PASSAGES": _whole(100, 10_000_000),
    "FOOTNOTE_THREADS": _whole(0, 256),
}

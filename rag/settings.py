"""The settings: one frozen value, read from the environment once, at the edge, and passed down.

``python -m rag.settings`` prints the table of docs/settings.md.
"""

import ipaddress
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from platformdirs import user_data_path

from rag.errors import SettingsError

PREFIX = "FOOTNOTE_"
_HOST = re.compile(r"[A-Za-z0-9._-]+|\[?[0-9A-Fa-f:.]+\]?")
_SCOPES = ("read", "write", "admin")
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(?::[0-9]{1,5})?|https?://\[[0-9a-f:]+\](?::[0-9]{1,5})?")
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
SEEDS = Path(__file__).resolve().parent.parent / "seeds"
"""The documents that come with a checkout; an installed package has none."""

_Value = TypeVar("_Value")


class Networks(tuple[str, ...]):
    """Networks of IP addresses; a single address is one."""

    __slots__ = ()


class Origins(tuple[str, ...]):
    """Origins of pages, as browsers send them: scheme, host and port."""

    __slots__ = ()


class ScopeName(str):
    """What a key, or somebody, may do: ``read``, ``write`` or ``admin``."""

    __slots__ = ()


_READ = ScopeName("read")
_NO_ORIGINS = Origins()
_NO_NETWORKS = Networks()


def _setting(
    default: _Value,
    meaning: str,
    *,
    limits: tuple[int, int] | None = None,
    secret: bool = False,
    choices: tuple[str, ...] = (),
) -> _Value:
    """A field with all that is known of a setting.

    Args:
        limits: The least and the greatest value of a number.
        secret: It is not shown where settings are.
        choices: The texts that it may be; any where there are none.
    """
    found: _Value = field(
        default=default, repr=not secret, metadata={"meaning": meaning, "limits": limits, "choices": choices}
    )
    return found


def user_data_dir() -> Path:
    """Where documents are kept unless a directory is named: one for each user, where the system has such data."""
    return user_data_path("footnote", appauthor=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting: its type, default, meaning and limits. ``FOOTNOTE_<NAME>`` in the environment overrides each."""

    data_dir: Path = field(
        default_factory=user_data_dir,
        metadata={
            "meaning": "where the catalog and the vector index live; `--data-dir` of a command goes before it",
            "default": "the user's own, `~/.local/share/footnote` on Linux; `.footnote` with `make serve`",
            "limits": None,
        },
    )
    catalog_url: str = _setting(
        "",
        "`postgresql://USER:PASSWORD@HOST/DATABASE` keeps the catalog in that database instead of in `catalog.db`, "
        "which needs `pip install 'footnote[postgres]'`; the vector index stays in the data directory",
        secret=True,
    )
    server: str = _setting(
        "", "address of a server that `ask`, `search`, `verify`, `documents`, `ingest` and `mcp` ask instead"
    )
    key: str = _setting("", "the API key that these commands give to a server", secret=True)
    host: str = _setting("127.0.0.1", "address to serve on; one that other machines reach needs keys, or `--insecure`")
    port: int = _setting(8000, "port to serve on; 0 takes a free one", limits=(0, 65_535))
    key_requests: int = _setting(
        1_200, "requests a minute that one key may send to a process; 0 for no limit", limits=(0, 10_000_000)
    )
    address_requests: int = _setting(
        3_000, "the same from one address, counted where there are keys", limits=(0, 10_000_000)
    )
    session_hours: int = _setting(12, "how long somebody stays signed in on the page, hours", limits=(1, 8_760))
    audit_log: str = _setting(
        "", "file for the lines of the audit log; `audit.jsonl` in the data directory, made where there are keys"
    )
    allow_origins: Origins = _setting(  # noqa: RUF009 - a tuple is no mutable default
        _NO_ORIGINS, "pages of other sites that browsers let read answers, such as `https://wiki.example`, by commas"
    )
    trusted_proxies: Networks = _setting(  # noqa: RUF009 - a tuple is no mutable default
        _NO_NETWORKS, "addresses or networks of proxies whose `X-Forwarded-For` and `-Proto` are believed, by commas"
    )
    trusted_user_header: str = _setting(
        "", "header in which these proxies, and they alone, name who has signed in, such as `X-Forwarded-User`"
    )
    trusted_user_scope: ScopeName = _setting(  # noqa: RUF009 - a text is no mutable default
        _READ, "what whoever they name may do: `read`, `write` or `admin`"
    )
    allowed_hosts: tuple[str, ...] = _setting(
        (), "names besides its own by which the server may be addressed, separated by commas"
    )
    max_waiting: int = _setting(
        32, "questions that may wait while others are answered; one more is told to come back", limits=(0, 10_000)
    )
    max_connections: int = _setting(
        1_000,
        "connections that the server has open at a time, or what the limit of open files leaves",
        limits=(16, 100_000),
    )
    log_format: str = _setting(
        "text",
        "how `footnote serve` logs: `text`, or `json`, an object a line, with one for each request and question",
        choices=("text", "json"),
    )
    traces_url: str = _setting(
        "",
        "address that traces of questions are sent to, as `http://127.0.0.1:4318/v1/traces`, without their text; needs "
        "`pip install 'footnote[otel]'`; none by default",
    )
    encoder: str = _setting(
        "bge-small-en-v1.5",
        "the bundled one, or the name (downloaded at the first start) or folder of any sentence-transformers model, "
        "which needs `pip install 'footnote[sentence-transformers]'`",
    )
    reranker: str = _setting(
        "ms-marco-MiniLM-L-12-v2",
        "the bundled one, or the name or folder of any cross-encoder with one output, which needs the same; "
        "without the second head far less is refused and the confidence is not calibrated: "
        "measure, and choose the threshold",
    )
    passage_tokens: int = _setting(48, "tiktoken budget of a passage", limits=(16, 400))
    retrieve_limit: int = _setting(30, "passages that each leg of the retrieval returns", limits=(5, 200))
    rerank_tokens: int = _setting(900, "word pieces that a question may show the reranker", limits=(100, 20_000))
    threshold: float = _setting(0.55, "confidence from which a question counts as answered", limits=(0, 1))
    keep_answers: int = _setting(10_000, "newest answers that can be read again", limits=(0, 1_000_000))
    cached_answers: int = _setting(
        0,
        "answers that are remembered, for who asks the same of unchanged documents again; 0 remembers none",
        limits=(0, 100_000),
    )
    max_upload_mb: int = _setting(200, "size of a file, and over HTTP of a request with files, MB", limits=(1, 100_000))
    parse_seconds: int = _setting(
        30, "processor time that parsing a file may take, s; by the clock twenty times that", limits=(1, 3_600)
    )
    parse_memory_mb: int = _setting(
        1_024,
        "memory of a process that parses, of which there are at most two, MB; an archive may unpack to a quarter",
        limits=(256, 65_536),
    )
    max_text_characters: int = _setting(5_000_000, "characters of a document's text", limits=(1_000, 100_000_000))
    max_passages: int = _setting(50_000, "passages of a document", limits=(100, 10_000_000))
    threads: int = _setting(0, "threads that run the models; 0 takes one a core", limits=(0, 256))
    vectors_url: str = _setting(
        "", "address of a Chroma server that has the vector index, which is in the data directory otherwise"
    )
    vectors_tenant: str = _setting("default_tenant", "the tenant there, made when it is missing")
    vectors_database: str = _setting("default_database", "its database, likewise")
    vectors_headers: tuple[tuple[str, str], ...] = _setting(
        (), "headers that it asks for, `name: value`, separated by semicolons", secret=True
    )
    vectors_seconds: int = _setting(5, "how long it may take to answer, s; to store ten times that", limits=(1, 600))
    writer_url: str = _setting(
        "",
        "any OpenAI-compatible endpoint, to `/v1`, whose model may write answers, each sentence verified before it is "
        "shown: questions and evidence are sent to it; none by default",
    )
    writer_model: str = _setting("", "the model's name there; needed with `FOOTNOTE_WRITER_URL`")
    writer_key: str = _setting("", "the key that it asks for, if it does", secret=True)
    writer_evidence_tokens: int = _setting(
        1_500, "tiktoken budget of the evidence that the writer is shown", limits=(200, 100_000)
    )
    writer_answer_tokens: int = _setting(400, "tokens that it may write", limits=(16, 8_000))
    writer_first_seconds: int = _setting(
        20, "how long the writer may take to its first word, and between two, s", limits=(1, 600)
    )
    writer_seconds: int = _setting(90, "how long it may take in all, s", limits=(1, 3_600))
    writer_retries: int = _setting(
        2, "times that it is asked again when it is busy or fails before its first word", limits=(0, 10)
    )

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
        settings = {_key(setting): setting for setting in fields(cls)}
        values: dict[str, object] = {}
        for key, raw in sorted(environ.items()):
            if not key.startswith(PREFIX) or key.startswith(f"{PREFIX}TEST_"):
                continue
            if key not in settings:
                raise SettingsError(f"{key} is not a setting; the settings are {', '.join(sorted(settings))}")
            values[settings[key].name] = _parse(settings[key], raw)
        return cls(**values)  # type: ignore[arg-type]


def table() -> Iterator[str]:
    """The lines of a Markdown table of every setting, as docs/settings.md has it."""
    yield "| variable | default | range | meaning |"
    yield "|---|---|---|---|"
    for setting in fields(Settings):
        default = "" if setting.default in ((), "") else f"`{setting.default}`"
        default = setting.metadata.get("default", default)
        limits = setting.metadata["limits"]
        span = "{} to {}".format(*limits) if limits else ""
        yield f"| `{_key(setting)}` | {default} | {span} | {setting.metadata['meaning']} |"


def _key(setting: Field[Any]) -> str:
    return PREFIX + setting.name.upper()


def _parse(setting: Field[Any], raw: str) -> object:
    try:
        value = _READERS[setting.type](raw.strip())
        _check(value, setting.metadata["limits"], setting.metadata.get("choices", ()))
    except ValueError as error:
        shown = repr(raw) if setting.repr else "..."
        raise SettingsError(f"{_key(setting)}={shown} cannot be used: {error}") from None
    return value


def _check(value: Any, limits: tuple[int, int] | None, choices: tuple[str, ...]) -> None:
    if limits is not None and not limits[0] <= value <= limits[1]:
        raise ValueError(f"it must be from {limits[0]} to {limits[1]}")
    if choices and value not in choices:
        raise ValueError(f"it must be one of {', '.join(choices)}")


def _whole(raw: str) -> int:
    try:
        return int(raw)
    except ValueError:
        raise ValueError("it must be a whole number") from None


def _number(raw: str) -> float:
    try:
        return float(raw)
    except ValueError:
        raise ValueError("it must be a number") from None


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


def _networks(raw: str) -> Networks:
    return Networks(str(ipaddress.ip_network(name.strip())) for name in raw.split(",") if name.strip())


def _scope(raw: str) -> ScopeName:
    if raw not in _SCOPES:
        raise ValueError(f"it must be one of {', '.join(_SCOPES)}")
    return ScopeName(raw)


def _origins(raw: str) -> Origins:
    origins = Origins(name.strip().lower() for name in raw.split(",") if name.strip())
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise ValueError(f"{origin!r} is no origin; write https://wiki.example, with a port where it has one")
    return origins


def _headers(raw: str) -> tuple[tuple[str, str], ...]:
    """Headers as they are written in a setting.

    >>> _headers("x-chroma-token: abc; x-team: maps")
    (('x-chroma-token', 'abc'), ('x-team', 'maps'))
    """
    pairs = [one.partition(":") for one in raw.split(";") if one.strip()]
    headers = tuple((name.strip(), value.strip()) for name, _, value in pairs)
    if not all(_TOKEN.fullmatch(name) and value and value.isascii() and value.isprintable() for name, value in headers):
        raise ValueError("it must be `name: value`, several separated by semicolons, of ASCII letters")
    return headers


_READERS: dict[object, Callable[[str], object]] = {
    int: _whole,
    float: _number,
    str: _text,
    Path: lambda raw: Path(_text(raw)),
    tuple[str, ...]: _names,
    Networks: _networks,
    Origins: _origins,
    ScopeName: _scope,
    tuple[tuple[str, str], ...]: _headers,
}

if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in table())

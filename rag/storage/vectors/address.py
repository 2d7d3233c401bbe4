"""Where a Chroma server is."""

import re
from dataclasses import dataclass, field

from rag.errors import SettingsError
from rag.settings import Settings

_ADDRESS = re.compile(r"https?://[^/\s]")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerAddress:
    """A Chroma server, which of its databases is used, and how long it may take to answer, s."""

    url: str
    tenant: str = "default_tenant"
    database: str = "default_database"
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    seconds: float = 5.0


def vectors_server(settings: Settings) -> ServerAddress | None:
    """The server that the settings name, ``None`` for none: the vectors are in the data directory then.

    Raises:
        SettingsError: For an address that is none.
    """
    if not settings.vectors_url:
        return None
    if not _ADDRESS.match(settings.vectors_url):
        raise SettingsError(
            f"FOOTNOTE_VECTORS_URL={settings.vectors_url!r} cannot be used: it must begin with http:// or https://"
        )
    return ServerAddress(
        url=settings.vectors_url,
        tenant=settings.vectors_tenant,
        database=settings.vectors_database,
        headers=settings.vectors_headers,
        seconds=settings.vectors_seconds,
    )

"""Where a Chroma server is."""

import re
from dataclasses import dataclass, field

from rag.errors import SettingsError

_ADDRESS = re.compile(r"https?://[^/\s]")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerAddress:
    """A Chroma server, which of its databases is used, and how long it may take to answer, s.

    Raises:
        SettingsError: For an address that is none.
    """

    url: str
    tenant: str = "default_tenant"
    database: str = "default_database"
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    seconds: float = 5.0

    def __post_init__(self) -> None:
        if not _ADDRESS.match(self.url):
            raise SettingsError(
                f"FOOTNOTE_VECTORS_URL={self.url!r} cannot be used: it must begin with http:// or https://"
            )

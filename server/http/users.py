"""People whom a proxy before the server has let in, and names in a header."""

from typing import Any

from rag.storage.catalog import KeyScope
from server.http.caller import Caller
from server.http.edge import OWN_PAGE
from server.http.proxies import Proxies, given

_LONGEST = 200


class Users:
    """Who is named by the proxies that are believed.

    Args:
        header: The header that they name somebody in; empty where nobody is named so.
        scope: What whoever is named may do, in all collections.
    """

    def __init__(self, header: str, scope: KeyScope, proxies: Proxies) -> None:
        self._header = header.lower().encode("latin-1")
        self._scope = scope
        self._proxies = proxies

    def __bool__(self) -> bool:
        return bool(self._header)

    def caller_of(self, scope: Any) -> Caller | None:
        """Who is named; ``None`` for nobody, for several, and for a request that another site's page causes."""
        client = scope.get("client")
        if not self or client is None or not self._proxies.believes(str(client[0])) or not scope["state"][OWN_PAGE]:
            return None
        names = [name for name in given(scope, self._header) if name.strip()]
        return Caller(name=names[0].strip()[:_LONGEST], scope=self._scope) if len(names) == 1 else None

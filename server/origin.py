"""Pages of other sites may not change anything here.

A browser sends a form or a file to any address without asking, so a page somewhere could post
documents to a server on the reader's own machine. A browser also says where a request comes from.
"""

from typing import Any
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.exceptions import PermissionDeniedException
from litestar.handlers import BaseRouteHandler

_READING = ("GET", "HEAD", "OPTIONS")
_OWN = ("same-origin", "none")


def refuse_other_sites(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """A guard: a request that changes something must come from this server's page, or from no page at all.

    ``Sec-Fetch-Site`` decides where it is sent, and no page can forge it; older browsers send ``Origin``
    alone. Programs send neither.

    Raises:
        PermissionDeniedException: 403, for a request from another site's page.
    """
    if connection.scope.get("method") in _READING:
        return
    site, origin = connection.headers.get("sec-fetch-site"), connection.headers.get("origin")
    own = site in _OWN if site else origin is None or urlsplit(origin).netloc == connection.headers.get("host")
    if not own:
        raise PermissionDeniedException(detail=f"refused: the request comes from another site ({origin or site})")

"""Who a request comes from, behind proxies that may be believed."""

import ipaddress
from collections.abc import Sequence

from server.http.edge import Scope

UNKNOWN = "unknown"


class Proxies:
    """The proxies that are believed.

    Args:
        trusted: Their addresses, or networks of them.
    """

    def __init__(self, trusted: Sequence[str]) -> None:
        self._trusted = [ipaddress.ip_network(one) for one in trusted]

    def believes(self, address: str) -> bool:
        """Whether an address is that of a proxy that is believed."""
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self._trusted)

    def address_of(self, scope: Scope) -> str:
        """The address that a request comes from: of what proxies say, the last that none of them is."""
        client = scope.get("client")
        address = str(client[0]) if client else UNKNOWN
        said = ",".join(given(scope, b"x-forwarded-for")).split(",")
        for one in reversed([part.strip() for part in said if part.strip()]):
            if not self.believes(address):
                break
            address = one
        return address

    def is_encrypted(self, scope: Scope) -> bool:
        """Whether a browser came by HTTPS."""
        client = scope.get("client")
        behind = client is not None and self.believes(str(client[0]))
        return scope.get("scheme") == "https" or (behind and given(scope, b"x-forwarded-proto") == ["https"])


def given(scope: Scope, name: bytes) -> list[str]:
    """The values of a header, in order."""
    return [value.decode("latin-1") for found, value in scope["headers"] if found == name]

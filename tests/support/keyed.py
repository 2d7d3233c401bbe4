"""A server with keys: two collections, and a key for everything that may be tried on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from litestar import Litestar

from rag.library import Library, assemble
from rag.models.protocols import Encoder, PairScorer
from rag.settings import Settings
from rag.storage.catalog import KeyScope, KeyTable
from rag.storage.catalog.schema import Connections
from rag.storage.directory import CATALOG
from rag.upkeep.keys import create_key, open_keys
from server.app import create_app
from server.background.startup import Startup
from tests.support.engines import write_and_ingest
from tests.support.processes import run_here, wait_until_ready

PROXY, USER_HEADER = "127.0.0.2", "X-Forwarded-User"
WIKI = "https://wiki.example"
MINE, SECRET = "mine", "secret"
HERON = "The heron\n\nThe heron of Marle pond was seen by Ida Quill in 1987. It stood there until the autumn.\n"
VAULT = "The vault\n\nThe vault of Tarn holds nine bars of silver. Oskar Venn has counted them in 1954.\n"
ASKED = "Who has counted the bars of silver in the vault of Tarn?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyed:
    """A running server with keys.

    Args:
        access: The keys as the server has them: another connection of this process would take its locks away.
        routes: Every method and address that it has.
        keys: Tokens by what they are.
    """

    address: str
    data_dir: Path
    access: KeyTable
    routes: list[tuple[str, str]]
    keys: Mapping[str, str]

    def client(self, key: str | None) -> httpx.Client:
        """A client that gives the key of a name, or none."""
        headers = {} if key is None else {"Authorization": f"Bearer {self.keys[key]}"}
        return httpx.Client(base_url=self.address, headers=headers, timeout=60)


@contextmanager
def keyed_server(
    folder: Path, encoder: Encoder, scorer: PairScorer, *, keys: bool = True, **settings: Any
) -> Iterator[Keyed]:
    """A server in this process, with keys unless it is to have none."""
    data_dir = folder / "data"
    with closing(assemble(Settings(data_dir=data_dir), encoder, scorer)) as engine:
        write_and_ingest(engine, folder / "mine", {"heron.txt": HERON}, MINE)
        write_and_ingest(engine, folder / "secret", {"vault.txt": VAULT, "other.txt": VAULT + "More."}, SECRET)
    made = make_keys(data_dir) if keys else {}
    chosen = Settings(data_dir=data_dir, **settings)
    startup = Startup(chosen, address="", seeds=None, on_ready=_nothing, on_failure=_nothing)
    app: Any = create_app(startup, chosen)
    with run_here(app, lifespan="on") as address:
        wait_until_ready(address)
        yield Keyed(
            address=address,
            data_dir=data_dir,
            access=startup.engine().store.catalog.access,
            routes=routes_of(app),
            keys=made,
        )


def make_keys(data_dir: Path) -> dict[str, str]:
    """A key of every kind."""
    with open_keys(data_dir) as table:
        made = {scope.value: create_key(table, scope) for scope in KeyScope}
        made |= {f"{scope}-mine": create_key(table, scope, collections=[MINE]) for scope in KeyScope}
        made |= {"revoked": create_key(table, KeyScope.ADMIN), "expired": create_key(table, KeyScope.ADMIN, days=1)}
        table.revoke(made["revoked"][0].id)
    expire(data_dir, made["expired"][0].id)
    return {**{name: token for name, (_, token) in made.items()}, "random": "fn_" + "A" * 43}


def expire(data_dir: Path, key_id: str) -> None:
    """Have a key expire now."""
    with closing(Connections(data_dir / CATALOG)) as connections, connections.write() as connection:
        connection.execute("UPDATE access_keys SET expires = created WHERE id = ?", (key_id,))


def routes_of(app: Any) -> list[tuple[str, str]]:
    """Every method and address of an application, below all that is around it; those of `/mcp` as a POST."""
    while not isinstance(app, Litestar):
        app = app._app
    found = {(method, one.path_format) for one in app.routes for method in getattr(one, "methods", ()) or ("POST",)}
    return sorted((method, path) for method, path in found if method not in ("OPTIONS", "HEAD"))


def _nothing(_: Library | None = None) -> None:
    pass

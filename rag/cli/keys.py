"""``footnote keys``: who may ask a server."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, closing
from pathlib import Path

import click

from rag.cli.options import data_dir_option, read_settings
from rag.cli.terminal import echo, echo_json
from rag.errors import NotFound
from rag.storage.catalog import Key, KeyScope, KeyTable, now
from rag.upkeep.audit import audit_log
from rag.upkeep.keys import LONGEST_DAYS, create_key, open_keys


@click.group()
def keys() -> None:
    """Make, list and revoke API keys; with the first one a server lets nobody in without."""


@keys.command("create")
@click.option("--scope", type=click.Choice([one.value for one in KeyScope]), required=True, help="What it allows.")
@click.option("--collection", "collections", multiple=True, help="Bind it to a collection; repeatable [all].")
@click.option("--expires", type=click.IntRange(1, LONGEST_DAYS), metavar="DAYS", help="Days that it is good for.")
@click.option("--name", default="", help="What it is for.")
@data_dir_option
def create(scope: str, collections: Sequence[str], expires: int | None, name: str, data_dir: Path | None) -> None:
    """Make a key, and print it: it cannot be shown again. A server may be running."""
    with _keys(data_dir) as table:
        key, token = create_key(table, KeyScope(scope), name=name, collections=collections, days=expires)
    _audit(data_dir, "create", key.id)
    echo(f"{_told(key)}; keep this key, it is not shown again:", err=True)
    echo(token)


@keys.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@data_dir_option
def list_keys(as_json: bool, data_dir: Path | None) -> None:
    """List the keys, without what opens them."""
    with _keys(data_dir) as table:
        found = table.all()
    if as_json:
        echo_json([{name: getattr(key, name) for name in Key.__slots__} for key in found])
        return
    for key in found:
        echo(_told(key))


@keys.command("revoke")
@click.argument("key_ids", nargs=-1, required=True)
@data_dir_option
def revoke(key_ids: tuple[str, ...], data_dir: Path | None) -> None:
    """Revoke keys by id, as the list gives them: from now on they open nothing, nor do their sessions."""
    with _keys(data_dir) as table:
        known = {key.id for key in table.all()}
        for key_id in key_ids:
            if key_id not in known:
                raise NotFound("key", key_id)
        for key_id in key_ids:
            table.revoke(key_id)
            _audit(data_dir, "revoke", key_id)
            echo(f"revoked {key_id}")


def _keys(data_dir: Path | None) -> AbstractContextManager[KeyTable]:
    settings = read_settings(data_dir=data_dir)
    return open_keys(settings.data_dir.resolve(), catalog_url=settings.catalog_url)


def _audit(data_dir: Path | None, did: str, key_id: str) -> None:
    settings = read_settings(data_dir=data_dir)
    with closing(audit_log(settings.audit_log, settings.data_dir)) as log:
        log.write(command=f"keys {did}", named={"id": key_id})


def _told(key: Key) -> str:
    """A key as a line."""
    bound = "all collections" if key.collections is None else ", ".join(key.collections)
    parts = [f"{key.id}  {key.scope:5}  {bound}  created {key.created}", _standing(key), f"used {key.used or 'never'}"]
    return "  ".join([*parts, *([key.name] if key.name else [])])


def _standing(key: Key) -> str:
    if key.revoked is not None:
        return f"revoked {key.revoked}"
    if key.expires is None:
        return "never expires"
    return f"expires {key.expires}" if key.opens(now()) else f"expired {key.expires}"

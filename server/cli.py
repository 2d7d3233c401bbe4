"""``footnote serve``."""

import logging
import socket
from collections.abc import Sequence
from pathlib import Path

import click
import uvicorn

from rag.cli import data_dir_option, read_settings
from rag.cli.terminal import echo
from rag.errors import FootnoteError
from rag.library import Library
from rag.settings import SEEDS, Settings
from rag.types import DEFAULT_COLLECTION
from rag.upkeep.keys import has_keys
from rag.upkeep.serving import address_of
from server.app import create_app
from server.background.startup import Startup
from server.http.connections import MOST_HEAD_BYTES, bounded, most_connections
from server.http.edge import is_loopback
from server.sight.logs import JSON, set_up

logger = logging.getLogger(__name__)

_GRACE_SECONDS = 2
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.option("--host", help="Address to serve on [FOOTNOTE_HOST].")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to serve on, 0 for a free one [FOOTNOTE_PORT].")
@click.option("--reindex", is_flag=True, help="Index again with other settings; the former index answers meanwhile.")
@click.option("--watch", multiple=True, type=_FOLDER, help="Keep the documents in step with a folder; repeatable.")
@click.option("--insecure", is_flag=True, help="Let everybody in who reaches an address beyond this machine.")
@data_dir_option
def serve(
    host: str | None,
    port: int | None,
    reindex: bool,
    watch: tuple[Path, ...],
    insecure: bool,
    data_dir: Path | None,
) -> None:
    """Serve the chat page and the API; an empty catalog takes in the seeds first, unless a folder is watched."""
    settings = read_settings(host=host, port=port, data_dir=data_dir)
    set_up(settings.log_format)
    if not insecure:
        refuse_strangers(settings)
    run(settings, reindex=reindex, watch=watch)


def refuse_strangers(settings: Settings) -> None:
    """See that nobody is let in without a key who does not sit at this machine.

    Raises:
        FootnoteError: When the address is reached from elsewhere and there are no keys.
    """
    if is_loopback(settings.host):
        return
    if not has_keys(settings.data_dir.resolve(), catalog_url=settings.catalog_url):
        raise FootnoteError(
            f"{settings.host} is reached from other machines, and there are no keys: make one with `footnote keys "
            "create --scope admin`, or let everybody in with --insecure"
        )


def run(settings: Settings, *, reindex: bool = False, watch: Sequence[Path] = ()) -> None:
    """Serve until interrupted; ``reindex`` and ``watch`` as ``Startup`` has them.

    Raises:
        FootnoteError: When the address is taken, or the engine cannot be loaded.
    """
    bound = _bind(settings.host, settings.port)
    host, port = bound.getsockname()[:2]
    say = logger.info if settings.log_format == JSON else _echo
    say(f"Footnote is at http://{host}:{port}/")
    startup = Startup(
        settings,
        address=address_of(host, port),
        seeds=None if watch else SEEDS,
        on_ready=lambda engine: say(_ready(engine)),
        on_failure=lambda: _end(server),
        reindex=reindex,
        watch=watch,
    )
    config = uvicorn.Config(
        create_app(startup, settings),
        http=bounded(most_connections(settings.max_connections)),
        h11_max_incomplete_event_size=MOST_HEAD_BYTES,
        ws="none",
        log_config=None,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        lifespan="on",
    )
    server = uvicorn.Server(config)
    server.run(sockets=[bound])
    if startup.error is not None:
        raise startup.error


def _end(server: uvicorn.Server) -> None:
    server.should_exit = True


def _echo(line: str) -> None:
    echo(line, err=True)


def _ready(engine: Library) -> str:
    size = engine.store.catalog.state(DEFAULT_COLLECTION)
    return f"Ready: {size.documents} documents, {size.passages} passages. Stop with Ctrl+C."


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except (TypeError, UnicodeError) as error:  # Python raises either for a name that it cannot encode
        bound.close()
        raise FootnoteError(f"cannot serve on {host!r}: it is no host name; choose another --host") from error
    except OSError as error:
        bound.close()
        raise FootnoteError(f"cannot serve on {host}:{port}: {error.strerror}; choose another --port") from error
    return bound

"""What several commands share: their options, the settings, and an engine that is closed again."""

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import click

from rag.library import Library, open_library
from rag.settings import Settings
from rag.types import DEFAULT_COLLECTION

_SERVER = "rag.cli.server"
_Command = TypeVar("_Command", bound=Callable[..., object])


def data_dir_option(command: _Command) -> _Command:
    """Add ``--data-dir`` to a command."""
    option = click.option("--data-dir", type=click.Path(path_type=Path), help="Data directory [FOOTNOTE_DATA_DIR].")
    return option(command)


def server_option(command: _Command) -> _Command:
    """Add ``--server`` to a command that works by way of ``rag.cli.reach``."""
    given = click.option(
        "--server",
        metavar="URL",
        expose_value=False,
        callback=_note_server,
        help="Ask this server instead [FOOTNOTE_SERVER].",
    )
    return given(command)


def _note_server(context: click.Context, _: click.Parameter, address: str | None) -> None:
    context.meta[_SERVER] = address


def given_server() -> str | None:
    """What ``--server`` of the command that runs names; ``None`` where it is not given."""
    context = click.get_current_context(silent=True)
    return None if context is None else context.meta.get(_SERVER)


def collection_option(command: _Command) -> _Command:
    """Add ``--collection`` to a command."""
    return click.option("--collection", default=DEFAULT_COLLECTION, show_default=True)(command)


def read_settings(**given: object) -> Settings:
    """The settings of the environment, with those options that were given in their place.

    Raises:
        SettingsError: For a name or value that cannot be used.
    """
    settings = Settings.from_environ(os.environ)
    return replace(settings, **{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]


@contextmanager
def opened(data_dir: Path | None) -> Iterator[Library]:
    """An engine on the data directory of the option or the environment, closed at the end of the block.

    Raises:
        FootnoteError: When the settings, the models or the directory cannot be used.
    """
    with closing(open_library(read_settings(data_dir=data_dir))) as engine:
        yield engine

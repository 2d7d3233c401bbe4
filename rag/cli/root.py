"""The group of all commands.

``serve`` and ``eval`` belong to the packages above this one; they join through the entry points
``footnote.commands``.
"""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import EntryPoint, entry_points

import click

from rag import __version__
from rag.cli.terminal import log_plainly, one_line, tell_traceback
from rag.errors import FootnoteError, InvalidRequest, not_installed

_EXTRAS = ("eval",)  # commands whose packages are an extra of the same name


class _Commands(click.Group):
    """The group of all commands; turns Footnote's errors into a line and an exit status."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *(point.name for point in _added())})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        own = super().get_command(ctx, cmd_name)
        added = next((_loaded(point) for point in _added() if point.name == cmd_name), None)
        return own or added

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: object
    ) -> click.Context:
        with _told():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> object:
        with _told():
            return super().invoke(ctx)


@contextmanager
def _told() -> Iterator[None]:
    """Turns errors into those that click prints, without what a terminal would obey."""
    try:
        yield
    except FootnoteError as error:
        raise click.ClickException(one_line(str(error))) from error
    except InvalidRequest as error:
        raise click.UsageError(one_line(str(error))) from error
    except click.ClickException as error:
        error.message = one_line(error.message)  # type: ignore[misc]  # final, but what click prints is made of it
        raise


def _added() -> list[EntryPoint]:
    return sorted(entry_points(group="footnote.commands"), key=lambda point: point.name)


def _loaded(point: EntryPoint) -> click.Command:
    """The command; one that says what to install where a package of its extra is not there."""
    try:
        command: click.Command = point.load()
    except ModuleNotFoundError as error:
        if point.name not in _EXTRAS:
            raise
        return _Missing(point.name, str(error.name).partition(".")[0])
    return command


class _Missing(click.Command):
    """A command whose packages are not installed."""

    def __init__(self, name: str, package: str) -> None:
        self._why = not_installed(f"footnote {name}", package, name)
        super().__init__(name, help=self._why, add_help_option=False)

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: object
    ) -> click.Context:
        raise FootnoteError(self._why)


@click.group(cls=_Commands)
@click.version_option(__version__, prog_name="footnote")
def main() -> None:
    """Answers from your documents; every sentence leads to the exact characters of its source."""
    os.umask(0o077)  # what it writes holds what people's documents hold
    sys.excepthook = tell_traceback
    log_plainly(logging.WARNING)

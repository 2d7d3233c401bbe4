"""The group of all commands.

``serve`` and ``eval`` belong to the packages above this one; they join through the entry points
``footnote.commands``.
"""

import logging
from importlib.metadata import EntryPoint, entry_points

import click

from rag import __version__
from rag.errors import FootnoteError, InvalidRequest


class _Commands(click.Group):
    """The group of all commands; turns Footnote's errors into a line and an exit status."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *(point.name for point in _added())})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        own = super().get_command(ctx, cmd_name)
        added: click.Command | None = next((point.load() for point in _added() if point.name == cmd_name), None)
        return own or added

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except FootnoteError as error:
            raise click.ClickException(str(error)) from error
        except InvalidRequest as error:
            raise click.UsageError(str(error)) from error


def _added() -> list[EntryPoint]:
    return sorted(entry_points(group="footnote.commands"), key=lambda point: point.name)


@click.group(cls=_Commands)
@click.version_option(__version__, prog_name="footnote")
def main() -> None:
    """Answers from your documents; every sentence leads to the exact characters of its source."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")

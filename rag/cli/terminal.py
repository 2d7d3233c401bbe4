"""What is written to a terminal: the one way there for documents' text, names and messages.

A terminal obeys what it is shown: an escape sequence in a file's name moves the cursor, sets the title, or
hides what was written before; a line break in it looks like a line of our own. Everything that the command
line prints and logs goes through ``echo``, ``console`` or ``LineFormatter``, and a test sees to it.
"""

import json
import logging
import re
import sys
import textwrap
import traceback
from collections.abc import Iterable
from types import TracebackType

import click
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

_C0 = r"\x00-\x08\x0b-\x1f\x7f"
_OTHERS = r"\x80-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff"  # C1, breaks, bidi, lone surrogates
_COMMANDS = re.compile(f"[{_C0}{_OTHERS}]")
_BREAKS = re.compile(r"[\t\n]")
_UNESCAPED = re.compile(rf"[\x7f{_OTHERS}]")
_SHOWN = "\N{REPLACEMENT CHARACTER}"


def plain(text: str) -> str:
    r"""Text of several lines, with a mark in place of all that a terminal would obey.

    >>> plain("\x1b[2Jcaf\u00e9\u202e\n\tend")
    '\ufffd[2Jcafé\ufffd\n\tend'
    """
    return _COMMANDS.sub(_SHOWN, text)


def one_line(text: str) -> str:
    r"""Text as one line, whatever it holds.

    >>> one_line("a.txt\nremoved b.txt")
    'a.txt\ufffdremoved b.txt'
    """
    return _BREAKS.sub(_SHOWN, plain(text))


def echo(line: str, *, err: bool = False) -> None:
    """Print a line, to the error stream where ``err`` says so."""
    click.echo(one_line(line), err=err)


def echo_json(value: object) -> None:
    """Print a value as JSON: what a terminal would obey is escaped, so that nothing of it is lost."""
    written = json.dumps(value, ensure_ascii=False, indent=2)
    click.echo(_UNESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", written))


def console(*, err: bool = False, width: int | None = None) -> Console:
    """A console of rich's for tables and bars: its own colours reach a terminal, a text cannot have any."""
    return _PlainConsole(stderr=err, width=width, markup=False, emoji=False)


class _PlainConsole(Console):
    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=plain(segment.text))


class LineFormatter(logging.Formatter):
    """Log records of one line each; the lines of a traceback are set off."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        """The record's own line."""
        return one_line(super().formatMessage(record))

    def formatException(self, ei: object) -> str:
        """The lines of a traceback."""
        return textwrap.indent(plain(super().formatException(ei)), "  ")  # type: ignore[arg-type]


def log_plainly(level: int) -> None:
    """Log to the error stream, records of ``level`` and above."""
    handler = logging.StreamHandler()
    handler.setFormatter(LineFormatter("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[handler])


def log_with(formatter: logging.Formatter) -> None:
    """Write log records by another formatter from now on: its lines may hold nothing that a terminal obeys."""
    for handler in logging.getLogger().handlers:
        handler.setFormatter(formatter)


def tell_traceback(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Print what nothing caught, as ``sys.excepthook`` does."""
    sys.stderr.write(plain("".join(traceback.format_exception(kind, error, trace))))

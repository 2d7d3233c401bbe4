"""Source code: the file decoded, verbatim, in pieces that are read as one: a function, a class, a group of lines."""

import re
from collections.abc import Iterator, Sequence

from rag.blocks import Form
from rag.ingest.parse.outline import Outline
from rag.ingest.parse.parsed import Limits, Parsed
from rag.ingest.parse.text.decode import decode_within
from rag.ingest.parse.text.lines import Line, read_lines

_MOST_LINES = 40
_FEW_LINES = 12  # groups that are shorter together are one
_CLOSES = re.compile(r"[)\]}]|(?:else|elif|except|finally|catch|end|fi|done|esac|then|do)\b|\*/")


def parse(source: bytes, media_type: str, limits: Limits) -> Parsed:
    """Decode a file of source code.

    Raises:
        DocumentRejected: For bytes that are not text, and a text that is too long.
    """
    text = decode_within(source, limits.characters)
    outline = Outline(text)
    write_code(outline, int(text.startswith("\ufeff")), len(text))
    return Parsed(text=text, media_type=media_type, blocks=tuple(outline.blocks))


def write_code(outline: Outline, start: int, end: int) -> None:
    """Append the code between two offsets."""
    lines = read_lines(outline.text, start, end)
    for piece in _pieces(outline.text, lines):
        outline.leaf(piece[0].start, piece[-1].end, Form.CODE)


def _pieces(text: str, lines: Sequence[Line]) -> Iterator[Sequence[Line]]:
    """Lines that are read together: neighbouring small groups, or parts of a large one."""
    waiting: list[Line] = []
    for group in _groups(text, lines):
        if waiting and (len(waiting) + len(group) > _FEW_LINES):
            yield waiting
            waiting = []
        if len(group) > _MOST_LINES:
            yield from _parts(group)
        else:
            waiting += group
    if waiting:
        yield waiting


def _groups(text: str, lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Lines up to a blank one with a line at the margin behind it, where something new begins."""
    group: list[Line] = []
    for line in lines:
        begins = line.gap and line.indent == 0 and not _CLOSES.match(text, line.begin, line.end)
        if group and begins:
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _parts(group: Sequence[Line]) -> Iterator[Sequence[Line]]:
    """A long group in parts, cut at the blank line that is furthest out, else anywhere."""
    while len(group) > _MOST_LINES:
        gaps = [place for place in range(_FEW_LINES, _MOST_LINES + 1) if group[place].gap]
        cut = min(gaps, key=lambda place: (group[place].indent, -place), default=_MOST_LINES)
        yield group[:cut]
        group = group[cut:]
    if group:
        yield group

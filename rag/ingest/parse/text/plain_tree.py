"""The tree of a plain text: what its lines look like says what they are.

Each reader looks at the line that was reached and takes what it knows; a paragraph is what none of them knows. Every
span is one of the text itself, nothing is joined or left out: a paragraph has the breaks that it was wrapped at.
"""

import re
from collections.abc import Callable, Iterator

from rag.blocks import Block, Form
from rag.ingest.parse.text.boxes import read_boxes
from rag.ingest.parse.text.columns import read_columns
from rag.ingest.parse.text.entries import read_record
from rag.ingest.parse.text.headed import read_heading
from rag.ingest.parse.text.layout import Layout, lay_out
from rag.ingest.parse.text.listed import read_list
from rag.ingest.parse.text.questions import QUESTION_LEVEL
from rag.ingest.parse.text.quoted import read_code, read_quote
from rag.types import Kind

_RUN_IN = re.compile(
    r"(?:(?:§{1,2} ?|(?:Section|Sec\.|Article|Art\.|Clause|Rule|Paragraph|Para\.) ?)(?P<number>\d{1,3})(?!\.?\d)"
    r"|(?P<dotted>\d{1,3}\.\d{1,3})(?!\.?\d))(?:[.:)]\s{1,3}(?=\S)|\s{1,3}(?=[A-Z(]))"
)
_BEFORE = ".;:!?)"


def plain_tree(text: str, start: int, end: int) -> Iterator[Block]:
    """The blocks of ``text`` between two offsets."""
    return read_layout(lay_out(text, start, end))


def read_layout(layout: Layout) -> Iterator[Block]:
    """The blocks of lines that were looked at."""
    place = 0
    while place < len(layout.lines):
        place = next((after for read in _READERS if (after := read(layout, place)) > place), place)
    return iter(layout.outline.blocks)


def _read_aside(layout: Layout, place: int) -> int:
    if not layout.is_aside(place):
        return place
    layout.outline.leaf(layout.lines[place].begin, layout.lines[place].end, kind=Kind.BOILERPLATE)
    return place + 1


def _read_question(layout: Layout, place: int) -> int:
    if place not in layout.asked:
        return place
    begin, last = layout.asked[place]
    layout.outline.leaf(begin, layout.lines[last].end, Form.HEADING, level=QUESTION_LEVEL)
    return last + 1


def _read_paragraph(layout: Layout, place: int) -> int:
    """Read what is wrapped over lines; sections that are run in are a paragraph each."""
    last = layout.last_wrapped(place)
    begin, end = layout.lines[place].begin, layout.lines[last].end
    for start, after in _sections(layout.text, begin, end):
        layout.outline.leaf(start, after)
    return last + 1


def _sections(text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """A paragraph in the sections that it has: "Section 4. The pool closes. Section 5. Dogs stay out."."""
    found = _ascending(text, begin, end)
    starts = [begin, *(start for start in found if start > begin)] if len(found) > 1 else [begin]
    for start, after in zip(starts, [*starts[1:], end], strict=True):
        yield start, start + len(text[start:after].rstrip())


def _ascending(text: str, begin: int, end: int) -> list[int]:
    """Where sections begin: their numbers grow, and a reference to one is within a sentence."""
    starts: list[int] = []
    reached = (-1, -1)
    for one in _RUN_IN.finditer(text, begin, end):
        whole, _, part = (one["number"] or one["dotted"]).partition(".")
        number = int(whole), int(part or 0)
        if number > reached and (
            one.start() == begin or text[max(begin, one.start() - 3) : one.start()].rstrip()[-1:] in _BEFORE
        ):
            reached = number
            starts.append(one.start())
    return starts


_Reader = Callable[[Layout, int], int]
_READERS: tuple[_Reader, ...] = (
    _read_aside,
    read_quote,
    read_boxes,
    _read_question,
    read_heading,
    read_list,
    read_record,
    read_columns,
    read_code,
    _read_paragraph,
)

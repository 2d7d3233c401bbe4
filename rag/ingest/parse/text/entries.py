"""Records of plain text: lines that name something and say what it is."""

import re

from rag.blocks import Form
from rag.ingest.parse.text.asides import leader
from rag.ingest.parse.text.layout import Layout
from rag.language.sentences import stripped

_KEY = re.compile(r":?(?P<key>[^\W_][^:\t]{0,39})(?<=\S)[ \t]?(?P<colon>:)(?:[ \t]+(?=\S)|$)")
_MOST_WORDS = 5
_FEWEST_AT_START = 3  # fields of a record that a text begins with: the first line may be a title with a colon
_NO_KEY = frozenset(".?!;,|")
_Place = tuple[int, int]


def read_record(layout: Layout, place: int) -> int:
    """Read a record, of two fields at least; gives the place behind it, ``place`` where there is none."""
    fields: list[tuple[_Place, _Place]] = []
    last = place
    while last < len(layout.lines) and (last == place or not layout.begins_run(last)):
        found = None if layout.is_aside(last) else _field(layout, last)
        if found is None or _repeats(layout, found, fields):
            break
        end = _value_end(layout, last)
        fields.append((found[0], (found[1][0], max(found[1][1], layout.lines[end].end))))
        last = end + 1
    filled = [one for one in fields if one[1][0] < one[1][1]]
    if len(filled) < (2 if place else _FEWEST_AT_START):
        return place
    with layout.outline.within(Form.RECORD):
        for key, value in fields:
            layout.outline.field(key, value)
    return last


def _field(layout: Layout, place: int) -> tuple[_Place, _Place] | None:
    """Where the key and the value of a line are; a value may begin on the next one."""
    line = layout.lines[place]
    if layout.opens[place] or _within_sentence(layout, place):
        return None
    found = _KEY.match(layout.text, line.begin, line.end)
    if found is None:
        return leader(layout.text, line)
    key = found["key"].rstrip()
    if len(key.split()) > _MOST_WORDS or _NO_KEY & set(key[-1:] + ("," if ", " in key else "")):
        return None
    value = stripped(layout.text, found.end("colon"), line.end)
    places = (value.start, value.end) if value else _below(layout, place)
    return None if places is None else ((found.start("key"), found.start("key") + len(key)), places)


def _below(layout: Layout, place: int) -> _Place | None:
    """The value on the line below its key, further in; ``None`` where there is none."""
    if layout.ends_run(place) or layout.opens[place + 1]:
        return None
    below = layout.lines[place + 1]
    return (below.begin, below.end) if below.indent > layout.lines[place].indent else None


def _within_sentence(layout: Layout, place: int) -> bool:
    """Whether a line goes on with the sentence of the one before: "... as follows" at its end has a colon too."""
    return place > 0 and layout.wrapped[place - 1] and layout.words(place)[0].islower()


def _value_end(layout: Layout, place: int) -> int:
    """The last line of a value: what is wrapped, or further in, goes on with it."""
    indent = layout.lines[place].indent
    while not layout.ends_run(place) and not layout.opens[place + 1] and not layout.is_aside(place + 1):
        further = layout.lines[place + 1].indent > indent
        if not further and (not layout.wrapped[place] or _KEY.match(layout.words(place + 1))):
            break
        place += 1
    return place


def _repeats(layout: Layout, found: tuple[_Place, _Place], fields: list[tuple[_Place, _Place]]) -> bool:
    """Whether a field begins the next record: its key is the first one's."""
    (start, end), _ = found
    return bool(fields) and layout.text[start:end] == layout.text[fields[0][0][0] : fields[0][0][1]]

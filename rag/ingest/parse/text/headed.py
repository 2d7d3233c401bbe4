"""Headings of plain text that say that they are some: underlined ones, and those of numbered sections."""

import re

from rag.blocks import Form
from rag.ingest.parse.text.layout import Layout
from rag.ingest.parse.text.marks import numbered_end
from rag.language.english.lexicon import AUXILIARIES
from rag.language.sentences import stripped
from rag.types import Kind

_UNDERLINE = re.compile(r"(?P<mark>[-=~^*+#\"'`:._])(?P=mark){2,}")
_RUN_IN = re.compile(r"[A-Z][^.?!:\n]{1,58}[.:][ \t]+(?=[A-Z(\"“])")
_LONGEST_TITLE = 80
_MOST_RUN_IN = 5  # words
_UNFINISHED = ".,;:"


def read_heading(layout: Layout, place: int) -> int:
    """Read a heading; gives the place behind it, ``place`` where there is none."""
    if layout.is_aside(place) or not (layout.begins_run(place) or layout.sections[place]):
        return place
    return _read_underlined(layout, place) or _read_numbered(layout, place) or place


def _read_underlined(layout: Layout, place: int) -> int:
    """A line with a rule of one character below it, and perhaps the same above."""
    over = int(_is_rule(layout, place) and _is_rule(layout, place + 2))
    title, rule = place + over, place + over + 1
    if not _is_rule(layout, rule) or layout.begins_run(rule) or _is_rule(layout, title):
        return 0
    line, mark = layout.lines[title], layout.words(rule)[0]
    wide = 5 * (layout.lines[rule].end - layout.lines[rule].begin) >= 3 * (line.end - line.begin)
    if not wide or line.end - line.begin > _LONGEST_TITLE or layout.marks[title]:
        return 0
    level = layout.level_of(mark * (1 + over))
    if over:
        _add_rule(layout, place)
    layout.outline.leaf(line.begin, line.end, Form.HEADING, level=level)
    _add_rule(layout, rule)
    return rule + 1


def _is_rule(layout: Layout, place: int) -> bool:
    return place < len(layout.lines) and bool(_UNDERLINE.fullmatch(layout.words(place)))


def _add_rule(layout: Layout, place: int) -> None:
    layout.outline.leaf(layout.lines[place].begin, layout.lines[place].end, kind=Kind.BOILERPLATE)


def _read_numbered(layout: Layout, place: int) -> int:
    """A line of its own that begins with the number of a section, or a title at the start of a section's text."""
    mark, section = layout.marks[place], layout.sections[place]
    if not section and not (mark and mark.ordered):
        return 0
    line = layout.lines[place]
    words = numbered_end(layout.text, line)
    level = len(section) or 1
    title = _is_title(layout.text[words : line.end])
    if title and layout.ends_run(place) and _text_follows(layout, place):
        layout.outline.leaf(line.begin, line.end, Form.HEADING, level=level)
        return place + 1
    return _read_run_in(layout, place, words) if section else 0


def _read_run_in(layout: Layout, place: int, words: int) -> int:
    """A title at the start of the text that it is of: "3.1 Fees. The fee is ..."."""
    last = layout.last_wrapped(place)
    found = _RUN_IN.match(layout.text, words, layout.lines[last].end)
    title = stripped(layout.text, layout.lines[place].begin, found.end()) if found else None
    if found is None or title is None or not _names(layout.text[words : title.end]):
        return 0
    layout.outline.leaf(title.start, title.end, Form.HEADING, level=len(layout.sections[place]))
    layout.outline.leaf(found.end(), layout.lines[last].end)
    return last + 1


def _names(words: str) -> bool:
    """Whether words name what follows: a sentence has a verb, or many of them."""
    parts = words.lower().rstrip(".:").split()
    return len(parts) <= _MOST_RUN_IN and not any(word in AUXILIARIES for word in parts)


def _is_title(words: str) -> bool:
    return len(words) <= _LONGEST_TITLE and words[-1] not in _UNFINISHED and not words[0].islower()


def _text_follows(layout: Layout, place: int) -> bool:
    """Whether what is below is not the next item of the same list."""
    after = place + 1
    while after < len(layout.lines) and layout.is_aside(after):
        after += 1
    return after < len(layout.lines) and not (layout.marks[after] and not layout.sections[place])

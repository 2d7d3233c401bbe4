"""Questions of Markdown that stand over their answers, and bold lines that do as headings do."""

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.blocks import Block, Form
from rag.ingest.parse.text.rebuilt import rebuilt
from rag.language.sentences import stripped
from rag.types import Span

_LEVEL = 6
_LONGEST = 250
_LONGEST_TITLE = 80
_FEWEST = 2
_RUNS = 8  # blocks to a question, at most, where plain lines are taken for some
_ASKED = re.compile(r"(?:[*_]{2,3})?(?:Q|Question)[ \t]?\d{0,3}[ \t]?[:.)](?:[*_]{2,3})?[ \t]+(?=\S)", re.IGNORECASE)
_SAID = re.compile(r"(?:[*_]{2,3})?(?:A|Answer)[ \t]?\d{0,3}[ \t]?[:.)](?:[*_]{2,3})?[ \t]+(?=\S)", re.IGNORECASE)
_BOLD = re.compile(r"(?P<mark>\*\*\*?|___?)(?P<words>[^*_\r\n]*)(?P=mark)")
_NUMBER = re.compile(r"\(?\d{1,3}(?:\.\d{1,3}){0,2}[.)]?[ \t]+")
_UNFINISHED = ".,;:!"
_ANSWERS = frozenset({Form.PARAGRAPH, Form.LIST, Form.TABLE, Form.RECORD, Form.QUOTE, Form.CODE})


def with_questions(text: str, blocks: Sequence[Block]) -> list[Block]:
    """The blocks with questions over their answers as headings, without the marks of both.

    What is bold, or begins with ``Q:``, is one; a plain line is where others are too. A bold line that asks nothing is
    a heading where others are.
    """
    made = {place: parts for place, block in enumerate(blocks) if (parts := _marked(text, blocks, place))}
    lone = {place: part for place in range(len(blocks)) if place not in made and (part := _plain(text, blocks, place))}
    runs = sum(block.parent is None for block in blocks)
    lone = lone if len(lone) * _RUNS >= runs else {}
    titles = {
        place: block
        for place in range(len(blocks))
        if place not in made and place not in lone and (block := _title(text, blocks, place))
    }
    for found in ({place: [block] for place, block in titles.items()}, lone):
        if len(found) >= _FEWEST:
            made |= found
    return rebuilt(blocks, made, ())


def _marked(text: str, blocks: Sequence[Block], place: int) -> list[Block]:
    """The parts of a paragraph that is a marked question, a question with its answer, or an answer; else none."""
    block = blocks[place]
    if block.form is not Form.PARAGRAPH:
        return []
    said = _SAID.match(text, block.span.start, block.span.end)
    if said and _follows_question(text, blocks, place):
        return [Block(span=Span(start=said.end(), end=block.span.end))]
    first = _first_line(text, block.span)
    mark = _ASKED.match(text, first.start, first.end)
    bold = _BOLD.fullmatch(text, first.start, first.end)
    asks = bold and bold["words"].rstrip().endswith("?")
    if (not mark and not asks) or first.end - first.start > _LONGEST:
        return []
    head = _heading(text, first)
    rest = stripped(text, first.end, block.span.end)
    if rest:
        answer = _SAID.match(text, rest.start, rest.end)
        body = Span(start=answer.end(), end=rest.end) if answer else rest
        return [head, Block(span=body)] if mark is None or answer or text[first.end - 1] in "?*_" else []
    return [head] if _is_answer(blocks, place) else []


def _follows_question(text: str, blocks: Sequence[Block], place: int) -> bool:
    before = blocks[place - 1] if place else None
    return before is not None and before.form is Form.PARAGRAPH and bool(_ASKED.match(text, before.span.start))


def _plain(text: str, blocks: Sequence[Block], place: int) -> list[Block]:
    """A question on a line of its own, with the rest of its paragraph; else nothing."""
    block = blocks[place]
    if block.form is not Form.PARAGRAPH or block.parent is not None:
        return []
    first = _first_line(text, block.span)
    words = first.of(text).rstrip("*_")
    number = _NUMBER.match(words)
    begins = words[number.end() :] if number else words
    one = not any(mark in begins for mark in (". ", "? ", ": "))
    if not words.endswith("?") or not begins[:1].isupper() or len(words) > _LONGEST or not one:
        return []
    rest = stripped(text, first.end, block.span.end)
    if rest:
        return [_heading(text, first), Block(span=rest)]
    return [_heading(text, first)] if _is_answer(blocks, place) else []


def _title(text: str, blocks: Sequence[Block], place: int) -> Block | None:
    """A short bold paragraph over another, as a heading."""
    block = blocks[place]
    if (
        block.form is not Form.PARAGRAPH
        or block.parent is not None
        or block.span.end - block.span.start > _LONGEST_TITLE
    ):
        return None
    bold = _BOLD.fullmatch(text, block.span.start, block.span.end)
    if (
        not bold
        or not bold["words"].strip()
        or bold["words"].strip()[-1] in _UNFINISHED
        or not _is_answer(blocks, place)
    ):
        return None
    if _BOLD.match(text, blocks[place + 1].span.start):
        return None
    return replace(block, form=Form.HEADING, level=_LEVEL)


def _heading(text: str, line: Span) -> Block:
    """A question without its mark, and without the bold ones that it shares with it."""
    mark = _ASKED.match(text, line.start, line.end)
    start, end = mark.end() if mark else line.start, line.end
    if mark and mark[0].lstrip("*_") != mark[0] and not mark[0].rstrip().endswith(("*", "_")):
        end = start + len(text[start:end].rstrip("*_"))
    return Block(span=stripped(text, start, end) or line, form=Form.HEADING, level=_LEVEL)


def _first_line(text: str, span: Span) -> Span:
    words = span.of(text)
    line = words.splitlines()[0].rstrip().removesuffix("\\").removesuffix("<br>").rstrip()
    return Span(start=span.start, end=span.start + len(line)) if line else span


def _is_answer(blocks: Sequence[Block], place: int) -> bool:
    """Whether what follows may be what a block stands over."""
    after = blocks[place + 1] if place + 1 < len(blocks) else None
    return after is not None and after.form in _ANSWERS and after.parent == blocks[place].parent

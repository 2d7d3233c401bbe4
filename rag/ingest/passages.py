"""From the blocks of a document to its sentences, each with its kind and the heading above it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby

from rag.ingest.describe import Described, is_prose
from rag.ingest.parse.text.blocks import Block
from rag.language.sentences import split_sentences
from rag.language.text import display
from rag.types import Kind, Sentence, Span

_HEADING_CHARACTERS = 100
_HEADING_WORDS = 14
_NUMBER = re.compile(r"\d{1,3}[.)]\s")
_BLANK_LINE = re.compile(r"(?>\r\n|\n|\r)[ \t]*(?>\r\n|\n|\r)")
_LIST_MARK = re.compile(r"[-*+•‣◦]\s")


def split(text: str, blocks: Sequence[Block], described: Described, fits: Callable[[str], bool]) -> list[Sentence]:
    """The sentences of a document in order; a heading or a line of the description is one sentence.

    A short line without markup is a heading where prose follows it.

    Args:
        fits: Whether a sentence is short enough for a passage; a longer one is cut.
    """
    lines = [display(block.opening(text)) for block in blocks]
    headings = _headings(text, blocks, lines, described.kinds)
    kinds = [Kind.HEADING if position in headings else kind for position, kind in enumerate(described.kinds)]
    sentences: list[Sentence] = []
    heading: str | None = None
    for position, (block, kind) in enumerate(zip(blocks, kinds, strict=True)):
        spans = _spans(text, block.span, kind, fits)
        if kind is Kind.HEADING:
            heading = lines[position]
        sentences.extend(
            Sentence(
                span=span,
                text=span.of(text),
                kind=kind,
                block=position,
                heading=heading if kind is Kind.BODY else None,
            )
            for span in spans
        )
    return sentences


def split_again(text: str, sentences: Sequence[Sentence], fits: Callable[[str], bool]) -> list[Sentence]:
    """What ``split`` gives with another limit, from the sentences that it gave before."""
    found: list[Sentence] = []
    for _, group in groupby(sentences, key=lambda sentence: sentence.block):
        first, *rest = group
        block = Span(start=first.span.start, end=rest[-1].span.end if rest else first.span.end)
        spans = _spans(text, block, first.kind, fits)
        found.extend(replace(first, span=span, text=span.of(text)) for span in spans)
    return found


def _spans(text: str, block: Span, kind: Kind, fits: Callable[[str], bool]) -> list[Span]:
    whole = kind is not Kind.BODY and (kind is Kind.HEADING or fits(block.of(text)))
    return [block] if whole else split_sentences(text, block, fits)


def _headings(text: str, blocks: Sequence[Block], lines: Sequence[str], kinds: Sequence[Kind]) -> set[int]:
    """The positions of marked headings, and of unmarked ones: short lines with prose next, alone or after prose."""
    body = [position for position, kind in enumerate(kinds) if kind is Kind.BODY]
    found = {position for position in body if blocks[position].heading}
    for before, position, after in zip([None, *body], body, [*body[1:], None], strict=False):
        if after is None or blocks[after].heading or not is_prose(lines[after]):
            continue
        here = blocks[position].span.of(text)
        numbered = _NUMBER.match(here) and _NUMBER.match(blocks[after].span.of(text))
        listed = before is not None and not is_prose(lines[before]) and _touch(text, blocks[before], blocks[position])
        if not numbered and not listed and _looks_like_heading(here, lines[position]):
            found.add(position)
    return found


def _touch(text: str, one: Block, other: Block) -> bool:
    """True where no blank line lies between two blocks."""
    return not _BLANK_LINE.search(text, one.span.end, other.span.start)


def _looks_like_heading(source: str, line: str) -> bool:
    short = len(line) <= _HEADING_CHARACTERS and len(line.split()) <= _HEADING_WORDS
    starts = line[:1].isupper() or line[:1].isdigit() or not line[:1].isascii()
    return short and starts and not is_prose(line) and not _LIST_MARK.match(source) and line[-1:] not in ",;"

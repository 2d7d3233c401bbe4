"""From the blocks of a document to its sentences, each with its kind and the heading above it."""

import re
from collections.abc import Callable, Sequence

from rag.clean import display
from rag.describe import Described, is_prose
from rag.layout import Block
from rag.sentences import split_sentences
from rag.types import Kind, Sentence

_HEADING_CHARACTERS = 100
_HEADING_WORDS = 14
_LIST_MARK = re.compile(r"[-*+•‣◦]\s|\d{1,3}[.)]\s")


def split(text: str, blocks: Sequence[Block], described: Described, fits: Callable[[str], bool]) -> list[Sentence]:
    """The sentences of a document in order; a heading or a line of the description is one sentence.

    A short line without markup is a heading where prose follows it.

    Args:
        fits: Whether a sentence is short enough for a passage; a longer one is cut.
    """
    lines = [display(block.span.of(text)) for block in blocks]
    kinds = [_kind(position, blocks, lines, described.kinds) for position in range(len(blocks))]
    sentences: list[Sentence] = []
    heading: str | None = None
    for position, (block, kind) in enumerate(zip(blocks, kinds, strict=True)):
        spans = split_sentences(text, block.span, fits) if kind is Kind.BODY else [block.span]
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


def _kind(position: int, blocks: Sequence[Block], lines: Sequence[str], kinds: Sequence[Kind]) -> Kind:
    kind = kinds[position]
    if kind is not Kind.BODY:
        return kind
    if blocks[position].heading:
        return Kind.HEADING
    following = next((later for later in range(position + 1, len(lines)) if kinds[later] is Kind.BODY), None)
    followed = following is not None and not blocks[following].heading and is_prose(lines[following])
    return Kind.HEADING if followed and _looks_like_heading(lines[position]) else Kind.BODY


def _looks_like_heading(line: str) -> bool:
    short = len(line) <= _HEADING_CHARACTERS and len(line.split()) <= _HEADING_WORDS
    starts = line[:1].isupper() or line[:1].isdigit() or not line[:1].isascii()
    return short and starts and not is_prose(line) and not _LIST_MARK.match(line) and line[-1:] not in ",;"

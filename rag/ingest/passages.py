"""From the blocks of a document to its sentences, and from these to its passages.

A sentence has a kind and the heading above it. A passage is whole sentences under one heading, within a token budget
and the encoder's own limit. Both are given one by one: a long document takes many seconds, and others go first.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from rag.blocks import Block, Form
from rag.errors import PassageTooLong
from rag.ingest.describe import Described, is_prose
from rag.language.english.values.written import written_date
from rag.language.outline import Outline
from rag.language.sentences import split_sentences
from rag.language.text import display, folded
from rag.language.tokens import count_tokens
from rag.models.protocols import Encoder
from rag.types import Description, Kind, Passage, Sentence, Span

_SENTENCE_CHARACTERS = 3_000
_WHOLE = frozenset({Form.ROW, Form.FIELD, Form.CODE, Form.CAPTION})
_LOWEST = 9
_NAMED_SECTIONS = 2
_SECTIONS = ". "
_NOT_INDEXED = (Kind.BOILERPLATE, Kind.HEADING)
_HEADING_CHARACTERS = 100
_HEADING_WORDS = 14
_NUMBER = re.compile(r"\d{1,3}[.)]\s")
_BLANK_LINE = re.compile(r"(?>\r\n|\n|\r)[ \t]*(?>\r\n|\n|\r)")
_LIST_MARK = re.compile(r"[-*+•‣◦]\s")


def split(text: str, blocks: Sequence[Block], described: Described, fits: Callable[[str], bool]) -> Iterator[Sentence]:
    """The sentences of a document in order; a heading, a row, a field or a line of the description is one sentence.

    A short line without markup is a heading where prose follows it. Rows that name columns are part of what is read
    in the others.

    Args:
        blocks: Its tree.
        fits: Whether a sentence is short enough for a passage; a longer one is cut.
    """
    places = [place for place, block in enumerate(blocks) if block.leaf]
    leaves = [blocks[place] for place in places]
    lines = [display(leaf.opening(text)) for leaf in leaves]
    headings = _headings(text, leaves, lines, described.kinds)
    kinds = [Kind.HEADING if position in headings else kind for position, kind in enumerate(described.kinds)]
    tables = {leaf.parent for leaf in leaves if leaf.form is Form.ROW and not leaf.head}
    above: list[tuple[int, str]] = []
    for place, leaf, line, kind in zip(places, leaves, lines, kinds, strict=True):
        if kind is Kind.HEADING:
            above = [*(one for one in above if leaf.level and one[0] < leaf.level), (leaf.level or _LOWEST, line)]
        if leaf.head and leaf.parent in tables:
            continue
        under = _SECTIONS.join(line for _, line in above[-_NAMED_SECTIONS:]) if kind is Kind.BODY else None
        for span in _spans(text, leaf, kind, fits):
            yield Sentence(span=span, text=span.of(text), kind=kind, block=place, heading=under or None)


def split_again(
    text: str, blocks: Sequence[Block], sentences: Sequence[Sentence], fits: Callable[[str], bool]
) -> Iterator[Sentence]:
    """What ``split`` gives with another limit, from the sentences that it gave before."""
    for place, group in groupby(sentences, key=lambda sentence: sentence.block):
        first, *rest = group
        span = Span(start=first.span.start, end=rest[-1].span.end if rest else first.span.end)
        leaf = Block(span=span, form=blocks[place].form if place < len(blocks) else Form.PARAGRAPH)
        for again in _spans(text, leaf, first.kind, fits):
            yield replace(first, span=again, text=again.of(text))


def _spans(text: str, leaf: Block, kind: Kind, fits: Callable[[str], bool]) -> Iterable[Span]:
    if kind is Kind.HEADING or (kind is not Kind.BODY and fits(leaf.span.of(text))):
        return (leaf.span,)
    if leaf.form in _WHOLE and fits(leaf.span.of(text)):
        return (leaf.span,)
    return split_sentences(text, leaf.span, fits)


def _headings(text: str, blocks: Sequence[Block], lines: Sequence[str], kinds: Sequence[Kind]) -> set[int]:
    """The positions of marked headings, and of unmarked ones: short lines with prose next, alone or after prose."""
    body = [position for position, kind in enumerate(kinds) if kind is Kind.BODY]
    found = {position for position in body if blocks[position].heading}
    if any(blocks[position].level for position in found):
        return found  # the document marks its headings
    for before, position, after in zip([None, *body], body, [*body[1:], None], strict=False):
        if after is None or blocks[after].heading or not is_prose(lines[after]):
            continue
        here = blocks[position].span.of(text)
        if blocks[position].form is not Form.PARAGRAPH or blocks[position].parent is not None:
            continue
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


def sentence_fits(text: str, encoder: Encoder) -> bool:
    """Whether a sentence takes at most half of what the encoder reads; the rest is for title and heading.

    One of very many characters does not, even where the encoder takes them for a single unknown word.
    """
    return len(text) <= _SENTENCE_CHARACTERS and encoder.count_tokens(display(text)) <= encoder.max_tokens // 2


def chunk(
    document_id: str,
    about: Description,
    sentences: Iterable[Sentence],
    outline: Outline,
    encoder: Encoder,
    *,
    budget: int,
) -> Iterator[Passage]:
    """The passages of a document, in order; every sentence but boilerplate and headings is in one.

    A row is indexed under the names of its columns, an item with what leads to its list.

    Args:
        budget: tiktoken tokens of a passage's own text; a longer sentence makes a passage alone.

    Raises:
        PassageTooLong: When a passage exceeds ``encoder.max_tokens``.
    """
    for group, said in _groups(sentences, outline, encoder, budget):
        span = Span(start=group[0].span.start, end=group[-1].span.end)
        indexed = _indexed_text(about, group[0], said, outline, encoder)
        passage = Passage(document_id=document_id, span=span, text=span.of(outline.text), indexed=indexed)
        needed = encoder.count_tokens(indexed)
        if needed > encoder.max_tokens:
            raise PassageTooLong(
                f"passage {passage.id} has {needed} word pieces, but {encoder.name} reads {encoder.max_tokens}; "
                "lower FOOTNOTE_PASSAGE_TOKENS"
            )
        yield passage


def _groups(
    sentences: Iterable[Sentence], outline: Outline, encoder: Encoder, budget: int
) -> Iterator[tuple[list[Sentence], list[str]]]:
    """Neighbouring sentences that share a section and stay within the budget and half the encoder's limit.

    With what the indexes see of each.
    """
    group: list[Sentence] = []
    said: list[str] = []
    tokens = pieces = 0
    for sentence in sentences:
        indexed = sentence.kind not in _NOT_INDEXED
        shown = _said(sentence, outline, encoder) if indexed else ""
        more_tokens, more_pieces = count_tokens(shown), encoder.count_tokens(shown)
        full = tokens + more_tokens > budget or pieces + more_pieces > encoder.max_tokens // 2
        if group and (full or not indexed or _starts_section(group[-1], sentence)):
            yield group, said
            group, said, tokens, pieces = [], [], 0, 0
        if indexed:
            group.append(sentence)
            said.append(shown)
            tokens, pieces = tokens + more_tokens, pieces + more_pieces
    if group:
        yield group, said


def _said(sentence: Sentence, outline: Outline, encoder: Encoder) -> str:
    """What the indexes see of a sentence; a row that is too long with its names goes without them."""
    plain = display(sentence.text)
    if outline.form(sentence.block) is not Form.ROW:
        return f"{outline.mark(sentence.block)} {plain}".lstrip()
    named = outline.row(sentence.block).text
    return named if sentence_fits(named, encoder) else plain


def _starts_section(previous: Sentence, sentence: Sentence) -> bool:
    described = (previous.kind is Kind.BODY) != (sentence.kind is Kind.BODY)
    return described or previous.heading != sentence.heading


def _indexed_text(about: Description, first: Sentence, said: Sequence[str], outline: Outline, encoder: Encoder) -> str:
    """What the indexes see of a passage: title, date, heading, what leads to its first sentence, what is ``said``."""
    day = written_date(about.published) if about.published else None
    name = ", ".join(part for part in (about.title, day) if part)
    context = [] if first.kind is Kind.TITLE else [part for part in (name, first.heading, _led(first, outline)) if part]
    limit = encoder.max_tokens // (2 * max(len(context), 2)) - 8
    return folded("\n".join([*(_shortened(part, encoder, limit) for part in context), " ".join(said)]))


def _led(first: Sentence, outline: Outline) -> str | None:
    """What leads to the list or stands over the table that a passage begins in."""
    match outline.form(first.block):
        case Form.ROW:
            return ". ".join(outline.row(first.block).context) or None
        case _:
            leads = outline.leads(first.block)
            return " ".join(display(lead.of(outline.text)) for lead in leads) or None


def _shortened(context: str, encoder: Encoder, limit: int) -> str:
    while context and encoder.count_tokens(context) > limit:
        context = context[: len(context) * 2 // 3]
    return context

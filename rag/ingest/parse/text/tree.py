"""The tree of a Markdown text, read by markdown-it-py, the one module that talks to it.

Only blocks are read; what is within a line stays as it is written. The token map counts lines, so that every span is
one of the text itself.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from markdown_it import MarkdownIt
from markdown_it.token import Token

from rag.blocks import Block, Form
from rag.ingest.parse.text.fed import ASIDE, NOTE, fed
from rag.ingest.parse.text.pipes import table_blocks
from rag.ingest.parse.text.raw_html import html_blocks, shown
from rag.ingest.parse.text.readings import with_readings
from rag.language.sentences import stripped
from rag.types import Span

LONGEST_HEADING = 300
"""Characters; every sentence below a heading is stored and encoded with it."""
_HEADING_MARK = re.compile(r"#{1,6}[ \t]+(?=\S)")
_ATTRIBUTES = re.compile(r"[ \t]\{[#.:][^{}\r\n]{0,100}\}$")
_LINK_DEFINITION = re.compile(r"(?:>\s*)*\[(?!\^)[^\]]+\]:")
_NOTE_OF_FOOT = re.compile(r"(?:[\r\n][ \t>]*)?\[\^[^\]\s]{1,60}\]:[ \t]*")
_ITEM_MARK = re.compile(r"[ \t]*(?P<mark>[-*+]|\(?\w{1,9}[.)])(?:[ \t]+|(?=[\r\n])|$)")
_QUOTE_MARK = re.compile(r"[ \t]*>[ \t]?")
_MARKS = re.compile(r"(?:[\s>*+-]|\(?\w{1,9}[.)](?!\S))*")
_IMAGE = re.compile(r"!\[(?P<alt>[^\[\]]*)\](?:\([^()\s]*(?:[ \t]+\"[^\"\r\n]*\")?\)|\[[^\[\]]*\])")
_LINK_OF_IMAGE = re.compile(r"\[\s*\]\([^()\s]*\)")
_WORDS_OF_A_CAPTION = 4
_FENCE = re.compile(r"[ \t>]*(?:`{3,}|~{3,})[^\r\n]*(?:\r\n|\r|\n|$)")
_FENCE_END = re.compile(r"[ \t>]*(?:`{3,}|~{3,})[ \t]*")
_NESTING = 100
_OPENS = {
    "bullet_list_open": Form.LIST,
    "ordered_list_open": Form.LIST,
    "list_item_open": Form.ITEM,
    "blockquote_open": Form.QUOTE,
}
_CLOSES = {name.replace("_open", "_close") for name in _OPENS}


@dataclass(slots=True)
class _Tree:
    """The blocks so far, and the positions of those that are open with the place where their first line starts."""

    text: str
    plain: Callable[[str, int, int], Iterator[Block]]
    starts: Sequence[int]
    reached: int
    blocks: list[Block] = field(default_factory=list)
    open: list[tuple[int, int]] = field(default_factory=list)
    hidden: str = ""

    def lines(self, token: Token) -> tuple[int, int]:
        """Where the lines of a token start and end."""
        first, end = token.map or (0, 0)
        last = len(self.starts) - 1
        return self.starts[min(first, last)], self.starts[min(end, last)]

    def hold(self, token: Token) -> None:
        """Open a block that holds others."""
        form = _OPENS[token.type]
        start, end = self.lines(token)
        self.left_out(start)
        level = sum(self.blocks[place].form is Form.LIST for place, _ in self.open) if form is Form.LIST else 0
        number = ""
        if form is Form.ITEM and token.info:
            mark = _ITEM_MARK.match(self.text, self.behind_marks(start, end))
            number = mark["mark"] if mark else ""
        span = stripped(self.text, start, end) or Span(start=start, end=start + 1)
        ordered = token.type == "ordered_list_open"
        self.blocks.append(Block(span=span, form=form, parent=self.parent, level=level, ordered=ordered, mark=number))
        self.open.append((len(self.blocks) - 1, start))

    def close(self) -> None:
        """Close the innermost block; one that holds nothing is none."""
        place, _ = self.open.pop()
        if place == len(self.blocks) - 1:
            self.blocks.pop()

    @property
    def parent(self) -> int | None:
        """The block that what comes next is within."""
        return self.open[-1][0] if self.open else None

    def behind_marks(self, start: int, end: int) -> int:
        """Where the words of a line begin, behind the marks of the items and quotations that it is within."""
        reached = start
        for place, first in self.open:
            mark = None
            if self.blocks[place].form is Form.QUOTE:
                mark = _QUOTE_MARK.match(self.text, reached, end)
            elif self.blocks[place].form is Form.ITEM and first == start:
                mark = _ITEM_MARK.match(self.text, reached, end)
            reached = mark.end() if mark else reached
        return reached

    def leaf(self, block: Block) -> None:
        """Append a leaf."""
        if not self.hidden:
            self.blocks.append(replace(block, parent=self.parent))

    def grown(self, blocks: Sequence[Block]) -> None:
        """Append blocks whose parents are positions among them."""
        if not self.hidden:
            first = len(self.blocks)
            for block in blocks:
                parent = self.parent if block.parent is None else first + block.parent
                self.blocks.append(replace(block, parent=parent))

    def left_out(self, end: int) -> None:
        """What no token covers: lines nested too deep for the parser; definitions of links are not text."""
        for block in self.plain(self.text, self.reached, end) if self.reached < end else ():
            words = block.span.of(self.text)
            if not block.leaf or _LINK_DEFINITION.match(words) or ASIDE.fullmatch(words) or _MARKS.fullmatch(words):
                continue
            if note := NOTE.fullmatch(words):
                if title := stripped(words, *note.span("title")) if note["title"] else None:
                    start = block.span.start
                    span = Span(start=start + title.start, end=start + title.end)
                    self.leaf(Block(span=span, form=Form.HEADING, level=6))
            elif any(character.isalnum() for character in words):
                for span in _notes(self.text, block.span):
                    self.leaf(Block(span=span))
        self.reached = max(self.reached, end)


def markdown_tree(text: str, start: int, plain: Callable[[str, int, int], Iterator[Block]]) -> list[Block]:
    """The blocks of ``text`` from ``start`` on.

    Args:
        plain: Gives the blocks of a plain text between two offsets.
    """
    body = text[start:]
    starts = [start, *(start + match.end() for match in re.finditer(r"\r\n|\n|\r", body)), len(text)]
    parser = MarkdownIt("commonmark", {"maxNesting": _NESTING}).enable("table").disable("inline")
    tree = _Tree(text, plain, starts, start)
    tokens = parser.parse(fed(body).replace("\x00", " "))
    place = 0
    while place < len(tokens):
        place = _read(tree, tokens, place)
    tree.left_out(len(text))
    return with_readings(text, tree.blocks)


def _read(tree: _Tree, tokens: Sequence[Token], place: int) -> int:
    """Read a token; gives the place of the next one."""
    token = tokens[place]
    if token.type in _CLOSES:
        tree.close()
    elif token.type in _OPENS:
        tree.hold(token)
    elif token.type == "table_open":
        return _read_table(tree, tokens, place)
    elif token.type in ("inline", "fence", "code_block", "html_block") and token.map:
        _read_leaf(tree, token, tokens[place - 1] if place else None)
    return place + 1


def _read_leaf(tree: _Tree, token: Token, before: Token | None) -> None:
    first, end = tree.lines(token)
    tree.left_out(first)
    tree.reached = max(tree.reached, end)
    span = stripped(tree.text, tree.behind_marks(first, end), end)
    if span is None:
        return
    if token.type == "html_block":
        found, hidden = html_blocks(tree.text, span, tree.hidden)
        tree.hidden = ""
        tree.grown(found)
        tree.hidden = hidden
    elif token.type in ("fence", "code_block"):
        if code := _code(tree.text, span) if token.type == "fence" else span:
            tree.leaf(Block(span=code, form=Form.CODE))
    elif before is not None and before.type == "heading_open":
        tree.leaf(_heading(tree.text, span, int(before.tag[1:])))
    else:
        for part in shown(tree.text, span):
            for words in _notes(tree.text, part):
                tree.grown(list(_paragraph(tree.text, words)))


def _heading(text: str, span: Span, level: int) -> Block:
    words = _without_marks(text, span)
    if attributes := _ATTRIBUTES.search(text, words.start, words.end):
        words = Span(start=words.start, end=attributes.start())
    long = words.end - words.start > LONGEST_HEADING
    return Block(span=words) if long else Block(span=words, form=Form.HEADING, level=level)


def _notes(text: str, span: Span) -> Iterator[Span]:
    """A paragraph, in parts where notes of the foot begin; these without their marks."""
    reached = span.start
    for mark in _NOTE_OF_FOOT.finditer(text, span.start, span.end):
        if mark.start() > span.start and text[mark.start()] == "[":
            continue  # within a line
        if before := stripped(text, reached, mark.start()):
            yield before
        reached = mark.end()
    if rest := stripped(text, reached, span.end):
        yield rest


def _paragraph(text: str, span: Span) -> Iterator[Block]:
    """A paragraph; one that is only pictures says what they show, where that is more than a name."""
    words = span.of(text)
    if not words.startswith(("![", "[![", "[ ![")) or _LINK_OF_IMAGE.sub("", _IMAGE.sub("", words)).strip():
        yield Block(span=span)
        return
    for image in _IMAGE.finditer(text, span.start, span.end):
        alt = stripped(text, *image.span("alt"))
        if alt and len(alt.of(text).split()) >= _WORDS_OF_A_CAPTION:
            yield Block(span=alt, form=Form.CAPTION)


def _code(text: str, span: Span) -> Span | None:
    """The lines of a fenced block."""
    opening = _FENCE.match(text, span.start, span.end)
    begin = opening.end() if opening else span.start
    last = max(text.rfind("\n", begin, span.end), text.rfind("\r", begin, span.end)) + 1 or begin
    closed = begin <= last and _FENCE_END.fullmatch(text, last, span.end)
    return stripped_lines(text, begin, last if closed else span.end)


def stripped_lines(text: str, start: int, end: int) -> Span | None:
    """As ``stripped``, but the indent of the first line stays."""
    span = stripped(text, start, end)
    if span is None:
        return None
    begin = max(start, text.rfind("\n", start, span.start) + 1)
    return Span(start=begin, end=span.end)


def _read_table(tree: _Tree, tokens: Sequence[Token], place: int) -> int:
    """Read the rows of a table; gives the place after it."""
    first, end = tree.lines(tokens[place])
    tree.left_out(first)
    tree.reached = max(tree.reached, end)
    after = next(one for one in range(place, len(tokens)) if tokens[one].type == "table_close")
    rows: list[tuple[Span, list[str]]] = []
    heads = 0
    for token in tokens[place:after]:
        if token.type == "tr_open":
            rows.append((_row_span(tree, token), []))
        elif token.type == "inline":
            rows[-1][1].append(token.content)
        elif token.type == "thead_close":
            heads = len(rows)
    for blocks in table_blocks(tree.text, rows, heads):
        tree.grown(blocks)
    return after + 1


def _row_span(tree: _Tree, token: Token) -> Span:
    start, end = tree.lines(token)
    return stripped(tree.text, tree.behind_marks(start, end), end) or Span(start=start, end=end)


def _without_marks(text: str, heading: Span) -> Span:
    """A heading without the marks before and after its words, or the line under them.

    By hand: a regular expression looks at a long run of spaces once for each of them.
    """
    words = heading.of(text)
    mark = _HEADING_MARK.match(words)
    if mark is None:
        return Span(start=heading.start, end=heading.start + _end_above_line(words))
    bare = words.rstrip("#")
    end = len(bare.rstrip(" \t"))
    closed = mark.end() < end < len(bare) < len(words)
    return Span(start=heading.start + mark.end(), end=heading.start + end if closed else heading.end)


def _end_above_line(words: str) -> int:
    """Where the words of a heading end that is underlined with ``===`` or ``---``; its own end where it is not."""
    above = words.rstrip(words[-1]).rstrip(" \t") if words[-1] in "=-" else ""
    return len(above.rstrip()) if above.endswith(("\r", "\n")) and above.strip() else len(words)

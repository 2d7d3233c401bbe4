"""The tree of a Markdown text, read by markdown-it-py, the one module that talks to it.

Only blocks are read; what is within a line stays as it is written. The token map counts lines, so that every span is
one of the text itself.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from markdown_it import MarkdownIt

from rag.blocks import Block, Cell, Form
from rag.ingest.parse.tables import GridCell, head_rows, placed
from rag.ingest.parse.text.records import with_records
from rag.language.sentences import stripped
from rag.types import Span

LONGEST_HEADING = 300
"""Characters; every sentence below a heading is stored and encoded with it."""
_HEADING_MARK = re.compile(r"#{1,6}[ \t]+(?=\S)")
_LINK_DEFINITION = re.compile(r"(?:>\s*)*\[[^\]]+\]:")
_ITEM_MARK = re.compile(r"[ \t>]*(?P<mark>[-*+]|\d{1,9}[.)])(?:[ \t]+\[[ xX]\])?(?:[ \t]+|$)")
_QUOTE_MARK = re.compile(r"(?:[ \t]{0,3}>[ \t]?)+")
_FENCE = re.compile(r"[ \t>]*(?:`{3,}|~{3,})[^\r\n]*(?:\r\n|\r|\n|$)")
_FENCE_END = re.compile(r"(?:\r\n|\r|\n)[ \t>]*(?:`{3,}|~{3,})[ \t]*\s*$")
_TAG = re.compile(
    r"<!--.*?(?:-->|$)|<(script|style|template)\b.*?(?:</\1\s*>|$)|</?[a-zA-Z][^<>]*(?:>|$)|<[!?][^>]*>",
    re.DOTALL | re.IGNORECASE,
)
_SUMMARY = re.compile(r"<(?:summary|h[1-6])\b[^<>]*>$", re.IGNORECASE)
_ROW_EDGE = re.compile(r"[|\s]*")
_NESTING = 100
_OPENS = {
    "bullet_list_open": Form.LIST,
    "ordered_list_open": Form.LIST,
    "list_item_open": Form.ITEM,
    "table_open": Form.TABLE,
    "blockquote_open": Form.QUOTE,
}
_CLOSES = {name.replace("_open", "_close") for name in _OPENS}


@dataclass(slots=True)
class _Tree:
    """The blocks so far, and the positions of those that are open."""

    text: str
    plain: Callable[[str, int, int], Iterator[Block]]
    starts: Sequence[int]
    reached: int
    blocks: list[Block] = field(default_factory=list)
    open: list[int] = field(default_factory=list)

    def span(self, token: Any) -> Span | None:
        """What a token covers."""
        return stripped(self.text, *self.lines(token))

    def lines(self, token: Any) -> tuple[int, int]:
        """Where the lines of a token start and end."""
        last = len(self.starts) - 1
        return self.starts[min(token.map[0], last)], self.starts[min(token.map[1], last)]

    def hold(self, form: Form, span: Span, *, ordered: bool = False, mark: str = "") -> None:
        """Open a block that holds others."""
        level = sum(self.blocks[place].form is Form.LIST for place in self.open) if form is Form.LIST else 0
        self.blocks.append(Block(span=span, form=form, parent=self.parent, level=level, ordered=ordered, mark=mark))
        self.open.append(len(self.blocks) - 1)

    @property
    def parent(self) -> int | None:
        """The block that what comes next is within."""
        return self.open[-1] if self.open else None

    def leaf(self, block: Block) -> None:
        """Append a leaf."""
        self.blocks.append(replace(block, parent=self.parent))

    def left_out(self, end: int) -> None:
        """What no token covers: lines nested too deep for the parser; definitions of links are not text."""
        for block in self.plain(self.text, self.reached, end) if self.reached < end else ():
            words = block.span.of(self.text)
            if block.leaf and not _LINK_DEFINITION.match(words) and any(character.isalnum() for character in words):
                self.leaf(Block(span=block.span))
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
    tokens = parser.parse(body.replace("\x00", " "))
    place = 0
    while place < len(tokens):
        place = _read(tree, tokens, place)
    tree.left_out(len(text))
    return with_records(text, tree.blocks)


def _read(tree: _Tree, tokens: Sequence[Any], place: int) -> int:
    """Read a token; gives the place of the next one."""
    token = tokens[place]
    if token.type in _CLOSES:
        if tree.open and token.type != "table_close":
            tree.open.pop()
        return place + 1
    if not token.map:
        return place + 1
    if token.type == "table_open":
        return _read_table(tree, tokens, place)
    if token.type in _OPENS:
        if span := tree.span(token):
            mark = _ITEM_MARK.match(tree.text, tree.lines(token)[0]) if token.type == "list_item_open" else None
            number = mark["mark"] if mark and token.info else ""
            tree.hold(_OPENS[token.type], span, ordered=token.type == "ordered_list_open", mark=number)
        else:
            tree.hold(_OPENS[token.type], Span(start=tree.lines(token)[0], end=tree.lines(token)[0] + 1))
        return place + 1
    if token.type in ("inline", "fence", "code_block", "html_block"):
        _read_leaf(tree, token, tokens[place - 1] if place else None)
    return place + 1


def _read_leaf(tree: _Tree, token: Any, before: Any) -> None:
    first, end = tree.lines(token)
    tree.left_out(first)
    tree.reached = max(tree.reached, end)
    span = stripped(tree.text, first, end)
    if span is None:
        return
    if token.type == "html_block":
        for block in _html_runs(tree.text, span):
            tree.leaf(block)
    elif token.type in ("fence", "code_block"):
        if code := _code(tree.text, span) if token.type == "fence" else span:
            tree.leaf(Block(span=code, form=Form.CODE))
    elif before is not None and before.type == "heading_open":
        words = _without_marks(tree.text, _unmarked(tree, span))
        long = words.end - words.start > LONGEST_HEADING
        level = int(before.tag[1:])
        tree.leaf(Block(span=words) if long else Block(span=words, form=Form.HEADING, level=level))
    else:
        tree.leaf(Block(span=_unmarked(tree, span)))


def _unmarked(tree: _Tree, span: Span) -> Span:
    """A paragraph without the marks of the list item or quotation that it begins."""
    if not tree.open:
        return span
    for pattern in (_QUOTE_MARK, _ITEM_MARK, _QUOTE_MARK, _ITEM_MARK):
        holder = tree.blocks[tree.open[-1]]
        begins = pattern is _QUOTE_MARK or (holder.form is Form.ITEM and holder.span.start >= span.start - 4)
        mark = pattern.match(tree.text, span.start, span.end) if begins else None
        if mark and mark.end() < span.end:
            span = stripped(tree.text, mark.end(), span.end) or span
    return span


def _code(text: str, span: Span) -> Span | None:
    """The lines of a fenced block."""
    start = _FENCE.match(text, span.start, span.end)
    begin = start.end() if start else span.start
    end = _FENCE_END.search(text, max(begin - 2, span.start), span.end)
    return stripped_lines(text, begin, end.start() if end and end.start() >= begin else span.end)


def stripped_lines(text: str, start: int, end: int) -> Span | None:
    """As ``stripped``, but the indent of the first line stays."""
    span = stripped(text, start, end)
    if span is None:
        return None
    begin = max(start, text.rfind("\n", start, span.start) + 1)
    return Span(start=begin, end=span.end)


def _html_runs(text: str, span: Span) -> Iterator[Block]:
    """The words between the tags of raw HTML, a block each; comments, scripts and styles are none."""
    reached, tag = span.start, ""
    for found in [*_TAG.finditer(text, span.start, span.end), None]:
        end = found.start() if found else span.end
        words = stripped(text, reached, end)
        if words and any(character.isalnum() for character in words.of(text)):
            heads = _SUMMARY.search(tag) and words.end - words.start <= LONGEST_HEADING
            yield Block(span=words, form=Form.HEADING, level=6) if heads else Block(span=words)
        if found:
            reached, tag = found.end(), found[0]


def _read_table(tree: _Tree, tokens: Sequence[Any], place: int) -> int:
    """Read the rows of a table; gives the place after it."""
    first, end = tree.lines(tokens[place])
    tree.left_out(first)
    tree.reached = max(tree.reached, end)
    whole = stripped(tree.text, first, end)
    rows: list[tuple[Span, list[tuple[int, int]]]] = []
    heads = 0
    while tokens[place].type != "table_close":
        token = tokens[place]
        if token.type == "tr_open" and token.map and (span := tree.span(token)):
            rows.append((span, []))
            reached = span.start
        elif token.type == "inline" and rows:
            reached = _place_cell(tree.text, rows[-1], reached, token.content)
        elif token.type == "thead_close":
            heads = len(rows)
        place += 1
    if whole and rows:
        _add_table(tree, whole, rows, heads)
    return place + 1


def _place_cell(text: str, row: tuple[Span, list[tuple[int, int]]], reached: int, content: str) -> int:
    """Find a cell in its line; gives where the next one may start."""
    span, cells = row
    begin = _ROW_EDGE.match(text, reached, span.end) if not content else None
    if not content:
        after = text.find("|", reached + 1, span.end)
        cells.append((reached, reached))
        return after if after >= 0 else (begin.end() if begin else reached)
    written = content if text.find(content, reached, span.end) >= 0 else content.replace("|", r"\|")
    found = text.find(written, reached, span.end)
    if found < 0:
        cells.append((reached, reached))
        return reached
    cells.append((found, found + len(written)))
    after = text.find("|", found + len(written), span.end)
    return after if after >= 0 else span.end


def _add_table(tree: _Tree, whole: Span, rows: Sequence[tuple[Span, list[tuple[int, int]]]], declared: int) -> None:
    grid = placed([[GridCell(text=tree.text[start:end]) for start, end in cells] for _, cells in rows])
    blank = declared == 1 and not any(cell.text for cell in grid[0])
    heads = head_rows(grid[1:]) + 1 if blank else head_rows(grid, declared)
    tree.hold(Form.TABLE, whole)
    for number, (span, cells) in enumerate(rows):
        held = tuple(
            Cell(start=start, end=end, column=column) for column, (start, end) in enumerate(cells) if start < end
        )
        if held:
            tree.leaf(Block(span=span, form=Form.ROW, head=number < heads, cells=held))
    tree.open.pop()


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

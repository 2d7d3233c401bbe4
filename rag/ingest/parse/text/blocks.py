"""The blocks of a text, plain or Markdown, with their spans; the other formats bring their own."""

import re
from dataclasses import replace

from rag.blocks import Block
from rag.ingest.parse.text.plain_tree import plain_tree
from rag.ingest.parse.text.tree import markdown_tree
from rag.types import Span

_ATX_HEADING = re.compile(r"^\ufeff?#{1,6} +(?P<words>\S[^\r\n]*)", re.MULTILINE)
_FRONT_MATTER = re.compile(
    r"\ufeff?---[ \t]*\r?\n(?![ \t]*\r?\n)(?P<fields>(?:(?!---)[^\r\n]*\r?\n)*?)---[ \t]*(?:\r?\n|$)"
)


def blocks(text: str, *, markdown: bool = False) -> list[Block]:
    """The blocks of ``text`` in order, without surrounding white space.

    Args:
        markdown: Read as Markdown. A plain text with ``# headings`` is read so too.
    """
    start = 1 if text.startswith("\ufeff") else 0
    if not markdown and not reads_as_markdown(text):
        return list(plain_tree(text, start, len(text)))
    front = _FRONT_MATTER.match(text)
    body = front.end() if front else start
    head = list(plain_tree(text, start, body))
    tree = markdown_tree(text, body, plain_tree)
    return [*head, *(moved(one, 0, None if one.parent is None else one.parent + len(head)) for one in tree)]


def moved(block: Block, by: int, parent: int | None) -> Block:
    """A block in a longer text.

    Args:
        by: Characters that come before the text that it was read from.
        parent: Its parent's position there.
    """
    cells = tuple(replace(cell, start=cell.start + by, end=cell.end + by) for cell in block.cells)
    span = Span(start=block.span.start + by, end=block.span.end + by)
    return replace(block, span=span, parent=parent, cells=cells)


def reads_as_markdown(text: str) -> bool:
    """Whether a plain text has a ``# heading`` and is laid out as Markdown.

    >>> reads_as_markdown("# Brake pads"), reads_as_markdown("# 4 bolts hold the caliper.")
    (True, False)
    """
    return any(found["words"].rstrip()[-1] not in ".;," for found in _ATX_HEADING.finditer(text))


def front_matter(text: str) -> tuple[Span, int] | None:
    """Where the fields of a front matter are, and where the text after it starts; ``None`` without one.

    >>> front_matter("---\\ntitle: A\\n---\\nText")
    (Span(start=4, end=13), 17)
    """
    front = _FRONT_MATTER.match(text)
    if front is None or not front["fields"]:
        return None
    return Span(start=front.start("fields"), end=front.end("fields")), front.end()

"""What blocks of Markdown are by what they say: captions of tables, questions over their answers, records."""

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.blocks import Block, Form
from rag.ingest.parse.text.asked import with_questions
from rag.ingest.parse.text.records import with_records

_CAPTION = re.compile(
    r"""[*_]{0,3}
    (?: (?:Table|Tab\.|Figure|Fig\.|Listing|Chart|Exhibit) [ \t]+ (?:\d|(?:[A-Z]|[IVX]{2,5})\b)
    | (?:Table)?:[ \t]+\S )""",
    re.VERBOSE,
)
_LONGEST_CAPTION = 300


def with_readings(text: str, blocks: Sequence[Block]) -> list[Block]:
    """The blocks, with those that say so as what they are."""
    return with_questions(text, with_records(text, with_captions(text, blocks)))


def with_captions(text: str, blocks: Sequence[Block]) -> list[Block]:
    """The blocks with paragraphs right before or after a table or a picture that name it as captions."""
    found = list(blocks)
    for place, block in enumerate(blocks):
        if block.form is not Form.PARAGRAPH or block.span.end - block.span.start > _LONGEST_CAPTION:
            continue
        if _CAPTION.match(text, block.span.start, block.span.end) and _names_neighbour(blocks, place):
            found[place] = replace(block, form=Form.CAPTION)
    return found


def _names_neighbour(blocks: Sequence[Block], place: int) -> bool:
    """Whether what is before or after a block has a caption."""
    parent = blocks[place].parent
    before = place - 1
    while before >= 0 and blocks[before].form is Form.ROW and blocks[before].parent != parent:
        before = blocks[before].parent or 0
    around = [before, *([place + 1] if place + 1 < len(blocks) else [])]
    forms = (Form.TABLE, Form.CAPTION, Form.CODE)
    return any(one >= 0 and blocks[one].form in forms and blocks[one].parent == parent for one in around)

"""Markdown: the file decoded, verbatim, and its front matter, read by PyYAML."""

from collections.abc import Iterator

import yaml

from rag.blocks import Block
from rag.ingest.parse.fields import iso_date, one_line
from rag.ingest.parse.parsed import Limits, Parsed
from rag.ingest.parse.text.blocks import blocks, front_matter, moved
from rag.ingest.parse.text.decode import decode_within
from rag.language.sentences import stripped
from rag.types import Description, Kind, Span

_KINDS = {
    "title": Kind.TITLE,
    **dict.fromkeys(("author", "authors", "by", "creator"), Kind.AUTHOR),
    **dict.fromkeys(("publisher", "source", "publication", "site"), Kind.PUBLISHER),
    **dict.fromkeys(("date", "published", "publishdate", "pubdate", "date_published", "issued"), Kind.PUBLISHED),
}
_LONGEST = 20_000
_Field = tuple[yaml.ScalarNode, yaml.Node]


def parse(source: bytes, media_type: str, limits: Limits) -> Parsed:
    """Decode a Markdown file and read its front matter.

    Raises:
        DocumentRejected: For bytes that are not text, and a text that is too long.
    """
    text = decode_within(source, limits.characters)
    return parsed(text, media_type)


def parsed(text: str, media_type: str) -> Parsed:
    """The layout of a Markdown text; each field of its front matter is a block."""
    found = blocks(text, markdown=True)
    front = front_matter(text)
    fields = _fields(front[0].of(text)) if front else None
    if front is None or fields is None:
        return Parsed(text=text, media_type=media_type, blocks=tuple(found))
    head, end = front
    own = list(_blocks(text, head, fields))
    first = next((place for place, block in enumerate(found) if block.span.start >= end), len(found))
    by = len(own) - first
    body = [moved(block, 0, None if block.parent is None else block.parent + by) for block in found[first:]]
    return Parsed(text=text, media_type=media_type, blocks=(*own, *body), description=_description(fields))


def _fields(front: str) -> list[_Field] | None:
    """The fields of a front matter with their places, ``None`` where it is no YAML mapping.

    The tree is composed, not constructed: nothing is made of tags, and aliases are not multiplied.
    """
    if len(front) > _LONGEST:
        return None
    try:
        root = yaml.compose(front, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError):
        return None
    if not isinstance(root, yaml.MappingNode):
        return None
    return [(key, value) for key, value in root.value if isinstance(key, yaml.ScalarNode)]


def _blocks(text: str, head: Span, fields: list[_Field]) -> Iterator[Block]:
    for key, value in fields:
        kind = _kind(key)
        first = value.start_mark.index if kind is Kind.TITLE else key.start_mark.index
        span = stripped(text, head.start + first, head.start + value.end_mark.index)
        if span:
            yield Block(span=span, kind=kind or Kind.BOILERPLATE)


def _kind(key: yaml.ScalarNode) -> Kind | None:
    return _KINDS.get(str(key.value).lower().replace("-", "_"))


def _description(fields: list[_Field]) -> Description:
    values: dict[Kind, str] = {}
    for key, value in fields:
        kind, said = _kind(key), ", ".join(_scalars(value))
        if kind and said:
            values.setdefault(kind, said)
    return Description(
        title=one_line(values.get(Kind.TITLE)),
        author=one_line(values.get(Kind.AUTHOR)),
        publisher=one_line(values.get(Kind.PUBLISHER)),
        published=iso_date(values.get(Kind.PUBLISHED)),
    )


def _scalars(node: yaml.Node) -> list[str]:
    """The values of a scalar or a flat list; of a mapping, what it calls its name."""
    if isinstance(node, yaml.ScalarNode):
        return [str(node.value)] if node.tag != "tag:yaml.org,2002:null" else []
    if isinstance(node, yaml.SequenceNode):
        return [said for item in node.value if not isinstance(item, yaml.SequenceNode) for said in _scalars(item)]
    return [str(value.value) for key, value in node.value if key.value == "name" and isinstance(value, yaml.ScalarNode)]

"""YAML: the file decoded, verbatim, read by PyYAML; one that is none is read as the plain text that it is.

The tree is composed, not constructed: nothing is made of tags, and what is only referred to is not written again.
"""

import re
from itertools import accumulate

import yaml

from rag.ingest.parse.data.nodes import Node, tree_of
from rag.ingest.parse.parsed import Limits, Parsed
from rag.ingest.parse.text.decode import decode_within
from rag.ingest.parse.text.plain_tree import plain_tree

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BRACKET = re.compile(r"[\[\]{}]")
_PROPERTIES = re.compile(r"(?:[&!]\S*\s+)*+")
_DEEPEST = 200


def parse(source: bytes, media_type: str, limits: Limits) -> Parsed:
    """Decode a YAML file; mappings are records.

    Raises:
        DocumentRejected: For bytes that are not text, and a text that is too long.
    """
    text = decode_within(source, limits.characters)
    start = int(text.startswith("\ufeff"))
    values = _values(text, start)
    blocks = tree_of(text, values).blocks if values else plain_tree(text, start, len(text))
    return Parsed(text=text, media_type=media_type, blocks=tuple(blocks))


def _values(text: str, start: int) -> list[Node]:
    """The documents of a YAML text; none where it is no YAML, or only a line of words."""
    if _is_deep(text):
        return []
    try:
        roots = [root for root in yaml.compose_all(text[start:], Loader=_LOADER) if root is not None]
    except (yaml.YAMLError, RecursionError, ValueError):
        return []
    seen: dict[int, Node] = {}
    values = [_node(text, root, start, seen) for root in roots]
    return [] if any(value.scalar for value in values) else values


def _is_deep(text: str) -> bool:
    """Whether a text nests so much that composing it would exhaust the stack."""
    if max((len(line) - len(line.lstrip(" -?")) for line in text.splitlines()), default=0) > _DEEPEST:
        return True
    depths = accumulate(1 if bracket[0] in "[{" else -1 for bracket in _BRACKET.finditer(text))
    return max(depths, default=0) > _DEEPEST


def _node(text: str, root: yaml.Node, start: int, seen: dict[int, Node]) -> Node:
    """A value with its place; one that is referred to several times is made once."""
    if id(root) in seen:
        return seen[id(root)]
    at, end = root.start_mark.index + start, root.end_mark.index + start
    named = _PROPERTIES.match(text, at, end)
    begin = named.end() if named else at
    node = seen[id(root)] = Node(at, end, begin, end)
    if isinstance(root, yaml.MappingNode):
        node.entries = []
        node.entries += [(_node(text, key, start, seen), _node(text, value, start, seen)) for key, value in root.value]
    elif isinstance(root, yaml.SequenceNode):
        node.items = []
        node.items += [_node(text, item, start, seen) for item in root.value]
    if _has_marks(root):
        node.begin, node.stop = begin + 1, max(begin + 1, end - 1)
    elif isinstance(root, yaml.ScalarNode) and root.style in ("|", ">"):
        node.begin = min(end, text.find("\n", begin, end) + 1 or begin)
    return node


def _has_marks(root: yaml.Node) -> bool:
    """Whether a value is within quotes or brackets."""
    return root.style in ("'", '"') if isinstance(root, yaml.ScalarNode) else bool(root.flow_style)

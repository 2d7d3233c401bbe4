"""JSON and JSON Lines: the file decoded, verbatim; one that is no JSON is read as the plain text that it is."""

import json
import re
from collections.abc import Iterator

from rag.blocks import Block
from rag.ingest.parse.data.nodes import Node, tree_of
from rag.ingest.parse.parsed import Limits, Parsed
from rag.ingest.parse.text.decode import decode_within
from rag.ingest.parse.text.plain_tree import plain_tree

_TOKEN = re.compile(r'[{}\[\],:]|"(?>[^"\\]+|\\.)*+"|[^\s{}\[\],:"]+', re.DOTALL)
_LINES = "application/jsonl"


def parse(source: bytes, media_type: str, limits: Limits) -> Parsed:
    """Decode a JSON file; objects are records.

    Raises:
        DocumentRejected: For bytes that are not text, and a text that is too long.
    """
    text = decode_within(source, limits.characters)
    start = int(text.startswith("\ufeff"))
    valid = _are_lines(text[start:]) if media_type == _LINES else is_json(text[start:])
    blocks = json_tree(text, start) if valid else plain_tree(text, start, len(text))
    return Parsed(text=text, media_type=media_type, blocks=tuple(blocks))


def json_tree(text: str, start: int) -> Iterator[Block]:
    """The blocks of a text that is JSON from ``start`` on, a value or one a line."""
    values = list(_values(text, start))
    return iter(tree_of(text, values).blocks if values else [])


def is_json(text: str) -> bool:
    """Whether a text is a JSON object or array.

    >>> is_json('{"a": [1]}'), is_json("[a] is a note"), is_json('"a"')
    (True, False, False)
    """
    if text.lstrip()[:1] not in ("{", "["):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _are_lines(text: str) -> bool:
    return all(is_json(line) for line in text.splitlines() if line.strip())


def _values(text: str, start: int) -> Iterator[Node]:
    """The values of a text that is JSON, each with its place."""
    open_nodes: list[Node] = []
    keys: list[Node | None] = []
    for token in _TOKEN.finditer(text, start):
        first = token[0][0]
        if first in "{[":
            at = token.start()
            node = Node(at, at, at + 1, at, [] if first == "[" else None, [] if first == "{" else None)
            open_nodes.append(node)
            keys.append(None)
        elif first in "}]":
            node = open_nodes.pop()
            keys.pop()
            node.end, node.stop = token.end(), token.start()
            if not open_nodes:
                yield node
            else:
                _place(open_nodes[-1], keys, node)
        elif first not in ",:":
            quoted = int(first == '"')
            _place(open_nodes[-1], keys, Node(token.start(), token.end(), token.start() + quoted, token.end() - quoted))


def _place(holder: Node, keys: list[Node | None], node: Node) -> None:
    """Add a value to the object or array that is open; the first of two in an object is the key."""
    key = keys[-1]
    if holder.items is not None:
        holder.items.append(node)
    elif key is None:
        keys[-1] = node
    elif holder.entries is not None:
        holder.entries.append((key, node))
        keys[-1] = None

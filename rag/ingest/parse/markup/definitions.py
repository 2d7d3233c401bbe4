"""The fields of a ``dl``."""

from collections.abc import Iterator, Sequence
from typing import Any

from rag.ingest.parse.markup.tree import HEADINGS, line_of
from rag.ingest.parse.records import Fields

_MORE_THAN_A_LINE = ("pre", "table", "dl", "blockquote", "figure", "details", *sorted(HEADINGS))
_PARTS = ("p", "ul", "ol", "div")
_LONG_VALUE = 600
_LONGEST_KEY = 300
_ENDS = (".", "!", "?", ":", ";", ",")


def fields_of(definitions: Any) -> Fields:
    """The terms of a ``dl`` and what is said of each; nothing where that is more than a line."""
    found: list[tuple[list[str], list[str]]] = []
    for element in _terms(definitions):
        if element.tag == "dt":
            if not found or found[-1][1]:
                found.append(([], []))
            found[-1][0].append(line_of(element))
        elif not found or next(element.iter(*_MORE_THAN_A_LINE), None) is not None:
            return []
        else:
            value = line_of(element)
            if len(value) > _LONG_VALUE and next(element.iter(*_PARTS), None) is not None:
                return []
            found[-1][1].append(value)
    fields = [(", ".join(filter(None, keys)), _joined(values)) for keys, values in found]
    named = all(key and len(key) <= _LONGEST_KEY for key, _ in fields) and any(value for _, value in fields)
    return fields if named else []


def _terms(definitions: Any) -> Iterator[Any]:
    """The terms and definitions of a ``dl``, also those in groups."""
    for child in definitions:
        if child.tag in ("dt", "dd"):
            yield child
        elif child.tag == "div":
            yield from (part for part in child if part.tag in ("dt", "dd"))


def _joined(values: Sequence[str]) -> str:
    joined = ""
    for value in filter(None, values):
        joined += (" " if joined.endswith(_ENDS) else "; ") * bool(joined) + value
    return joined

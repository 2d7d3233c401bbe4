"""What stands before the items of an HTML list."""

import re
from collections.abc import Callable
from typing import Any

from rag.ingest.parse.numerals import capital, letters, roman

LISTS = frozenset({"ol", "ul", "dir"})
BULLET = "-"
_NUMBER = re.compile(r"\s*(-?\d{1,9})\s*")
_STYLE = re.compile(r"list-style(?:-type)?\s*:\s*([a-z-]+)", re.IGNORECASE)
_MOST_CLASSES = 2_000
_STYLES: dict[str, Callable[[int], str]] = {
    **{"a": letters, "A": capital(letters), "i": roman, "I": capital(roman)},
    **{"lower-alpha": letters, "lower-latin": letters, "lower-roman": roman},
    **{"upper-alpha": capital(letters), "upper-latin": capital(letters), "upper-roman": capital(roman)},
    "decimal-leading-zero": "{:02}".format,
}


class Marks:
    """The marks of the items of one list, in order.

    Args:
        element: ``ol``, or a list that is not numbered.
    """

    def __init__(self, element: Any) -> None:
        self.ordered = element.tag == "ol"
        styled = _STYLE.search((element.get("style") or "")[:_MOST_CLASSES])
        name = styled[1].lower() if styled else element.get("type") or "1"
        self._bare = self.ordered and name == "none"
        self._style = _STYLES.get(name, str)
        self._step = -1 if self.ordered and element.get("reversed") is not None else 1
        first = _number(element.get("start"))
        if first is None:
            first = 1 if self._step > 0 else sum(child.tag == "li" for child in element)
        self._next = first

    def of(self, item: Any) -> str:
        """The mark of the next item."""
        if not self.ordered:
            return BULLET
        own = _number(item.get("value"))
        number = self._next if own is None else own
        self._next = number + self._step
        return "" if self._bare else f"{self._style(number)}."


def mend_lists(root: Any) -> None:
    """Put a list that stands between the items of another, as many programs write it, into the item before it."""
    for element in list(root.iter(*LISTS)):
        parent, before = element.getparent(), element.getprevious()
        if parent is not None and parent.tag in LISTS and before is not None and before.tag == "li":
            before.append(element)


def _number(value: str | None) -> int | None:
    found = _NUMBER.fullmatch(value or "")
    return int(found[1]) if found else None

"""Tables of contents of a page: lists that are only links to places of it."""

from collections.abc import Iterator
from typing import Any

_LISTS = ("ul", "ol", "dl")
_FEWEST = 3
_MOST_OF_A_PAGE = 0.5


def contents_of(root: Any) -> list[Any]:
    """The lists of a page that name its own headings; nothing where they are most of it."""
    said = _with_words(root)
    found = [one for one in root.iter(*_LISTS) if one not in said and not _is_inside(one, said)]
    listed = [one for one in found if sum(map(_is_link, one.iter("a"))) >= _FEWEST]
    size = sum(_size(one) for one in listed)
    return listed if size < _MOST_OF_A_PAGE * _size(root) else []


def _with_words(root: Any) -> set[Any]:
    """The elements with words that are in no link to a place of the page."""
    said: set[Any] = set()
    for element in _speaking(root):
        passed = []
        while element is not None and element not in said and not _is_link(element):
            passed.append(element)
            element = element.getparent()
        if element is None or element in said:
            said.update(passed)
    return said


def _speaking(root: Any) -> Iterator[Any]:
    for element in root.iter():
        if element.text and not element.text.isspace():
            yield element
        if element.tail and not element.tail.isspace() and element is not root:
            yield element.getparent()


def _is_link(element: Any) -> bool:
    return element.tag == "a" and (element.get("href") or "").startswith("#") and len(element.get("href")) > 1


def _is_inside(element: Any, said: set[Any]) -> bool:
    """Whether a list is within another one that is only links."""
    parent = element.getparent()
    while parent is not None and parent not in said:
        if parent.tag in _LISTS:
            return True
        parent = parent.getparent()
    return False


def _size(element: Any) -> int:
    return sum(len(text) for text in element.itertext())

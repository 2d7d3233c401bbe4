"""What an HTML page says of itself: meta tags, JSON-LD, its title."""

import json
from collections import deque
from collections.abc import Iterator
from typing import Any

from rag.ingest.parse.fields import iso_date, one_line
from rag.ingest.parse.markup.tree import text_of
from rag.types import Description

_TITLES = ("og:title", "citation_title", "dc.title", "dcterms.title", "twitter:title")
_AUTHORS = ("citation_author", "author", "article:author", "dc.creator", "dcterms.creator", "parsely-author", "byl")
_PUBLISHERS = ("og:site_name", "publisher", "dc.publisher", "dcterms.publisher", "citation_journal_title")
_DATES = (
    *("article:published_time", "citation_publication_date", "datepublished", "date", "pubdate", "publishdate"),
    *("dc.date", "dcterms.date", "dcterms.created", "dc.date.issued", "dcterms.issued", "parsely-pub-date"),
)
_ARTICLES = ("article", "posting", "report", "newsarticle", "webpage", "book", "creativework")
_MOST_DATA = 1_000_000
_MOST_NODES = 10_000

_Meta = dict[str, list[str]]


def page_fields(root: Any) -> tuple[Description, str | None]:
    """What the page's own fields say, JSON-LD first, and the date on which the file was made."""
    meta = _meta(root)
    data = _linked_data(root)
    description = Description(
        title=one_line(_text(data.get("headline"))) or _first(meta, _TITLES),
        author=one_line(_names(data.get("author"))) or _people(meta),
        publisher=one_line(_names(data.get("publisher"))) or _first(meta, _PUBLISHERS),
        published=iso_date(_text(data.get("datePublished"))) or _date(meta, _DATES),
    )
    return description, _date(meta, ("created",))


def page_title(title: str, root: Any) -> str | None:
    """A page's title; where its only first heading is a part of it, that: the rest names the site.

    Args:
        title: The text of the ``title`` element, or nothing.
        root: The page without what is hidden.
    """
    found = [text for element in root.iter("h1") if (text := text_of(element))]
    if len(found) == 1 and (not title or found[0].casefold() in title.casefold()):
        return one_line(found[0])
    return one_line(title)


def _meta(root: Any) -> _Meta:
    found: _Meta = {}
    for element in root.iter("meta"):
        name = element.get("name") or element.get("property") or element.get("itemprop")
        content = one_line(element.get("content"))
        if name and content:
            found.setdefault(name.strip().lower(), []).append(content)
    return found


def _first(meta: _Meta, names: tuple[str, ...]) -> str | None:
    return next((meta[name][0] for name in names if name in meta), None)


def _date(meta: _Meta, names: tuple[str, ...]) -> str | None:
    return next((day for name in names for value in meta.get(name, ()) if (day := iso_date(value))), None)


def _people(meta: _Meta) -> str | None:
    """The authors of the first tag that names any; an address of a profile names nobody."""
    for name in _AUTHORS:
        people = [value for value in meta.get(name, ()) if "://" not in value]
        if people:
            return one_line(", ".join(dict.fromkeys(people)))
    return None


def _linked_data(root: Any) -> dict[str, Any]:
    """The first JSON-LD object that describes an article or the like; empty without one."""
    for element in root.iter("script"):
        if (element.get("type") or "").strip().lower() == "application/ld+json":
            for candidate in _objects(element.text or ""):
                if _is_article(candidate):
                    return candidate
    return {}


def _objects(data: str) -> Iterator[dict[str, Any]]:
    if len(data) > _MOST_DATA:
        return
    try:
        waiting = deque([json.loads(data)])
    except (ValueError, RecursionError):
        return
    for _ in range(_MOST_NODES):
        if not waiting:
            return
        value = waiting.popleft()
        if isinstance(value, list):
            waiting.extendleft(reversed(value))
        elif isinstance(value, dict):
            yield value
            waiting.append(value.get("@graph"))


def _is_article(candidate: dict[str, Any]) -> bool:
    kinds = candidate.get("@type")
    names = kinds if isinstance(kinds, list) else [kinds]
    article = any(isinstance(name, str) and name.lower().endswith(_ARTICLES) for name in names)
    return article and ("headline" in candidate or "datePublished" in candidate)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _names(value: Any) -> str | None:
    """The name of a person or organisation, or of each of a list."""
    people = value if isinstance(value, list) else [value]
    names = [person.get("name") if isinstance(person, dict) else person for person in people[:50]]
    known = [name for name in names if isinstance(name, str) and "://" not in name]
    return ", ".join(dict.fromkeys(known)) or None

"""EPUB: the chapters in reading order, read by lxml from the archive itself."""

import posixpath
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import unquote, urlsplit
from zipfile import ZipFile

from lxml import etree

from rag.errors import DocumentRejected
from rag.ingest.parse.fields import iso_date, one_line, own_author, own_title
from rag.ingest.parse.markup.flow import write_blocks
from rag.ingest.parse.markup.html import parse_xhtml
from rag.ingest.parse.markup.styles import linked_sheets
from rag.ingest.parse.markup.tree import main_part, prune, text_of
from rag.ingest.parse.parsed import Limits, Parsed, TextBuilder
from rag.ingest.parse.questions import answered
from rag.ingest.parse.zip import open_archive
from rag.types import Description

_CONTAINER = "META-INF/container.xml"
_CHAPTERS = frozenset({"application/xhtml+xml", "text/html", "application/xml", "text/xml"})


def parse(source: bytes, media_type: str, limits: Limits) -> Parsed:
    """The text of an EPUB's chapters and what its package file says of it.

    Raises:
        DocumentRejected: For a damaged file, one that unpacks to too much, a text that is too long.
    """
    builder = TextBuilder(limits.characters)
    with open_archive(source, "EPUB", limits) as archive:
        path, package = _package(archive)
        for chapter in _chapters(archive, path, package):
            root = parse_xhtml(archive.read(chapter))
            _keep_apart(root)
            prune(root, _sheets(archive, chapter, linked_sheets(root)))
            write_blocks(main_part(root), builder)
    text = builder.text()
    return Parsed(
        text=text,
        media_type=media_type,
        blocks=answered(text, builder.blocks),
        description=_description(package),
    )


def _keep_apart(root: Any) -> None:
    """A book has no frame around its text: what a page of a site has as such is text."""
    for element in root.iter("aside", "header", "footer"):
        element.tag = "div"


def _package(archive: ZipFile) -> tuple[str, Any]:
    """The package file, and where it is in the archive."""
    if _CONTAINER not in archive.namelist():
        raise DocumentRejected(f"not an EPUB: its archive has no {_CONTAINER}")
    container = _xml(archive.read(_CONTAINER))
    path = next((element.get("full-path") for element in container.iter("{*}rootfile")), None)
    if not path or path not in archive.namelist():
        raise DocumentRejected(f"damaged EPUB: its package file {path!r} is missing")
    return path, _xml(archive.read(path))


def _sheets(archive: ZipFile, chapter: str, addresses: Sequence[str]) -> list[str] | None:
    """The style sheets that a chapter links to, ``None`` where one of them is not in the archive."""
    names = [_named(chapter, address) for address in addresses]
    if not all(name in archive.namelist() for name in names):
        return None
    return [archive.read(name).decode("utf-8", "replace") for name in names]


def _chapters(archive: ZipFile, path: str, package: Any) -> Iterator[str]:
    """The names of the chapters in the order of the spine; a name that leads out of the archive is in none."""
    names = frozenset(archive.namelist())
    items = {element.get("id"): element for element in package.iter("{*}item")}
    for reference in package.iter("{*}itemref"):
        item = items.get(reference.get("idref"))
        if item is None or item.get("media-type") not in _CHAPTERS or "nav" in (item.get("properties") or "").split():
            continue
        name = _named(path, item.get("href") or "")
        if name in names:
            yield name


def _named(path: str, address: str) -> str:
    """What an address in a file of the archive names."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(urlsplit(address).path)))


def _description(package: Any) -> Description:
    values: dict[str, list[str]] = {}
    for element in package.iter("{http://purl.org/dc/elements/1.1/}*"):
        if said := one_line(text_of(element)):
            values.setdefault(etree.QName(element).localname, []).append(said)
    return Description(
        title=own_title(next(iter(values.get("title", [])), None)),
        author=own_author(", ".join(values.get("creator", []))),
        publisher=next(iter(values.get("publisher", [])), None),
        published=iso_date(next(iter(values.get("date", [])), None)),
    )


def _xml(source: bytes) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(source, parser)
    except etree.LxmlError as error:
        raise DocumentRejected(f"damaged EPUB: {error}") from None

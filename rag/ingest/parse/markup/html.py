"""HTML: what a page says in its main part, read by lxml."""

import codecs
import re
from dataclasses import replace
from html import unescape
from typing import Any

from lxml import etree

from rag.errors import DocumentRejected
from rag.ingest.parse.markup.contents import contents_of
from rag.ingest.parse.markup.flow import write_blocks
from rag.ingest.parse.markup.meta import page_fields, page_title
from rag.ingest.parse.markup.tree import main_part, prune, text_of
from rag.ingest.parse.parsed import Limits, Parsed, TextBuilder
from rag.ingest.parse.questions import answered
from rag.ingest.parse.text.decode import decode

_DECLARED = re.compile(
    rb"""<meta\s[^>]*?charset\s*=\s*["']?\s*([\w.:-]+)|<\?xml\s[^>]*?encoding\s*=\s*["']([\w.:-]+)""", re.IGNORECASE
)
_SEARCHED = 4_096
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_BREAK_ALLOWED = re.compile(r"<wbr\s*+/?>", re.IGNORECASE)  # lxml would take what follows for its content
_LATIN = frozenset({"iso8859-1", "ascii", "latin_1"})  # what pages declare so is read as Windows-1252 by every browser
_DAMAGE = 0.001


def parse(source: bytes, media_type: str, limits: Limits) -> Parsed:
    """The main text of a page, its headings and what its meta tags and JSON-LD say.

    Raises:
        DocumentRejected: For bytes that are not text, nesting beyond what lxml reads, and a text that is too long.
    """
    root = parse_xhtml(source) if media_type == "application/xhtml+xml" else parse_markup(_decode(source))
    described, created = page_fields(root)
    title = next((text_of(element) for element in root.iter("title")), "")
    prune(root)
    for contents in contents_of(root):
        contents.clear(keep_tail=True)
    builder = TextBuilder(limits.characters)
    write_blocks(main_part(root), builder)
    text = builder.text()
    return Parsed(
        text=text,
        media_type=media_type,
        blocks=answered(text, builder.blocks),
        description=replace(described, title=described.title or page_title(title, root)),
        created=created,
    )


def parse_markup(text: str) -> Any:
    """The tree of a page; nothing is fetched, no entity but HTML's own is known.

    Raises:
        DocumentRejected: For nesting beyond what lxml reads.
    """
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=True, remove_pis=True, remove_comments=True)
    try:
        root = etree.fromstring(
            _BREAK_ALLOWED.sub("", text).replace("\x00", "\ufffd").encode("utf-8", "replace"), parser
        )
    except etree.LxmlError as error:
        if any(entry.type_name == "ERR_NO_MEMORY" for entry in parser.error_log):
            raise MemoryError from error
        raise DocumentRejected(f"damaged HTML: {error}") from None
    if root is None:
        return etree.Element("html")
    for entry in parser.error_log:
        if "depth" in entry.message.lower():
            raise DocumentRejected(f"nested too deep: {entry.message.strip()}")
    return root


def parse_xhtml(source: bytes) -> Any:
    """The tree of an XHTML page, read as XML where it is well formed; tags without their name space.

    Raises:
        DocumentRejected: As ``parse_markup``, and for bytes that are not text.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_pis=True, remove_comments=True
    )
    try:
        root = etree.fromstring(source, parser)
    except (etree.LxmlError, ValueError):
        return parse_markup(_decode(source))
    _spell_out_entities(root)
    for element in root.iter(etree.Element):
        element.tag = etree.QName(element).localname
    return root


def _spell_out_entities(root: Any) -> None:
    """Put the characters of HTML's own entities in their place; another one stays as it is written."""
    for entity in list(root.iter(etree.Entity)):
        parent, before = entity.getparent(), entity.getprevious()
        text = unescape(entity.text) + (entity.tail or "")
        if before is not None:
            before.tail = (before.tail or "") + text
        else:
            parent.text = (parent.text or "") + text
        parent.remove(entity)


def _decode(source: bytes) -> str:
    """By its byte order mark, else as it declares, else as ``decode`` finds; a few damaged bytes are let pass."""
    declared = _DECLARED.search(source[:_SEARCHED])
    if source.startswith(_MARKS) or not declared:
        return decode(source)
    name = (declared[1] or declared[2]).decode("ascii", "replace")
    try:
        codec = codecs.lookup(name).name
        text = source.decode("cp1252" if codec in _LATIN else codec, "replace")
    except (LookupError, UnicodeError, TypeError):
        return decode(source)
    return text if text.count("\ufffd") <= _DAMAGE * len(text) else decode(source)

"""What OpenDocument texts, sheets and presentations share: the archive, styles, words, cells of a table."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from zipfile import ZipFile

from lxml import etree

from rag.errors import DocumentRejected
from rag.ingest.parse.fields import iso_date, one_line, own_author, own_title
from rag.ingest.parse.parsed import Limits
from rag.ingest.parse.tables import GridCell
from rag.ingest.parse.zip import open_archive
from rag.types import Description

_SPACE = "urn:oasis:names:tc:opendocument:xmlns:"
OFFICE, TEXT, TABLE, DRAW, STYLE = (
    f"{{{_SPACE}{name}:1.0}}" for name in ("office", "text", "table", "drawing", "style")
)
PRESENTATION = f"{{{_SPACE}presentation:1.0}}"
_UNSEEN = frozenset(
    {
        f"{OFFICE}annotation",
        f"{OFFICE}annotation-end",
        f"{TEXT}note",
        f"{TEXT}hidden-text",
        f"{TEXT}hidden-paragraph",
        f"{TEXT}tracked-changes",
        f"{DRAW}text-box",
        f"{PRESENTATION}notes",
        "{http://www.w3.org/1998/Math/MathML}annotation",
    }
)
_MOST_SPACES = 100
_MOST_PARENTS = 10  # of a style
_MOST_REPEATS = 100  # of an equal cell with text
_ENDS = frozenset({f"{TEXT}p", f"{TEXT}h"})
_ROMAN = (("x", 10), ("ix", 9), ("v", 5), ("iv", 4), ("i", 1))


@dataclass(frozen=True, slots=True)
class Document:
    """The parts of an OpenDocument file. ``body`` is what is within ``office:body``."""

    archive: ZipFile
    content: Any
    styles: Any
    body: Any


@contextmanager
def open_odf(source: bytes, limits: Limits) -> Iterator[Document]:
    """The parts of an OpenDocument file.

    Raises:
        DocumentRejected: For a damaged or encrypted file, and one that unpacks to too much.
    """
    with open_archive(source, "OpenDocument file", limits) as archive:
        if "content.xml" not in archive.namelist():
            raise DocumentRejected("not an OpenDocument file: its archive has no content.xml")
        if "META-INF/manifest.xml" in archive.namelist() and b"encryption-data" in archive.read(
            "META-INF/manifest.xml"
        ):
            raise DocumentRejected("encrypted OpenDocument file: it asks for a password; save it without one")
        content = read_xml(archive, "content.xml")
        styles = read_xml(archive, "styles.xml") if "styles.xml" in archive.namelist() else None
        body = content.find(f"{OFFICE}body/*")
        if body is None:
            raise DocumentRejected("damaged OpenDocument file: its content.xml has no body")
        yield Document(archive, content, styles, body)


def read_xml(archive: ZipFile, name: str) -> Any:
    """A part of the archive.

    Raises:
        DocumentRejected: Where it is no XML.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(archive.read(name), parser)
    except etree.LxmlError as error:
        raise DocumentRejected(f"damaged OpenDocument file: {name}: {error}") from None


class Styles:
    """What the styles of a document hide, and how they number lists."""

    def __init__(self, document: Document) -> None:
        roots = [root for root in (document.content, document.styles) if root is not None]
        self._styles = {
            (style.get(f"{STYLE}family"), style.get(f"{STYLE}name")): style
            for root in roots
            for style in root.iter(f"{STYLE}style")
        }
        self._lists = {
            style.get(f"{STYLE}name"): style for root in reversed(roots) for style in root.iter(f"{TEXT}list-style")
        }
        self._hidden = {key for key, style in self._styles.items() if _hides(style)}

    def is_hidden(self, element: Any) -> bool:
        """Whether an element or its style says that it is not displayed."""
        shown = element.get(f"{TEXT}display", "true") != "none" and element.get(f"{TABLE}display", "true") != "false"
        collapsed = element.get(f"{TABLE}visibility") in ("collapse", "filter")
        return not shown or collapsed or (_family(element), _style_name(element)) in self._hidden

    def is_hidden_page(self, page: Any) -> bool:
        """Whether a slide is left out when the others are shown."""
        style = self._styles.get(("drawing-page", page.get(f"{DRAW}style-name")))
        properties = () if style is None else style.iterchildren(f"{STYLE}drawing-page-properties")
        return any(one.get(f"{PRESENTATION}visibility") == "hidden" for one in properties)

    def is_title(self, paragraph: Any) -> bool:
        """Whether a paragraph is the title of the document, by its style or the one that this is made from."""
        return any(name == "Title" for name, _ in self._made_from(paragraph))

    def heading_level(self, paragraph: Any) -> int:
        """The level of a heading, by its element or the styles that its own is made from; 0 for other paragraphs."""
        if paragraph.tag == f"{TEXT}h":
            level = paragraph.get(f"{TEXT}outline-level", "1")
            return int(level) if level.isdigit() else 1
        for name, style in self._made_from(paragraph):
            level = style.get(f"{STYLE}default-outline-level") or name.removeprefix("Heading_20_")
            if level.isdigit():
                return int(level)
        return 0

    def _made_from(self, paragraph: Any) -> Iterator[tuple[str, Any]]:
        """The style of a paragraph and those that it is made from, each with its name."""
        name = _style_name(paragraph)
        for _ in range(_MOST_PARENTS):
            style = self._styles.get(("paragraph", name))
            if style is None or name is None:
                return
            yield name, style
            name = style.get(f"{STYLE}parent-style-name")

    def numbering(self, name: str, level: int) -> Callable[[int], str] | None:
        """What writes the number of an item; ``None`` for a list with bullets."""
        style = self._lists.get(name)
        levels = () if style is None else style.iterchildren(f"{TEXT}list-level-style-number")
        found = next((one for one in levels if one.get(f"{TEXT}level") == str(level)), None)
        if found is None or not found.get(f"{STYLE}num-format"):
            return None
        form, before = found.get(f"{STYLE}num-format"), found.get(f"{STYLE}num-prefix", "")
        after, first = found.get(f"{STYLE}num-suffix", ""), found.get(f"{TEXT}start-value", "1")
        start = int(first) if first.isdigit() else 1
        return lambda count: f"{before}{_number(count + start - 1, form)}{after}"


def words(element: Any, styles: Styles) -> str:
    """The characters of a paragraph or cell; those of notes and text boxes within it are apart."""
    parts: list[str] = []
    waiting = [(element, iter(element))]
    parts.append(_collapsed(element.text))
    while waiting:
        part = next(waiting[-1][1], None)
        if part is None:
            closed, _ = waiting.pop()
            parts.append("\n" if closed.tag in _ENDS and waiting else "")
            parts.append(_collapsed(closed.tail) if waiting else "")
        elif not isinstance(part.tag, str) or part.tag in _UNSEEN or styles.is_hidden(part):
            parts.append(_collapsed(part.tail))
        else:
            parts += [_character(part), _collapsed(part.text)]
            waiting.append((part, iter(part)))
    return "".join(parts).strip()


def grid_rows(table: Any, styles: Styles) -> tuple[list[list[GridCell]], list[Any], int]:
    """The cells of a table in rows, their elements, and how many of the first rows are marked as naming the columns."""
    rows: list[list[GridCell]] = []
    elements: list[Any] = []
    declared = 0
    for row in _rows_of(table):
        if styles.is_hidden(row):
            continue
        cells: list[GridCell] = []
        for cell in row.iterchildren(f"{TABLE}table-cell", f"{TABLE}covered-table-cell"):
            if cell.tag == f"{TABLE}covered-table-cell":
                continue
            text = " ".join(words(cell, styles).split())
            elements.append(cell)
            made = GridCell(text=text, columns=_count(cell, "columns-spanned"), rows=_count(cell, "rows-spanned"))
            cells += [made] * (min(_count(cell, "columns-repeated"), _MOST_REPEATS))
        rows.append(cells)
        declared += row.getparent().tag == f"{TABLE}table-header-rows"
    return rows, elements, declared


def description(document: Document) -> tuple[Description, str | None]:
    """What ``meta.xml`` says; without it, or with a damaged one, the text is none the worse."""
    try:
        meta = read_xml(document.archive, "meta.xml")
    except (KeyError, DocumentRejected):
        return Description(), None
    values = {etree.QName(element).localname: element.text for element in meta.iter(etree.Element)}
    author = values.get("initial-creator") or values.get("creator")
    described = Description(
        title=own_title(values.get("title")), author=own_author(author), publisher=one_line(values.get("publisher"))
    )
    return described, iso_date(values.get("creation-date") or values.get("date"))


def _rows_of(table: Any) -> Iterator[Any]:
    for row in table.iter(f"{TABLE}table-row"):
        if next(row.iterancestors(f"{TABLE}table"), None) is table:
            yield row


def _count(cell: Any, name: str) -> int:
    value = cell.get(f"{TABLE}number-{name}", "1")
    return max(1, min(int(value), 1_000_000)) if value.isdigit() else 1


def _hides(style: Any) -> bool:
    texts = style.iterchildren(f"{STYLE}text-properties")
    tables = style.iterchildren(f"{STYLE}table-properties")
    return any(one.get(f"{TEXT}display") == "none" for one in texts) or any(
        one.get(f"{TABLE}display") == "false" for one in tables
    )


def _family(element: Any) -> str:
    if element.tag in _ENDS:
        return "paragraph"
    return "table" if element.tag == f"{TABLE}table" else "text"


def _style_name(element: Any) -> str | None:
    found: str | None = element.get(f"{TEXT}style-name") or element.get(f"{TABLE}style-name")
    return found


def _character(part: Any) -> str:
    match part.tag.rpartition("}")[2]:
        case "s":
            count = part.get(f"{TEXT}c", "1")
            return " " * min(int(count) if count.isdigit() else 1, _MOST_SPACES)
        case "tab":
            return "\t"
        case "line-break":
            return "\n"
        case _:
            return ""


def _collapsed(text: str | None) -> str:
    """Characters of the file with each run of white space as one space: others have elements of their own."""
    if not text:
        return ""
    inner = " ".join(text.split())
    before = " " if text[0].isspace() else ""
    after = " " if inner and text[-1].isspace() else ""
    return f"{before}{inner}{after}"


def _number(count: int, form: str) -> str:
    if form.lower() == "a" and 0 < count <= 26:
        letter = chr(ord("a") + count - 1)
        return letter if form == "a" else letter.upper()
    if form.lower() == "i" and 0 < count < 40:
        written = ""
        for letters, value in _ROMAN:
            written += letters * (count // value)
            count %= value
        return written if form == "i" else written.upper()
    return str(count)

"""XML of any kind, read by lxml: elements with a short text are fields, those with a long or mixed one paragraphs."""

from collections.abc import Iterator
from typing import Any

from lxml import etree

from rag.blocks import Form
from rag.errors import DocumentRejected
from rag.ingest.parse.parsed import Limits, Parsed, TextBuilder

_SHORT = 300  # characters of a value that is shown beside its name
_INLINE_WORDS = 2


def parse(source: bytes, media_type: str, limits: Limits) -> Parsed:
    """The text of an XML file: names of elements and attributes with what they hold.

    Raises:
        DocumentRejected: For a damaged file, one that nests too deep, a text that is too long.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(source, parser)
    except etree.LxmlError as error:
        raise DocumentRejected(f"damaged XML: {error}") from None
    builder = TextBuilder(limits.characters)
    _Writer(builder).write(root)
    return Parsed(text=builder.text(), media_type=media_type, blocks=tuple(builder.blocks))


class _Writer:
    """Turns elements into blocks, without recursion: XML nests as deep as it likes."""

    def __init__(self, builder: TextBuilder) -> None:
        self._builder = builder

    def write(self, root: Any) -> None:
        """Append what an element holds."""
        waiting: list[Iterator[Any]] = [iter([root])]
        while waiting:
            element = next(waiting[-1], None)
            if element is None:
                waiting.pop()
            elif _is_prose(element):
                self._builder.add(_said(element))
            else:
                self._write_own(element)
                waiting.append(iter([one for one in element if not _is_field(one)]))

    def _write_own(self, element: Any) -> None:
        """The attributes of an element and the children that only have a short text, as a record under its name."""
        fields = [(_name(key), " ".join(value.split())) for key, value in element.attrib.items()]
        fields += [(_name(one.tag), _said(one)) for one in element if _is_field(one)]
        if _is_field(element) and element.getparent() is None:
            fields.append((_name(element.tag), _said(element)))
        shown = [(key, value) for key, value in fields if value]
        if not shown:
            return
        self._builder.add(_name(element.tag), form=Form.CAPTION)
        with self._builder.within(Form.RECORD):
            for key, value in shown:
                self._builder.field(key, value)


def _is_field(element: Any) -> bool:
    """Whether an element has a short text and nothing else."""
    return (
        isinstance(element.tag, str) and not len(element) and not element.attrib and len(element.text or "") <= _SHORT
    )


def _is_prose(element: Any) -> bool:
    """Whether an element has a long text, or words between those that it holds."""
    if not isinstance(element.tag, str):
        return True
    own = [element.text or "", *((one.tail or "") for one in element)]
    if not len(element):
        return len(own[0]) > _SHORT or (bool(element.attrib) and len(own[0].split()) > _INLINE_WORDS)
    return any(part.strip() for part in own)


def _said(element: Any) -> str:
    return " ".join("".join(element.itertext()).split()) if isinstance(element.tag, str) else ""


def _name(tag: str) -> str:
    return str(etree.QName(tag).localname)

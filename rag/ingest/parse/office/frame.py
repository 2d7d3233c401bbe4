"""What stands at the head and the foot of the pages of a DOCX, without the numbers of the pages."""

import re
from collections.abc import Iterator
from typing import Any

from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml

from rag.ingest.parse.office.runs import PARAGRAPH, Look, pieces, text_of

_REFERENCES = {qn("w:headerReference"): "Header", qn("w:footerReference"): "Footer"}
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_NUMBERS = re.compile(r"\s*(?:PAGE|NUMPAGES|SECTIONPAGES|DATE|TIME)\b", re.IGNORECASE)
_FIELD, _CODE, _SIMPLE, _RUN = qn("w:fldChar"), qn("w:instrText"), qn("w:fldSimple"), qn("w:r")
_BESIDE = 15  # characters: "Page 1 of 9" and the like
_GAP = ", "


def frame_fields(document: Any, look: Look) -> list[tuple[str, str]]:
    """What heads and feet of the pages say, each with its place; what several sections share is there once."""
    found: dict[tuple[str, str], None] = {}
    for name, root in _parts(document):
        lines = [line for paragraph in root.iter(PARAGRAPH) if (line := _line(paragraph, look))]
        if lines:
            found[name, _GAP.join(dict.fromkeys(lines))] = None
    return list(found)


def _parts(document: Any) -> Iterator[tuple[str, Any]]:
    read: set[str] = set()
    for section in document.element.body.iter(qn("w:sectPr")):
        for reference in section.iterchildren(*_REFERENCES):
            relation = reference.get(_RELATION)
            relationship = document.part.rels.get(relation)
            if relationship is None or relationship.is_external or relation in read:
                continue
            read.add(relation)
            yield _REFERENCES[reference.tag], parse_xml(relationship.target_part.blob)


def _line(paragraph: Any, look: Look) -> str:
    """What a paragraph says beside the numbers of pages; each stretch between tabs is looked at by itself."""
    numbered = _remove_numbers(paragraph)
    text = text_of(pieces(paragraph, look))
    if numbered:
        text = " ".join(part for part in text.split("\t") if len(part.strip()) > _BESIDE)
    return " ".join(text.split())


def _remove_numbers(paragraph: Any) -> bool:
    """Take out the fields that count pages; whether there were any."""
    gone = [field for field in paragraph.iter(_SIMPLE) if _NUMBERS.match(field.get(qn("w:instr")) or "")]
    depth, counting = 0, False
    for run in paragraph.iter(_RUN):
        marks = [mark.get(qn("w:fldCharType")) for mark in run.iter(_FIELD)]
        depth += marks.count("begin")
        counting = counting or any(_NUMBERS.match(code.text or "") for code in run.iter(_CODE))
        if counting and depth:
            gone.append(run)
        depth -= marks.count("end")
        counting = counting and depth > 0
    for element in gone:
        if element.getparent() is not None:
            element.getparent().remove(element)
    return bool(gone)

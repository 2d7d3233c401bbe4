"""The characters of the paragraphs of a DOCX that are seen, with what their looks make of them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from docx.oxml.ns import qn

from rag.ingest.parse.raised import LONGEST, raised, superscript

Look = Callable[[Any], Mapping[str, Any] | None]
"""How a run looks, ``None`` where it is not seen."""

PARAGRAPH, TABLE, BOX = qn("w:p"), qn("w:tbl"), qn("w:txbxContent")
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_TEXT, _RUN, _VAL = qn("w:t"), qn("w:r"), qn("w:val")
_FORMULA_TEXT, _POWER, _EXPONENT = f"{_M}t", f"{_M}sSup", f"{_M}sup"
_BETWEEN = {f"{_M}den": "/"}
_CHARACTERS = {
    qn("w:tab"): "\t",
    qn("w:br"): "\n",
    qn("w:cr"): "\n",
    qn("w:noBreakHyphen"): "-",
    qn("w:ptab"): "\t",
}
UNSEEN = frozenset(
    {
        *(qn(f"w:{name}") for name in ("del", "moveFrom", "pPr", "rPr", "tblPr", "tcPr", "trPr", "sectPr")),
        "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
    }
)
_APART = UNSEEN | {BOX, TABLE}
_OFF = ("0", "false", "off", "none")
_BOLD, _ALIGNED, _LIFTED, _FONTS = qn("w:b"), qn("w:vertAlign"), qn("w:position"), qn("w:rFonts")
_LEAST_LIFT = 4  # half points
_FIXED_WIDTH = ("courier", "consolas", "menlo", "monaco", "mono", "lucida console")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Characters that look the same. ``power`` is an exponent by its markup, ``fixed`` a font of fixed width."""

    text: str
    raised: bool = False
    bold: bool = False
    fixed: bool = False
    power: bool = False


def pieces(element: Any, look: Look) -> list[Piece]:
    """What a paragraph says, without what text boxes and tables within it say."""
    return [piece for piece in _pieces(element, look) if piece.text]


def _pieces(element: Any, look: Look) -> Iterator[Piece]:
    own = Piece(text="")
    waiting: list[tuple[Piece, Iterator[Any]]] = [(own, iter(element))]
    while waiting:
        own, parts = waiting[-1]
        part = next(parts, None)
        if part is None:
            waiting.pop()
        elif part.tag in (_TEXT, _FORMULA_TEXT):
            yield _with(own, "".join(part.itertext()))
        elif part.tag in _CHARACTERS:
            yield _with(own, _CHARACTERS[part.tag])
        elif isinstance(part.tag, str) and part.tag not in _APART:
            inner = _within(own, part, look)
            if inner is not None:
                yield _with(inner, _BETWEEN.get(part.tag, ""))
                waiting.append((inner, iter(part)))


def _with(piece: Piece, text: str) -> Piece:
    return Piece(text=text, raised=piece.raised, bold=piece.bold, fixed=piece.fixed, power=piece.power)


def _within(own: Piece, part: Any, look: Look) -> Piece | None:
    """What the characters of a part are like, ``None`` where they are not seen."""
    if part.tag == _EXPONENT and part.getparent().tag == _POWER:
        return Piece(text="", power=True)
    if part.tag != _RUN:
        return own
    seen = look(part)
    if seen is None:
        return None
    return Piece(text="", raised=_is_raised(seen), bold=_is_on(seen.get(_BOLD)), fixed=_is_fixed(seen.get(_FONTS)))


def text_of(found: Sequence[Piece]) -> str:
    """The characters of a paragraph; the marks of notes are left out, exponents are written as such."""
    said = ""
    for place, piece in enumerate(found := _joined(found)):
        if piece.power:
            said += superscript(piece.text.strip())
        elif piece.raised and len(piece.text) <= LONGEST:
            after = found[place + 1].text if place + 1 < len(found) else ""
            said += raised(piece.text, said[-2 * LONGEST :], after)
        else:
            said += piece.text
    return said


def is_bold(found: Sequence[Piece]) -> bool:
    """Whether all that is said is in bold."""
    words = [piece for piece in found if piece.text.strip()]
    return bool(words) and all(piece.bold for piece in words)


def is_fixed(found: Sequence[Piece]) -> bool:
    """Whether all that is said is in a font of fixed width."""
    words = [piece for piece in found if piece.text.strip()]
    return bool(words) and all(piece.fixed for piece in words)


def _joined(found: Sequence[Piece]) -> list[Piece]:
    """The pieces, with those that follow each other and are raised alike as one."""
    joined: list[Piece] = []
    for piece in found:
        last = joined[-1] if joined else None
        if last and (last.raised, last.power) == (piece.raised, piece.power):
            joined[-1] = _with(last, last.text + piece.text)
        else:
            joined.append(piece)
    return joined


def _is_on(mark: Any) -> bool:
    return mark is not None and mark.get(_VAL) not in _OFF


def _is_raised(look: Mapping[str, Any]) -> bool:
    aligned, lifted = look.get(_ALIGNED), look.get(_LIFTED)
    if aligned is not None and aligned.get(_VAL) in ("superscript", "subscript"):
        return bool(aligned.get(_VAL) == "superscript")
    height = (lifted.get(_VAL) or "") if lifted is not None else ""
    return height.isdecimal() and len(height) < 5 and int(height) >= _LEAST_LIFT


def _is_fixed(fonts: Any) -> bool:
    name = "" if fonts is None else (fonts.get(qn("w:ascii")) or fonts.get(qn("w:hAnsi")) or "").lower()
    return any(part in name for part in _FIXED_WIDTH)

"""Text of a DOCX that nobody sees: hidden, of no size, or in the colour of what is behind it.

A run looks as its paragraph's style, its own style and its own properties say, in this order. Where what is behind
it is not known, in a text box, or a table whose style shades some of its cells, it stays. What this does not do: text
boxes off the page or behind a picture, and text within pictures.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from docx.oxml.ns import qn

from rag.ingest.parse.markup.lengths import WHITE, Colour

_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_OFF = ("0", "false", "off")
_HIDING = (qn("w:vanish"), qn("w:webHidden"), qn("w:specVanish"))
_FLAT = 40  # twentieths of a point: a line of this height shows no letters
_SMALLEST = 2  # half points
_NARROWEST = 5  # per cent of the usual width
_LEAST_CONTRAST = 1.1
_TRANSPARENT = 95_000  # of 100,000
_DEEPEST = 20
_PAPER = ("background1", "light1", "bg1", "lt1")
_HIGHLIGHTS = {
    **{"black": "000000", "blue": "0000FF", "cyan": "00FFFF", "green": "00FF00", "magenta": "FF00FF", "red": "FF0000"},
    **{"yellow": "FFFF00", "white": "FFFFFF", "darkBlue": "00008B", "darkCyan": "008B8B", "darkGreen": "006400"},
    **{"darkMagenta": "8B008B", "darkRed": "8B0000", "darkYellow": "808000", "darkGray": "A9A9A9"},
    "lightGray": "D3D3D3",
}
_STYLED, _SPACING = f"{qn('w:pPr')}/{qn('w:pStyle')}", qn("w:spacing")
_PROPERTIES, _LIT = qn("w:pPr"), qn("w:highlight")
_PARAGRAPH, _TABLE, _BOX = qn("w:p"), qn("w:tbl"), qn("w:txbxContent")
_RUN_PROPERTIES, _RUN_STYLE, _SHADE, _VAL = qn("w:rPr"), qn("w:rStyle"), qn("w:shd"), qn("w:val")
_COLOUR, _FILL = qn("w:color"), f"{_W14}textFill"
_LEAST = ((qn("w:sz"), _SMALLEST), (qn("w:w"), _NARROWEST))
_HOLDERS = {qn("w:tc"): qn("w:tcPr"), _TABLE: qn("w:tblPr"), _BOX: ""}

_Properties = dict[str, Any]
"""Elements by their tags, of a ``w:rPr`` or ``w:pPr``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Paragraph:
    """A paragraph: how its runs look, whether its lines have no height, and what is behind it, where that is known."""

    paragraph: Any
    look: _Properties
    flat: bool
    ground: Colour | None


class Visibility:
    """Which runs of a document are seen."""

    def __init__(self, document: Any) -> None:
        styles = document.styles.element
        self._styles = {style.get(qn("w:styleId")): style for style in styles.iterchildren(qn("w:style"))}
        self._default = {
            style.get(qn("w:type")): style.get(qn("w:styleId"))
            for style in self._styles.values()
            if style.get(qn("w:default")) not in (None, *_OFF)
        }
        defaults = styles.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
        self._defaults = _by_tag(defaults)
        self._read: _Paragraph | None = None
        self._known: dict[tuple[str | None, str], _Properties] = {}
        page = document.element.find(qn("w:background"))
        self._paper = WHITE if page is None or _value(page, "w:color") in (None, "auto", "FFFFFF") else None

    def look(self, run: Any) -> Mapping[str, Any] | None:
        """How the text of a run looks, its properties by their tags; ``None`` where it is not seen."""
        paragraph = next(run.iterancestors(_PARAGRAPH), None)
        if self._read is None or self._read.paragraph is not paragraph:
            self._read = self._paragraph(paragraph)
        own = _by_tag(run.find(_RUN_PROPERTIES))
        named = own.get(_RUN_STYLE)
        of_style = self._of_style(named.get(_VAL), "w:rPr") if named is not None else {}
        look = {**self._read.look, **of_style, **own} if own else self._read.look
        hidden = self._read.flat or _is_hidden(look) or self._is_lost(look, self._read)
        return None if hidden else look

    def _paragraph(self, paragraph: Any) -> "_Paragraph":
        style = self._style_of(paragraph)
        own = {} if paragraph is None else _by_tag(paragraph.find(_PROPERTIES))
        whole = {**self._of_style(style, "w:pPr"), **own}
        look = {**self._defaults, **self._of_style(style, "w:rPr")}
        ground = self._paper if paragraph is None else self._ground(paragraph, whole.get(_SHADE))
        return _Paragraph(paragraph=paragraph, look=look, flat=_is_flat(whole.get(_SPACING)), ground=ground)

    def _style_of(self, paragraph: Any) -> str | None:
        named = None if paragraph is None else paragraph.find(_STYLED)
        return self._default.get("paragraph") if named is None else named.get(_VAL)

    def _of_style(self, style_id: str | None, part: str) -> _Properties:
        """The properties of a style, with those of the styles that it is based on."""
        if (style_id, part) not in self._known:
            found: _Properties = {}
            for style in self._chain(style_id):
                found = {**_by_tag(style.find(qn(part))), **found}
            self._known[style_id, part] = found
        return self._known[style_id, part]

    def _chain(self, style_id: str | None) -> Iterator[Any]:
        for _ in range(_DEEPEST):
            style = self._styles.get(style_id)
            if style is None:
                return
            yield style
            based = style.find(qn("w:basedOn"))
            style_id = None if based is None else based.get(qn("w:val"))

    def _is_lost(self, look: _Properties, within: "_Paragraph") -> bool:
        """True for text in the colour of what is behind it."""
        ink = _ink(look)
        if ink is None:
            return False
        lit, shade = look.get(_LIT), look.get(_SHADE)
        if lit is not None and lit.get(_VAL) in _HIGHLIGHTS:
            ground = _colour(_HIGHLIGHTS[lit.get(_VAL)])
        else:
            ground = _shade(shade) if _fills(shade) else within.ground
        return ground is not None and ink.contrast(ground) < _LEAST_CONTRAST

    def _ground(self, paragraph: Any, shade: Any) -> Colour | None:
        """What is behind a paragraph: the nearest shade; ``None`` where that is not known."""
        if _fills(shade):
            return _shade(shade)
        for parent in paragraph.iterancestors(*_HOLDERS):
            if parent.tag == _BOX:
                return None
            properties = parent.find(_HOLDERS[parent.tag])
            shade = None if properties is None else properties.find(_SHADE)
            if _fills(shade):
                return _shade(shade)
            if parent.tag == _TABLE and self._may_shade(properties):
                return None
        return self._paper

    def _may_shade(self, table: Any) -> bool:
        """Whether the style of a table gives some of its cells a ground of their own."""
        named = None if table is None else table.find(qn("w:tblStyle"))
        chain = self._chain(None if named is None else named.get(_VAL))
        return any(_fills(shade) for style in chain for shade in style.iter(qn("w:shd")))


def _by_tag(properties: Any) -> _Properties:
    return (
        {} if properties is None else {element.tag: element for element in properties if isinstance(element.tag, str)}
    )


def _is_flat(spacing: Any) -> bool:
    """True for lines that have no height."""
    if spacing is None or spacing.get(qn("w:lineRule")) != "exact":
        return False
    height = _number(spacing.get(qn("w:line")))
    return height is not None and height <= _FLAT


def _is_hidden(look: Mapping[str, Any]) -> bool:
    if any(tag in look and look[tag].get(_VAL) not in _OFF for tag in _HIDING):
        return True
    for tag, least in _LEAST:
        number = _number(look[tag].get(_VAL)) if tag in look else None
        if number is not None and number <= least:
            return True
    fill = look.get(_FILL)
    return fill is not None and _is_transparent(fill)


def _is_transparent(fill: Any) -> bool:
    if fill.find(f"{_W14}noFill") is not None:
        return True
    shares = (_number(alpha.get(f"{_W14}val")) for alpha in fill.iter(f"{_W14}alpha"))
    return any(share is not None and share >= _TRANSPARENT for share in shares)


def _ink(look: Mapping[str, Any]) -> Colour | None:
    """The colour of the letters; ``None`` where Word chooses it to be read, or it is a pattern."""
    fill = look.get(_FILL)
    if fill is not None:
        solid = next(fill.iterfind(f"{_W14}solidFill/*"), None)
        value = None if solid is None else solid.get(f"{_W14}val")
        return WHITE if value in _PAPER else _colour(value)
    said = look.get(_COLOUR)
    if said is None:
        return None
    return _colour(said.get(_VAL)) or (WHITE if said.get(qn("w:themeColor")) in _PAPER else None)


def _fills(shade: Any) -> bool:
    """Whether a shade puts anything behind the letters."""
    if shade is None:
        return False
    patterned = shade.get(qn("w:val")) not in (None, "clear", "nil")
    return patterned or shade.get(qn("w:fill")) not in (None, "auto") or shade.get(qn("w:themeFill")) is not None


def _shade(shade: Any) -> Colour | None:
    if shade.get(qn("w:val")) not in (None, "clear", "nil", "solid"):
        return None  # a pattern
    return _colour(shade.get(qn("w:color" if shade.get(qn("w:val")) == "solid" else "w:fill")))


def _colour(value: str | None) -> Colour | None:
    try:
        red, green, blue = bytes.fromhex(value or "")
    except ValueError:
        return None
    return Colour(red / 255, green / 255, blue / 255)


def is_hidden_row(row: Any) -> bool:
    """True for a row of a table that is hidden."""
    mark = row.find(f"{qn('w:trPr')}/{qn('w:hidden')}")
    return mark is not None and mark.get(qn("w:val")) not in _OFF


def _value(element: Any, name: str) -> str | None:
    found: str | None = element.get(qn(name))
    return found


def _number(value: str | None) -> float | None:
    try:
        return float(value or "")
    except ValueError:
        return None

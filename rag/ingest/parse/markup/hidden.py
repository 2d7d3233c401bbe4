"""What nobody sees of a page: text that its styles make invisible is taken out before anything is read.

An element is gone where it is not displayed, transparent, off the screen or clipped to nothing; its own characters
are where they are hidden, squeezed, too small to have a shape, or of the colour of what is behind them. Where what
is behind them is not known, because a style sheet or a picture is not, they stay; and what hides the whole page
hides nothing, for a script will show it. What this does not do: scripts, and what lies behind another element.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lxml import etree

from rag.ingest.parse.markup.boxes import is_nowhere, is_squeezed
from rag.ingest.parse.markup.lengths import BLACK, WHITE, Colour, colour, font_size, length, lengths, share
from rag.ingest.parse.markup.styles import Declared, Styles, tokens_of

_PAGE = ("html", "body")
_PICTURES = ("img", "picture", "svg", "video", "canvas", "object", "embed", "iframe")
_SMALLEST = 3.0  # pixels: letters below have no shapes
_LEAST_OPACITY = 0.05
_LEAST_CONTRAST = 1.1
_LINK = Colour(0.0, 0.0, 0.93)
_FAR = 990.0  # pixels
_LEAST_LIFT = 3.0  # pixels
_RAISED = ("span", "a", "font", "small")
_DEEPEST = 6
_GONE = "footnote-gone"
_NOTHING: Declared = {}
_OUT_OF_FLOW = ("absolute", "fixed")
_POSITIONED = (*_OUT_OF_FLOW, "relative", "sticky")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """How the characters of an element look; a colour is ``None`` where it is not known."""

    ground: Colour | None
    ink: Colour | None = BLACK
    fill: Colour | None = None
    size: float = 16.0
    opacity: float = 1.0
    shown: bool = True
    indented: bool = False
    squeezed: bool = False
    painted: bool = False
    custom: Mapping[str, Sequence[Any]] = field(default_factory=dict)

    @property
    def readable(self) -> bool:
        """Whether anybody can read them."""
        if not self.shown or self.indented or self.squeezed or self.size < _SMALLEST:
            return False
        ink = self.fill or self.ink
        if ink is None or self.painted:
            return True
        if ink.alpha < _LEAST_OPACITY:
            return False
        return self.ground is None or ink.over(self.ground).contrast(self.ground) >= _LEAST_CONTRAST


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What is seen of an element: nothing where it is ``gone``."""

    look: _Look
    gone: bool = False
    readable: bool = True


def remove_hidden(root: Any, linked: Sequence[str] | None = None) -> None:
    """Take out of a page what its styles hide; what they raise is marked up so.

    Args:
        linked: The style sheets that it links to, where they are known.
    """
    styles = Styles(root, linked)
    declared = styles.elements(root)
    if not declared:
        return
    layered = next(root.iter(*_PICTURES), None) is not None or any(_is_layer(own) for own in declared.values())
    inside = [_Seen(look=_Look(ground=WHITE if styles.known else None))]
    known: dict[tuple[object, ...], _Seen] = {}  # most elements of a page look the same as others
    gone = []
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if event == "end":
            inside.pop()
            continue
        own = declared.get(element, _NOTHING)
        before = inside[-1]
        like = (id(own), id(before), element.tag, element.get("href") is None)
        if like not in known:
            known[like] = _seen(element, own, before.look, layered) if own or element.tag == "a" else before
        inside.append(known[like])
        if known[like].gone:
            gone.append(element)
            walk.skip_subtree()
        elif not known[like].readable:
            _blank(element)
    for element in gone:
        element.tag = _GONE
    etree.strip_elements(root, _GONE, with_tail=False)
    _mark_raised(declared)


def _mark_raised(declared: Mapping[Any, Declared]) -> None:
    for element, own in declared.items():
        if element.tag in _RAISED and _is_raised(own):
            element.tag = "sup"


def _is_raised(own: Declared) -> bool:
    """Whether the characters of an element stand above those beside them."""
    aligned = own.get("vertical-align", ())
    if any(getattr(token, "lower_value", "") == "super" for token in aligned):
        return True
    return any(height >= _LEAST_LIFT for height in lengths(aligned, 16.0, 16.0))


def _blank(element: Any) -> None:
    """Take out the characters that are an element's own."""
    element.text = None
    for child in element:
        child.tail = " " if child.tail else None


def _seen(element: Any, declared: Declared, before: _Look, layered: bool) -> _Seen:
    own = _resolved(declared, before.custom)
    look = _look(element, own, before, layered)
    gone = element.tag not in _PAGE and (look.opacity < _LEAST_OPACITY or is_nowhere(own, look.size))
    return _Seen(look=look, gone=gone, readable=look.readable)


def _is_layer(own: Declared) -> bool:
    """Whether other elements may lie over this one and its background."""
    return _ident(own, "position") in _OUT_OF_FLOW and any(name.startswith("background") for name in own)


def _look(element: Any, own: Declared, before: _Look, layered: bool) -> _Look:
    """How the characters of an element look that stands in one of look ``before``."""
    on_page = element.tag in _PAGE
    size = _size(own, before.size)
    position = _ident(own, "position")
    behind = None if layered and position in _POSITIONED else before.ground
    ink = _LINK if element.tag == "a" and element.get("href") is not None else before.ink
    visibility = "visible" if on_page else _ident(own, "visibility")
    return replace(
        before,
        size=size,
        custom={**before.custom, **{name: value for name, value in own.items() if name.startswith("--")}},
        shown=before.shown if visibility in ("", "inherit") else visibility not in ("hidden", "collapse"),
        opacity=before.opacity * (1.0 if on_page else _opacity(own)),
        ground=_ground(own, behind, page=on_page),
        ink=_ink(own, "color", ink, before.ink),
        fill=_ink(own, "-webkit-text-fill-color", before.fill, before.ink),
        indented=_indented(own, size, before),
        squeezed=is_squeezed(element, own, size) or (before.squeezed and position != "fixed"),
        painted=before.painted or _painted(own),
    )


def _resolved(own: Declared, custom: Mapping[str, Sequence[Any]]) -> Declared:
    """What is declared, with the values of custom properties in their places."""
    if not any(token.type == "function" for value in own.values() for token in value):
        return own
    known = {**custom, **{name: value for name, value in own.items() if name.startswith("--")}}
    return {name: list(_with_values(value, known, _DEEPEST)) for name, value in own.items()}


def _with_values(tokens: Sequence[Any], known: Mapping[str, Sequence[Any]], depth: int) -> Iterator[Any]:
    for token in tokens:
        if token.type != "function" or token.lower_name != "var" or not depth:
            yield token
            continue
        name, *rest = tokens_of(token.arguments) or [token]
        yield from _with_values(known.get(getattr(name, "value", ""), rest[1:]), known, depth - 1)


def _size(own: Declared, before: float) -> float:
    """Pixels of the font; that of "font" stands before the height of its line."""
    size = before
    for name, value in own.items():
        if name == "font-size" and value:
            found = font_size(value[0], before)
        elif name == "font":
            sizes = (token for token in value if token.type in ("dimension", "percentage", "number"))
            found = next((found for token in sizes if (found := length(token, before, before)) is not None), None)
        else:
            continue
        size = size if found is None else found
    return size


def _opacity(own: Declared) -> float:
    found = [share(token) for token in own.get("opacity", ())[:1]]
    for token in own.get("filter", ()):
        if token.type == "function" and token.lower_name == "opacity":
            found += [share(one) for one in tokens_of(token.arguments)[:1]]
    opacity = 1.0
    for one in found:
        opacity *= 1.0 if one is None else max(0.0, one)
    return opacity


def _ink(own: Declared, name: str, before: Colour | None, inherited: Colour | None) -> Colour | None:
    """A colour of the characters."""
    value = own.get(name)
    if not value:
        return before
    word = getattr(value[0], "lower_value", "")
    if word in ("inherit", "currentcolor", "unset"):
        return inherited if name == "color" else None
    return colour(value[0])


def _ground(own: Declared, behind: Colour | None, *, page: bool) -> Colour | None:
    """What is behind the characters: the nearest opaque colour; not known where there is a picture."""
    ground = behind
    if page and [getattr(token, "lower_value", "") for token in own.get("color-scheme", ())] == ["dark"]:
        ground = None
    for name, value in own.items():
        if name in ("background", "background-color", "background-image"):
            ground = _painted_over(value, ground if name == "background-image" else behind)
    return ground


def _painted_over(value: Sequence[Any], behind: Colour | None) -> Colour | None:
    """What one declaration of a background makes of what is behind it."""
    if any(_is_picture(token) for token in value):
        return None
    colours = [found for token in value for found in _colours(token)]
    if not colours or (len(colours) > 1 and len(set(colours)) > 1):
        return None if colours else behind
    over = colours[0]
    if over.alpha > 1 - _LEAST_OPACITY:
        return over
    return None if behind is None else over.over(behind)


def _is_picture(token: Any) -> bool:
    return token.type == "url" or (
        token.type == "function" and token.lower_name in ("url", "image-set", "-webkit-image-set", "element", "paint")
    )


def _colours(token: Any) -> Iterator[Colour]:
    """The colour that a token names, or those of a gradient."""
    if token.type == "function" and token.lower_name.endswith("gradient"):
        for part in tokens_of(token.arguments):
            yield from _colours(part)
    elif found := colour(token):
        yield found


def _indented(own: Declared, size: float, before: _Look) -> bool:
    """Whether the first line starts off the screen, or where nothing is shown."""
    value = own.get("text-indent")
    found = length(value[0], size) if value else None
    if not value or found is None:
        return before.indented
    cut = _ident(own, "overflow") in ("hidden", "clip") and value[0].type == "percentage"
    return found <= -_FAR or found >= 5 * _FAR or (cut and value[0].value >= 100)


def _painted(own: Declared) -> bool:
    """Whether characters without a colour of their own are seen: by a shadow, or cut out of a background."""
    shadow = own.get("text-shadow")
    clips = (own.get("background-clip"), own.get("-webkit-background-clip"), own.get("background"))
    cut_out = any(getattr(token, "lower_value", "") == "text" for clip in clips for token in clip or ())
    return cut_out or bool(shadow and getattr(shadow[0], "lower_value", "") != "none")


def _ident(own: Declared, name: str) -> str:
    """The first word of a value, empty where there is none."""
    value = own.get(name)
    return str(getattr(value[0], "lower_value", "")) if value else ""

"""Whether the box of an element is anywhere to be seen."""

from collections.abc import Sequence
from typing import Any

from rag.ingest.parse.markup.lengths import length, lengths, share
from rag.ingest.parse.markup.styles import SCREEN, Declared, tokens_of

_FAR = 990.0  # pixels: the tricks push by 999 and more, a column of an old page by its width, at most 980
_FAR_RIGHT = 5_000.0
_SQUEEZED = 1.0
_WHOLE = 2_000.0  # pixels: what a clip path takes percentages of
_POSITIONED = ("absolute", "fixed", "relative", "sticky")
_OUT_OF_FLOW = ("absolute", "fixed")
_MARGINS = ("margin", "margin-left", "margin-right", "margin-top")
_OFFSETS = ("left", "right", "top", "bottom", "inset")
_INLINE = frozenset(
    """
    a abbr b bdi bdo big cite code del dfn em font i ins kbd label mark q s samp small span strike strong sub sup tt u
    var
    """.split()
)
_MOVES = ("translate", "translatex", "translatey", "translate3d")
_SCALES = ("scale", "scalex", "scaley", "scale3d")


def is_nowhere(own: Declared, em: float) -> bool:
    """True for what is not displayed, off the screen or clipped to nothing.

    Args:
        own: What is declared for the element.
        em: Size of its font, pixels.
    """
    if not own:
        return False
    return (
        _word(own, "display") == "none"
        or _word(own, "content-visibility") == "hidden"
        or _is_off_screen(own, em)
        or _is_moved_away(own, em)
        or _is_clipped(own, em)
    )


def _is_off_screen(own: Declared, em: float) -> bool:
    margins = [token for name in _MARGINS for token in own.get(name, ()) if token.type != "percentage"]
    pushed = lengths(margins, em)  # a share of the page's width is how columns are put side by side
    if _word(own, "position") in _POSITIONED:
        pushed += [found for name in _OFFSETS for found in lengths(own.get(name, ()), em)]
        pushed += [-found for found in lengths(own.get("left", ()), em) if found >= _FAR_RIGHT]
    return any(found <= -_FAR for found in pushed)


def _is_moved_away(own: Declared, em: float) -> bool:
    moved = lengths(own.get("translate", ()), em)
    scaled = [share(token) for name in ("scale", "zoom") for token in own.get(name, ())]
    for token in own.get("transform", ()):
        if token.type == "function" and token.lower_name in _MOVES:
            moved += lengths(tokens_of(token.arguments), em)
        elif token.type == "function" and token.lower_name in _SCALES:
            scaled += [share(one) for one in tokens_of(token.arguments)]
    return 0.0 in scaled or any(found <= -_FAR or found >= _FAR_RIGHT for found in moved)


def _is_clipped(own: Declared, em: float) -> bool:
    for token in own.get("clip", ()):
        if token.type == "function" and token.lower_name == "rect" and _word(own, "position") in _OUT_OF_FLOW:
            sides = lengths(tokens_of(token.arguments), em)
            if len(sides) == 4 and (sides[1] - sides[3] <= _SQUEEZED or sides[2] - sides[0] <= _SQUEEZED):
                return True
    paths = (token for name in ("clip-path", "-webkit-clip-path") for token in own.get(name, ()))
    return any(token.type == "function" and _leaves_nothing(token, em) for token in paths)


def _leaves_nothing(path: Any, em: float) -> bool:
    """Whether a clip path has no area."""
    parts = tokens_of(path.arguments)
    match path.lower_name:
        case "inset":
            return _inset_leaves_nothing(lengths(_until(parts, "round"), em, _WHOLE))
        case "circle" | "ellipse":
            radii = [length(token, em) for token in _until(parts, "at")]
            return any(radius is not None and radius <= _SQUEEZED for radius in radii)
        case "polygon":
            found = lengths(parts, em)
            across, down = found[::2], found[1::2]
            return bool(down) and (max(across) - min(across) <= _SQUEEZED or max(down) - min(down) <= _SQUEEZED)
        case _:
            return False


def _inset_leaves_nothing(sides: Sequence[float]) -> bool:
    """Sides as CSS has them: of one, two, three or four values."""
    if not sides:
        return False
    top, right = sides[0], sides[min(1, len(sides) - 1)]
    bottom, left = sides[2] if len(sides) > 2 else top, sides[3] if len(sides) > 3 else right
    return top + bottom >= _WHOLE or left + right >= _WHOLE


def _until(tokens: Sequence[Any], word: str) -> Sequence[Any]:
    """The tokens before a word."""
    place = next((place for place, token in enumerate(tokens) if getattr(token, "lower_value", "") == word), None)
    return tokens[:place]


def is_squeezed(element: Any, own: Declared, em: float) -> bool:
    """Whether a box without width or height cuts off what is in it; arguments as those of ``is_nowhere``."""
    cut = any(
        getattr(token, "lower_value", "") in ("hidden", "clip")
        for name in ("overflow", "overflow-x", "overflow-y")
        for token in own.get(name, ())
    )
    if not cut or (element.tag in _INLINE and not _makes_box(own)):
        return False
    sizes = ("width", "max-width"), ("height", "max-height")
    return any(
        found <= _SQUEEZED
        for names, whole in zip(sizes, SCREEN, strict=True)
        for name in names
        for found in lengths(own.get(name, ())[:1], em, whole)
    )


def _makes_box(own: Declared) -> bool:
    """Whether an element that runs within a line has a width and height of its own."""
    displayed = _word(own, "display") not in ("", "inline", "contents")
    return displayed or _word(own, "position") in _OUT_OF_FLOW or _word(own, "float") in ("left", "right")


def _word(own: Declared, name: str) -> str:
    """The first word of a value, empty where there is none."""
    value = own.get(name)
    return str(getattr(value[0], "lower_value", "")) if value else ""

"""Lengths and colours of CSS, as numbers."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from tinycss2 import color4

from rag.ingest.parse.markup.styles import SCREEN, tokens_of

_UNITS = {"px": 1.0, "pt": 4 / 3, "pc": 16.0, "in": 96.0, "cm": 37.8, "mm": 3.78, "q": 0.945, "rem": 16.0}
_EMS = {"em": 1.0, "ex": 0.5, "ch": 0.5, "lh": 1.2, "ic": 1.0, "cap": 0.7}
_SIDES = {"vw": 0, "vi": 0, "dvw": 0, "svw": 0, "lvw": 0, "vmax": 0, "vh": 1, "vb": 1, "dvh": 1, "svh": 1, "vmin": 1}
_NAMED_SIZES = {"xx-small": 9.0, "x-small": 10.0, "small": 13.0, "medium": 16.0, "large": 18.0, "x-large": 24.0}
_SYSTEM = {"canvas": (1.0, 1.0, 1.0), "window": (1.0, 1.0, 1.0), "canvastext": (0.0, 0.0, 0.0)}
_LIGHTNESS = {"lab": 100.0, "lch": 100.0, "oklab": 1.0, "oklch": 1.0}


class Colour(NamedTuple):
    """Red, green, blue and how opaque, each 0 to 1."""

    red: float
    green: float
    blue: float
    alpha: float = 1.0

    def over(self, ground: "Colour") -> "Colour":
        """What is seen of this colour over an opaque one."""
        mixed = (self.alpha * one + (1 - self.alpha) * other for one, other in zip(self[:3], ground[:3], strict=True))
        return Colour(*mixed)

    def contrast(self, other: "Colour") -> float:
        """From 1, the same brightness, to 21. Source: WCAG 2.2, contrast ratio."""
        one, two = sorted((_luminance(self), _luminance(other)))
        return (two + 0.05) / (one + 0.05)


WHITE, BLACK = Colour(1.0, 1.0, 1.0), Colour(0.0, 0.0, 0.0)


def colour(token: Any) -> Colour | None:
    """The colour that a token names, ``None`` where it names none that is known."""
    found = color4.parse_color(token)
    if found is None or isinstance(found, str):
        system = _SYSTEM.get(getattr(token, "lower_value", ""))
        return Colour(*system) if system else None
    alpha = float(found.alpha)
    if found.space in _LIGHTNESS:  # enough to tell white and black
        share = (found.coordinates[0] or 0.0) / _LIGHTNESS[found.space]
        grey = round(share) if share > 0.99 or share < 0.01 else None
        return None if grey is None else Colour(grey, grey, grey, alpha)
    try:
        red, green, blue = (min(1.0, max(0.0, one or 0.0)) for one in found.to("srgb").coordinates)
    except NotImplementedError:
        return None
    return Colour(red, green, blue, alpha)


def length(token: Any, em: float, whole: float = SCREEN[0]) -> float | None:
    """Pixels; ``None`` for what is no length.

    Args:
        em: Size of the font, pixels.
        whole: What percentages are of, pixels.
    """
    match token.type:
        case "number":
            return 0.0 if token.value == 0 else None
        case "percentage":
            return float(token.value) / 100 * whole
        case "dimension":
            unit = token.lower_unit
            if unit in _SIDES:
                return float(token.value) / 100 * SCREEN[_SIDES[unit]]
            factor = _EMS[unit] * em if unit in _EMS else _UNITS.get(unit)
            return None if factor is None else float(token.value) * factor
        case "function" if token.lower_name == "calc":
            return _sum(tokens_of(token.arguments), em, whole)
        case _:
            return None


def lengths(tokens: Sequence[Any], em: float, whole: float = SCREEN[0]) -> list[float]:
    """The lengths among some tokens."""
    return [found for token in tokens if (found := length(token, em, whole)) is not None]


def font_size(token: Any, inherited: float) -> float | None:
    """Pixels; ``None`` for what is no size of a font."""
    if token.type == "ident":
        relative = {"smaller": 0.83, "larger": 1.2, "initial": 16.0 / (inherited or 16.0)}.get(token.lower_value)
        return _NAMED_SIZES.get(token.lower_value) if relative is None else relative * inherited
    return length(token, inherited, inherited)


def share(token: Any) -> float | None:
    """A number or percentage as a number; ``None`` for anything else."""
    if token.type not in ("number", "percentage"):
        return None
    return float(token.value) / (100 if token.type == "percentage" else 1)


def _sum(tokens: Sequence[Any], em: float, whole: float) -> float | None:
    """What ``calc`` comes to: sums of products, without brackets."""
    total, term, sign, operator = 0.0, None, 1.0, "*"
    for token in tokens:
        if token.type == "literal" and token.value in "+-*/":
            if token.value in "+-":
                total, term = total + sign * (term or 0.0), None
                sign = 1.0 if token.value == "+" else -1.0
            operator = token.value
            continue
        value = float(token.value) if token.type == "number" else length(token, em, whole)
        if value is None or (operator == "/" and value == 0):
            return None
        term = value if term is None else term / value if operator == "/" else term * value
    return total + sign * (term or 0.0)


def _luminance(shown: Colour) -> float:
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in shown[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

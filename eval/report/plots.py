"""The two plots of a result, as coordinates for SVG: 0 to 1 on both axes, the origin at the bottom left."""

from collections.abc import Sequence
from dataclasses import dataclass

SIZE = 240
_LARGEST_DOT = 9.0
_SMALLEST_DOT = 2.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A point with its radius, in pixels, and what it says when it is pointed at."""

    x: float
    y: float
    radius: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """A line, its dots, and a dashed line to compare it with; ``line`` and ``guide`` are SVG points."""

    line: str
    guide: str
    dots: Sequence[Dot]


def risk_coverage_plot(points: Sequence[tuple[float, float]], *, risk: float = 0.05) -> Plot:
    """Risk over coverage, with the accepted risk to compare with."""
    return Plot(line=_points(points), guide=_points([(0.0, risk), (1.0, risk)]), dots=())


def calibration_plot(bins: Sequence[tuple[float, float, int]]) -> Plot:
    """The share of answerable questions over the confidence, a dot a bin, with the diagonal of perfect calibration."""
    largest = max((size for _, _, size in bins), default=1)
    dots = [
        Dot(
            x=_x(given),
            y=_y(true),
            radius=round(_SMALLEST_DOT + (_LARGEST_DOT - _SMALLEST_DOT) * (size / largest) ** 0.5 / 2, 1),
            label=f"confidence {given:.2f}, answerable {true:.2f}, {size} questions",
        )
        for given, true, size in bins
    ]
    line = _points([(given, true) for given, true, _ in bins])
    return Plot(line=line, guide=_points([(0.0, 0.0), (1.0, 1.0)]), dots=dots)


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{_x(x)},{_y(y)}" for x, y in points)


def _x(value: float) -> float:
    return round(SIZE * value, 1)


def _y(value: float) -> float:
    return round(SIZE * (1 - value), 1)

"""Grids of rules on a page: the cells that they make, also those that reach over several rows or columns."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from rag.ingest.parse.pdf.rules import Rule, Rules

_NEAR = 3.0  # points
_MOST_PAIRS = 1_000_000
_MOST_CELLS = 20_000


class Place(NamedTuple):
    """A cell of a grid: its row and column, from the top and the left, and over how many it reaches."""

    row: int
    column: int
    rows: int
    columns: int


class Grid(NamedTuple):
    """The cells of a grid, and the lines between them: ``xs`` from the left, ``ys`` from the top."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    places: tuple[Place, ...]

    @property
    def area(self) -> float:
        """Square points."""
        return (self.xs[-1] - self.xs[0]) * (self.ys[0] - self.ys[-1])

    def at(self, x: float, y: float) -> tuple[int, int] | None:
        """The row and column that hold a point; ``None`` outside."""
        column, row = bisect_right(self.xs, x) - 1, bisect_right([-height for height in self.ys], -y) - 1
        inside = 0 <= column < len(self.xs) - 1 and 0 <= row < len(self.ys) - 1
        return (row, column) if inside else None


def straightened(rules: Rules) -> Rules:
    """Rules with those that go on where another ends as one, and those next to each other at one place."""
    return Rules(tuple(_long(rules.across)), tuple(_long(rules.down)))


def page_grids(rules: Rules) -> list[Grid]:
    """The grids that straightened rules make, the smallest first."""
    if len(rules.across) * len(rules.down) > _MOST_PAIRS:
        return []
    grids = [grid for across, down in _connected(rules) if (grid := _grid(across, down))]
    return sorted(grids, key=lambda grid: grid.area)


def _long(rules: Sequence[Rule]) -> Iterator[Rule]:
    near: list[list[Rule]] = []
    for rule in sorted(rules):
        if near and rule.at - near[-1][0].at <= _NEAR:
            near[-1].append(rule)
        else:
            near.append([rule])
    for one_place in near:
        at = sum(rule.at for rule in one_place) / len(one_place)
        start, end = float("inf"), float("-inf")
        for rule in sorted(one_place, key=lambda rule: rule.start):
            if rule.start > end + _NEAR:
                if start < end:
                    yield Rule(at, start, end)
                start, end = rule.start, rule.end
            end = max(end, rule.end)
        yield Rule(at, start, end)


def _connected(rules: Rules) -> Iterator[tuple[list[Rule], list[Rule]]]:
    """The rules across and down that touch each other."""
    parents = list(range(len(rules.across) + len(rules.down)))

    def root(place: int) -> int:
        while parents[place] != place:
            parents[place] = parents[parents[place]]
            place = parents[place]
        return place

    for one, across in enumerate(rules.across):
        for other, down in enumerate(rules.down, start=len(rules.across)):
            if _touch(across, down):
                parents[root(one)] = root(other)
    groups: dict[int, tuple[list[Rule], list[Rule]]] = defaultdict(lambda: ([], []))
    for place, rule in enumerate((*rules.across, *rules.down)):
        groups[root(place)][place >= len(rules.across)].append(rule)
    yield from groups.values()


def _touch(across: Rule, down: Rule) -> bool:
    meets = across.start - _NEAR <= down.at <= across.end + _NEAR
    return meets and down.start - _NEAR <= across.at <= down.end + _NEAR


def _grid(across: Sequence[Rule], down: Sequence[Rule]) -> Grid | None:
    """The grid of rules that touch each other; ``None`` where they make fewer than two columns or rows."""
    if not across or not down:
        return None
    xs = _lines(down, across)
    ys = _lines(across, down)
    if len(xs) < 3 or len(ys) < 3 or len(xs) * len(ys) > _MOST_CELLS:
        return None
    walls = {(band, x) for rule in down for x, band in _covered(rule, xs, ys)}
    floors = {(column, y) for rule in across for y, column in _covered(rule, ys, xs)}
    rows = len(ys) - 1
    flipped_walls = {(rows - 1 - band, x) for band, x in walls}
    flipped_floors = {(column, rows - y) for column, y in floors}
    places = tuple(_places(len(xs) - 1, rows, flipped_walls, flipped_floors))
    return Grid(tuple(xs), tuple(reversed(ys)), places)


def _lines(rules: Sequence[Rule], others: Sequence[Rule]) -> list[float]:
    """Where rules are, and the ends of those that cross them: the outer sides may be left out."""
    found: list[float] = []
    ends = (min(rule.start for rule in others), max(rule.end for rule in others))
    for at in sorted([*(rule.at for rule in rules), *ends]):
        if not found or at - found[-1] > _NEAR:
            found.append(at)
    return found


def _covered(rule: Rule, own: Sequence[float], others: Sequence[float]) -> Iterator[tuple[int, int]]:
    """Which line a rule is on, with each stretch of the others that it covers."""
    line = min(range(len(own)), key=lambda place: abs(own[place] - rule.at))
    for stretch, (start, end) in enumerate(pairwise(others)):
        if rule.start - _NEAR <= (start + end) / 2 <= rule.end + _NEAR:
            yield line, stretch


def _places(
    columns: int, rows: int, walls: Iterable[tuple[int, int]], floors: Iterable[tuple[int, int]]
) -> Iterator[Place]:
    """The cells: columns without a wall between them, then rows without a floor between the same columns."""
    standing, lying = set(walls), set(floors)
    open_ones: dict[tuple[int, int], Place] = {}
    for row in range(rows):
        runs = list(_runs(columns, row, standing))
        reaching = {}
        for column, width in runs:
            above = open_ones.pop((column, width), None)
            if above and not any((place, row) in lying for place in range(column, column + width)):
                reaching[column, width] = above._replace(rows=above.rows + 1)
            else:
                if above:
                    yield above
                reaching[column, width] = Place(row, column, 1, width)
        yield from open_ones.values()
        open_ones = reaching
    yield from open_ones.values()


def _runs(columns: int, row: int, walls: set[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    start = 0
    for column in range(1, columns + 1):
        if column == columns or (row, column) in walls:
            yield start, column - start
            start = column

"""Spaces that the recognition of a line lost: white between its letters as wide as that of the spaces it found."""

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from statistics import median
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]

_FEW = 5  # spaces that say how wide they are on a page
_USUAL = 0.35  # heights of a line
_SHARE = 0.6
_MARGIN = 0.15
_CONTRAST = 0.4
_IDEOGRAPHS = "\u2e80"
_NUMERIC = frozenset("0123456789.,:;%/")  # a 1 has white beside it


class Read(NamedTuple):
    """A line as it was recognised: its characters, how far right each stands in its picture, and the picture."""

    text: str
    places: Sequence[float]
    picture: Picture


class _Gap(NamedTuple):
    """What is between two letters: ``white`` in heights of the line, before the letter at ``place``."""

    place: int
    white: float
    spaced: bool


def with_spaces(lines: Sequence[Read]) -> list[str]:
    """The texts of the lines of a page, with a space wherever there is room for one."""
    gaps = [list(_gaps(line)) for line in lines]
    found = [gap.white for own in gaps for gap in own if gap.spaced]
    least = _SHARE * (median(found) if len(found) >= _FEW else _USUAL)
    return [_spaced(line.text, own, least) for line, own in zip(lines, gaps, strict=True)]


def _spaced(text: str, gaps: Sequence[_Gap], least: float) -> str:
    begun = [0, *(gap.place for gap in gaps if gap.spaced or gap.white >= least), len(text)]
    return " ".join(text[start:end].strip() for start, end in pairwise(begun)).strip()


def _gaps(line: Read) -> Iterator[_Gap]:
    """The gap before each letter of a line but the first."""
    letters = [place for place, letter in enumerate(line.text) if letter != " "]
    whites = _whites(line.picture)
    height = line.picture.shape[0]
    for last, place in pairwise(letters):
        pair = line.text[last], line.text[place]
        spaced = place - last > 1
        if max(pair) < _IDEOGRAPHS and (spaced or not _NUMERIC.issuperset(pair)):
            between = whites[int(line.places[last]) : int(line.places[place]) + 1]
            yield _Gap(place, _widest(between) / height, spaced)


def _whites(picture: Picture) -> npt.NDArray[np.bool_]:
    """Of each column of a picture whether it has no ink; above and below the letters others may reach in."""
    edge = int(_MARGIN * picture.shape[0])
    grey = picture[edge : picture.shape[0] - edge].mean(axis=2)
    paper = np.median(grey)
    contrast = np.abs(grey - paper)
    whites: npt.NDArray[np.bool_] = contrast.max(axis=0) < _CONTRAST * np.percentile(contrast, 99)
    return whites


def _widest(whites: npt.NDArray[np.bool_]) -> int:
    return max((sum(1 for _ in run) for white, run in groupby(whites.tolist()) if white), default=0)

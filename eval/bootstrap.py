"""Percentile bootstrap over questions, by a fixed seed (Efron 1979; paired: Efron and Tibshirani 1993).

A measure is given the numbers of the questions that were drawn, so two runs over the same questions
are resampled together.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Picks = npt.NDArray[np.intp]
Measure = Callable[[Picks], float | None]
"""The value on the drawn questions, ``None`` where it is undefined."""

RESAMPLES = 1_000
_SEED = 20_250_602
_LEVEL = 95


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A measure's value and its 95 % bootstrap interval; ``None`` where it is undefined, then ``n`` is 0.

    ``n`` counts the questions that it was measured on.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int


UNDEFINED = Score(value=None, low=None, high=None, n=0)


def interval(measure: Measure, questions: int, *, n: int) -> Score:
    """The value of ``measure`` on all questions and its interval over resamples of them.

    Args:
        questions: How many there are to draw from.
        n: How many the measure applies to; kept in the score.
    """
    value = measure(np.arange(questions))
    if value is None:
        return UNDEFINED
    drawn = [one for picks in _resamples(questions) if (one := measure(picks)) is not None]
    low, high = np.percentile(drawn, [(100 - _LEVEL) / 2, (100 + _LEVEL) / 2])
    return Score(value=round(value, 4), low=round(float(low), 4), high=round(float(high), 4), n=n)


def difference(new: Measure, old: Measure, questions: int, *, n: int) -> Score:
    """``new`` less ``old`` on the same questions, resampled together."""

    def gain(picks: Picks) -> float | None:
        after, before = new(picks), old(picks)
        return None if after is None or before is None else after - before

    return interval(gain, questions, n=n)


def _resamples(questions: int) -> Picks:
    return np.random.default_rng(_SEED).integers(questions, size=(RESAMPLES, questions))

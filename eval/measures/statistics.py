"""How sure a measure is: percentile bootstrap over questions, by a fixed seed, and an interval of shares.

Sources: Efron 1979; paired: Efron and Tibshirani 1993. Not scipy's ``bootstrap``, which takes no single question and
no resample on which a measure is undefined. A measure is given the numbers of the questions that were drawn, so two
runs over the same questions are resampled together.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import binomtest

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean:
    """The mean of ``values`` over those drawn questions that it ``applies`` to; both of shape (questions,)."""

    values: npt.NDArray[np.float64]
    applies: npt.NDArray[np.bool_]

    def __call__(self, picks: Picks) -> float | None:
        drawn = picks[self.applies[picks]]
        return float(self.values[drawn].mean()) if len(drawn) else None

    def each(self, picks: Picks) -> npt.NDArray[np.float64]:
        """The mean of each row of ``picks``, NaN where it applies to none of a row."""
        counts = self.applies[picks].sum(axis=1)
        sums = np.where(self.applies, self.values, 0.0)[picks].sum(axis=1)
        means: npt.NDArray[np.float64] = np.divide(sums, counts, out=np.full(len(picks), np.nan), where=counts > 0)
        return means


def interval(measure: Measure, questions: int, *, n: int) -> Score:
    """The value of ``measure`` on all questions and its interval over resamples of them.

    Args:
        questions: How many there are to draw from.
        n: How many the measure applies to; kept in the score.
    """
    return _score(measure(np.arange(questions)), _each(measure, _resamples(questions)), n)


def difference(new: Measure, old: Measure, questions: int, *, n: int) -> Score:
    """``new`` less ``old`` on the same questions, resampled together."""
    everything, picks = np.arange(questions), _resamples(questions)
    after, before = new(everything), old(everything)
    value = None if after is None or before is None else after - before
    return _score(value, _each(new, picks) - _each(old, picks), n)


def wilson(hits: int, n: int) -> tuple[float, float]:
    """The 95 % score interval of a share, which holds near 0 and 1 too (Wilson 1927).

    >>> [round(bound, 4) for bound in wilson(0, 20)]
    [0.0, 0.1611]
    """
    found = binomtest(hits, n).proportion_ci(_LEVEL / 100, method="wilson")
    return float(found.low), float(found.high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A share of ``n`` with its 95 % interval (Wilson 1927)."""

    hits: int
    n: int

    def __str__(self) -> str:
        if not self.n:
            return "-"
        low, high = wilson(self.hits, self.n)
        return f"{self.hits / self.n:.2f} of {self.n} ({low:.2f}-{high:.2f})"


def _each(measure: Measure, picks: Picks) -> npt.NDArray[np.float64]:
    """The value on each row of ``picks``, NaN where it is undefined."""
    if isinstance(measure, Mean):
        return measure.each(picks)
    return np.array([measure(row) for row in picks], dtype=np.float64)


def _score(value: float | None, drawn: npt.NDArray[np.float64], n: int) -> Score:
    if value is None:
        return UNDEFINED
    low, high = np.percentile(drawn[~np.isnan(drawn)], [(100 - _LEVEL) / 2, (100 + _LEVEL) / 2])
    return Score(value=round(value, 4), low=round(float(low), 4), high=round(float(high), 4), n=n)


def _resamples(questions: int) -> Picks:
    return np.random.default_rng(_SEED).integers(questions, size=(RESAMPLES, questions))

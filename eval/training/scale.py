"""The scale of a collection: what the log odds of an answer mean there, fitted to what became of its own questions.

Platt's scaling (1999), a logistic regression of the outcome on the log odds, drawn to no scale at all: few questions
move it little, many as far as they say.
"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from rag.answer.confidence import Signals, confidence, log_odds
from rag.types import LARGEST_SCALE, Scale

STRENGTH = 4.0  # least log loss of those from 0.5 to 32, of 10, 20 and half of the questions, over all sets together
MADE_STRENGTH = 64.0  # of made questions, which are easier than people's: weaker, the seeds and ClapNQ lose by them
_FOLDS = 5
_Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a question that was answered whatever the confidence.

    Args:
        group: Questions after the same fact have the same.
        signals: What spoke for the answer; ``None`` where nothing was read, as of a greeting.
        holds: Whether a statement holds what was asked for.
    """

    group: str
    signals: Signals | None
    holds: bool

    def confidence(self, scale: Scale) -> float:
        """With which it would have been answered in a collection of that scale."""
        return 0.0 if self.signals is None else confidence(replace(self.signals, scale=scale))


def fit_scale(outcomes: Sequence[Outcome], *, strength: float = STRENGTH) -> Scale:
    """The scale that says best how often answers hold what was asked for.

    Questions that no scale moves, as those that share no word with any text or have a name that no source has, do not
    count; without any other it is the scale that changes nothing.

    Args:
        strength: Of the pull to no scale: half of it times the squares of the intercept and of the slope's logarithm
            counts beside the log loss of each question.
    """
    moved = [(log_odds(one.signals), one.holds) for one in outcomes if one.signals and is_moved(one.signals)]
    odds = np.array([odds for odds, _ in moved])
    signs = np.array([1.0 if holds else -1.0 for _, holds in moved])

    def loss(values: _Array) -> float:
        meant = values[0] + np.exp(values[1]) * odds
        return float(np.logaddexp(0.0, -signs * meant).sum() + strength * (values @ values) / 2)

    widest = math.log(LARGEST_SCALE)
    bounds = [(-LARGEST_SCALE, LARGEST_SCALE), (-widest, widest)]
    intercept, growth = minimize(loss, np.zeros(2), method="L-BFGS-B", bounds=bounds).x
    return Scale(intercept=round(float(intercept), 4), slope=round(math.exp(growth), 4))


def is_moved(signals: Signals) -> bool:
    """Whether a scale changes the confidence: nothing else caps it."""
    return signals.readable and not signals.missing


def left_out(outcomes: Sequence[Outcome], *, strength: float = STRENGTH) -> list[float]:
    """The confidence of each question by the scale that is fitted to the other four fifths; ``strength`` as there."""
    parts = [[one for one in outcomes if _fifth(one) != fifth] for fifth in range(_FOLDS)]
    scales = [fit_scale(part, strength=strength) for part in parts]
    return [one.confidence(scales[_fifth(one)]) for one in outcomes]


def _fifth(outcome: Outcome) -> int:
    return hashlib.sha256(outcome.group.encode()).digest()[0] % _FOLDS

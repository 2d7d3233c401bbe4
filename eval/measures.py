"""The measures, one small function each, with its meaning and source.

A measure that is undefined (no question to measure it on) is ``None``: it is left out and its n
shown as 0, never NaN. Means iterate over the gold, so a missing answer counts as zero.
"""

import re
from collections import Counter
from collections.abc import Sequence
from math import log2

import numpy as np


def recall_at(ranked: Sequence[str], relevant: Sequence[str], k: int) -> float | None:
    """The share of relevant ids among the first ``k``.

    >>> recall_at(["a", "b", "c"], ["b", "z"], 2)
    0.5
    """
    wanted = set(relevant)
    return len(wanted & set(ranked[:k])) / len(wanted) if wanted else None


def reciprocal_rank(ranked: Sequence[str], relevant: Sequence[str], k: int = 10) -> float | None:
    """1 / rank of the first relevant id among the first ``k``, 0 without one (MRR is its mean; Voorhees 1999).

    >>> reciprocal_rank(["a", "b"], ["b"])
    0.5
    """
    if not relevant:
        return None
    return next((1 / rank for rank, one in enumerate(ranked[:k], start=1) if one in relevant), 0.0)


def ndcg(ranked: Sequence[str], relevant: Sequence[str], k: int = 10) -> float | None:
    """Normalised discounted cumulative gain with binary gains (Järvelin and Kekäläinen 2002).

    >>> ndcg(["a", "b"], ["a", "b"])
    1.0
    """
    wanted = set(relevant)
    if not wanted:
        return None
    gain = sum(1 / log2(rank + 1) for rank, one in enumerate(ranked[:k], start=1) if one in wanted)
    return gain / sum(1 / log2(rank + 1) for rank in range(1, min(len(wanted), k) + 1))


def covered(quote: tuple[int, int], cited: Sequence[tuple[int, int]]) -> float:
    """The share of a quote's characters that lie in the cited ranges, all of one document.

    >>> covered((0, 10), [(0, 3), (2, 5)])
    0.5
    """
    start, end = quote
    characters = {place for low, high in cited for place in range(max(start, low), min(end, high))}
    return len(characters) / (end - start)


def normalised(text: str) -> str:
    """Lower case, no punctuation, no articles, one space (the SQuAD script's normalisation, Rajpurkar et al. 2016).

    >>> normalised("The  Treaty, of 1847!")
    'treaty of 1847'
    """
    words = re.sub(r"[^\w\s]", "", text.lower()).split()
    return " ".join(word for word in words if word not in ("a", "an", "the"))


def contains_answer(text: str, answers: Sequence[str]) -> float | None:
    """1 where one of the accepted strings occurs in ``text``, both normalised.

    >>> contains_answer("Signed in 1847.", ["1847", "the year 1847"])
    1.0
    """
    if not answers:
        return None
    shown = f" {normalised(text)} "
    return float(any(f" {normalised(answer)} " in shown for answer in answers))


def token_f1(text: str, answers: Sequence[str]) -> float | None:
    """The best F1 of shared words with an accepted string (Rajpurkar et al. 2016).

    >>> token_f1("signed in 1847", ["in 1847"])
    0.8
    """
    return max((_token_f1(normalised(text).split(), normalised(answer).split()) for answer in answers), default=None)


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float | None:
    """The probability that a positive scores above a negative, ties one half (Hanley and McNeil 1982).

    >>> auroc([0.9, 0.4], [0.4, 0.1])
    0.875
    """
    if not positive or not negative:
        return None
    low = np.sort(np.asarray(negative))
    below, upto = np.searchsorted(low, positive, "left"), np.searchsorted(low, positive, "right")
    return float((below + upto).mean() / (2 * len(negative)))


def brier(probabilities: Sequence[float], outcomes: Sequence[bool]) -> float | None:
    """The mean squared error of probabilities (Brier 1950).

    >>> brier([1.0, 0.5], [True, True])
    0.125
    """
    if not probabilities:
        return None
    return float(np.mean((np.asarray(probabilities) - np.asarray(outcomes, dtype=float)) ** 2))


def calibration_error(probabilities: Sequence[float], outcomes: Sequence[bool], bins: int = 15) -> float | None:
    """Expected calibration error over bins of equal mass (Naeini et al. 2015; Nixon et al. 2019).

    >>> calibration_error([0.2, 0.8], [False, True], bins=2)
    0.2
    """
    if not probabilities:
        return None
    total = sum(size * abs(mean - share) for mean, share, size in calibration_bins(probabilities, outcomes, bins))
    return round(total / len(probabilities), 12)


def calibration_bins(
    probabilities: Sequence[float], outcomes: Sequence[bool], bins: int = 15
) -> list[tuple[float, float, int]]:
    """(mean probability, share of true outcomes, size) of each bin, by rising probability."""
    order = np.argsort(np.asarray(probabilities), kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    given, true = np.asarray(probabilities), np.asarray(outcomes, dtype=float)
    return [(float(given[part].mean()), float(true[part].mean()), len(part)) for part in parts]


def risk_coverage(confidences: Sequence[float], right: Sequence[bool]) -> list[tuple[float, float]]:
    """(coverage, risk) when only the surest 1, 2, ... n questions are answered (El-Yaniv and Wiener 2010)."""
    order = sorted(range(len(confidences)), key=lambda place: (-confidences[place], place))
    wrong = np.cumsum([not right[place] for place in order])
    return [((n + 1) / len(order), float(wrong[n]) / (n + 1)) for n in range(len(order))]


def coverage_at_risk(confidences: Sequence[float], right: Sequence[bool], risk: float = 0.05) -> float | None:
    """The largest share of questions that can be answered with at most ``risk`` of them wrong.

    >>> coverage_at_risk([0.9, 0.8, 0.1], [True, True, False])
    0.6666666666666666
    """
    if not confidences:
        return None
    return max((coverage for coverage, wrong in risk_coverage(confidences, right) if wrong <= risk), default=0.0)


def f1(precision: float | None, recall: float | None) -> float | None:
    """The harmonic mean of precision and recall; 0 where both are 0."""
    if precision is None or recall is None:
        return None
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def mean(values: Sequence[float]) -> float | None:
    """The mean, ``None`` without values."""
    return float(np.mean(values)) if len(values) else None


def _token_f1(given: Sequence[str], wanted: Sequence[str]) -> float:
    shared = sum((Counter(given) & Counter(wanted)).values())
    if not shared:
        return float(not given and not wanted)
    return round(2 * shared / (len(given) + len(wanted)), 12)

"""The measures, one small function each, with its meaning and source.

A measure that is undefined (no question to measure it on) is ``None``: it is left out and its n
shown as 0, never NaN. Means iterate over the gold, so a missing answer counts as zero.
"""

import re
from collections import Counter
from collections.abc import Sequence

import ir_measures
import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

Floats = Sequence[float] | npt.NDArray[np.float64]
Flags = Sequence[bool] | npt.NDArray[np.bool_]


def recall_at(ranked: Sequence[str], relevant: Sequence[str], k: int) -> float | None:
    """The share of relevant ids among the first ``k``.

    >>> recall_at(["a", "b", "c"], ["b", "z"], 2)
    0.5
    """
    wanted = set(relevant)
    return len(wanted & set(ranked[:k])) / len(wanted) if wanted else None


def success_at(ranked: Sequence[str], relevant: Sequence[str], k: int) -> float | None:
    """1 where any relevant id is among the first ``k``, for questions that a single source answers.

    >>> success_at(["a", "b", "c"], ["b", "z"], 2)
    1.0
    """
    return float(bool(set(relevant) & set(ranked[:k]))) if relevant else None


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
    if not relevant:
        return None
    gold = [ir_measures.Qrel("", one, 1) for one in relevant]
    run = [ir_measures.ScoredDoc("", one, -float(rank)) for rank, one in enumerate(ranked)]
    return float((ir_measures.nDCG @ k).calc_aggregate(gold, run))


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

    A dash between words parts them, which that script's ASCII punctuation leaves open.

    >>> normalised("The  Treaty, of 1847\u2014an end!")
    'treaty of 1847 end'
    """
    words = re.sub(r"[^\w\s]", "", re.sub(r"[\u2012-\u2015]", " ", text.lower())).split()
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


def auroc(positive: Floats, negative: Floats) -> float | None:
    """The probability that a positive scores above a negative, ties one half (Hanley and McNeil 1982).

    >>> auroc([0.9, 0.4], [0.4, 0.1])
    0.875
    """
    if not len(positive) or not len(negative):
        return None
    above = rankdata(np.concatenate([positive, negative]))[: len(positive)] - (len(positive) + 1) / 2
    return float(above.mean() / len(negative))


def brier(probabilities: Floats, outcomes: Flags) -> float | None:
    """The mean squared error of probabilities (Brier 1950).

    >>> brier([1.0, 0.5], [True, True])
    0.125
    """
    if not len(probabilities):
        return None
    return float(np.mean((np.asarray(probabilities) - np.asarray(outcomes, dtype=float)) ** 2))


def calibration_error(probabilities: Floats, outcomes: Flags, bins: int = 15) -> float | None:
    """Expected calibration error over bins of equal mass (Naeini et al. 2015; Nixon et al. 2019).

    >>> calibration_error([0.2, 0.8], [False, True], bins=2)
    0.2
    """
    if not len(probabilities):
        return None
    total = sum(size * abs(mean - share) for mean, share, size in calibration_bins(probabilities, outcomes, bins))
    return round(total / len(probabilities), 12)


def calibration_bins(probabilities: Floats, outcomes: Flags, bins: int = 15) -> list[tuple[float, float, int]]:
    """(mean probability, share of true outcomes, size) of each bin, by rising probability."""
    order = np.argsort(np.asarray(probabilities), kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    given, true = np.asarray(probabilities), np.asarray(outcomes, dtype=float)
    return [(float(given[part].mean()), float(true[part].mean()), len(part)) for part in parts]


def risk_coverage(confidences: Floats, right: Flags, *, total: int | None = None) -> list[tuple[float, float]]:
    """(coverage, risk) when only questions of at least some confidence are answered (El-Yaniv and Wiener 2010).

    Args:
        confidences: Of the questions that were answered; equal ones are answered together.
        right: Whether each answer is right.
        total: All questions that were asked, the refused ones too; coverage is a share of these.
    """
    order = np.argsort(-np.asarray(confidences, dtype=float), kind="stable")
    falling = np.asarray(confidences, dtype=float)[order]
    wrong = np.cumsum(~np.asarray(right, dtype=bool)[order])
    ends = np.flatnonzero(np.append(falling[:-1] > falling[1:], len(order) > 0))
    return [(float(end + 1) / (total or len(order)), float(wrong[end]) / float(end + 1)) for end in ends]


def coverage_at_risk(
    confidences: Floats, right: Flags, *, total: int | None = None, risk: float = 0.05
) -> float | None:
    """The largest share of questions that can be answered with at most ``risk`` of the answers wrong.

    >>> coverage_at_risk([0.9, 0.8, 0.1], [True, True, False])
    0.6666666666666666
    """
    if not (len(confidences) if total is None else total):
        return None
    points = risk_coverage(confidences, right, total=total)
    return max((coverage for coverage, wrong in points if wrong <= risk), default=0.0)


def precision_recall_f1(found: Flags, wanted: Flags) -> tuple[float | None, float | None, float | None]:
    """The share of what was found that was wanted, of what was wanted that was found, and F1 (van Rijsbergen 1979).

    Args:
        found: A truth value for each question, shape (n,).
        wanted: The same of what should have been found.

    >>> precision_recall_f1([True, True, False, False], [True, False, False, False])
    (0.5, 1.0, 0.6666666666666666)
    """
    given, gold = np.asarray(found, dtype=bool), np.asarray(wanted, dtype=bool)
    both, of_given, of_gold = int((given & gold).sum()), int(given.sum()), int(gold.sum())
    return (
        both / of_given if of_given else None,
        both / of_gold if of_gold else None,
        2 * both / (of_given + of_gold) if of_given + of_gold else None,
    )


def percentiles(values: Floats, wanted: Sequence[int] = (50, 90, 99)) -> dict[int, float]:
    """The percentiles of ``values``, linear between neighbours (Hyndman and Fan 1996, type 7); none without values.

    >>> percentiles([10.0, 20.0, 30.0], [50, 90])
    {50: 20.0, 90: 28.0}
    """
    return {one: round(float(np.percentile(values, one)), 4) for one in wanted} if len(values) else {}


def _token_f1(given: Sequence[str], wanted: Sequence[str]) -> float:
    shared = sum((Counter(given) & Counter(wanted)).values())
    if not shared:
        return float(not given and not wanted)
    return round(2 * shared / (len(given) + len(wanted)), 12)

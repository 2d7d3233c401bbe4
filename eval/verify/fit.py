"""The logistic combination of the verifier's signals: fitted, and measured on a set that it was not fitted on."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple

import numpy as np
from sklearn.linear_model import LogisticRegression

from eval.verify.measure import Judged
from rag.answer.verify.judge import Parameters, Signals

MOST_FALSE_ALARMS = 0.03
"""Of the true claims that differ in nothing: what the threshold leaves to the words that are missing."""
_NONE = Signals(differs=0.0, differences=0.0, covered=0.0, relevance=-12.0, answerability=-12.0)


def fit(judged: Sequence[Judged]) -> Parameters:
    """The parameters that tell best what holds, every set and every kind of pair in it weighing the same."""
    used = [one for one in judged if one.pair.counts]
    rows = np.array([astuple(one.compared.signals or _NONE) for one in used])
    holds = np.array([one.pair.holds for one in used])
    kinds = [(one.pair.set, one.pair.holds, one.pair.kind) for one in used]
    sides = {side: len({kind for kind in kinds if kind[1] is side}) for side in (True, False)}
    weights = np.array([1 / (kinds.count(kind) * sides[kind[1]]) for kind in kinds])
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    model = LogisticRegression(C=1.0, max_iter=1_000).fit(
        (rows - mean) / spread, holds, sample_weight=weights * len(used) / weights.sum()
    )
    scaled = model.coef_[0] / spread
    made = Parameters(
        weights=tuple(round(float(one), 4) for one in scaled),
        bias=round(float(model.intercept_[0] - scaled @ mean), 4),
        threshold=0.5,
    )
    plain = [one for one in used if one.pair.holds and not one.compared.differences]
    supports = [made.support(one.compared.signals or _NONE) for one in plain]
    return Parameters(
        weights=made.weights, bias=made.bias, threshold=round(float(np.quantile(supports, MOST_FALSE_ALARMS)), 4)
    )


def left_out(judged: Sequence[Judged]) -> Mapping[str, Parameters]:
    """For each set the parameters that are fitted on the others."""
    names = sorted({one.pair.set for one in judged})
    return {name: fit([one for one in judged if one.pair.set != name]) for name in names}


def is_supported(one: Judged, parameters: Parameters) -> bool:
    """Whether a claim is supported, as ``ClaimJudge`` says it."""
    if one.compared.signals is None or one.compared.differences:
        return False
    return parameters.support(one.compared.signals) >= parameters.threshold

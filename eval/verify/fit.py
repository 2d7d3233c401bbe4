"""The logistic combination of the verifier's signals: fitted, and measured on a set that it was not fitted on."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple

import numpy as np
from sklearn.linear_model import LogisticRegression

from eval.verify.measure import Judged
from rag.answer.verify.judge import Parameters, Signals

THRESHOLD = 0.6
"""From 0.2 to 0.6 as much is caught and as much lost, at 0.7 more true rows of tatqa are: the strictest that costs
nothing, each set judged with parameters fitted on the others (docs/evaluation.md)."""
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
    return Parameters(
        weights=tuple(round(float(one), 4) for one in scaled),
        bias=round(float(model.intercept_[0] - scaled @ mean), 4),
        threshold=THRESHOLD,
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

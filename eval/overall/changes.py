"""Two results of ``footnote eval all`` beside each other: which questions were fixed, and which broke."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scipy.stats import binomtest

from eval.overall.asking import Asked, SetResult
from eval.report.compare import GOOD


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """The questions of a set that two results share and that are judged: how many, and what became of them.

    Each of ``fixed`` and ``broken`` is the question before and after.
    """

    name: str
    shared: int
    fixed: tuple[tuple[Asked, Asked], ...]
    broken: tuple[tuple[Asked, Asked], ...]

    @property
    def chance(self) -> float:
        """How often chance alone parts fixed and broken at least as far (McNemar 1947, exact)."""
        total = len(self.fixed) + len(self.broken)
        return float(binomtest(len(self.fixed), total).pvalue) if total else 1.0


def changes(earlier: Mapping[str, SetResult], later: Sequence[SetResult]) -> list[Changed]:
    """What became of the questions that both have, for each set."""
    return [_changed(earlier[one.name], one) for one in later if one.name in earlier]


def _changed(earlier: SetResult, later: SetResult) -> Changed:
    before = {one.judged.id: one for one in earlier.questions}
    pairs = [(before[one.judged.id], one) for one in later.questions if one.judged.id in before]
    judged = [pair for pair in pairs if all(one.judged.outcome != "unjudged" for one in pair)]
    return Changed(
        name=later.name,
        shared=len(judged),
        fixed=tuple((was, now) for was, now in judged if _good(now) and not _good(was)),
        broken=tuple((was, now) for was, now in judged if _good(was) and not _good(now)),
    )


def _good(one: Asked) -> bool:
    return one.judged.outcome in GOOD

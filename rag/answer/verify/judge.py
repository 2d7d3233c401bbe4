"""Whether evidence says what a claim says: what both say otherwise, and a probability from several signals.

The signals are combined by a logistic regression whose parameters lie in ``verify.json``; ``footnote eval verify
--fit`` fits them again. Late interaction of token vectors, the bundled encoder's or those of answerai-colbert-small,
was measured beside them and left out: it adds 0.002 to an AUROC of 0.977 (docs/evaluation.md).
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from functools import cache
from math import exp
from pathlib import Path

from rag.answer.read.reader import Source
from rag.answer.verify.choose import chosen, covered
from rag.answer.verify.differences import differences, without_mark
from rag.answer.verify.evidence import Evidence
from rag.models.protocols import PairScorer
from rag.types import Difference

SUPPORTED, PARTLY, CONTRADICTED, UNSUPPORTED = "supported", "partly", "contradicted", "unsupported"
PARAMETERS = Path(__file__).resolve().parent / "verify.json"
_MOST_DIFFERENCES = 3
_SAME_SUBJECT = 0.5  # of a claim's words: with fewer, what differs is no contradiction but another subject
_SOME = 0.5
_LONGEST = 2_000  # characters of evidence that the pair scorer reads


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What was made of a claim: its verdict, how sure it is that the sources say it (0 to 1), the sources that it was
    held against, the nearest first, and where they differ."""

    verdict: str
    support: float
    sources: tuple[Source, ...] = ()
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """What speaks for and against a claim.

    Args:
        differs: Whether anything differs, 0 or 1.
        differences: How many things do, at most 3.
        covered: The share of its words that the evidence has.
        relevance: The logit of the pair scorer's first head for the claim and the evidence together.
        answerability: That of its second head.
    """

    differs: float
    differences: float
    covered: float
    relevance: float
    answerability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """Weights of the signals in their order, and the support from which a claim counts as supported."""

    weights: tuple[float, ...]
    bias: float
    threshold: float

    def support(self, signals: Signals) -> float:
        """The probability that a claim with these signals holds."""
        logit = self.bias + sum(weight * one for weight, one in zip(self.weights, astuple(signals), strict=True))
        return 1 / (1 + exp(-max(min(logit, 60.0), -60.0)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A claim beside the evidence that is to say it; ``signals`` are ``None`` where there is none."""

    evidence: tuple[Evidence, ...]
    differences: tuple[Difference, ...]
    signals: Signals | None


class ClaimJudge:
    """Judges claims with the pair scorer that is installed: one pass a claim."""

    def __init__(self, scorer: PairScorer, parameters: Parameters | None = None) -> None:
        self._scorer = scorer
        self._parameters = parameters or _stored()

    def judge(self, claim: str, evidence: Sequence[Evidence]) -> Judgement:
        """Hold a claim against what was found for it.

        Args:
            evidence: The likeliest first.
        """
        compared = self.compare(claim, evidence)
        if compared.signals is None:
            return Judgement(verdict=UNSUPPORTED, support=0.0)
        support = self._parameters.support(compared.signals)
        return Judgement(
            verdict=self._verdict(compared, compared.signals, support),
            support=support,
            sources=tuple(dict.fromkeys(_sources(compared.evidence))),
            differences=compared.differences,
        )

    def compare(self, claim: str, evidence: Sequence[Evidence]) -> Compared:
        """A claim beside that of the evidence that says most of it."""
        said = without_mark(claim)
        taken = chosen(said, evidence)
        if not taken:
            return Compared(evidence=(), differences=(), signals=None)
        found = differences(said, taken, evidence)
        scores = self._scorer.score(said, [_together(taken)])
        signals = Signals(
            differs=float(bool(found)),
            differences=float(min(len(found), _MOST_DIFFERENCES)),
            covered=covered(said, taken),
            relevance=float(scores.relevance[0]),
            answerability=float(scores.answerability[0]),
        )
        return Compared(evidence=tuple(taken), differences=tuple(found), signals=signals)

    def _verdict(self, compared: Compared, signals: Signals, support: float) -> str:
        """A claim that differs is never supported; with few words of its source it is of another subject."""
        if not compared.differences and support >= self._parameters.threshold:
            return SUPPORTED
        against = any(one.source for one in compared.differences)
        if against and signals.covered >= _SAME_SUBJECT:
            return CONTRADICTED
        return PARTLY if signals.covered >= _SOME and support >= _SOME * self._parameters.threshold else UNSUPPORTED


def _sources(evidence: Sequence[Evidence]) -> Iterator[Source]:
    for one in evidence:
        yield Source(document=one.document, span=one.span)
        if one.leant_on is not None:
            yield Source(document=one.document, span=one.leant_on)


def _together(evidence: Sequence[Evidence]) -> str:
    return " ".join(without_mark(one.text) for one in evidence)[:_LONGEST]


@cache
def _stored() -> Parameters:
    stored = json.loads(PARAMETERS.read_text("utf-8"))
    return Parameters(weights=tuple(stored["weights"]), bias=stored["bias"], threshold=stored["threshold"])

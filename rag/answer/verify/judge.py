"""Whether evidence says what a claim says."""

from collections.abc import Sequence
from dataclasses import dataclass

from rag.answer.read.likeness import differ
from rag.answer.read.reader import Source
from rag.answer.verify.evidence import Evidence
from rag.language.english.words import content_words, stem
from rag.models.protocols import Encoder, PairScorer
from rag.types import Difference

SUPPORTED, PARTLY, CONTRADICTED, UNSUPPORTED = "supported", "partly", "contradicted", "unsupported"
_ALL, _SOME = 0.8, 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What was made of a claim: its verdict, how sure it is that the sources say it (0 to 1), the sources that it was
    held against, best first, and where they differ."""

    verdict: str
    support: float
    sources: tuple[Source, ...] = ()
    differences: tuple[Difference, ...] = ()


class ClaimJudge:
    """Judges claims, with the models that are installed."""

    def __init__(self, scorer: PairScorer, encoder: Encoder) -> None:
        self._scorer = scorer
        self._encoder = encoder

    def judge(self, claim: str, evidence: Sequence[Evidence]) -> Judgement:
        """Hold a claim against what was found for it.

        Args:
            evidence: In any order.
        """
        said = {stem(word) for word in content_words(claim)}
        shares = [len(said & {stem(word) for word in content_words(one.text)}) / max(len(said), 1) for one in evidence]
        best = max(range(len(evidence)), key=lambda place: (shares[place], -place), default=None)
        if best is None or shares[best] == 0.0:
            return Judgement(verdict=UNSUPPORTED, support=0.0)
        source = Source(document=evidence[best].document, span=evidence[best].span)
        return Judgement(
            verdict=_verdict(claim, evidence[best].text, shares[best]), support=shares[best], sources=(source,)
        )


def _verdict(claim: str, text: str, share: float) -> str:
    if share < _SOME:
        return UNSUPPORTED
    if differ(claim, text):
        return CONTRADICTED
    return SUPPORTED if share >= _ALL else PARTLY

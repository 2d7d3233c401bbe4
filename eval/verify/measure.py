"""Pairs judged by the verifier: what it makes of each, and how surely."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from eval.verify.pairs import Pair
from rag.answer.verify.claims import Claim
from rag.answer.verify.gather import Given, InPassages
from rag.answer.verify.judge import ClaimJudge, Compared
from rag.checks import passage_document
from rag.ingest.aside import read_parsed
from rag.ingest.parse import Limits, parse
from rag.language.text import display
from rag.models.protocols import Encoder
from rag.types import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A pair and what was compared for it."""

    pair: Pair
    compared: Compared


def judged(pairs: Sequence[Pair], judge: ClaimJudge, encoder: Encoder) -> Iterator[Judged]:
    """Each pair, its claim beside its passages."""
    held: Callable[[tuple[str, ...]], InPassages] = lru_cache(maxsize=1_000)(lambda texts: _held(texts, encoder))
    for pair in pairs:
        claim = Claim(span=Span(start=0, end=len(pair.claim)), text=display(pair.claim))
        yield Judged(pair=pair, compared=judge.compare(claim.text, held(pair.passages).evidence(claim)))


def _held(texts: Sequence[str], encoder: Encoder) -> InPassages:
    return InPassages([_given(place, text, encoder) for place, text in enumerate(texts)])


def _given(place: int, text: str, encoder: Encoder) -> Given:
    aside = read_parsed(parse("passage.md", text.encode(), Limits()), encoder)
    return Given(
        document=passage_document(place, text), text=aside.text, blocks=aside.blocks, sentences=aside.sentences
    )

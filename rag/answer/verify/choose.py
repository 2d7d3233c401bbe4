"""Which of the evidence is to say a claim: the nearest sentence, and others that say what it leaves open."""

from collections.abc import Sequence

from rag.answer.verify.evidence import Evidence
from rag.language.english.words import content_words, stem

_MOST = 3
_ENOUGH = 0.85
_LEAST_NEW = 2
_LEAST_SHARE = 0.2


def said_in(text: str) -> frozenset[str]:
    """The stems of the words of a text that carry meaning."""
    return frozenset(stem(word) for word in content_words(text))


def chosen(claim: str, evidence: Sequence[Evidence]) -> list[Evidence]:
    """The evidence that covers a claim together, the nearest first; at most three.

    One more is taken only where it says at least two words, and a fifth, of what is still open: sentences that are
    merely about the same would lend their numbers and names to a claim that exchanged them.
    """
    wanted = said_in(claim)
    left = list(evidence)
    taken: list[Evidence] = []
    open_words = set(wanted)
    while left and len(taken) < _MOST and len(open_words) > (1 - _ENOUGH) * len(wanted):
        gains = [len(open_words & said_in(_whole(one))) for one in left]
        best = max(range(len(left)), key=lambda place: (gains[place], -_length(left[place]), -place))
        if gains[best] == 0 or (taken and gains[best] < max(_LEAST_NEW, _LEAST_SHARE * len(wanted))):
            break
        taken.append(left.pop(best))
        open_words = {word for word in open_words - said_in(_whole(taken[-1])) if not word[:1].isdigit()}
    return taken


def _length(one: Evidence) -> int:
    """Of all that it shows: a sentence that leans on the one before is no nearer than that one itself."""
    return sum(span.end - span.start for span in (one.span, one.leant_on) if span is not None)


def _whole(one: Evidence) -> str:
    return f"{one.document.title or ''} {one.text}"


def covered(claim: str, evidence: Sequence[Evidence]) -> float:
    """The share of a claim's words that carry meaning which the evidence has; all of none."""
    wanted = said_in(claim)
    there = frozenset().union(*(said_in(_whole(one)) for one in evidence))
    return len(wanted & there) / len(wanted) if wanted else 1.0

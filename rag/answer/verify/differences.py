"""What a claim says otherwise than its sources, by kind."""

import re
from collections.abc import Iterator, Sequence

from rag.answer.verify.amounts import unlike_amounts, unlike_dates
from rag.answer.verify.evidence import Evidence
from rag.answer.verify.named import unlike_names
from rag.answer.verify.turned import unlike_turns
from rag.types import Difference

_MARK = re.compile(r"^\s*(?:[-*•–]|\(?\d{1,3}[.)])\s+")


def differences(claim: str, evidence: Sequence[Evidence], beside: Sequence[Evidence] = ()) -> list[Difference]:
    """Every difference, each once, numbers first.

    Args:
        evidence: The sources that are to say the claim, the nearest first.
        beside: What else was found.
    """
    return list(dict.fromkeys(_found(without_mark(claim), evidence, [one.text for one in beside])))


def without_mark(text: str) -> str:
    """A text without the bullet or the number of the item that it is.

    >>> without_mark("2. Rinse the rice.")
    'Rinse the rice.'
    """
    return _MARK.sub("", text)


def _found(claim: str, evidence: Sequence[Evidence], beside: Sequence[str]) -> Iterator[Difference]:
    texts = [without_mark(one.text) for one in evidence]
    titles = (one.document.title for one in evidence if one.document.title)
    around = [*dict.fromkeys([*titles, *(text for one in evidence for text in one.above)])]
    yield from unlike_amounts(claim, [*texts, *around])
    yield from unlike_dates(
        claim, [*((one.text, one.document.published) for one in evidence), *((one, None) for one in around)]
    )
    yield from unlike_names(claim, texts, around, beside)
    if texts:
        yield from unlike_turns(claim, texts)

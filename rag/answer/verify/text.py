"""A whole text, claim by claim."""

from collections.abc import Iterator, Sequence

from rag.answer.cite import citation_of
from rag.answer.read.reader import Source
from rag.answer.verify.claims import Claim
from rag.answer.verify.gather import Gathering
from rag.answer.verify.judge import SUPPORTED, ClaimJudge, Judgement
from rag.errors import InvalidRequest
from rag.types import Verification, VerifiedSentence

MAX_TEXT = 20_000
MAX_PASSAGES = 100


def check_text(text: str) -> None:
    """Hold a text to what may be checked at once.

    Raises:
        InvalidRequest: For a blank text and one that is too long.
    """
    if not text.strip():
        raise InvalidRequest("text is blank; give what is to be checked")
    if len(text) > MAX_TEXT:
        raise InvalidRequest(f"text has {len(text)} characters, more than {MAX_TEXT}; check it in parts")


def check_passages(passages: Sequence[str]) -> None:
    """Hold passages to what a text may be checked against at once.

    Raises:
        InvalidRequest: For none, too many, and one that is blank or too long.
    """
    if not 1 <= len(passages) <= MAX_PASSAGES:
        raise InvalidRequest(f"passages has {len(passages)} texts; give 1 to {MAX_PASSAGES}")
    for place, passage in enumerate(passages):
        if not passage.strip() or len(passage) > MAX_TEXT:
            raise InvalidRequest(f"passages[{place}] has {len(passage)} characters; give 1 to {MAX_TEXT}, not blank")


def verify_claims(
    text: str, claims: Sequence[Claim], judge: ClaimJudge, where: Gathering
) -> Iterator[Verification | None]:
    """Nothing after each claim, and after the last the whole: the caller may stop between two."""
    numbers: dict[Source, int] = {}
    sentences = []
    for claim in claims:
        judged = judge.judge(claim.text, where.evidence(claim))
        cited = tuple(numbers.setdefault(source, len(numbers) + 1) for source in judged.sources)
        sentences.append(_sentence(text, claim, judged, cited))
        yield None
    supported = sum(one.verdict == SUPPORTED for one in sentences)
    yield Verification(
        sentences=tuple(sentences),
        citations=tuple(citation_of(number, source, where.text) for source, number in numbers.items()),
        supported=round(supported / len(sentences), 4) if sentences else 0.0,
    )


def _sentence(text: str, claim: Claim, judged: Judgement, cited: tuple[int, ...]) -> VerifiedSentence:
    return VerifiedSentence(
        text=claim.span.of(text),
        start=claim.span.start,
        end=claim.span.end,
        verdict=judged.verdict,
        support=round(judged.support, 4),
        citations=cited,
        differences=judged.differences,
    )

"""Writing: a language model's answer, each sentence verified against the evidence before anyone sees it.

A sentence that the evidence supports goes out with the exact spans that support it, whatever it cited. One that it
supports in part goes out with what is not in the source. The others are dropped: those that no source says, and those
with addresses or markup. The model is shown only what may answer, so an order in a document seldom comes to it.
Where nothing is left, or the model fails, the answer in the sources' own words takes the place.
"""

import logging
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace

from rag.answer.confidence import support
from rag.answer.find.evidence import Candidate
from rag.answer.question import Question
from rag.answer.read.draft import Draft, Drafted
from rag.answer.read.extractive import considered
from rag.answer.read.prompt import REFUSAL, NumberedUnit, Prompt, prompt_of
from rag.answer.read.reader import Finding, Reading, Source
from rag.answer.read.sizes import sized
from rag.answer.verify.judge import CONTRADICTED, PARTLY, SUPPORTED, ClaimJudge, Judgement
from rag.errors import WriterFailed
from rag.language.tokens import count_tokens
from rag.models.chat import ChatModel, Reply
from rag.types import Conflict, DroppedSentence, Usage, Writing

logger = logging.getLogger(__name__)

_MOST_DROPPED = 20  # of a model that only invents no more is read
_LEAST_WORDS = 3  # fewer say nothing by themselves, and may be any two words of a source: so 3 of 216 documents steered
_LEAST_SHARE = (
    0.3  # of the support of the best: of 240 answers of an obedient model to documents that try to steer 6 had
)
# the payload's words in them, with 0.2 10, with 0.1 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What became of a question that the model was asked: the answer, and how it came about."""

    reading: Reading
    writing: Writing
    usage: Usage


@dataclass(slots=True)
class _Desk:
    """What was written so far."""

    findings: list[Finding] = field(default_factory=list)
    dropped: list[DroppedSentence] = field(default_factory=list)
    text: str = ""
    failure: str | None = None

    def drop(self, text: str, verdict: str) -> None:
        """A sentence is not shown."""
        self.dropped.append(DroppedSentence(text=text, verdict=verdict))


class GenerativeReader:
    """Answers with what a language model writes, as far as the evidence supports it.

    Args:
        evidence_tokens: tiktoken budget of what the model is shown.
    """

    name = "generative"

    def __init__(self, chat: ChatModel, judge: ClaimJudge, *, evidence_tokens: int) -> None:
        self._chat = chat
        self._judge = judge
        self._evidence_tokens = evidence_tokens

    @property
    def writer(self) -> str:
        """The name of the model."""
        return self._chat.name

    def write(
        self, question: Question, reading: Reading, candidates: Sequence[Candidate], *, most: int
    ) -> Generator[Finding | None, None, Written]:
        """Each sentence as it was verified, and ``None`` while there is none: whoever no longer wants one can stop.

        Args:
            reading: What the sources say to the question in their own words; it takes the place of what fails.
            candidates: Best first.
            most: Sentences that are shown.
        """
        told = worth_telling(question, reading, candidates)
        prompt = prompt_of(question, reading, told, budget=self._evidence_tokens, most=most)
        desk = _Desk()
        reply = self._chat.reply(prompt.messages)
        try:
            yield from self._verified(prompt, reply, desk, most)
        except WriterFailed as error:
            desk.failure = str(error)
            logger.warning("%s; %d sentences came before", error, len(desk.findings))
        finally:
            reply.give_up()
        return Written(
            reading=_completed(reading, desk, most), writing=_writing(prompt, desk), usage=_usage(prompt, desk, reply)
        )

    def close(self) -> None:
        """Give up what is being written."""
        self._chat.close()

    def _verified(self, prompt: Prompt, reply: Reply, desk: _Desk, most: int) -> Generator[Finding | None]:
        """The sentences that may be shown; the others are kept with ``desk``."""
        for one in _sentences(reply, prompt.mark, desk):
            if one is None:
                yield None
                continue
            if one.text.rstrip(".").upper() == REFUSAL:
                raise WriterFailed("the writer found no answer in the evidence")
            finding = self._found(prompt, one, desk)
            if finding is not None and all(finding.text != said.text for said in desk.findings):
                desk.findings.append(finding)
                yield finding
            if len(desk.findings) >= most or len(desk.dropped) >= _MOST_DROPPED:
                return
        if not desk.findings and not desk.dropped:
            raise WriterFailed("the writer wrote no sentence")

    def _found(self, prompt: Prompt, one: Drafted, desk: _Desk) -> Finding | None:
        """A sentence with what supports it, ``None`` where it is not to be shown."""
        if one.live:
            desk.drop(one.text, "address")
            return None
        if len(one.text.split()) < _LEAST_WORDS:
            desk.drop(one.text, "unsupported")
            return None
        judged, units = self._judged(one, prompt.units)
        if judged.verdict not in (SUPPORTED, PARTLY) or not judged.sources:
            desk.drop(one.text, judged.verdict)
            return None
        return Finding(
            text=one.text,
            sources=_cited(judged.sources, units),
            support=judged.support,
            verdict=judged.verdict,
            differences=judged.differences,
        )

    def _judged(self, one: Drafted, units: Sequence[NumberedUnit]) -> tuple[Judgement, Sequence[NumberedUnit]]:
        """A sentence held against what it cites, and where that has nothing of it against all.

        Where what it cites says otherwise that is final: among all units one may lend it the number that it changed.
        """
        cited = [unit for unit in units if unit.number in one.units]
        if cited:
            judged = self._judge.judge(one.text, [unit.evidence for unit in cited])
            if judged.verdict in (SUPPORTED, CONTRADICTED):
                return judged, cited
        return self._judge.judge(one.text, [unit.evidence for unit in units]), units


def worth_telling(question: Question, reading: Reading, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates that the model is shown: those that may answer, and those that the sources' own answer has.

    What a model is not shown cannot steer it: an order in a document is no answer to what is asked.
    """
    left = sized(considered(question, candidates))
    least = _LEAST_SHARE * max((support(one) for one in left), default=0.0)
    return [one for one in left if support(one) >= least or any(_is_of(one, said) for said in reading.findings)]


def _is_of(candidate: Candidate, finding: Finding) -> bool:
    """Whether a finding cites what a candidate covers."""
    return Source(document=candidate.document, span=candidate.span) in finding.sources


def _sentences(reply: Reply, mark: str, desk: _Desk) -> Iterator[Drafted | None]:
    """What the model writes, sentence by sentence, and ``None`` after each piece."""
    draft = Draft(mark)
    try:
        for piece in reply.pieces():
            desk.text += piece
            yield from draft.add(piece)
            yield None
    except WriterFailed:
        yield from draft.end(whole=False)
        raise
    yield from draft.end(whole=reply.whole)


def _cited(sources: Sequence[Source], units: Sequence[NumberedUnit]) -> tuple[Source, ...]:
    """The spans that the units among the sources are made of."""
    made_of = {(unit.evidence.document.id, unit.evidence.span): unit for unit in units}
    cited: dict[Source, None] = {}
    for source in sources:
        unit = made_of.get((source.document.id, source.span))
        spans = unit.spans if unit else (source.span,)
        cited |= dict.fromkeys(Source(document=source.document, span=span) for span in spans)
    return tuple(cited)


def _completed(reading: Reading, desk: _Desk, most: int) -> Reading:
    """What was written, and of what the sources say in their own words what it lacks.

    That is all of it where nothing is left, the rest of it where the model failed, and the sides of a conflict that
    were not told.
    """
    if not desk.findings:
        return reading
    findings = list(desk.findings)
    if desk.failure is not None:
        findings += [one for one in reading.findings if not any(_share(one, said) for said in desk.findings)]
    conflicts = []
    for conflict in reading.conflicts:
        sides = [reading.findings[place] for place in conflict.statements]
        places = [_telling(findings, side) for side in sides]
        conflicts.append(Conflict(statements=tuple(places), kind=conflict.kind, values=conflict.values))
    last = max([most, *(place + 1 for conflict in conflicts for place in conflict.statements)])
    return replace(reading, findings=tuple(findings[:last]), conflicts=tuple(conflicts))


def _telling(findings: list[Finding], side: Finding) -> int:
    """Which finding tells a side of a conflict; the side itself is added where none does."""
    for place, one in enumerate(findings):
        if _share(one, side):
            return place
    findings.append(side)
    return len(findings) - 1


def _share(one: Finding, other: Finding) -> bool:
    """Whether two findings rest on some of the same characters."""
    return any(
        mine.document.id == theirs.document.id
        and mine.span.start < theirs.span.end
        and theirs.span.start < mine.span.end
        for mine in one.sources
        for theirs in other.sources
    )


def _writing(prompt: Prompt, desk: _Desk) -> Writing:
    reason = desk.failure
    if reason is None and not desk.findings:
        reason = "no sentence of the writer is supported by the evidence"
    return Writing(shown=len(desk.findings), dropped=tuple(desk.dropped), replaced=reason, prompt_sha256=prompt.sha256)


def _usage(prompt: Prompt, desk: _Desk, reply: Reply) -> Usage:
    """The tokens that the endpoint counted, or as tiktoken counts them where it did not say."""
    asked = sum(count_tokens(one.content) for one in prompt.messages)
    return Usage(
        prompt=asked if reply.prompt is None else reply.prompt,
        completion=count_tokens(desk.text) if reply.completion is None else reply.completion,
    )

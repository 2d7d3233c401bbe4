"""Candidates: the sentences of the passages that were found, each with what is needed to judge and to show it."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from rag.answer.find.evidence import Candidate, Hit, Unit
from rag.answer.find.frames import frames
from rag.answer.find.units import holder_units, leaf_unit
from rag.answer.question import Question
from rag.language.english.context import is_scrap, leans, understood
from rag.language.english.values.dates import find_dates
from rag.language.english.values.written import written_date
from rag.language.english.words import content_words, stem, words
from rag.language.outline import Outline
from rag.language.text import display, folded
from rag.storage.protocols import DocumentView
from rag.types import Document, Kind, Passage, Sentence

_FOLLOWING = 2
_NEVER = (Kind.BOILERPLATE, Kind.HEADING)
_SHORT = 10
_JUDGED_WORDS = 90


def candidates_of(catalog: DocumentView, question: Question, hits: Sequence[Hit]) -> list[Candidate]:
    """The sentences of the hits' passages that may answer, each once a document and context; not judged yet."""
    found = _all_candidates(catalog, question, hits)
    return _each_once(_with_number(question, _with_announced(question, one)) for one in found)


def announces(question: Question, candidate: Candidate) -> bool:
    """True where a short sentence only repeats what a broad question asks: the answer comes after it.

    "Key sticking points quickly emerged." announces what "What are the main sticking points?" asks.
    """
    if candidate.unit or not question.broad or not candidate.following:
        return False
    if len(candidate.sentence.text.split()) > _SHORT:
        return False
    said = {stem(word) for word in content_words(display(candidate.sentence.text))}
    return 2 * len(question.stems & said) > len(question.stems)


def announced_text(candidate: Candidate) -> str:
    """The text of a sentence that announces, and of those that it announces."""
    return " ".join(display(one.text) for one in (candidate.sentence, *candidate.following))


def judged_text(document: Document, sentence: Sentence, shown: str, *, dated: bool = False) -> str:
    """What the reranker sees: the sentence under title and heading; a fact of the description as a sentence.

    Args:
        dated: Say when the document was published.
    """
    name = document.title or document.path
    origin = f" of {document.publisher}" if document.publisher else ""
    match sentence.kind:
        case Kind.TITLE:
            return f"The title of the article{origin} is: {shown}"
        case Kind.AUTHOR:
            return f"The author who wrote the article {name} is {document.author}."
        case Kind.PUBLISHER:
            return f"The publisher of the article {name} is {document.publisher}."
        case Kind.PUBLISHED:
            return f"The article {name}{origin} was published on the date {document.published}: {shown}"
        case _:
            heading = display(sentence.heading) if sentence.heading else None
            day = written_date(document.published) if dated and document.published else None
            return folded(". ".join(part for part in (document.title, day, heading, shown) if part))


class _Reading:
    """The sentences of a document, each with what is needed to judge it."""

    def __init__(self, document: Document, sentences: Sequence[Sentence], outline: Outline, *, timed: bool) -> None:
        self._document = document
        self._timed = timed
        self._outline = outline
        self._sentences = sentences
        self._starts = [sentence.span.start for sentence in sentences]
        self._title = next((sentence for sentence in sentences if sentence.kind is Kind.TITLE), None)
        self._dated = next((sentence for sentence in sentences if sentence.kind is Kind.PUBLISHED), None)
        if self._dated is None and document.published and self._title and find_dates(self._title.text, None):
            self._dated = self._title
        self._headings: list[Sentence | None] = []
        self._firsts: dict[tuple[str, str | None, Kind], int] = {}
        heading = None
        for place, sentence in enumerate(sentences):
            heading = sentence if sentence.kind is Kind.HEADING else heading
            self._headings.append(heading)
            self._firsts.setdefault((sentence.text, sentence.heading, sentence.kind), place)

    @property
    def outline(self) -> Outline:
        """Its blocks."""
        return self._outline

    @property
    def described(self) -> frozenset[int]:
        """The blocks that say what the document is: its title, its headings, what is never cited."""
        return frozenset(sentence.block for sentence in self._sentences if sentence.kind is not Kind.BODY)

    def candidates(self, passage: Passage) -> Iterator[Candidate]:
        """The sentences of a passage that may answer; one that says what was said before stands where that does."""
        for place in range(bisect_left(self._starts, passage.span.start), len(self._sentences)):
            sentence = self._sentences[place]
            if sentence.span.end > passage.span.end:
                break
            if self._outline.only_leads(sentence.block, sentence.span):
                continue
            unit = self._unit(sentence)
            if sentence.kind in _NEVER or (sentence.kind is Kind.BODY and not unit and is_scrap(sentence)):
                continue
            if unit:
                yield self._of_unit(unit, place, passage.id)
                continue
            alone = sentence.kind is Kind.BODY and not leans(sentence, self._previous(place))
            first = self._firsts[sentence.text, sentence.heading, sentence.kind]
            yield self._candidate(first if alone else place, passage.id)

    def holders(self, passage: Passage) -> Iterator[Candidate]:
        """The lists and records that a passage has a part of."""
        for unit in holder_units(self._outline, passage.span):
            span = self._outline.blocks[unit.position].span
            place = bisect_left(self._starts, span.start)
            if place < len(self._sentences) and self._sentences[place].kind is Kind.BODY:
                whole = replace(
                    self._sentences[place], span=span, text=span.of(self._outline.text), block=unit.position
                )
                yield self._with_unit(unit, whole, self._headings[place], passage.id)

    def _previous(self, place: int) -> Sentence | None:
        """The sentence before one, in the same paragraph."""
        before = self._sentences[place - 1] if place else None
        return before if before is not None and before.block == self._sentences[place].block else None

    def _unit(self, sentence: Sentence) -> Unit | None:
        return leaf_unit(self._outline, sentence.block, sentence.span) if sentence.kind is Kind.BODY else None

    def _of_unit(self, unit: Unit, place: int, passage_id: str) -> Candidate:
        sentence = self._sentences[place]
        if unit.kind == "sentence" and unit.spans[-1] != sentence.span:
            own = unit.spans[-1]
            sentence = replace(sentence, span=own, text=own.of(self._outline.text), block=unit.position)
        return self._with_unit(unit, sentence, self._headings[place], passage_id)

    def _with_unit(self, unit: Unit, sentence: Sentence, heading: Sentence | None, passage_id: str) -> Candidate:
        judged = judged_text(self._document, sentence, " ".join(unit.text.split()[:_JUDGED_WORDS]), dated=self._timed)
        heading = heading if sentence.heading else None
        if heading is not None and not unit.lead and _needs_heading(unit):
            gap = ":\n" if unit.whole else " — "
            text = f"{display(heading.text).rstrip(':')}{gap}{unit.text}"
            unit = replace(unit, text=text, spans=(heading.span, *unit.spans))
        return Candidate(
            document=self._document,
            sentence=sentence,
            previous=None,
            heading=heading,
            title=self._title,
            passage_id=passage_id,
            judged=judged,
            dated=self._dated,
            unit=unit,
        )

    def _candidate(self, place: int, passage_id: str) -> Candidate:
        sentence, document = self._sentences[place], self._document
        previous = self._previous(place)
        after = self._sentences[place + 1 : place + 1 + _FOLLOWING]
        return Candidate(
            document=document,
            sentence=sentence,
            previous=previous,
            following=tuple(one for one in after if one.block == sentence.block),
            heading=self._headings[place] if sentence.heading else None,
            title=self._title,
            passage_id=passage_id,
            judged=judged_text(document, sentence, understood(sentence, previous), dated=self._timed),
            dated=self._dated,
        )


def _needs_heading(unit: Unit) -> bool:
    """Whether a unit without what leads to it says what it is about only under its heading."""
    item = unit.kind == "sentence" and not unit.text.endswith((".", "!", "?"))
    return unit.whole or unit.kind == "record" or item


def _all_candidates(catalog: DocumentView, question: Question, hits: Sequence[Hit]) -> Iterator[Candidate]:
    """Every sentence of the hits' passages that may be an answer; those of a frame say so."""
    read = {one: _read(catalog, question, one) for one in dict.fromkeys(hit.passage.document_id for hit in hits)}
    outlines = {document_id: reading.outline for document_id, reading in read.items()}
    framed = frames(outlines, {document_id: reading.described for document_id, reading in read.items()})
    for hit in hits:
        document_id = hit.passage.document_id
        for one in (*read[document_id].candidates(hit.passage), *read[document_id].holders(hit.passage)):
            yield replace(one, framed=True) if one.sentence.block in framed[document_id] else one


def _read(catalog: DocumentView, question: Question, document_id: str) -> _Reading:
    text = catalog.text(document_id)
    outline = Outline(text, catalog.blocks(document_id))
    sentences = catalog.sentences(document_id, text)
    return _Reading(catalog.document(document_id), sentences, outline, timed=question.timed)


def _with_announced(question: Question, candidate: Candidate) -> Candidate:
    """A sentence that only announces what is asked is judged as it is shown: with what it announces."""
    if not announces(question, candidate):
        return candidate
    return replace(candidate, judged=judged_text(candidate.document, candidate.sentence, announced_text(candidate)))


def _with_number(question: Question, candidate: Candidate) -> Candidate:
    """An item that is asked for by its number is judged by the name that the question gives it, as "Rule 2: ..."."""
    unit = candidate.unit
    if unit is None or not unit.mark:
        return candidate
    number = unit.mark.strip(".()")
    named = [name for name, asked in pairwise(question.words) if asked.lower() == number.lower()]
    name = next((one for one in named if stem(one) in _stems_above(candidate, unit)), None)
    if name is None:
        return candidate
    said = unit.text.removeprefix(unit.lead).lstrip().removeprefix(unit.mark).lstrip()
    told = judged_text(candidate.document, candidate.sentence, f"{name.capitalize()} {number}: {said}")
    return replace(candidate, judged=told)


def _stems_above(candidate: Candidate, unit: Unit) -> set[str]:
    """The stems of what stands over an item: what leads to its list, its heading and its title."""
    above = [unit.lead, *(display(one.text) for one in (candidate.heading, candidate.title) if one)]
    return {stem(word) for line in above for word in words(line)}


def _each_once(pool: Iterable[Candidate]) -> list[Candidate]:
    """The candidates without those that say, word for word and in the same context, what their document said before.

    The place that comes first in the document stands for all, and for the passage that was found first. What frames
    say is there once, in the document that was found first.
    """
    found: dict[tuple[str, str], Candidate] = {}
    for one in pool:
        document_id, words = ("", one.sentence.text) if one.framed else (one.document.id, one.judged)
        said = document_id, " ".join(words.casefold().split())
        first = found.get(said)
        if first is None:
            found[said] = one
        elif not one.framed and one.sentence.span < first.sentence.span:
            found[said] = replace(one, passage_id=first.passage_id)
    return list(found.values())

"""The evidence for a claim: sentences and units of a collection, or of passages that are given."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from rag.answer.find.candidates import candidates_of
from rag.answer.find.evidence import Candidate, Hit
from rag.answer.find.retrieve import retrieve
from rag.answer.question import read_question
from rag.answer.verify.claims import Claim
from rag.answer.verify.evidence import Evidence, above
from rag.blocks import Block
from rag.language.english.context import leans, understood
from rag.language.english.words import content_words, overlap_scores, stem
from rag.models.protocols import Encoder
from rag.storage.protocols import CatalogView, VectorSearch
from rag.types import Document, Passage, Sentence, Span

_HITS = 12
_MOST = 24


class Gathering(Protocol):
    """Where evidence is looked for."""

    def evidence(self, claim: Claim) -> list[Evidence]:
        """What may say the same as a claim, the likeliest first."""
        ...

    def text(self, document_id: str) -> str:
        """The text of a document that evidence is of."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class InCollection:
    """Evidence from a collection."""

    catalog: CatalogView
    vectors: VectorSearch
    collection: str
    encoder: Encoder

    def evidence(self, claim: Claim) -> list[Evidence]:
        """As ``Gathering``."""
        question = read_question(f"{claim.before} {claim.text}".strip())
        vector = self.encoder.encode_passages([question.text])[0]
        hits = retrieve(self.catalog, self.vectors, self.collection, question, vector, limit=_HITS)
        return _likeliest(claim, candidates_of(self.catalog, question, hits[:_HITS]))

    def text(self, document_id: str) -> str:
        """As ``Gathering``."""
        return self.catalog.text(document_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A passage that was given, read as a document."""

    document: Document
    text: str
    blocks: Sequence[Block]
    sentences: Sequence[Sentence]


class InPassages:
    """Evidence from passages that are given."""

    def __init__(self, given: Sequence[Given]) -> None:
        self._view = _GivenView(given={one.document.id: one for one in given})

    def evidence(self, claim: Claim) -> list[Evidence]:
        """As ``Gathering``."""
        return _likeliest(claim, self._candidates)

    def text(self, document_id: str) -> str:
        """As ``Gathering``."""
        return self._view.text(document_id)

    @cached_property
    def _candidates(self) -> list[Candidate]:
        return candidates_of(self._view, read_question("all"), list(self._view.hits()))


@dataclass(frozen=True, slots=True, kw_only=True)
class _GivenView:
    """The given passages as a catalog shows documents."""

    given: Mapping[str, Given]

    def document(self, document_id: str) -> Document:
        return self.given[document_id].document

    def text(self, document_id: str) -> str:
        return self.given[document_id].text

    def blocks(self, document_id: str) -> list[Block]:
        return list(self.given[document_id].blocks)

    def sentences(self, document_id: str, text: str) -> list[Sentence]:
        del text
        return list(self.given[document_id].sentences)

    def hits(self) -> Iterator[Hit]:
        """Each passage as one that was found, whole."""
        for rank, one in enumerate(self.given.values(), start=1):
            span = Span(start=0, end=len(one.text))
            passage = Passage(document_id=one.document.id, span=span, text=one.text, indexed=one.text)
            yield Hit(passage=passage, score=0.0, rank=rank, scores={})


def _likeliest(claim: Claim, candidates: Sequence[Candidate]) -> list[Evidence]:
    """The candidates that share most words with a claim, as evidence; ties in the order in which they were found."""
    evidence = [_evidence(one) for one in candidates]
    wanted = {stem(word) for word in content_words(claim.text)}
    scores = overlap_scores(wanted, [one.text for one in evidence])
    order = sorted(range(len(evidence)), key=lambda place: (-scores[place], place))
    return [evidence[place] for place in order[:_MOST]]


def _evidence(candidate: Candidate) -> Evidence:
    document, span, previous = candidate.document, candidate.span, candidate.previous
    if candidate.unit:
        return Evidence(document=document, span=span, text=candidate.unit.text, above=above(candidate))
    leant_on = previous.span if previous is not None and leans(candidate.sentence, previous) else None
    text = understood(candidate.sentence, previous)
    return Evidence(document=document, span=span, text=text, leant_on=leant_on, above=above(candidate))

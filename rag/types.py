"""The values that pass between the stages.

Offsets are Unicode code points of ``Document.text``, half open. Scores: higher is better.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import numpy.typing as npt

DEFAULT_COLLECTION = "default"
"""The collection that is asked when none is named."""
COLLECTION = r"[a-z0-9][a-z0-9_-]{1,61}[a-z0-9]"
"""What the whole id of a collection must match."""
Vectors = npt.NDArray[np.float32]
Scores = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairScores:
    """How a question and each of n texts go together: two logits, unbounded, shape (n,) float32 each.

    ``relevance``: the text is about what is asked. ``answerability``: it also answers it.
    """

    relevance: Scores
    answerability: Scores


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Span:
    """A half-open range of code points of a document's text."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"a span needs 0 <= start < end, not {self.start}..{self.end}")

    def of(self, text: str) -> str:
        """The characters of ``text`` that the span covers.

        >>> Span(start=1, end=3).of("abcd")
        'bc'
        """
        return text[self.start : self.end]


class Kind(StrEnum):
    """What a sentence is within its document."""

    BODY = "body"
    HEADING = "heading"
    TITLE = "title"
    AUTHOR = "author"
    PUBLISHER = "publisher"
    PUBLISHED = "published"
    BOILERPLATE = "boilerplate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What a document says about itself; ``None`` where it does not say.

    ``published`` is an ISO 8601 date.
    """

    title: str | None = None
    author: str | None = None
    publisher: str | None = None
    published: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document as the catalog lists it. ``sha256`` is of its source bytes, ``bytes`` their count.

    ``pages`` has the offset of each page's first character, empty for a document without pages.
    """

    id: str
    collection: str
    title: str | None
    author: str | None
    publisher: str | None
    published: str | None
    media_type: str
    path: str
    sha256: str
    bytes: int
    characters: int
    passages: int
    ingested_at: str
    pages: tuple[int, ...] = ()

    def page_of(self, offset: int) -> int | None:
        """The page on which a character is, from 1; ``None`` for a document without pages."""
        return bisect_right(self.pages, offset) or None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence, or a line that stands for one. ``text`` is the document's own characters.

    ``block`` numbers the paragraph or heading that it belongs to, counted from 0 within the document.
    """

    span: Span
    text: str
    kind: Kind
    block: int
    heading: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """Whole sentences under one heading: the unit that is retrieved.

    ``text`` is the document's own characters; ``indexed`` is what the encoder and the lexical index
    see: title, heading and cleaned text.
    """

    document_id: str
    span: Span
    text: str
    indexed: str

    @property
    def id(self) -> str:
        """``"{document_id}#{start}-{end}"``."""
        return f"{self.document_id}#{self.span.start}-{self.span.end}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeWith:
    """What passages and vectors are made with.

    Args:
        fingerprint: Names the encoder, its exact weights, its dimension, and the budget of a passage.
        encoder: The setting that names the encoder.
        passage_tokens: The setting of the budget, tiktoken tokens.
    """

    fingerprint: str
    encoder: str
    passage_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One earlier message of a conversation; ``role`` is ``"user"`` or ``"assistant"``."""

    role: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A footnote. ``quote`` is exactly ``document.text[start:end]``; ``before`` and ``after`` touch it.

    ``page`` is where the quote starts, from 1; ``None`` for a document without pages.
    """

    number: int
    document_id: str
    title: str | None
    path: str
    author: str | None
    publisher: str | None
    published: str | None
    sha256: str
    start: int
    end: int
    before: str
    quote: str
    after: str
    page: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An item of a list, a step of a procedure, or a field of a record, and the numbers of its citations."""

    text: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRows:
    """The rows of a table that answer: cells by column, and the places of those that were asked for, from 0."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    marked: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What a sentence says otherwise than its source, or beyond it.

    ``kind`` is ``"number"``, ``"date"``, ``"name"``, ``"negation"``, ``"unit"``, ``"quantifier"`` or ``"other"``;
    ``said`` are the words of the sentence, ``source`` those in their place, either empty where there are none.
    """

    kind: str
    said: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A part of an answer and the numbers of its citations, never empty.

    ``kind`` is ``"sentence"``, ``"list"``, ``"steps"``, ``"table"``, ``"code"`` or ``"record"``; ``text`` is all of it
    as plain text. ``items`` are those of a list, steps or a record, ``table`` the rows of a table. ``differences`` are
    those of a written sentence whose ``verdict`` is ``"partly"``.
    """

    text: str
    citations: tuple[int, ...]
    support: float
    verdict: str
    kind: str = "sentence"
    items: tuple[Item, ...] | None = None
    table: TableRows | None = None
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Statements (by position) that give different ``values`` for the same thing."""

    statements: tuple[int, ...]
    kind: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedPassage:
    """A passage as answers and searches list it."""

    document_id: str
    start: int
    end: int
    text: str
    score: float
    rank: int
    scores: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPassages:
    """The passages of a search, best first; ``degraded`` as in ``Answer``."""

    passages: tuple[RankedPassage, ...]
    degraded: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusState:
    """What a collection held when a question was answered."""

    version: int
    documents: int
    passages: int


LARGEST_SCALE = 20.0
"""What the intercept of a scale is at most, either way, and its slope, and one through the least slope."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """What the log odds of an answer mean in a collection; the one of its own that has none says: what they say.

    ``slope`` is above 0, so that what is surer than another stays so.
    """

    intercept: float = 0.0
    slope: float = 1.0

    def apply(self, log_odds: float) -> float:
        """The log odds that they mean."""
        return self.intercept + self.slope * log_odds


UNSCALED = Scale()


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelNames:
    """The models that made an answer; ``writer`` is the language model that was asked, ``None`` for none."""

    encoder: str
    reranker: str
    reader: str
    writer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """The tokens of a language model: what it was shown, and what it wrote."""

    prompt: int
    completion: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DroppedSentence:
    """A sentence that a language model wrote and that is not shown.

    ``verdict`` is ``"unsupported"`` or ``"contradicted"`` by the evidence, or ``"address"`` for
    one that holds an address or markup.
    """

    text: str
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """What became of what a language model wrote.

    Args:
        shown: Its sentences that are statements: the first so many.
        dropped: Those that are not.
        replaced: Why the sources' own words stand in its place, or after it; ``None`` where they do not.
        prompt_sha256: Of all that it was shown.
    """

    shown: int
    dropped: tuple[DroppedSentence, ...]
    replaced: str | None
    prompt_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to a question, with everything that is needed to check it.

    ``question`` is what was typed, ``understood`` what it means after what was said before: the same
    where it stands alone. ``degraded`` says what it had to be found without; ``None`` for nothing.
    ``cached``: it was made when the same was asked before of the same documents.
    """

    id: str
    question: str
    understood: str
    collection: str
    answered: bool
    complete: bool = True
    answer: str
    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]
    conflicts: tuple[Conflict, ...]
    confidence: float
    missing_terms: tuple[str, ...]
    passages: tuple[RankedPassage, ...]
    corpus: CorpusState
    models: ModelNames
    usage: Usage | None = None
    writing: Writing | None = None
    degraded: str | None = None
    cached: bool = False
    timings_ms: Mapping[str, float] = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedSentence:
    """The characters ``start:end`` of a text, and whether sources say the same.

    ``verdict`` is ``"supported"``, ``"partly"`` (some of it), ``"contradicted"`` (they say otherwise) or
    ``"unsupported"``; ``support`` is how sure it is that they say it, 0 to 1. ``citations`` are the numbers of what it
    was held against, none where nothing was found.
    """

    text: str
    start: int
    end: int
    verdict: str
    support: float
    citations: tuple[int, ...]
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """A text, sentence by sentence. ``supported`` is the share of the sentences that are, 0 for a text without any.

    ``degraded`` as in ``Answer``.
    """

    sentences: tuple[VerifiedSentence, ...]
    citations: tuple[Citation, ...]
    supported: float
    degraded: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteChange:
    """The characters ``start:end`` of a quote, and what the source has in their place; either may be empty."""

    start: int
    end: int
    said: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteCheck:
    """Whether a quote is in the documents.

    ``verdict`` is ``"found"``, word for word, at the places of ``citations``; ``"altered"``, with the nearest place
    and what was changed; or ``"not_found"``, without any.
    """

    quote: str
    verdict: str
    citations: tuple[Citation, ...] = ()
    changes: tuple[QuoteChange, ...] = ()

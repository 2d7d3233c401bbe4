"""What is found: passages, and the sentences of them that may answer."""

from collections.abc import Mapping
from dataclasses import dataclass

from rag.language.outline import Row
from rag.language.text import display
from rag.types import Document, Passage, Sentence, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A retrieved passage. ``scores`` holds one entry a stage that saw it: dense, lexical, fused, rerank."""

    passage: Passage
    score: float
    rank: int
    scores: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a unit that is cited by itself: an item, a step, a field; ``depth`` says within how many others."""

    text: str
    spans: tuple[Span, ...]
    depth: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A piece of evidence that is more than a sentence, as it is shown.

    Args:
        kind: As of a statement.
        position: Of its block.
        spans: What it is made of and cited by; what its parts are made of comes by these.
        lead: What leads to it, empty where nothing does.
        mark: Of an item, its number as it is written, empty where it has none.
        parts: Of a list, steps or a record.
        row: Of a table, which is the block ``table``.
        further: Other rows of that table that are stated with it.
        columns: The names of the table's columns.
        asked: Of a row: the columns of the cells that are asked for, where that was judged.
        named: Whether the names of those columns are asked for, not their cells.
        whole: Whether it is all of a list or record, whose parts are candidates too.
        complete: Whether nothing of it is left out.
    """

    kind: str
    position: int
    text: str
    spans: tuple[Span, ...]
    lead: str = ""
    mark: str = ""
    parts: tuple[Part, ...] = ()
    row: Row | None = None
    table: int | None = None
    further: tuple["Unit", ...] = ()
    columns: tuple[str, ...] = ()
    asked: tuple[int, ...] = ()
    named: bool = False
    whole: bool = False
    complete: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A sentence or a unit that may answer, with what is needed to judge and to show it.

    ``sentence`` stands for a unit: it has its span. ``judged`` is the text that the reranker saw, ``relevance`` and
    ``answerability`` its logits, ``score`` the blend of both that ranks; ``previous`` is the sentence before it in the
    same paragraph, ``following`` the one or two after it, ``heading`` the one it stands under, ``title`` the document's
    own title line, ``dated`` the line that says when it was published. ``framed`` says that it
    belongs to the frame of its document, see ``rag.answer.find.frames``. ``rival`` says that candidates of several
    documents answer about as surely, ``values`` what answers in it, ``alike`` values of others that
    mean the same, see ``rag.answer.find.values``.
    """

    document: Document
    sentence: Sentence
    previous: Sentence | None
    title: Sentence | None
    passage_id: str
    judged: str
    heading: Sentence | None = None
    score: float = 0.0
    relevance: float = 0.0
    answerability: float = 0.0
    following: tuple[Sentence, ...] = ()
    dated: Sentence | None = None
    unit: Unit | None = None
    framed: bool = False
    rival: bool = False
    values: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """Its words, without what only leads to it."""
        return self.unit.text if self.unit else display(self.sentence.text)

    @property
    def span(self) -> Span:
        """What it covers."""
        return self.sentence.span

"""What is found: passages, and the sentences of them that may answer."""

from collections.abc import Mapping
from dataclasses import dataclass

from rag.types import Document, Passage, Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A retrieved passage. ``scores`` holds one entry a stage that saw it: dense, lexical, fused, rerank."""

    passage: Passage
    score: float
    rank: int
    scores: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A sentence that may answer, with what is needed to judge and to show it.

    ``judged`` is the text that the reranker saw, ``relevance`` and ``answerability`` its logits, ``score``
    the blend of both that ranks; ``previous`` is the sentence before it in the same paragraph,
    ``following`` the one or two after it, ``heading`` the one it stands under, ``title`` the document's own title line.
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

"""What an evaluation set is made of: documents, questions, and what a right answer must cite."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from rag.errors import FootnoteError
from rag.types import Turn

_SEED = "footnote"


class EvalSetError(FootnoteError):
    """An evaluation set that cannot be used; the message names the file and the record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gold:
    """Characters that answer a question. ``context`` marks what only helps to understand them."""

    document_id: str
    quote: str
    context: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question and its gold.

    ``any_gold``: one gold quote suffices. ``answers``: strings of which one must stand in the cited
    text. ``relevant_ids``: documents that answer. Questions of a ``group`` ask for the same fact.
    ``traps``: characters that look like an answer to an unanswerable question and are none.
    ``history``: what was said before, oldest first. ``expected``: what a right answer says, in words,
    where only a reader can tell.
    """

    id: str
    text: str
    kind: str
    group: str
    answerable: bool
    gold: tuple[Gold, ...] = ()
    any_gold: bool = True
    answers: tuple[str, ...] = ()
    relevant_ids: tuple[str, ...] = ()
    traps: tuple[Gold, ...] = field(default=(), repr=False)
    history: tuple[Turn, ...] = field(default=(), repr=False)
    expected: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceText:
    """A document to ingest: the name of its file and its bytes."""

    path: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class EvalSet:
    """Documents and questions about them."""

    name: str
    documents: tuple[SourceText, ...]
    questions: tuple[Question, ...]

    @property
    def sha256(self) -> str:
        """Names the exact documents and questions."""
        digest = hashlib.sha256()
        for document in self.documents:
            digest.update(document.path.encode() + b"\0" + document.content + b"\0")
        digest.update(repr(self.questions).encode())
        for question in self.questions:  # apart, so that a set without them keeps the name that baselines know
            digest.update("".join([*map(repr, question.history), question.expected]).encode())
        return digest.hexdigest()


def in_half(question: Question, *, test: bool, seed: str = _SEED) -> bool:
    """Whether a question belongs to the test half, else the calibration half; a group is never parted."""
    digest = hashlib.sha256(f"{seed}/{question.group}".encode()).digest()
    return (digest[0] % 2 == 1) is test


def chosen(questions: Sequence[Question], *, half: str = "both", limit: int | None = None) -> list[Question]:
    """The questions of a half; with ``limit``, that many answerable and that many unanswerable ones.

    The drawing is by a hash of each id and a fixed seed, so it is the same on every machine, and a
    larger limit draws all that a smaller one does.

    Args:
        half: ``test``, ``calibration`` or ``both``.
    """
    kept = [one for one in questions if half == "both" or in_half(one, test=half == "test")]
    if limit is None:
        return kept
    drawn = sorted(kept, key=lambda one: hashlib.sha256(f"{_SEED}/{one.id}".encode()).digest())
    answerable = [one for one in drawn if one.answerable]
    return [*answerable[:limit], *[one for one in drawn if not one.answerable][:limit]]

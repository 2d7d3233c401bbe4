"""Asking a collection questions of its own, for its scale: those of a file, or those that are made of its documents.

Each is answered whatever the confidence, and as in a collection without a scale.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from eval.overall.outcome import holds_fact
from eval.run.ranking import gold_places
from eval.run.runner import Record
from eval.sets.load import read_questions
from eval.sets.question import EvalSetError, Question
from eval.training.scale import Outcome
from rag.answer.confidence import Signals, signals
from rag.answer.find.evidence import Candidate
from rag.answer.question import MAX_SCOPE
from rag.answer.question import Question as Asked
from rag.answer.read.extractive import ExtractiveReader, considered
from rag.answer.read.reader import Reader, Reading
from rag.answer.read.sizes import sized
from rag.answer.suggest.offers import cites, proposed, varied
from rag.answer.suggest.templates import Proposal
from rag.library import Library
from rag.types import UNSCALED, Answer

MADE = 40
"""Questions that are made of a collection at most; each is asked twice."""
_LEAST_DOCUMENTS = 2

OnDone = Callable[[int, int], None]
"""Told how many questions are done, and of how many."""


@dataclass(slots=True)
class _Watching:
    """A reader that answers whatever the confidence, and keeps the signals of what it read last."""

    reader: Reader = field(default_factory=lambda: ExtractiveReader(threshold=0.0))
    last: Signals | None = None

    @property
    def name(self) -> str:
        return self.reader.name

    def read(self, question: Asked, candidates: Sequence[Candidate], *, max_statements: int) -> Reading:
        """See ``Reader.read``."""
        asked = replace(question, scale=UNSCALED)
        self.last = signals(asked, sized(considered(asked, candidates)))
        return self.reader.read(asked, candidates, max_statements=max_statements)


class _Asking:
    """Asks a collection, and keeps what speaks for each answer."""

    def __init__(self, library: Library, collection: str) -> None:
        self._reader = _Watching()
        self._library = replace(library, vary=lambda whole: replace(whole, reader=self._reader))
        self._collection = collection

    def ask(self, text: str, document_ids: Sequence[str] | None = None) -> tuple[Answer, Signals | None]:
        """The answer, and its signals; ``None`` where nothing was read."""
        self._reader.last = None
        where = self._collection
        answer = self._library.ask(text, collection=where, document_ids=document_ids, reader="extractive")
        return answer, self._reader.last


class _Stored:
    """The documents of a collection, as questions name them."""

    def __init__(self, library: Library, collection: str) -> None:
        documents = list(library.documents(collection=collection))
        self._ids = {one.path: one.id for one in documents} | {one.id: one.id for one in documents}
        self.text = cache(library.text)

    def identify(self, place: str, name: str) -> str:
        """See ``Texts``, as of ``has``."""
        if name not in self._ids:
            raise EvalSetError(f"{place}: the collection has no document {name!r}; name it by its path or its id")
        return self._ids[name]

    def has(self, place: str, identifier: str, quote: str) -> bool:
        return quote in self.text(identifier)


def asked_outcomes(library: Library, collection: str, file: Path, on_done: OnDone) -> list[Outcome]:
    """What becomes of the questions of a file.

    Raises:
        EvalSetError: When the file cannot be used.
        NotFound: When there is no such collection.
    """
    stored, asking = _Stored(library, collection), _Asking(library, collection)
    questions, found = read_questions(file, stored), list[Outcome]()
    for question in questions:
        answer, seen = asking.ask(question.text)
        found.append(Outcome(group=question.group, signals=seen, holds=_holds(question, answer, stored)))
        on_done(len(found), len(questions))
    return found


def _holds(question: Question, answer: Answer, stored: _Stored) -> bool:
    gold = tuple(gold_places(one, stored.text(one.document_id)) for one in question.gold)
    record = Record(question=question, answer=answer, legs={}, relevant=(), gold=gold, excerpts=(), exact=True)
    return any(holds_fact(one, record) for one in answer.statements)


def made_outcomes(library: Library, collection: str, on_done: OnDone) -> list[Outcome]:
    """What becomes of questions that are made of a collection's documents, asked of it with and without their own.

    With it, an answer must cite what the question was made of; without it, none can, and what only it names does not
    cap the confidence.

    Raises:
        EvalSetError: When there are too few documents, or none that a question can be made of.
        NotFound: When there is no such collection.
    """
    catalog = library.store.catalog
    if catalog.state(collection).documents < _LEAST_DOCUMENTS:
        raise EvalSetError(f"collection {collection!r} has fewer than {_LEAST_DOCUMENTS} documents; give --questions")
    chosen = list(varied(proposed(catalog, collection), most=MADE))
    if not chosen:
        raise EvalSetError(f"no question can be made of the documents of collection {collection!r}; give --questions")
    ids = [one.id for one in library.documents(collection=collection)]
    asking, found = _Asking(library, collection), list[Outcome]()
    for done, proposal in enumerate(chosen, start=1):
        found += _both(asking, proposal, ids)
        on_done(done, len(chosen))
    return found


def _both(asking: _Asking, proposal: Proposal, ids: Sequence[str]) -> Iterator[Outcome]:
    answer, seen = asking.ask(proposal.question)
    yield Outcome(group=proposal.question, signals=seen, holds=cites(answer, proposal))
    others = [one for one in ids if one != proposal.document_id][:MAX_SCOPE]
    _, seen = asking.ask(proposal.question, others)
    uncapped = None if seen is None else replace(seen, missing=0.0)
    yield Outcome(group=proposal.question, signals=uncapped, holds=False)

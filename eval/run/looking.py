"""What an open library finds for a question before it is answered."""

from collections.abc import Collection

from rag.answer.find.evidence import Candidate, Hit
from rag.answer.question import Question, checked, read_question
from rag.library import Library
from rag.types import DEFAULT_COLLECTION


def found_for(engine: Library, question: str, *, collection: str = DEFAULT_COLLECTION) -> tuple[Question, list[Hit]]:
    """What a question is read as, and the passages that are reranked for it; errors are those of ``search``."""
    asked = read_question(checked("question", question))
    with engine.answering(collection) as answering:
        return answering.find(asked)


def nearest_to(engine: Library, question: str, *, collection: str = DEFAULT_COLLECTION, limit: int = 10) -> list[Hit]:
    """The passages nearest to a question before anything has judged them; errors are those of ``search``."""
    asked = read_question(checked("question", question))
    with engine.answering(collection) as answering:
        return answering.nearest(asked, limit)[:limit]


def candidates_for(
    engine: Library, question: str, *, collection: str = DEFAULT_COLLECTION, without: Collection[str] = ()
) -> tuple[Candidate, ...]:
    """The judged sentences that a question is answered from, best first; errors are those of ``search``.

    Args:
        without: Ids of documents whose passages are left out of what was retrieved.
    """
    asked = read_question(checked("question", question))
    with engine.answering(collection) as answering:
        meant, hits = answering.find(asked)
        return answering.rerank(meant, [hit for hit in hits if hit.passage.document_id not in without]).candidates

"""What happens while a question is answered, in this order.

Retrieved, judged, stated (once a statement), finished. A question that may mean several things is judged once for
each, before it is known what was retrieved for the one that counts; what is said to the system itself is not judged.
While a language model writes, drafting comes again and again.
"""

from dataclasses import dataclass

from rag.types import Answer, Citation, RankedPassage, Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieved:
    """The passages that may answer, by the score of the retrieval alone: nothing has judged them yet.

    ``understood`` is the question as it was understood, see ``Answer``.
    """

    understood: str
    passages: tuple[RankedPassage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The reranker has judged the passages; what comes next is reading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafting:
    """A language model writes, and no sentence of it can be shown yet: who no longer wants one can stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A statement of the answer and the citations that it names."""

    statement: Statement
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """The whole answer."""

    answer: Answer


Event = Retrieved | Judged | Drafting | Stated | Finished

"""A question on its way through the engine."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.answer.followup import Resolved
from rag.language.text import display, without_footnotes
from rag.types import Candidate


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question as it was typed, cleaned and resolved, and the collection that it is put to."""

    typed: str
    cleaned: str
    resolved: Resolved
    collection: str

    @property
    def text(self) -> str:
        """What is searched for."""
        return self.resolved.text

    @property
    def understood(self) -> str:
        """What is shown: the question as it was typed where nothing had to be resolved."""
        return self.typed if self.text == self.cleaned else self.text

    def read_as(self, text: str) -> "Asked":
        """The same with another text to search for."""
        return replace(self, resolved=replace(self.resolved, text=text))

    def unsaid(self, candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
        """The candidates that the answer before did not have, where more than that is asked for."""
        known = self.resolved.known
        return tuple(one for one in candidates if without_footnotes(display(one.sentence.text)) not in known)

"""A catalog read as if it had some documents alone."""

from collections.abc import Collection
from dataclasses import dataclass

from rag.storage.catalog.statements import Statements
from rag.types import CorpusState


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The ids of the only documents that there are, for who looks; ``EVERYTHING`` has no such limit."""

    document_ids: tuple[str, ...] | None = None

    def condition(self, column: str) -> str:
        """What a row must fulfil in SQL, after others; ``values`` has its parameters."""
        if self.document_ids is None:
            return ""
        return f"AND {column} IN ({', '.join('?' * len(self.document_ids))})"

    def rows(self, generation: int) -> str:
        """As ``condition``, for a lexical index of that generation."""
        if self.document_ids is None:
            return ""
        return (
            f"AND rowid IN (SELECT row FROM passages WHERE generation = {generation} {self.condition('document_id')})"
        )

    @property
    def values(self) -> tuple[str, ...]:
        """The parameters of a condition."""
        return self.document_ids or ()

    def state(self, connection: Statements, generation: int, collection: str, whole: CorpusState) -> CorpusState:
        """What a collection has within the scope; ``whole`` is all of it."""
        if self.document_ids is None:
            return whole
        documents = f"SELECT count(*) FROM documents WHERE collection = ? {self.condition('id')}"
        passages = f"""SELECT count(*) FROM passages WHERE generation = {generation} AND collection = ?
                       {self.condition("document_id")}"""
        found = [connection.execute(sql, (collection, *self.values)).fetchone()[0] for sql in (documents, passages)]
        return CorpusState(version=whole.version, documents=found[0], passages=found[1])


EVERYTHING = Scope()


def scope_of(document_ids: Collection[str]) -> Scope:
    """The scope of documents, each once."""
    return Scope(document_ids=tuple(sorted(set(document_ids))))

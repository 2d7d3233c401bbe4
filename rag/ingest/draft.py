"""A document on its way: one draft, which fills up until it can be stored."""

from dataclasses import dataclass, field

from rag.ingest.parse import Parsed
from rag.storage.catalog import NewDocument
from rag.types import Description, Passage, Sentence, Vectors


@dataclass(slots=True, kw_only=True)
class Draft:
    """A file that is to become a document: read and parsed, then described and cut into passages.

    ``position`` is that of its file in the ingest; ``replaces`` says whether a document of its id is there.
    """

    position: int
    id: str
    collection: str
    path: str
    origin: str
    sha256: str
    content: bytes
    replaces: bool
    parsed: Parsed
    description: Description = field(default_factory=Description)
    sentences: list[Sentence] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)

    def document(self, vectors: Vectors) -> NewDocument:
        """The document; ``vectors`` has a row a passage."""
        return NewDocument(
            id=self.id,
            collection=self.collection,
            path=self.path,
            origin=self.origin,
            description=self.description,
            media_type=self.parsed.media_type,
            sha256=self.sha256,
            source=self.content,
            text=self.parsed.text,
            pages=self.parsed.pages,
            blocks=self.parsed.blocks,
            sentences=self.sentences,
            passages=self.passages,
            vectors=vectors,
        )

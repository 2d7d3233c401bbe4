"""A text held against a collection or given passages, and quotes against a collection: from end to end."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from rag.answer.verify.claims import claims_of
from rag.answer.verify.gather import Gathering, Given, InPassages
from rag.answer.verify.judge import ClaimJudge
from rag.answer.verify.text import check_passages, check_text, verify_claims
from rag.ingest.aside import Aside, read_aside
from rag.ingest.parse import ParserProcess
from rag.language.outline import Outline
from rag.models.protocols import Encoder
from rag.types import Document, Verification


@dataclass(frozen=True, slots=True, kw_only=True)
class Checking:
    """What a text is checked with."""

    parser: ParserProcess
    encoder: Encoder
    judge: ClaimJudge

    def verify(
        self, text: str, passages: Sequence[str] | None, look: Callable[[], AbstractContextManager[Gathering]]
    ) -> Iterator[Verification | None]:
        """Nothing after each stage, and last the verification; the caller may stop between two.

        Args:
            passages: What the text is held against.
            look: Where evidence is looked for when no passages are given.

        Raises:
            InvalidRequest: For a text or passages that are blank or too long, before the first stage.
        """
        check_text(text)
        if passages is not None:
            check_passages(passages)
        return self._verify(text, passages, look)

    def _verify(
        self, text: str, passages: Sequence[str] | None, look: Callable[[], AbstractContextManager[Gathering]]
    ) -> Iterator[Verification | None]:
        aside = self._read(text)
        claims = list(claims_of(Outline(text, aside.blocks), aside.sentences))
        yield None
        if passages is not None:
            where = InPassages([self._given(place, one) for place, one in enumerate(passages)])
            yield from verify_claims(text, claims, self.judge, where)
        else:
            with look() as found:
                yield from verify_claims(text, claims, self.judge, found)

    def _read(self, text: str) -> Aside:
        return read_aside(text, self.parser, self.encoder)

    def _given(self, place: int, text: str) -> Given:
        aside = self._read(text)
        return Given(document=_document(place, text), text=text, blocks=aside.blocks, sentences=aside.sentences)


def _document(place: int, text: str) -> Document:
    """A passage as a document: named by its place, from 1."""
    content = text.encode("utf-8", "replace")
    return Document(
        id=f"passage-{place + 1}",
        collection="",
        title=None,
        author=None,
        publisher=None,
        published=None,
        media_type="text/markdown",
        path=f"passage {place + 1}",
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        characters=len(text),
        passages=1,
        ingested_at="",
    )

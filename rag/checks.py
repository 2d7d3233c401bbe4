"""A text held against a collection or given passages, and quotes against a collection: from end to end."""

import hashlib
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import TypedDict

from rag.answer.request import check_scope
from rag.answer.verify.claims import Claim, claims_of
from rag.answer.verify.gather import Given, InCollection, InPassages
from rag.answer.verify.judge import ClaimJudge
from rag.answer.verify.quotes import check_quotes, limit_quotes
from rag.answer.verify.text import check_passages, check_text, verify_claims
from rag.ingest.aside import read_aside
from rag.ingest.parse import ParserProcess
from rag.language.outline import Outline
from rag.models.gate import Gate
from rag.models.protocols import Encoder
from rag.storage.protocols import CatalogView
from rag.types import DEFAULT_COLLECTION, Document, QuoteCheck, Verification

Look = Callable[[str, Sequence[str] | None], AbstractContextManager[InCollection]]
"""A collection, or some documents of it, as they are at one moment."""


class VerifyOptions(TypedDict, total=False):
    """What a text is held against.

    Args:
        collection: The default one where it is not given.
        document_ids: These documents of the collection alone, 1 to 1,000.
        passages: These texts, 1 to 100 of at most 20,000 characters each, and not the collection.
    """

    collection: str
    document_ids: Sequence[str] | None
    passages: Sequence[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checking:
    """What texts and quotes are checked with; ``catalog`` is that of now, before a ``look`` holds it still."""

    parser: ParserProcess
    encoder: Encoder
    judge: ClaimJudge
    gate: Gate
    catalog: CatalogView
    look: Look

    def verifying(self, text: str, options: VerifyOptions) -> Generator[Verification | None]:
        """The verification of a text in steps: nothing after each sentence, and last the whole.

        Who stops asking stops the work.

        Raises:
            InvalidRequest: For a text or passages that are blank, too long or too many, before the first step.
            NotFound: When there is no such collection, or no such document in it; likewise.
        """
        check_text(text)
        passages = options.get("passages")
        if passages is not None:
            check_passages(passages)
            return self.gate.ahead(self._against_passages(text, passages))
        collection, chosen = options.get("collection", DEFAULT_COLLECTION), options.get("document_ids")
        self.catalog.state(collection)
        if chosen is not None:
            check_scope(self.catalog, collection, chosen)
        return self.gate.ahead(self._against_collection(text, collection, chosen))

    def checking_quotes(self, quotes: Sequence[str], collection: str) -> Generator[QuoteCheck]:
        """Each quote, in order; who stops asking stops the work.

        Raises:
            InvalidRequest: For quotes that are blank, too long or too many, before the first.
            NotFound: When there is no such collection; likewise.
        """
        limit_quotes(quotes)
        self.catalog.state(collection)
        return self.gate.ahead(self._quotes(quotes, collection))

    def _against_passages(self, text: str, passages: Sequence[str]) -> Iterator[Verification | None]:
        where = InPassages([self._given(place, one) for place, one in enumerate(passages)])
        yield None
        yield from verify_claims(text, self._claims(text), self.judge, where)

    def _against_collection(
        self, text: str, collection: str, chosen: Sequence[str] | None
    ) -> Iterator[Verification | None]:
        claims = self._claims(text)
        yield None
        with self.look(collection, chosen) as where:
            for step in verify_claims(text, claims, self.judge, where):
                yield step and replace(step, degraded=where.watch.degraded)

    def _claims(self, text: str) -> list[Claim]:
        aside = read_aside(text, self.parser, self.encoder)
        return list(claims_of(Outline(text, aside.blocks), aside.sentences))

    def _given(self, place: int, text: str) -> Given:
        aside = read_aside(text, self.parser, self.encoder)
        return Given(document=passage_document(place, text), text=text, blocks=aside.blocks, sentences=aside.sentences)

    def _quotes(self, quotes: Sequence[str], collection: str) -> Iterator[QuoteCheck]:
        with self.look(collection, None) as where:
            yield from check_quotes(quotes, where.catalog, collection)


def passage_document(place: int, text: str) -> Document:
    """A passage that was given as a document: named by its place, from 1."""
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

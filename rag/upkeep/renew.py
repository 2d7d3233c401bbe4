"""Renew: documents that an older Footnote parsed are made again from their stored sources.

Each is replaced by itself, all at once, while the others answer; what was finished stays. A source that cannot be
parsed any more leaves its document as it is.
"""

import logging
from collections.abc import Callable, Iterator

from rag.errors import DocumentRejected, PassageTooLong
from rag.ingest.batches import Batches, Work
from rag.ingest.draft import Draft
from rag.ingest.intake import Intake

logger = logging.getLogger(__name__)

_AT_ONCE = 64


def renew(intake: Intake, work: Work, on_document: Callable[[int], None] = lambda _: None) -> int:
    """Make every outdated document again; gives how many.

    Args:
        work: May stop it.
        on_document: Called with how many are done.

    Raises:
        Stopped: When ``work.stop`` was set; the next run goes on.
    """
    done = 0
    while outdated := intake.store.catalog.outdated(_AT_ONCE):
        for document_id in _renewed(intake, outdated, work):
            intake.store.catalog.keep_layout(document_id)
            done += 1
            on_document(done)
    return done


def _renewed(intake: Intake, documents: list[str], work: Work) -> Iterator[str]:
    """The ids of documents, once they are made again or cannot be."""
    with Batches(intake, work) as batches:
        for position, document_id in enumerate(documents):
            try:
                draft = _draft(intake, position, document_id)
                if draft is not None:
                    yield from (one.id for one in batches.add(draft))
            except (DocumentRejected, PassageTooLong) as error:
                logger.warning("document %s stays as it was: %s", document_id, error)
                yield document_id
        yield from (one.id for one in batches.finish())


def _draft(intake: Intake, position: int, document_id: str) -> Draft | None:
    """A document on its way again; ``None`` where it is gone.

    Raises:
        DocumentRejected: When its source cannot be parsed.
    """
    catalog = intake.store.catalog
    held = catalog.inventory(document_id)
    if held is None:
        return None
    content, document = catalog.source(document_id), catalog.document(document_id)
    return Draft(
        position=position,
        id=document_id,
        collection=document.collection,
        path=held.path,
        origin=held.origin,
        sha256=held.sha256,
        content=content,
        parsed=intake.parser.parse(held.path, content),
        replaces=True,
    )

"""Whether quotes are in the documents, word for word, and what was changed in one that is not.

White space, Markdown's marks and the shape of quotation marks and apostrophes do not count; every other character
does. A quote with "..." in it is looked for in parts, which must follow one another.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from rag.answer.cite import citation_of
from rag.answer.read.reader import Source
from rag.answer.verify.folded import Folded, fold
from rag.answer.verify.nearest import Near, changes, nearest, pieces
from rag.errors import InvalidRequest
from rag.language.english.words import words
from rag.storage.protocols import CatalogView
from rag.types import Citation, Document, QuoteCheck, Span

FOUND, ALTERED, NOT_FOUND = "found", "altered", "not_found"
MAX_QUOTES = 200
MAX_QUOTE = 2_000
_PASSAGES = 16
_AROUND = 400
_MOST_PLACES = 10
_ELLIPSIS = re.compile(r"\s?(?:\[\s?(?:\.\.\.|…)\s?\]|\(\s?(?:\.\.\.|…)\s?\)|\.\.\.|…|\. \. \.)\s?")
_QUOTED = "\"' "


@dataclass(frozen=True, slots=True, kw_only=True)
class _Window:
    """A stretch of a document in which a quote may be; ``start`` is its place."""

    document: Document
    start: int
    folded: Folded

    def source(self, span: Span) -> Source:
        """What ``span`` of the folded text is in the document."""
        start, end = self.folded.start(span.start), self.folded.end(span.end)
        return Source(document=self.document, span=Span(start=self.start + start, end=self.start + end))


def check_quotes(quotes: Sequence[str], catalog: CatalogView, collection: str) -> Iterator[QuoteCheck]:
    """Each quote, in order: found, altered or not found."""
    text_of = cache(catalog.text)
    for quote in quotes:
        yield _check(quote, list(_windows(quote, catalog, collection, text_of)), text_of)


def limit_quotes(quotes: Sequence[str]) -> None:
    """Hold quotes to what may be checked at once.

    Raises:
        InvalidRequest: For none, too many, and one that is blank or too long.
    """
    if not 1 <= len(quotes) <= MAX_QUOTES:
        raise InvalidRequest(f"quotes has {len(quotes)} texts; give 1 to {MAX_QUOTES}")
    for place, quote in enumerate(quotes):
        if not fold(quote).text.strip(_QUOTED) or len(quote) > MAX_QUOTE:
            raise InvalidRequest(f"quotes[{place}] has {len(quote)} characters; give 1 to {MAX_QUOTE}, not blank")


def _check(quote: str, windows: Sequence[_Window], text_of: Callable[[str], str]) -> QuoteCheck:
    folded = fold(quote)
    places = _everywhere(folded.text.strip(_QUOTED), windows) or _in_parts(folded.text.strip(_QUOTED), windows)
    if places:
        return QuoteCheck(quote=quote, verdict=FOUND, citations=_cited(places[:_MOST_PLACES], text_of))
    near = nearest(folded.text, [window.folded.text for window in windows])
    if near is None:
        return QuoteCheck(quote=quote, verdict=NOT_FOUND)
    window = windows[near.window]
    sources = [window.source(near.span), *_elsewhere(folded.text, near, windows)]
    changed = tuple(changes(folded, near, window.folded.text))
    return QuoteCheck(quote=quote, verdict=ALTERED, citations=_cited(sources, text_of), changes=changed)


def _cited(sources: Sequence[Source], text_of: Callable[[str], str]) -> tuple[Citation, ...]:
    unique = dict.fromkeys(sources)
    return tuple(citation_of(number, source, text_of) for number, source in enumerate(unique, start=1))


def _windows(quote: str, catalog: CatalogView, collection: str, text_of: Callable[[str], str]) -> Iterator[_Window]:
    """Where the words of a quote are, the likeliest first, with room for all of it around."""
    found = catalog.search_words(collection, words(quote), _PASSAGES)
    passages = catalog.passages([identifier for identifier, _ in found])
    room = len(quote) + _AROUND
    reached: dict[str, list[Span]] = {}
    for identifier, _ in found:
        if identifier not in passages:
            continue
        passage = passages[identifier]
        text = text_of(passage.document_id)
        span = Span(start=max(0, passage.span.start - room), end=min(len(text), passage.span.end + room))
        if any(one.start <= span.start and span.end <= one.end for one in reached.get(passage.document_id, ())):
            continue
        reached.setdefault(passage.document_id, []).append(span)
        document = catalog.document(passage.document_id)
        yield _Window(document=document, start=span.start, folded=fold(span.of(text)))


def _everywhere(quote: str, windows: Sequence[_Window]) -> list[Source]:
    """Every place at which a quote stands word for word; a full stop or comma at its end may be the writer's."""
    found = [window.source(span) for window in windows for span in _places(quote, window.folded.text)]
    if not found and quote[-1:] in (".", ",") and len(quote) > 1:
        found = _everywhere(quote[:-1].rstrip(), windows) if quote[-2:-1] not in (".", ",") else []
    return list(dict.fromkeys(found))


def _places(quote: str, text: str, start: int = 0) -> Iterator[Span]:
    """Where a quote stands in a text, as whole words."""
    place = text.find(quote, start) if quote else -1
    while place >= 0:
        end = place + len(quote)
        if not (_joined(text, place) or _joined(text, end)):
            yield Span(start=place, end=end)
        place = text.find(quote, place + 1)


def _joined(text: str, place: int) -> bool:
    """Whether a place is within a word."""
    return text[max(place - 1, 0) : place].isalnum() and text[place : place + 1].isalnum()


def _in_parts(quote: str, windows: Sequence[_Window]) -> list[Source]:
    """The places of the parts of a quote that an ellipsis divides, where they follow one another in one document."""
    parts = [part.strip(_QUOTED) for part in _ELLIPSIS.split(quote) if part.strip(_QUOTED)]
    if len(parts) < 2:
        return []
    for window in windows:
        found: list[Source] = []
        reached = 0
        for part in parts:
            span = next(_places(part, window.folded.text, reached), None)
            if span is None:
                break
            reached = span.end
            found.append(window.source(span))
        if len(found) == len(parts):
            return found
    return []


def _elsewhere(quote: str, near: Near, windows: Sequence[_Window]) -> Iterator[Source]:
    """Where other parts of a stitched quote come from, word for word."""
    for piece in pieces(quote, [window.folded.text for window in windows]):
        within = piece.window == near.window and near.span.start <= piece.span.start and piece.span.end <= near.span.end
        if not within:
            yield windows[piece.window].source(piece.span)

"""Chunking: whole sentences under one heading, within a token budget and the encoder's own limit."""

from collections.abc import Iterable, Iterator, Sequence

from rag.errors import PassageTooLong
from rag.language.text import display
from rag.language.tokens import count_tokens
from rag.models.protocols import Encoder
from rag.types import Kind, Passage, Sentence, Span

_SENTENCE_CHARACTERS = 3_000
_NOT_INDEXED = (Kind.BOILERPLATE, Kind.HEADING)


def sentence_fits(text: str, encoder: Encoder) -> bool:
    """Whether a sentence takes at most half of what the encoder reads; the rest is for title and heading.

    One of very many characters does not, even where the encoder takes them for a single unknown word.
    """
    return len(text) <= _SENTENCE_CHARACTERS and encoder.count_tokens(display(text)) <= encoder.max_tokens // 2


def chunk(
    document_id: str, text: str, title: str | None, sentences: Iterable[Sentence], encoder: Encoder, *, budget: int
) -> list[Passage]:
    """The passages of a document, in order; every sentence but boilerplate and headings is in one.

    Args:
        budget: tiktoken tokens of a passage's own text; a longer sentence makes a passage alone.

    Raises:
        PassageTooLong: When a passage exceeds ``encoder.max_tokens``.
    """
    passages = []
    for group in _groups(sentences, encoder, budget):
        span = Span(start=group[0].span.start, end=group[-1].span.end)
        indexed = _indexed_text(title, group, encoder)
        passage = Passage(document_id=document_id, span=span, text=span.of(text), indexed=indexed)
        needed = encoder.count_tokens(indexed)
        if needed > encoder.max_tokens:
            raise PassageTooLong(
                f"passage {passage.id} has {needed} word pieces, but {encoder.name} reads {encoder.max_tokens}; "
                "lower FOOTNOTE_PASSAGE_TOKENS"
            )
        passages.append(passage)
    return passages


def _groups(sentences: Iterable[Sentence], encoder: Encoder, budget: int) -> Iterator[list[Sentence]]:
    """Neighbouring sentences that share a section and stay within the budget and half the encoder's limit."""
    group: list[Sentence] = []
    tokens = pieces = 0
    for sentence in sentences:
        shown = display(sentence.text)
        more_tokens, more_pieces = count_tokens(shown), encoder.count_tokens(shown)
        full = tokens + more_tokens > budget or pieces + more_pieces > encoder.max_tokens // 2
        if group and (full or _starts_section(group[-1], sentence)):
            yield group
            group, tokens, pieces = [], 0, 0
        if sentence.kind not in _NOT_INDEXED:
            group.append(sentence)
            tokens, pieces = tokens + more_tokens, pieces + more_pieces
    if group:
        yield group


def _starts_section(previous: Sentence, sentence: Sentence) -> bool:
    described = (previous.kind is Kind.BODY) != (sentence.kind is Kind.BODY)
    return sentence.kind in _NOT_INDEXED or described or previous.heading != sentence.heading


def _indexed_text(title: str | None, group: Sequence[Sentence], encoder: Encoder) -> str:
    """What the indexes see of a passage: title, heading and cleaned sentences, a line each."""
    first = group[0]
    context = [] if first.kind is Kind.TITLE else [part for part in (title, first.heading) if part]
    limit = encoder.max_tokens // 4 - 8
    shown = " ".join(display(sentence.text) for sentence in group)
    return "\n".join([*(_shortened(part, encoder, limit) for part in context), shown])


def _shortened(context: str, encoder: Encoder, limit: int) -> str:
    while context and encoder.count_tokens(context) > limit:
        context = context[: len(context) * 2 // 3]
    return context

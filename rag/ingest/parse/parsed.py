"""What every parser gives, and the builder that most of them make it with."""

from dataclasses import dataclass, field, replace

from rag.errors import DocumentRejected
from rag.ingest.parse.text.blocks import LONGEST_HEADING, Block, blocks
from rag.types import Description, Kind, Span

_GAP = "\n\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one file may cost.

    Args:
        seconds: Of processor time, and of waiting for the parser.
        memory_mb: Address space of the process that parses, MiB.
        characters: Of the extracted text.
        passages: That it is made into.
        file_bytes: Of the file itself.
    """

    seconds: int = 30
    memory_mb: int = 1_024
    characters: int = 5_000_000
    passages: int = 50_000
    file_bytes: int = 200_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """A document's text, frozen: citations index it.

    ``blocks`` are in order and do not overlap. ``description`` is what the format's own fields say;
    ``created`` is the ISO date on which the file was made, which stands in where no other date is
    found. ``pages`` has the offset of each page's first character, empty for a format without pages.
    """

    text: str
    media_type: str
    blocks: tuple[Block, ...]
    description: Description = field(default_factory=Description)
    created: str | None = None
    pages: tuple[int, ...] = ()


class TextBuilder:
    """Collects the blocks of a document whose text is extracted; a blank line separates them.

    Args:
        characters: Limit of the text.
    """

    def __init__(self, characters: int) -> None:
        self._limit = characters
        self._parts: list[str] = []
        self.length = 0
        self.blocks: list[Block] = []

    def add(self, text: str, *, label: str = "", heading: bool = False, kind: Kind | None = None) -> None:
        """Append a block; white space around it is dropped, and an empty one is nothing.

        Args:
            label: Stands before it in the text and is no part of the block.

        Raises:
            DocumentRejected: When the text grows beyond its limit.
        """
        shown = text.strip()
        if not shown:
            return
        self._open()
        self._append(label)
        start = self.length
        self._append(shown)
        self.blocks.append(
            Block(span=Span(start=start, end=self.length), heading=heading and len(shown) <= LONGEST_HEADING, kind=kind)
        )

    def add_plain(self, text: str) -> None:
        """Append a plain text, verbatim, with the blocks that it has as such.

        Raises:
            DocumentRejected: When the text grows beyond its limit.
        """
        self._open()
        start = self.length
        self._append(text)
        self.blocks += [
            replace(block, span=Span(start=start + block.span.start, end=start + block.span.end))
            for block in blocks(text)
        ]

    def text(self) -> str:
        """The whole text."""
        return "".join(self._parts)

    def _open(self) -> None:
        if self._parts:
            self._append(_GAP)

    def _append(self, part: str) -> None:
        self._parts.append(part)
        self.length += len(part)
        check_length(self.length, self._limit)


def check_length(characters: int, limit: int) -> None:
    """Reject a text that is too long.

    Raises:
        DocumentRejected: When ``characters`` is above ``limit``.
    """
    if characters > limit:
        raise DocumentRejected(
            f"too long: its text has more than {limit} characters; split it, or raise FOOTNOTE_MAX_TEXT_CHARACTERS"
        )

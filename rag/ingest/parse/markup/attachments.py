"""What is attached to a message, and what of it is written below the name of its file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from email.message import EmailMessage
from pathlib import PurePath
from typing import Any

from rag.blocks import Block, Form
from rag.errors import DocumentRejected
from rag.ingest.parse import formats
from rag.ingest.parse.fields import one_line
from rag.ingest.parse.parsed import Limits, TextBuilder
from rag.types import Kind

_MOST_PARTS = 1_000
_DEEPEST_HEADING = 6
_MOST_NAMED = 50
_MESSAGE = "message/rfc822"
_UNNAMED = "attachment"
DAMAGE = (AttributeError, IndexError, KeyError, LookupError, TypeError, ValueError)
"""What the email package raises for damaged headers and parts."""
_ROOM = 100  # characters: between the name and the text


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A part of a message beside its text.

    Args:
        name: Of its file, on one line; nothing for a part that goes on with the text.
        part: It itself; of a forwarded message that message.
        is_message: Whether it is one.
    """

    name: str
    part: EmailMessage
    is_message: bool = False


def attachments_of(message: EmailMessage, body: Any) -> Iterator[Attachment]:
    """The parts of a message beside its text, without pictures within it, and without the signatures of programs.

    Args:
        body: The part that is its text.
    """
    for part, is_choice in _leaves(message):
        if part is body:
            continue
        try:
            found = _attachment(part, is_choice)
        except (DocumentRejected, *DAMAGE):
            found = Attachment(name=_UNNAMED, part=EmailMessage())
        if found is not None:
            yield found


def write_attachment(found: Attachment, builder: TextBuilder, limits: Limits) -> bool:
    """Append an attachment below its name, as the parser of its type reads it; whether it could be read.

    Raises:
        DocumentRejected: When the text grows beyond its limit.
    """
    left = limits.characters - builder.length - len(found.name) - _ROOM
    payload = found.part.get_payload(decode=True)
    if left <= 0 or not isinstance(payload, bytes):
        return False
    try:
        parsed = formats.parse(f"file{_suffix(found)}", payload, replace(limits, characters=left))
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - whatever a damaged file makes a library raise, the message is sound
        return False
    builder.add(found.name, form=Form.HEADING, level=1)
    builder.add_blocks(parsed.text, [_below(block) for block in parsed.blocks])
    return True


def write_unread(names: Sequence[str], builder: TextBuilder) -> None:
    """Append the names of the attachments that were not read."""
    if names:
        more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
        builder.add(f"Attachments not read: {', '.join(names[:_MOST_NAMED])}{more}")


def _attachment(part: EmailMessage, is_choice: bool) -> Attachment | None:
    name = one_line(part.get_filename()) or ""
    attached = part.get_content_disposition() == "attachment"
    kind = part.get_content_maintype()
    if (is_choice and not name) or "signature" in part.get_content_type():
        return None
    if part.get_content_type() == _MESSAGE:
        inner = part.get_content()
        subject = one_line(str(inner["Subject"] or ""))
        return Attachment(name=name or subject or _UNNAMED, part=inner, is_message=True)
    if attached or (name and kind != "image"):
        return Attachment(name=name or _UNNAMED, part=part)
    return Attachment(name="", part=part) if kind == "text" else None


def _leaves(message: EmailMessage) -> Iterator[tuple[EmailMessage, bool]]:
    """The parts that hold no others, in order, and whether each is one of several forms of the same."""
    waiting: list[tuple[Any, bool]] = [(message, False)]
    read = 0
    while waiting and read < _MOST_PARTS:
        part, is_choice = waiting.pop()
        read += 1
        if not isinstance(part, EmailMessage):
            continue
        inner = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(inner, list):
            choices = is_choice or part.get_content_subtype() == "alternative"
            waiting.extend((one, choices) for one in reversed(inner))
        else:
            yield part, is_choice


def _suffix(found: Attachment) -> str:
    """The suffix of a file that says how it is read: its own, else that of its declared type."""
    own = PurePath(found.name).suffix.lower()
    if own in formats.MEDIA_TYPES:
        return own
    declared = found.part.get_content_type()
    other = next((suffix for suffix, media_type in formats.MEDIA_TYPES.items() if media_type == declared), "")
    return other or (".txt" if found.part.get_content_maintype() == "text" else own)


def _below(block: Block) -> Block:
    """A block below the name of its file: it says nothing of the message."""
    kind = block.kind if block.kind is Kind.BOILERPLATE else None
    level = min(block.level + 1, _DEEPEST_HEADING) if block.heading else block.level
    return replace(block, kind=kind, level=level)

"""E-mail: what a message says of itself and its text, read by the standard library's email package."""

from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import getaddresses
from typing import Any, TypeVar

from rag.blocks import Form
from rag.errors import DocumentRejected
from rag.ingest.parse.fields import iso_date, one_line
from rag.ingest.parse.markup.attachments import DAMAGE, attachments_of, write_attachment, write_unread
from rag.ingest.parse.markup.flow import write_blocks
from rag.ingest.parse.markup.html import parse_markup
from rag.ingest.parse.markup.replies import mark_replies, parts_of, unflowed, write_parts
from rag.ingest.parse.markup.tree import main_part, prune
from rag.ingest.parse.parsed import Limits, Parsed, TextBuilder
from rag.ingest.parse.questions import answered
from rag.ingest.parse.text.decode import decode
from rag.types import Description, Kind

_ASKED = ("From", "Date", "Subject")
_SHOWN = (("Subject", Kind.TITLE), ("From", Kind.AUTHOR), ("To", None), ("Date", Kind.PUBLISHED))
_DEEPEST = 4
_LONGEST_HEADER = 10_000
"""Characters as they are written: what a header says is used up to 300, and each may take twelve."""
_Value = TypeVar("_Value")


class _BoundedPolicy(EmailPolicy):
    """The default policy, for headers of a reasonable length: the time that the package takes grows with its square."""

    def header_fetch_parse(self, name: str, value: str) -> Any:
        """The header, read.

        Raises:
            DocumentRejected: When it is too long.
        """
        if len(value) > _LONGEST_HEADER:
            raise DocumentRejected(
                f"a header {name} of {len(value)} characters; at most {_LONGEST_HEADER} are read; shorten it"
            )
        return super().header_fetch_parse(name, value)


def parse(source: bytes, media_type: str, limits: Limits) -> Parsed:
    """A message: subject, sender and date first, then its plain text, or its HTML where it has no other.

    What it quotes of others is a quotation; what is attached and can be read is below the name of its file. A list of
    thousands of recipients is not read.

    Raises:
        DocumentRejected: For a file without the headers of a message, a text that is too long, and a header
            that says how to read it and is too long.
    """
    message = message_from_bytes(source, policy=_BoundedPolicy())
    if not isinstance(message, EmailMessage) or not any(name in message for name in _ASKED):
        raise DocumentRejected(f"not an e-mail: it has none of the headers {', '.join(_ASKED)}")
    builder = TextBuilder(limits.characters)
    _write(message, builder, limits, 1)
    subject, sender, date = (_header(message, name) for name in ("Subject", "From", "Date"))
    text = builder.text()
    return Parsed(
        text=text,
        media_type=media_type,
        blocks=answered(text, builder.blocks),
        description=Description(title=one_line(subject), author=one_line(_names(sender)), published=iso_date(date)),
    )


def _write(message: EmailMessage, builder: TextBuilder, limits: Limits, depth: int) -> None:
    """Append a message; one that is forwarded with it is a level deeper."""
    with builder.within(Form.RECORD):
        for name, kind in _SHOWN:
            if value := _header(message, name):
                builder.field(name, value, kind=kind if depth == 1 else None)
    body = _tried(lambda: message.get_body(preferencelist=("plain", "html")))
    if isinstance(body, EmailMessage):
        _write_text(body, builder)
    unread = []
    for found in attachments_of(message, body):
        if not found.name:
            _write_text(found.part, builder)
        elif found.is_message and depth < _DEEPEST:
            builder.add(found.name, form=Form.HEADING, level=depth)
            _write(found.part, builder, limits, depth + 1)
        elif found.is_message or not write_attachment(found, builder, limits):
            unread.append(found.name)
    write_unread(unread, builder)


def _header(message: EmailMessage, name: str) -> str | None:
    """A header on one line, ``None`` where it is missing, too long or beyond reading."""
    try:
        return one_line(_tried(lambda: str(message[name]) if name in message else None))
    except DocumentRejected:
        return None


def _names(sender: str | None) -> str | None:
    """The names of the senders, the address of one without."""
    return ", ".join(name or address for name, address in getaddresses([sender or ""])) or None


def _write_text(part: EmailMessage, builder: TextBuilder) -> None:
    text = _content(part)
    if part.get_content_subtype() == "html":
        if text.strip():
            root = parse_markup(text)
            prune(root)
            mark_replies(root)
            write_blocks(main_part(root), builder)
        return
    if _tried(lambda: part.get_param("format")) == "flowed":
        text = unflowed(text, joined=_tried(lambda: part.get_param("delsp")) == "yes")
    write_parts(parts_of(text), builder)


def _content(part: EmailMessage) -> str:
    """The text of a part in its declared charset; where that is wrong, in the one that is found."""
    said = _tried(lambda: part.get_content(errors="strict"))
    if isinstance(said, str):
        return said
    payload = _tried(lambda: part.get_payload(decode=True))
    return decode(payload) if isinstance(payload, bytes) else ""


def _tried(read: Callable[[], _Value]) -> _Value | None:
    """What ``read`` gives; the email package meets many a damaged header with an error of its own."""
    try:
        return read()
    except DAMAGE:
        return None

"""Where a page of a list ends, as its reader hands it back for the next one."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

import msgspec

from rag.errors import InvalidRequest


def cursor_of(key: str, identifier: str) -> str:
    """Where a page ends, for the next one."""
    return urlsafe_b64encode(msgspec.json.encode((key, identifier))).decode()


def place_of(cursor: str) -> tuple[str, str] | None:
    """The key and the id that a cursor stands for; ``None`` for the first page.

    Raises:
        InvalidRequest: For what is no cursor.
    """
    if not cursor:
        return None
    try:
        return msgspec.json.decode(urlsafe_b64decode(cursor), type=tuple[str, str])
    except (ValueError, msgspec.DecodeError) as error:
        raise InvalidRequest("cursor: it is none; give the next_cursor of a page, in the same order") from error

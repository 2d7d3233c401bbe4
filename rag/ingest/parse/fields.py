"""The values of a format's own fields, as a description takes them."""

import re
from datetime import datetime
from email.utils import parsedate_to_datetime

from rag.language.english.values.dates import parse_date
from rag.language.text import clean

_LONGEST = 300
_ISO = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ].*)?", re.DOTALL)
_NAMING = re.compile(r"\w{3,}|[^\W\d_]")
_NO_NAME = re.compile(
    r"(?:unknown(?: title)?|\(?(?:untitled|anonymous|unspecified|unnamed)\b.*|slide \d+|.*\btemplate - word"
    r"|(?:word )?document\d*|(?:powerpoint )?presentation\d*|microsoft (?:word|powerpoint|excel) - .*"
    r"|\S+\.(?:docx?|odt|rtf|tex|dvi|indd|qxd|pdf|pptx?|xlsx?|html?|txt))",
    re.IGNORECASE,
)
_NOBODY = re.compile(
    r"(?:unknown(?: author)?|\(?anonymous\)?|user|admin(?:istrator)?|root|author|owner|python-docx)", re.IGNORECASE
)
_COMPACT = re.compile(r"(?:D:)?(\d{4})(\d\d)(\d\d)(?:\d.*)?", re.DOTALL)


def one_line(value: str | None) -> str | None:
    """A field's value on one line, ``None`` where it is empty or too long to be one."""
    line = clean(value) if value else ""
    return line if 0 < len(line) <= _LONGEST else None


def own_title(value: str | None, *, shown: str = "") -> str | None:
    """A title that someone gave, not the name that a program or a template brings.

    Args:
        shown: What the document shows first, where that should say it too: half of a title's words at least.

    >>> own_title("River Bridge"), own_title("Microsoft Word - bridge.doc"), own_title("Untitled 1")
    ('River Bridge', None, None)
    >>> own_title("Annual report", shown="Guide to the night train. The night train leaves at ten past eleven.")
    """
    title = one_line(value)
    if title is None or _NO_NAME.fullmatch(title):
        return None
    words = _NAMING.findall(title.casefold())
    first = shown.casefold()
    return None if first.strip() and 2 * sum(word in first for word in words) < max(1, len(words)) else title


def own_author(value: str | None) -> str | None:
    """An author who is someone, not the name of an account."""
    author = one_line(value)
    return None if author is None or _NOBODY.fullmatch(author) else author


def iso_date(value: str | None) -> str | None:
    """The ISO date of a field: ISO 8601, RFC 5322, a PDF date, or a date in words; else ``None``.

    >>> iso_date("2024-05-03T09:30:00Z"), iso_date("D:20240503093000"), iso_date("3 May 2024"), iso_date("soon")
    ('2024-05-03', '2024-05-03', '2024-05-03', None)
    """
    line = one_line(value)
    if line is None:
        return None
    numeric = _ISO.fullmatch(line) or _COMPACT.fullmatch(line)
    if numeric:
        return _valid("-".join(numeric.groups()))
    try:
        return parsedate_to_datetime(line).date().isoformat()
    except ValueError:
        return parse_date(line)


def _valid(day: str) -> str | None:
    try:
        return datetime.fromisoformat(day).date().isoformat()
    except ValueError:
        return None

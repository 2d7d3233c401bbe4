"""Display and index text: what people and models read instead of the verbatim characters.

Offsets never refer to cleaned text. What this does not do: change a document's text; citations
index the verbatim characters.
"""

import re
from functools import lru_cache

import ftfy

from rag.invisible import without_invisible

_MARKDOWN = re.compile(
    r"""
      ^\s{0,3}\#{1,6}\s+            # heading marks
    | (?<=\S)\s++\#+\s*$             # and closing ones
    | ^\s{0,3}>\s?                  # quote marks
    | ^\s*(?:[-*+•‣]|\d{1,3}[.)])\s+  # list marks
    | (?<!\w)(?:\*{1,3}|_{2,3})(?=\S) | (?<=\S)(?:\*{1,3}|_{2,3})(?!\w)  # emphasis
    | `                             # code marks
    """,
    re.VERBOSE,
)
_LINK = re.compile(r"!?\[([^\]\[]*)\]\([^()\s]*(?:\s+\"[^\"]*\")?\)")
_C0 = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_CONTROL = re.compile(r"[\x80-\x9f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def clean(text: str) -> str:
    """``text`` with mojibake repaired, one space for each run of white space, no control or invisible characters.

    >>> clean("rebuild trustâ€”a  daunting\\ntask")
    'rebuild trust—a daunting task'
    """
    whole = _C0.sub(" ", _SURROGATE.sub("\ufffd", text))  # C1 controls may be mojibake: those come after the repair
    if not whole.isascii():  # ASCII holds no mojibake, and the repair is slow
        whole = ftfy.fix_text(whole, unescape_html=False, uncurl_quotes=False, remove_terminal_escapes=False)
    # Invisible characters go last: a soft hyphen may be half of a mojibake.
    return " ".join(_CONTROL.sub(" ", without_invisible(whole)).split())


@lru_cache(maxsize=4_096)
def display(text: str) -> str:
    """``clean(text)`` without Markdown's marks: what an answer shows and a model reads.

    >>> display("**Published:** [June 02](http://example.org), 2025")
    'Published: June 02, 2025'
    """
    unlinked = _LINK.sub(r"\1", text)
    return clean(_MARKDOWN.sub("", unlinked))

"""Display and index text: what people and models read instead of the verbatim characters.

Offsets never refer to cleaned text. What this does not do: change a document's text; citations
index the verbatim characters.
"""

import re
from functools import lru_cache

import ftfy

from rag.language.invisible import without_invisible

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
_NUMBER_IN_BRACKETS = re.compile(
    r"""
      [\[\uff3b\u3010\u3014\u3016\u3018\u301a\u2045\u2772\u27e6\ufe5d]      # square, lenticular and tortoise shell
      (?P<number> [\s^#*†‡]* {digit} (?:{digit} | [\s,;&^#*†‡\u2010-\u2015-] | and)* )
      [\]\uff3d\u3011\u3015\u3017\u3019\u301b\u2046\u2773\u27e7\ufe5e]
    """.replace("{digit}", r"[\d\u00b2\u00b3\u00b9\u2070-\u2089\u2460-\u2473]"),
    re.VERBOSE,
)
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


def without_footnotes(text: str) -> str:
    """``text`` with round brackets in the place of others around numbers: they would look like an answer's own marks.

    The number and what stands around it stay: it may be a year, an interval, a place in a list.

    >>> without_footnotes("He won. [1][2] Others [3, 4] and 【5】 differ; see a[0] and [sic].")
    'He won. (1)(2) Others (3, 4) and (5) differ; see a(0) and [sic].'
    """
    return _NUMBER_IN_BRACKETS.sub(r"(\g<number>)", text)

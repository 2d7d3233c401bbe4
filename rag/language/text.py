"""Display and index text: what people and models read instead of the verbatim characters.

Offsets never refer to cleaned text. What this does not do: change a document's text; citations
index the verbatim characters.
"""

import re
from functools import lru_cache

import ftfy

from rag.language.invisible import without_invisible
from rag.language.marks import without_marks
from rag.language.tokens import count_tokens

_CUT_WORD = re.compile(
    r"(?P<head>(?<![^\W_])[^\W_]++)(?:[-\u2010](?:\r\n|[\r\n])|\u00ad[ \t]*(?:\r\n|[\r\n]))[ \t]*(?P<tail>[^\W_]++)"
)
_QUOTED_LINE = re.compile(r"^[ \t]{0,3}(?:>[ \t]?)+", re.MULTILINE)
_SUSPENDED = frozenset(("and", "or", "to"))  # "first-\nand second-year students"
_LONGEST_WORD = 30
_C0 = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_NUMBER_IN_BRACKETS = re.compile(
    r"""
      [\[\uff3b\u3010\u3014\u3016\u3018\u301a\u2045\u2772\u27e6\ufe5d]      # square, lenticular and tortoise shell
      (?P<number> [\s^#*†‡]* {digit} (?:{digit} | [\s,;&^#*†‡\u2010-\u2015-] | and)* )
      [\]\uff3d\u3011\u3015\u3017\u3019\u301b\u2046\u2773\u27e7\ufe5e]
    """.replace("{digit}", r"[\d\u00b2\u00b3\u00b9\u2070-\u2089\u2460-\u2473]"),
    re.VERBOSE,
)
_RAISED, _LOWERED = "⁰¹²³⁴⁵⁶⁷⁸⁹", "₀₁₂₃₄₅₆₇₈₉"
_DIGITS = str.maketrans(_RAISED + _LOWERED, "0123456789" * 2)
_RAISED_OR_LOWERED = re.compile(
    rf"""
      [{_LOWERED}]+                                     # of a formula: CO₂
    | (?<![\w.,]) [{_RAISED}]+ (?=[A-Z])                # of an isotope: ¹⁴C
    | (?<![^\W\d_]) (?P<unit> [^\W\d_]{{1,2}} ) [{_RAISED}]+   # of a unit: km²
    | (?<=[^\W\d_]{{3}}) (?P<note> [{_RAISED}]+ )        # the mark of a note
    """,
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
    """``clean(text)`` without Markdown's marks and words cut at a line's end: what an answer shows and a model reads.

    >>> display("**Published:** [June 02](http://example.org), 2025")
    'Published: June 02, 2025'
    """
    lines = text.splitlines()
    if len(lines) > 1:
        if all(line.lstrip(" ").startswith(">") for line in lines[1:]):
            text = "\n".join([lines[0], *(_QUOTED_LINE.sub("", line) for line in lines[1:])])
        text = _CUT_WORD.sub(_joined, text)
    return clean(without_marks(text))


def folded(text: str) -> str:
    """``text`` as it is typed in a question: raised and lowered digits as others, without marks of notes.

    What is looked for and what models read is written so; exponents of numbers stay, for 10³ is not 103.

    >>> folded("CO₂ and ¹⁴C over 5 km², says the report³: 10³ times")
    'CO2 and 14C over 5 km2, says the report : 10³ times'
    """
    return text if text.isascii() else _RAISED_OR_LOWERED.sub(_typed, text)


def _typed(found: re.Match[str]) -> str:
    return " " if found["note"] else found[0].translate(_DIGITS)


def _joined(cut: re.Match[str]) -> str:
    """A word that a hyphen cuts at the end of a line, or two that it joins.

    It joins two where the language model's vocabulary has both as words, and not both as one.
    """
    head, tail = cut["head"], cut["tail"]
    if "\u00ad" in cut[0]:
        return f"{head}{tail}"
    if tail in _SUSPENDED:
        return cut[0]
    inside = head.isalpha() and tail.isalpha() and (tail[0].islower() or head.isupper())
    return (
        f"{head}{tail}"
        if inside and (_is_word(head + tail) or not (_is_word(head) and _is_word(tail)))
        else f"{head}-{tail}"
    )


def _is_word(word: str) -> bool:
    return len(word) <= _LONGEST_WORD and count_tokens(f" {word.lower()}") == 1


def without_footnotes(text: str) -> str:
    """``text`` with round brackets in the place of others around numbers: they would look like an answer's own marks.

    The number and what stands around it stay: it may be a year, an interval, a place in a list.

    >>> without_footnotes("He won. [1][2] Others [3, 4] and 【5】 differ; see a[0] and [sic].")
    'He won. (1)(2) Others (3, 4) and (5) differ; see a(0) and [sic].'
    """
    return _NUMBER_IN_BRACKETS.sub(r"(\g<number>)", text)

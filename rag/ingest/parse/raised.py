"""What raised characters are: the mark of a note, which is no part of the text, an exponent, or the end of a word.

What stands before tells them apart. A mark that is linked, bracketed, a sign such as ``*`` or an enumeration is of a
note. A number is an exponent after a variable, a unit, a bracket with a formula, the number ten, and beside signs of
arithmetic; after any other number, a word or a full stop it is the mark of a note. Letters belong to the word before
them (``1st``), one alone to a note unless before it is a variable. What this does not do: formulas over several lines.
"""

import re
from collections.abc import Set

LONGEST = 20
"""Characters: more than these are no mark and no exponent."""
_SIGNS = str.maketrans("0123456789+-−=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ")
_WRITTEN = re.compile(r"[0-9+\-−=()ni]+")
_NOTE = re.compile(
    r"\[[^\[\]]*\]|\((?:\d{1,3}|[a-z*†‡])\)|[*†‡§¶#]{1,4}|(?:\d{1,3}|[a-z])\s?(?:[,;–-]\s?(?:\d{1,3}|[a-z]))+|\d{1,3}\)",
    re.IGNORECASE,
)
_SIGNED = re.compile(r"[+\-−–]\s?(?:\d{1,4}|[a-z])|\d{0,2}[+\-−–]", re.IGNORECASE)
_EXPRESSION = re.compile(r"(?=.*[+\-−*/×·=^.]|\d+[a-z]$)[\w+\-−*/×·=^.() ]+", re.IGNORECASE)
_ROMAN = re.compile(r"[ivx]{2,5}")
_ORDINAL = re.compile(r"st|nd|rd|th|e|er|re|ère|ème|eme|nde", re.IGNORECASE)
_AFTER_FRACTION = re.compile(r"\s?[/⁄]\s?\d?")
_AFTER_ISOTOPE = re.compile(r"[A-Z][a-z]?(?![a-z])")
_AFTER_DEGREE = re.compile(r"\s?(?:[CFKNSEW]\b|[,.;)]|$|\d)")
_ARITHMETIC = re.compile(r"\s?[=×·*+≈<>^/−]\s?\d")
_ARITHMETIC_BEFORE = re.compile(r"[=×·*+≈<>^/−(]\s?\d{1,6}$")
_NUMBER = re.compile(r"\d$")
_TEN = re.compile(r"(?:^|[^\d.,])10$")
_TIMES_TEN = re.compile(r"[×x*·=]\s?10$")
_BASE = re.compile(r"(?:^|[^\d.,])(?:2|10)$")
_UNIT = re.compile(
    r"(?:^|[\s\d/·(\[.*])(?:[kcdmµμn]?m|ft|yd|mi|ha|s|sec|px|mile|miles|meter|meters|metre|metres)$|\d\s?in$",
    re.IGNORECASE,
)
_VARIABLE = re.compile(r"(?:^|[^\w])\d*[^\W\d_]$|[=×·]\s?\d*[a-z]{2,3}$|[α-ωΑ-Ω][^\W\d_]?$")
_CAPITAL = re.compile(r"(?:^|[^\w])[A-Z]$")
_BRACKETED = re.compile(r"\(([^()]{1,40})\)$")
_FORMULA = re.compile(r"(?!.*[^\W\d_]{4})(?:.*[+\-−*/×·^].*|\s*[^\W\d_]\s*)")


def raised(mark: str, before: str, after: str, *, noted: bool = False, notes: Set[str] = frozenset()) -> str:
    """How raised characters are written in the text; nothing for the mark of a note.

    Args:
        mark: The raised characters.
        before: What stands before them in the same block; its last forty characters are enough.
        after: What follows.
        noted: Markup says that they are the mark of a note.
        notes: The marks of the notes that the document has.

    >>> raised("3", "a power of 10", " watts"), raised("12", "a toll of 1523", " ducats"), raised("st", "the 1", " of")
    ('³', '', 'st')
    """
    mark = " ".join(mark.split())
    if not mark or noted or _NOTE.fullmatch(mark):
        return ""
    if not before or before[-1].isspace():
        return _unattached(mark, after)
    if mark.isalpha():
        return _of_letters(mark, before)
    if mark.isdecimal():
        return _of_digits(mark, before, after, notes)
    if _SIGNED.fullmatch(mark) or _EXPRESSION.fullmatch(mark):
        return superscript(mark) if before[-1].isalnum() or before[-1] in ")]}|" else ""
    return "°" if mark == "º" else mark


def superscript(exponent: str) -> str:
    """An exponent in raised characters, with ``^`` where there are none.

    >>> superscript("-3"), superscript("T"), superscript("n+x")
    ('⁻³', '^T', '^(n+x)')
    """
    exponent = exponent.replace("–", "−")
    if _WRITTEN.fullmatch(exponent):
        return exponent.translate(_SIGNS)
    return f"^{exponent}" if len(exponent) == 1 else f"^({exponent})"


def _unattached(mark: str, after: str) -> str:
    """What stands by itself: the numerator of a fraction, the mass of an isotope, or the mark of a note."""
    if mark.isdecimal() and _AFTER_FRACTION.match(after):
        return mark
    if mark.isdecimal() and _AFTER_ISOTOPE.match(after):
        return superscript(mark)
    return mark if mark.isalpha() and len(mark) > 1 and not _ROMAN.fullmatch(mark) else ""


def _of_letters(mark: str, before: str) -> str:
    number = _NUMBER.search(before) is not None
    if len(mark) > 1:
        glued = number or not _ROMAN.fullmatch(mark)
        return mark if glued else ""
    if number and (mark in "oO" or _ORDINAL.fullmatch(mark)):
        return "°" if mark in "oO" else mark
    if _BASE.search(before) and mark in "nkmxNKMX":
        return superscript(mark)
    if number:
        return ""
    return superscript(mark) if _VARIABLE.search(before) else ""


def _of_digits(mark: str, before: str, after: str, notes: Set[str]) -> str:
    if _AFTER_FRACTION.fullmatch(after[:1]) and before[-1].isdecimal() and not _ARITHMETIC.match(after):
        return f" {mark}"
    if mark == "0" and _NUMBER.search(before) and _AFTER_DEGREE.match(after) and not _TEN.search(before):
        return "°"
    if _NUMBER.search(before):
        known = mark in notes and not _TIMES_TEN.search(before)
        power = _TEN.search(before) and not known
        return superscript(mark) if power or _is_arithmetic(before, after) else ""
    return superscript(mark) if _is_exponent(mark, before, notes) else ""


def _is_arithmetic(before: str, after: str) -> bool:
    return bool(_ARITHMETIC.match(after) or _ARITHMETIC_BEFORE.search(before))


def _is_exponent(mark: str, before: str, notes: Set[str]) -> bool:
    """Whether a number after letters or a bracket is an exponent."""
    if bracketed := _BRACKETED.search(before):
        return _FORMULA.fullmatch(bracketed[1]) is not None
    if mark in "234" and _UNIT.search(before):
        return True
    if _CAPITAL.search(before) and mark in notes:
        return False
    return _VARIABLE.search(before) is not None

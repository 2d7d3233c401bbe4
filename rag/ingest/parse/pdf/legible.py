"""Whether the text layer of a PDF is text of a language, or the codes of glyphs that no table leads back to letters.

Of any language: letters, not controls and symbols. Of one in Latin letters besides: not mostly letters with accents,
and a fair share of vowels, or of words in usual case, or no signs among the letters. Tests measure it on 15 languages,
on tables and on lists of codes.
What this does not do: tell one language from nonsense that is spelled like one.
"""

import re
import unicodedata

_LEAST = 80  # characters to judge by
_PARTS, _PART = 20, 2_000
_MOST_ODD = 0.2
_MOST_SYMBOLS = 0.5
_LEAST_VOWELS = 0.25  # languages in Latin letters have 0.33 to 0.5
_LEAST_USUAL = 0.2
_MOST_BROKEN = 0.1  # "say" and "Sunday" in shifted codes have signs; lists of codes have none
_MOST_ACCENTS = 0.6  # Vietnamese has 0.3
_BROKEN = re.compile(r"[^\W\d_][\[\]\\^`{|}~@$%#\"!*=<>]|[\[\]\\^`{|}~$%#\"!*=<>][^\W\d_]")
_ODD = frozenset({"Cc", "Co", "Cn", "Cs"})
_FILLERS = frozenset(".·…_-–—*|•")
_VOWELS = frozenset("aeiouyæøœıə")
_USUAL = re.compile(r"[\W_]*+[^\W\d_]?[^\W\d_]++(?:['’-][^\W\d_]++)*+[\W_]*+")


def is_legible(text: str) -> bool:
    """Whether a text has words; one that is too short to tell has.

    >>> is_legible("The ferry leaves at ten past six. " * 9), is_legible("7KH IHUU\\\\ OHDYHV DW WHQ SDVW VL[ " * 9)
    (True, False)
    """
    sample = _sample(text)
    shown = [character for character in sample if not character.isspace()]
    if len(shown) < _LEAST:
        return True
    kinds = [unicodedata.category(character) for character in shown]
    odd = sum(kind in _ODD or character == "\ufffd" for kind, character in zip(kinds, shown, strict=True))
    symbols = sum(kind[0] in "PS" and one not in _FILLERS for kind, one in zip(kinds, shown, strict=True))
    if odd > _MOST_ODD * len(shown) or symbols > _MOST_SYMBOLS * len(shown):
        return False
    letters = [character for character in shown if character.isalpha()]
    latin = [one for one in letters if one < "\u0250" or "\u1e00" <= one < "\u1f00" or "\ufb00" <= one < "\ufb07"]
    return 2 * len(latin) < max(2 * _LEAST, len(letters)) or _is_spelled(sample, latin)


def _sample(text: str) -> str:
    """Parts of a text from its start to its end."""
    step = max(_PART, len(text) // _PARTS)
    return " ".join(text[start : start + _PART] for start in range(0, len(text), step))


def _is_spelled(text: str, latin: list[str]) -> bool:
    """Whether words in Latin letters are like those of a language."""
    bases = [unicodedata.normalize("NFKD", one)[0].lower() for one in latin]
    if sum(one > "\x7f" for one in latin) > _MOST_ACCENTS * len(latin):
        return False
    if sum(base in _VOWELS for base in bases) >= _LEAST_VOWELS * len(bases):
        return True
    tokens = [token for token in text.split() if any(map(str.isalpha, token))]
    usual = sum(bool(token[1:].islower() and _USUAL.fullmatch(token)) for token in tokens)
    broken = sum(bool(_BROKEN.search(token)) for token in tokens)
    return usual >= _LEAST_USUAL * len(tokens) or broken < _MOST_BROKEN * len(tokens)

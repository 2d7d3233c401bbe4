"""Characters that show nothing: a word with one inside is still that word, for people and for every index.

They are those that Unicode calls default ignorable, and the marks of interlinear annotation. Some stay where
the script needs them: joiners between letters that join and between the parts of an emoji, the space of
no width between words of Thai, Lao, Burmese and Khmer, variation selectors after what has variants, the tags of
a flag. What this does not do: letters that only look like others.
Source: Unicode 16, DerivedCoreProperties, Default_Ignorable_Code_Point.
"""

import re
import unicodedata

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)
_BLANK = re.compile("[\u3164\uffa0]")  # Hangul fillers: ignorable, but drawn as a space
_SPACE_OF_NO_WIDTH, _JOINERS = "\u200b", "\u200c\u200d"
_JOINING = re.compile("[\u0600-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u18af\ufb50-\ufdff\ufe70-\ufefc]")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
_MONGOLIAN = re.compile("[\u1820-\u18aa]")
_IDEOGRAPH = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_FLAG = re.compile("[\U000e0030-\U000e0039\U000e0061-\U000e007a]{2,6}\U000e007f")
_VARIANT = re.compile("[\ufe00-\ufe02\U000e0100-\U000e01ef]")
_PRESENTATION = "\ufe0e\ufe0f"
_BLACK_FLAG, _KEYCAP, _PICTURED = "\U0001f3f4", "\u20e3", "‼⁉〰〽"


def without_invisible(text: str) -> str:
    """``text`` without characters that show nothing.

    >>> without_invisible("Zan\\u200bzor\\u00ad")
    'Zanzor'
    """
    if text.isascii():
        return text
    return _INVISIBLE.sub(_needed, _BLANK.sub(" ", text))


def _needed(run: re.Match[str]) -> str:
    """Those of a run of invisible characters that what stands around them needs."""
    before, after = run.string[run.start() - 1 : run.start()], run.string[run.end() : run.end() + 1]
    if (before == _BLACK_FLAG and _FLAG.fullmatch(run.group())) or (
        _IDEOGRAPH.match(before) and _VARIANT.fullmatch(run.group())
    ):
        return run.group()
    return "".join(one for one in dict.fromkeys(run.group()) if _is_needed(one, before, after))


def _is_needed(one: str, before: str, after: str) -> bool:
    if one in _JOINERS:
        joined = _JOINING.match(before) and _JOINING.match(after)
        return bool(joined) or (_is_picture(before) and _is_picture(after))
    if one == _SPACE_OF_NO_WIDTH:
        return bool(_UNSPACED.match(before) and _UNSPACED.match(after))
    if "\u180b" <= one <= "\u180f":
        return bool(_MONGOLIAN.match(before))
    if one in _PRESENTATION:
        return _is_picture(before) or after == _KEYCAP
    return False


def _is_picture(one: str) -> bool:
    """True for what may be an emoji or a part of one."""
    return bool(one) and (unicodedata.category(one) in ("So", "Sm", "Sk") or one in _PICTURED)

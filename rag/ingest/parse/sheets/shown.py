"""Values of cells as a spreadsheet shows them: numbers and dates in the format of the cell."""

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

_LITERAL = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[\$([^\]\[-]{0,40})[^\]\[]{0,40}\]|\[[^\]\[]{0,40}\]')
_DIGITS = re.compile(r"[#0?][#0?,.]*")
_DATE_TOKEN = re.compile(r"y+|m+|d+|h+|s+(?:\.0+)?|am/pm|a/p|.", re.IGNORECASE | re.DOTALL)
_LOCAL_DATE = "mm-dd-yy"  # the number format 14: the day as the reader's system writes it
_LONGEST = 11  # significant digits of a number without a format
_LONGEST_FORMAT = 250


def shown(value: object, number_format: str) -> str:
    """A cell's value as it is displayed.

    >>> shown(0.256, "0.0%"), shown(-1234.5, "#,##0.00"), shown(True, "General"), shown(12, '0 "kg"')
    ('25.6%', '-1,234.50', 'TRUE', '12 kg')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, (datetime, date, time)):
        return _date(value, number_format)
    if isinstance(value, timedelta):
        return _duration(value)
    if isinstance(value, (int, float)):
        return _number(value, number_format)
    return " ".join(str(value).split())


def _number(value: float, number_format: str) -> str:
    sections = number_format[:_LONGEST_FORMAT].split(";")
    section = sections[0]
    signed = value < 0
    if signed and len(sections) > 1 and sections[1].strip():
        section, value, signed = sections[1], -value, False
    elif value == 0 and len(sections) > 2 and sections[2].strip():
        section = sections[2]
    bare = _LITERAL.sub(lambda found: "\x00" * len(found[0]), section)
    digits = _DIGITS.search(bare)
    if digits is None or "general" in bare.lower() or "/" in bare or "e+" in bare.lower() or "e-" in bare.lower():
        return _general(value) if not _has_words(section, bare) else _literal(section)
    said = _digits(abs(value), digits[0], bare.count("%"))
    before, after = _literal(section[: digits.start()]), _literal(section[digits.end() :])
    return f"{'-' if signed else ''}{before}{said}{after}".strip()


def _has_words(section: str, bare: str) -> bool:
    """Whether a format has no place for the number: it shows a word instead."""
    return (
        _DIGITS.search(bare) is None and "general" not in bare.lower() and "@" not in bare and bool(_literal(section))
    )


def _digits(value: float, pattern: str, percents: int) -> str:
    bare = pattern.rstrip(",")
    whole, _, part = bare.partition(".")
    scaled = Decimal(repr(float(value))) * 100**percents
    scaled /= 1000 ** (len(pattern) - len(bare))
    places = sum(character in "0#?" for character in part)
    rounded = scaled.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP) if abs(scaled) < 10**20 else scaled
    said = f"{rounded:,f}" if "," in whole else f"{rounded:f}"
    optional = len(part) - len(part.rstrip("#?"))
    if optional and "." in said:
        kept = len(said) - optional
        said = (said[:kept] + said[kept:].rstrip("0")).rstrip(".")
    zeros = whole.count("0")
    digits = len(said.split(".")[0].replace(",", ""))
    return "0" * (zeros - digits) + said if zeros > digits else said


def _literal(section: str) -> str:
    """What a part of a format shows as it is."""
    parts: list[str] = []
    reached = 0
    for found in _LITERAL.finditer(section):
        parts += [section[reached : found.start()], found[1] or found[2] or found[3] or ""]
        parts.append(" " if found[0][0] == "_" else "")
        reached = found.end()
    return "".join([*parts, section[reached:]]).replace("@", "")


def _general(value: float) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        return str(int(value))
    return f"{value:.{_LONGEST}g}" if isinstance(value, float) else str(value)


def _date(value: datetime | date | time, number_format: str) -> str:
    section = number_format.split(";")[0][:_LONGEST_FORMAT]
    if section.lower().startswith(_LOCAL_DATE) or isinstance(value, time) or not re.search("[ymdhs]", section, re.I):
        return _iso(value)
    bare = _LITERAL.sub(lambda found: "\x00" if found[3] is None else "", section)
    literals = [found[1] or found[2] or "" for found in _LITERAL.finditer(section) if found[3] is None]
    tokens = [token[0] for token in _DATE_TOKEN.finditer(bare)]
    half = any(token.lower() in ("am/pm", "a/p") for token in tokens)
    waiting = iter(literals)
    said = [
        next(waiting, "") if token == "\x00" else _date_part(value, token, _is_minute(tokens, place), half)
        for place, token in enumerate(tokens)
    ]
    return "".join(said).strip()


def _iso(value: datetime | date | time) -> str:
    if isinstance(value, time):
        return value.isoformat("seconds") if value.second else value.strftime("%H:%M")
    if isinstance(value, datetime) and (value.hour or value.minute or value.second):
        return value.strftime("%Y-%m-%d %H:%M")
    return value.strftime("%Y-%m-%d")


def _is_minute(tokens: list[str], place: int) -> bool:
    """Whether an ``m`` is of minutes: the last part before it is of hours, or the next of seconds."""
    before = next((token[0].lower() for token in reversed(tokens[:place]) if token[0].lower() in "ymdhs"), "")
    after = next((token[0].lower() for token in tokens[place + 1 :] if token[0].lower() in "ymdhs"), "")
    return tokens[place][0].lower() == "m" and len(tokens[place]) < 3 and (before == "h" or after == "s")


def _date_part(value: datetime | date | time, token: str, minute: bool, half: bool) -> str:
    lower = token.lower()
    if lower in ("am/pm", "a/p"):
        return value.strftime("%p")
    code = _CODES.get("min"[: 3 if minute else 0] + lower) or _CODES.get(lower)
    if code is None:
        return _longer(value, lower) if lower[0] in "ymdhs" else token
    said = value.strftime(code.replace("%H", "%I") if half else code)
    return said.lstrip("0") or "0" if len(lower) == 1 else said


def _longer(value: datetime | date | time, token: str) -> str:
    """Parts that are written longer or shorter than any that is known."""
    return value.strftime({"y": "%Y", "m": "%B", "d": "%A", "h": "%H", "s": "%S"}[token[0]])


_CODES = {
    **{"yy": "%y", "y": "%y", "yyyy": "%Y", "m": "%m", "mm": "%m", "mmm": "%b", "mmmm": "%B", "d": "%d", "dd": "%d"},
    **{"ddd": "%a", "dddd": "%A", "h": "%H", "hh": "%H", "s": "%S", "ss": "%S", "minm": "%M", "minmm": "%M"},
}


def _duration(value: timedelta) -> str:
    seconds = round(value.total_seconds())
    hours, rest = divmod(abs(seconds), 3600)
    return f"{'-' if seconds < 0 else ''}{hours}:{rest // 60:02}" + (f":{rest % 60:02}" if rest % 60 else "")

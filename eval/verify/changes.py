"""Statements that hold, changed in one thing so that they do not: each kind of change gives one, or none."""

import random
import re
from collections.abc import Callable, Mapping, Sequence

from eval.verify.lists import COMPARISONS, MODALITIES, QUANTIFIERS, UNITS

Change = Callable[[str, random.Random, Sequence[str]], str | None]
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_YEAR = re.compile(r"(?<![\d.,$€£])(1[5-9]\d\d|20\d\d)(?![\d,.]\d|\d|s)")
_MONTH = re.compile(rf"\b(?:{_MONTHS})\b(?=\s\d|,)")
_NUMBER = re.compile(r"(?<![\w.,/-])[$€£]?\d[\d,]*(?:\.\d+)?(?![\w/-])")
_WORDED = re.compile(r"\b(two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|thirty|forty|fifty)\b")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{2,}(?: (?:of )?[A-Z][a-z]{2,}){0,2}")
_AUXILIARY = re.compile(r"\b(is|are|was|were|will|can|may|must|should|has|have|could|would)\b(?! not)(?! no\b)")
_VERB = re.compile(r"\b(?:do|does|did) not (\w+)")
_NOT = re.compile(r"\b(is|are|was|were|will|may|must|should|has|have|could|would|do|does|did) not |\bcan(?:not| not) ")
_MAY = re.compile(r"May\b(?! (?:I|we|you|not|be)\b)")  # the month
_TIMES = {
    *"Time When Information Years You Your The This That These Please Convention".split(),
    *_MONTHS.split("|"),
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
}


def number(text: str, draw: random.Random, others: Sequence[str]) -> str | None:
    """Another number: one of the same text, or one that is made."""
    found = [match for match in _NUMBER.finditer(text) if not _YEAR.fullmatch(match.group())]
    if not found:
        worded = list(_WORDED.finditer(text))
        return _put(text, match := draw.choice(worded), _other_word(match.group(), draw)) if worded else None
    match = draw.choice(found)
    there = [
        one.group()
        for other in others
        for one in _NUMBER.finditer(other)
        if not _YEAR.fullmatch(one.group())
        and one.group() not in text
        and ("," in one.group()) == ("," in match.group())
    ]
    there = [one for one in there if one.strip("$€£").replace(",", "") not in text.replace(",", "")]
    if there and draw.random() < 0.5:
        return _put(
            text,
            match,
            match.group()[: len(match.group()) - len(match.group().lstrip("$€£"))] + draw.choice(there).lstrip("$€£"),
        )
    return _put(text, match, _other_number(match.group(), draw))


def _other_word(word: str, draw: random.Random) -> str:
    every = "two three four five six seven eight nine ten twelve twenty thirty forty fifty".split()
    return draw.choice([one for one in every if one != word])


def _other_number(written: str, draw: random.Random) -> str:
    places = [place for place, one in enumerate(written) if one.isdigit()]
    place = places[0] if draw.random() < 0.5 else draw.choice(places)
    digits = [one for one in "123456789" if one != written[place]]
    return written[:place] + draw.choice(digits) + written[place + 1 :]


def date(text: str, draw: random.Random, others: Sequence[str]) -> str | None:
    """Another year or month."""
    del others
    found = [*_YEAR.finditer(text), *_MONTH.finditer(text)]
    if not found:
        return None
    match = draw.choice(found)
    if match.group().isdigit():
        by = draw.choice([-30, -12, -7, -3, -2, -1, 1, 2, 3, 7, 12])
        return _put(text, match, str(int(match.group()) + by)) if str(int(match.group()) + by) not in text else None
    months = [one for one in _MONTHS.split("|") if one not in text]
    return _put(text, match, draw.choice(months))


def name(text: str, draw: random.Random, others: Sequence[str]) -> str | None:
    """The name of someone or something else."""
    found = [match for match in _NAME.finditer(text) if match.group().split()[0] not in _TIMES]
    if not found:
        return None
    match = draw.choice(found)
    there = {one.group() for other in others for one in _NAME.finditer(other)}
    words = set(text.lower().split())
    foreign = sorted(one for one in there if one.split()[0] not in _TIMES and not words & set(one.lower().split()))
    return _put(text, match, draw.choice(foreign)) if foreign else None


def negation(text: str, draw: random.Random, others: Sequence[str]) -> str | None:
    """A "not" more, or one less."""
    del draw, others
    if match := _NOT.search(text):
        kept = f"{match[1]} " if match[1] and match[1] not in ("do", "does", "did") else "can " if not match[1] else ""
        return text[: match.start()] + kept + text[match.end() :]
    if match := _AUXILIARY.search(text):
        return text[: match.end()] + " not" + text[match.end() :]
    return None


def _by_list(pairs: Sequence[str]) -> Change:
    table = [pair.split("/") for pair in pairs if pair.count("/") == 1]

    def change(text: str, draw: random.Random, others: Sequence[str]) -> str | None:
        del others
        found = [
            (match, other.replace("_", " "))
            for one, other in table
            for match in re.finditer(rf"\b{re.escape(one)}\b", text, re.IGNORECASE)
            if not _MAY.match(text, match.start())
        ]
        if not found:
            return None
        match, other = draw.choice(found)
        return _put(text, match, other.capitalize() if match.group()[0].isupper() else other)

    return change


def unit(text: str, draw: random.Random, others: Sequence[str]) -> str | None:
    """Another unit behind a number."""
    del others
    found = [
        (match, other)
        for one, other in (pair.split("/") for pair in UNITS if pair.count("/") == 1)
        for match in re.finditer(rf"(?<=\d )(?:{re.escape(one)})\b", text)
    ]
    if found:
        match, other = draw.choice(found)
        return _put(text, match, other)
    signs = list(re.finditer(r"[$€£](?=\d)", text))
    return _put(text, signs[0], "£" if signs[0].group() == "$" else "$") if signs else None


def _put(text: str, match: re.Match[str], instead: str) -> str:
    return text[: match.start()] + instead + text[match.end() :]


CHANGES: Mapping[str, Change] = {
    "number": number,
    "date": date,
    "name": name,
    "unit": unit,
    "negation": negation,
    "quantifier": _by_list(QUANTIFIERS),
    "comparison": _by_list(COMPARISONS),
    "modality": _by_list(MODALITIES),
}

"""Names and codes of a claim that its sources do not have."""

import re
from collections.abc import Iterator, Sequence

from rag.language.english.lexicon import MONTHS, STOP_WORDS, WEEKDAYS
from rag.language.english.names import find_names, name_parts, same_name
from rag.language.english.words import identifiers, spellings_of, stem, words
from rag.types import Difference

_CAPITAL = re.compile(r"[^\W\d_][^\W_]*(?:[.'’&-][^\W_]+)*")
_OPENS = re.compile(r"(?:^|[.!?:]\s)[\s\"'“‘(\[-]*$")
_BETWEEN = re.compile(r"\s+(?:(?:of|the|de|la|van|von|and)\s+)?")
_TIMES = frozenset([*MONTHS, *WEEKDAYS])
_OTHER_FORM = 4
_ENDING = 3


def unlike_names(
    claim: str, sources: Sequence[str], around: Sequence[str], beside: Sequence[str] = ()
) -> Iterator[Difference]:
    """The names and codes of a claim that are in no source, nor in what stands around it.

    Args:
        around: Titles and headings of the sources.
        beside: What else their documents say: it may complete a name of which a source has a part.
    """
    elsewhere = {stem(part) for text in beside for part in _parts(text)}
    known = {stem(part) for text in (*sources, *around) for part in _parts(text)}
    names = [frozenset(one.parts) for text in (*sources, *around) for one in find_names(f"in {text}")]
    for start, end in _capitalised(claim):
        said = claim[start:end]
        capitals = [part for part in _parts(said) if part[:1].isupper()]
        missing = [part for part in capitals if not _is_known(part, known)]
        if len(missing) < len(capitals) and all(_is_known(part, elsewhere) for part in missing):
            continue
        if missing and not any(same_name(name_parts(said), name) and not name & name_parts(said) for name in names):
            yield Difference(kind="name", said=said, source=_in_place(said, sources, claim))
    whole = " ".join(sources).lower()
    for code in identifiers(words(claim)):
        if code[:1].isalpha() and not any(form in whole for form in (code.lower(), *spellings_of(code))):
            yield Difference(kind="name", said=code, source="")


def _capitalised(text: str) -> list[tuple[int, int]]:
    """The runs of words with a capital; a single one that begins a sentence may be any word, and is none."""
    found: list[tuple[int, int]] = []
    for match in _CAPITAL.finditer(text):
        if not match[0][0].isupper() or match[0].lower() in STOP_WORDS:
            continue
        if found and _BETWEEN.fullmatch(text, found[-1][1], match.start()):
            found[-1] = (found[-1][0], match.end())
        else:
            found.append(match.span())
    return [one for one in found if " " in text[one[0] : one[1]] or not _OPENS.search(text, 0, one[0])]


def _parts(text: str) -> list[str]:
    return [part for word in words(text) for part in re.split(r"[-’'.&]", word) if len(part) > 1]


def _is_known(part: str, known: set[str]) -> bool:
    lowered = part.lower()
    if lowered in _TIMES or lowered in STOP_WORDS or not name_parts(part):
        return True
    root = stem(part)
    return root in known or any(_related(root.lower(), other.lower()) for other in known)


def _related(one: str, other: str) -> bool:
    """Whether two stems are forms of one name: "norman" and "normandi"."""
    short, long = sorted((one, other), key=len)
    shared = next(
        (place for place, pair in enumerate(zip(short, long, strict=False)) if pair[0] != pair[1]), len(short)
    )
    return shared >= _OTHER_FORM and len(long) - shared <= _ENDING


def _in_place(said: str, sources: Sequence[str], claim: str) -> str:
    """A name of the sources that the claim lacks, of as many words where there is one."""
    lowered = claim.lower()
    free = [
        text[start:end]
        for text in sources
        for start, end in _capitalised(text)
        if not any(part.lower() in lowered for part in _parts(text[start:end]))
    ]
    return min(free, key=lambda name: abs(len(name.split()) - len(said.split())), default="")

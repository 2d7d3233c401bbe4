"""The marks of emphasis, ``*`` and ``_``, that have a partner; others are written for themselves.

Stricter than CommonMark: no emphasis begins or ends within a word, a file name (``*.log``) or an identifier
(``__init__``), and the two marks of a pair are of the same length.
Source: CommonMark 0.31, "Emphasis and strong emphasis".
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_RUN = re.compile(r"\*+|_+")
_IDENTIFIER = re.compile(r"[a-z0-9_]+")
_NOT_AFTER_OPENING = frozenset(".,;:)]}/\\|?%=")
_NOT_BEFORE_CLOSING = frozenset("([{/\\=")
_IN_PATH = frozenset("/\\=$@#%&")
_ENDED = re.compile(r"[.!?:…]['\"”’)]?$")
_LONGEST = 3
_STRONG = 2
_MOST_OPEN = 20


@dataclass(slots=True)
class _Run:
    """A run of marks, between two offsets."""

    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start


def emphasis_marks(text: str, taken: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Where marks of emphasis are.

    A strong one without a partner counts where its partner may be in the sentence before or after.

    Args:
        taken: For each character of ``text`` whether it is something else.
    """
    open_runs: list[_Run] = []
    for found in _RUN.finditer(text):
        run = _Run(found.start(), found.end())
        if taken[run.start] or run.length > _LONGEST:
            continue
        if _closes(text, run):
            yield from _pairs(text, open_runs, run)
            if (
                run.length >= _STRONG
                and not text[run.end :].strip()
                and _ENDED.search(text, max(0, run.start - 2), run.start)
            ):
                yield run.start, run.end
        if run.length and _opens(text, run):
            open_runs.append(run)
            del open_runs[:-_MOST_OPEN]
    for run in open_runs:
        if run.length >= _STRONG and run.start == 0 and not text[run.end].islower():
            yield run.start, run.end


def _pairs(text: str, open_runs: list[_Run], run: _Run) -> Iterator[tuple[int, int]]:
    """The marks that a closing run ends, with their partners; what is open within them is none."""
    while run.length:
        place = next((place for place in reversed(range(len(open_runs))) if _alike(text, open_runs[place], run)), None)
        if place is None:
            return
        opening = open_runs[place]
        length = min(opening.length, run.length)
        if _is_identifier(text, opening, run):
            del open_runs[place:]
            run.start = run.end
            return
        yield opening.end - length, opening.end
        yield run.start, run.start + length
        opening.end -= length
        run.start += length
        del open_runs[place + bool(opening.length) :]


def _ends_with(text: str, run: _Run) -> bool:
    """Whether a run is the last of a sentence."""
    ended = _ENDED.search(text, max(0, run.start - 2), run.start)
    return ended is not None and (run.end == len(text) or text[run.end :].isspace())


def _alike(text: str, opening: _Run, closing: _Run) -> bool:
    same = text[opening.start] == text[closing.start]
    return same and (opening.length == closing.length or _LONGEST in (opening.length, closing.length))


def _is_identifier(text: str, opening: _Run, closing: _Run) -> bool:
    """Whether two marks are of a name with underscores on both sides, ``__main__``."""
    dunder = text[opening.start] == "_" and opening.length == closing.length == _STRONG
    return dunder and _IDENTIFIER.fullmatch(text, opening.end, closing.start) is not None


def _opens(text: str, run: _Run) -> bool:
    before, after = text[run.start - 1 : run.start], text[run.end : run.end + 1]
    if not after or after.isspace() or before.isalnum() or before in _barred(text, run):
        return False
    return after not in _NOT_AFTER_OPENING or (after == "." and run.length == _STRONG)


def _closes(text: str, run: _Run) -> bool:
    before, after = text[run.start - 1 : run.start], text[run.end : run.end + 1]
    if not before or before.isspace() or before in _NOT_BEFORE_CLOSING or (after and after in _barred(text, run)):
        return False
    if after == "." and text[run.end + 1 : run.end + 2].isalnum():
        return False
    return not after.isalnum() or (after.isalpha() and text[run.start] == "*" and run.length == _STRONG)


def _barred(text: str, run: _Run) -> frozenset[str]:
    """What may not stand outside a mark: ``_`` is used within paths and addresses."""
    return _IN_PATH if text[run.start] == "_" else frozenset("\\")

"""Texts that are made to keep a regular expression busy.

A pattern is attacked with what its own syntax tree suggests: its characters, and what its parts match,
repeated, after what stands before them and before something that does not fit. Its time must grow as the
text does; a pattern that looks again and again at what it has seen takes sixteen times as long for four
times as much.
"""

import gc
import re
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from random import Random
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as syntax  # type: ignore[attr-defined]
from typing import Any

from tests.support.patterns import Used

SIZES = (24, 200, 800, 2_000)  # characters; small ones first: with these one may take for ever
LONG, LONGER = 2_000, 8_000
SUSPICIOUS_SECONDS = 0.0004  # for LONG characters: less, and no step is taken for each two of them
GIVE_UP_SECONDS = 0.1
GROWTH = 8.0  # from LONG to LONGER: 4 is linear, 16 quadratic
MOST_ATTACKS = 180
PLAIN = " \t\na1A-.,'_(é中\""
NO_FIT = ("", "\x00", "b", "\n!")


def slow_attack(used: Used) -> str | None:
    """An attack for which the time of a pattern grows faster than the text; ``None`` where there is none."""
    for method in sorted(used.methods):
        for attack in attacks(used.pattern):
            if _is_slow(used.pattern, method, attack):
                return f"{method} of {attack[0]!r} + {attack[1]!r} * n + {attack[2]!r}"
    return None


def _is_slow(pattern: re.Pattern[Any], method: str, attack: tuple[str, str, str]) -> bool:
    run = _runner(pattern, method)
    for size in SIZES:
        taken = _seconds(run, _text(pattern, attack, size))
        if taken > GIVE_UP_SECONDS:
            return True
    if taken < SUSPICIOUS_SECONDS:
        return False
    short, long = _text(pattern, attack, LONG), _text(pattern, attack, LONGER)
    for tries in (1, 5):  # a busy machine makes a time longer, never shorter
        least = [min(_seconds(run, text) for _ in range(tries)) for text in (short, long)]
        if least[1] < GROWTH * least[0]:
            return False
    return True


def _text(pattern: re.Pattern[Any], attack: tuple[str, str, str], size: int) -> Any:
    prefix, pump, suffix = attack
    text = prefix + pump * (size // len(pump)) + suffix
    return text if isinstance(pattern.pattern, str) else text.encode("utf-8", "replace")


def _runner(pattern: re.Pattern[Any], method: str) -> Callable[[Any], object]:
    if method in ("sub", "subn"):
        nothing: Any = "" if isinstance(pattern.pattern, str) else b""
        return lambda text: getattr(pattern, method)(nothing, text)
    if method == "finditer":
        return lambda text: deque(pattern.finditer(text), maxlen=0)
    bound: Callable[[Any], object] = getattr(pattern, method)
    return bound


def _seconds(run: Callable[[Any], object], text: Any) -> float:
    """Of processor time, without that of a garbage collection: what else goes on is of no account."""
    gc.disable()
    try:
        start = time.thread_time()
        run(text)
        return time.thread_time() - start
    finally:
        gc.enable()


def attacks(pattern: re.Pattern[Any]) -> list[tuple[str, str, str]]:
    """Prefix, what is repeated, and suffix; the same every time."""
    text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    tree = syntax.parse(
        text, pattern.flags & ~re.UNICODE & ~re.DEBUG if isinstance(pattern.pattern, bytes) else pattern.flags
    )
    random = Random(text)
    parts: dict[str, None] = {}
    prefixes: dict[str, None] = {"": None}
    for _ in range(4):
        for before, body in _repeats(list(tree), "", random):
            prefixes.setdefault(before[-60:])
            for found in (body, before + body, body + " ", before):
                if found:
                    parts.setdefault(found[:60])
        parts.setdefault(_example(list(tree), random)[:60] or "a")
    characters = dict.fromkeys([*PLAIN, *_literals(tree)])
    pumps = [*dict.fromkeys([*list(characters)[:40], *parts])][:80]
    chosen = [*product([""], pumps, NO_FIT[1:2]), *product([*prefixes][1:12], " a1", NO_FIT[:2])]
    others = [one for one in product([*prefixes][:12], pumps, NO_FIT) if one not in set(chosen)]
    random.shuffle(others)
    return [*chosen, *others][:MOST_ATTACKS]


def _literals(tree: Any) -> Iterator[str]:
    seen: dict[str, None] = {}
    for kind, value in _nodes(tree):
        if kind in (codes.LITERAL, codes.NOT_LITERAL):
            seen.setdefault(chr(value))
    letters = [one for one in seen if one.isalpha()]
    yield from (one for one in seen if not one.isalpha())
    yield from letters[:10]


def _nodes(tree: Any) -> Iterator[tuple[Any, Any]]:
    for kind, value in tree:
        yield kind, value
        for inner in _inner(kind, value):
            yield from _nodes(inner)
        if kind is codes.IN:
            yield from ((one, what) for one, what in value)


def _inner(kind: Any, value: Any) -> list[Any]:
    if kind in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
        return [value[2]]
    if kind is codes.SUBPATTERN:
        return [value[3]]
    if kind is codes.BRANCH:
        return list(value[1])
    if kind is codes.ATOMIC_GROUP:
        return [value]
    if kind in (codes.ASSERT, codes.ASSERT_NOT):
        return [value[1]]
    return []


def _repeats(tree: Sequence[tuple[Any, Any]], before: str, random: Random) -> Iterator[tuple[str, str]]:
    """What may stand before a repetition, and something that its body matches."""
    for kind, value in tree:
        if kind in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
            yield before, _example(list(value[2]), random)
        if kind not in (codes.ASSERT, codes.ASSERT_NOT):
            for inner in _inner(kind, value):
                yield from _repeats(list(inner), before, random)
        before += _example([(kind, value)], random)


def _example(tree: Sequence[tuple[Any, Any]], random: Random) -> str:
    """Something like what the parts match."""
    return "".join(_sample(kind, value, random) for kind, value in tree)


def _sample(kind: Any, value: Any, random: Random) -> str:
    if kind is codes.LITERAL:
        return chr(value)
    if kind is codes.NOT_LITERAL:
        return random.choice([one for one in "a 1-.\n" if one != chr(value)])
    if kind is codes.ANY:
        return random.choice("a 1-")
    if kind is codes.IN:
        return _of_class(value, random)
    if kind in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
        low, high, body = value
        times = low or random.randint(0, min(high, 1))
        return "".join(_example(list(body), random) for _ in range(min(times, 50)))
    if kind in (codes.ASSERT, codes.ASSERT_NOT):
        return ""
    return "".join(_example(list(random.choice(parts)), random) for parts in [_inner(kind, value)] if parts)


def _of_class(members: Any, random: Random) -> str:
    made = re.compile(_class_source(members))
    fitting: list[str] = [one for one in [*PLAIN, *"bcdxyzZ9:;/?!#*\r\x80\u200b\u2028\ufeff"] if made.match(one)]
    named = [chr(value) for kind, value in members if kind is codes.LITERAL]
    negated = members[0][0] is codes.NEGATE
    return random.choice(fitting + ([] if negated else named) or ["a"])


def _class_source(members: Any) -> str:
    categories = {
        "DIGIT": r"\d",
        "SPACE": r"\s",
        "WORD": r"\w",
        "NOT_DIGIT": r"\D",
        "NOT_SPACE": r"\S",
        "NOT_WORD": r"\W",
    }
    source = ""
    for kind, value in members:
        if kind is codes.NEGATE:
            source += "^"
        elif kind is codes.LITERAL:
            source += re.escape(chr(value))
        elif kind is codes.RANGE:
            source += f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
        elif kind is codes.CATEGORY:
            source += categories[str(value).removeprefix("CATEGORY_")]
    return f"[{source}]"

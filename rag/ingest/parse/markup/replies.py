"""What a message quotes of others: by ``>`` before its lines, or below the heads of the message that it answers."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lxml import etree

from rag.blocks import Form
from rag.ingest.parse.markup.tree import text_of
from rag.ingest.parse.parsed import TextBuilder
from rag.ingest.parse.records import write_fields

_MARKS = re.compile(r"(?:>[ \t]?)+")
_SIGNED = re.compile(r"--[ \t]*")
_DIVIDED = re.compile(r"-{2,}[ \t]*\w[^\n-]{3,60}-{2,}|_{20,}|[^\W\d_][^\n:]{5,40} message:", re.IGNORECASE)
_HEAD = re.compile(r"[*]?(?P<name>[^\W\d_][\w -]{1,15}):[*]?[ \t]+(?P<value>\S.*)")
_ADDRESS = re.compile(r"\S@\S")
_NUMBER = re.compile(r"\d")
_FEWEST_HEADS = 3
_MOST_HEADS = 12
_MOST_BLANK = 4
_INTRODUCTION = 3
_LONGEST_INTRODUCTION = 300
_DEEPEST = 20
_MBOX = ">From "
_QUOTING = ("gmail_attr", "moz-cite-prefix", "OutlookMessageHeader")
_ANSWERED = ("divRplyFwdMsg", "mail-editor-reference-message-container")
_RULE_ABOVE = re.compile(r"border-top\s*:\s*solid|border\s*:\s*none\s*;\s*border-top", re.IGNORECASE)
_LONGEST_STYLE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A stretch of a plain message.

    Args:
        text: Its lines, without marks of quotation.
        depth: How often it is quoted.
        heads: The fields of the message that follows, where it is those.
        introduction: Whether it says who wrote what follows.
        signature: Whether it is what a sender signs with.
    """

    text: str
    depth: int = 0
    heads: Sequence[tuple[str, str]] = ()
    introduction: bool = False
    signature: bool = False


def parts_of(text: str) -> Iterator[Part]:
    """The parts of a plain message, in order."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    depths, introductions = _depths(lines)
    below = 0  # heads of another message above, outside of what is marked as quoted
    for first, last in _runs(depths):
        depth = depths[first]
        within = 0
        after = introductions.get(first, first)
        if first < after:
            said = "\n".join(lines[first:after]).strip()
            yield Part(text=said, depth=min(depth + below, _DEEPEST), introduction=True)
        for part in _divided([_bare(line, depth) for line in lines[after:last]]):
            within += bool(part.heads)
            yield replace(part, depth=min(depth + below + within, _DEEPEST))
        below += within if not depth else 0


def write_parts(parts: Iterable[Part], builder: TextBuilder) -> None:
    """Append the parts of a plain message; what is quoted is in as many quotations."""
    depth = 0
    for part in parts:
        while depth > part.depth:
            builder.leave()
            depth -= 1
        while depth < part.depth:
            builder.enter(Form.QUOTE)
            depth += 1
        if part.heads:
            write_fields(part.heads, builder)
        elif part.introduction or part.signature:
            builder.add(part.text, label="-- \n" if part.signature else "")
        elif part.text.strip():
            builder.add_plain(part.text.strip("\n").rstrip())
    for _ in range(depth):
        builder.leave()


def unflowed(text: str, *, joined: bool = False) -> str:
    """A text whose lines go on where they end with a space, as RFC 3676 has it, with its paragraphs as lines.

    Args:
        joined: The space is not part of the text.
    """
    found: list[str] = []
    goes_on = False
    for line in text.replace("\r\n", "\n").split("\n"):
        marks = _MARKS.match(line)
        depth = line[: marks.end()].count(">") if marks else 0
        bare = line[depth:].removeprefix(" ")
        before = _depth(found[-1]) if found else -1
        if goes_on and before == depth:
            found[-1] = (found[-1].rstrip(" ") + " " * (not joined)) + bare
        else:
            found.append(f"{'>' * depth} {bare}" if depth else bare)
        goes_on = bare.endswith(" ") and not _SIGNED.fullmatch(bare)
    return "\n".join(found)


def mark_replies(root: Any) -> None:
    """Put what a page of a message says of the message that it answers, and that message, within ``blockquote``."""
    for element in list(root.iter("div", "p")):
        names = f"{element.get('class') or ''} {element.get('id') or ''}"
        if any(name in names for name in _ANSWERED) or _is_ruled_head(element):
            _quote_from(element)
        elif any(name in names for name in _QUOTING):
            _quote_with(element)


def _is_ruled_head(element: Any) -> bool:
    """Whether an element stands below a rule and begins with the heads of a message."""
    if not _RULE_ABOVE.search((element.get("style") or "")[:_LONGEST_STYLE]):
        return False
    line = text_of(element)[:_LONGEST_INTRODUCTION]
    return line.count(":") >= _FEWEST_HEADS and _ADDRESS.search(line) is not None


def _quote_from(element: Any) -> None:
    """An element and all that follow it are quoted."""
    parent = element.getparent()
    if parent is None or any(one.tag == "blockquote" for one in element.iterancestors()):
        return
    quote = etree.Element("blockquote")
    parent.insert(parent.index(element), quote)
    for one in [element, *element.itersiblings()]:
        if one is not quote:
            quote.append(one)


def _quote_with(element: Any) -> None:
    """An introduction is quoted with the quotation after it."""
    after = element.getnext()
    if after is not None and after.tag == "blockquote":
        element.tail = (element.tail or "") + (after.text or "")
        after.text = None
        after.insert(0, element)


def _depth(line: str) -> int:
    marks = _MARKS.match(line)
    return min(marks[0].count(">"), _DEEPEST) if marks and not line.startswith(_MBOX) else 0


def _depths(lines: Sequence[str]) -> tuple[list[int], dict[int, int]]:
    """How often each line is quoted, and where introductions start and end.

    Who wrote what is quoted, on the lines before, is quoted with it, and so are gaps within.
    """
    depths = [_depth(line) for line in lines]
    introductions: dict[int, int] = {}
    for place, depth in enumerate(depths):
        if depth and place and not depths[place - 1]:
            before = _introduction(lines, depths, place)
            if before < place:
                depths[before:place] = [depth] * (place - before)
                introductions[before] = place
    for place in range(1, len(lines) - 1):
        if not lines[place].strip() and depths[place - 1] and depths[place + 1]:
            depths[place] = min(depths[place - 1], depths[place + 1])
    return depths, introductions


def _introduction(lines: Sequence[str], depths: Sequence[int], place: int) -> int:
    """Where the lines before a quotation start that say who wrote it; its own place where there are none.

    They end with a colon and name a day or an address.
    """
    last = place - 1
    while last >= 0 and not lines[last].strip() and place - last < _INTRODUCTION:
        last -= 1
    first = last
    while first > 0 and last - first < _INTRODUCTION - 1 and lines[first - 1].strip() and not depths[first - 1]:
        first -= 1
    said = " ".join(lines[first : last + 1])
    names = _NUMBER.search(said) or _ADDRESS.search(said)
    if last < 0 or not said.rstrip().endswith(":") or len(said) > _LONGEST_INTRODUCTION or not names:
        return place
    return first


def _runs(depths: Sequence[int]) -> Iterator[tuple[int, int]]:
    first = 0
    for place in range(1, len(depths) + 1):
        if place == len(depths) or depths[place] != depths[first]:
            yield first, place
            first = place


def _bare(line: str, depth: int) -> str:
    if line.startswith(_MBOX):
        return line[1:]
    marks = _MARKS.match(line) if depth else None
    return line[marks.end() :] if marks else line


def _divided(lines: Sequence[str]) -> Iterator[Part]:
    """Lines of one depth, in parts: what is before and below the heads of another message, and signatures."""
    waiting: list[str] = []
    signed = False
    place = 0
    while place < len(lines):
        heads, after = _heads(lines, place)
        if heads:
            yield Part(text="\n".join(waiting), signature=signed)
            yield Part(text="", heads=heads)
            waiting, signed, place = [], False, after
        elif _SIGNED.fullmatch(lines[place]):
            yield Part(text="\n".join(waiting), signature=signed)
            waiting, signed, place = [], True, place + 1
        else:
            waiting.append(lines[place])
            place += 1
    yield Part(text="\n".join(waiting), signature=signed)


def _heads(lines: Sequence[str], place: int) -> tuple[list[tuple[str, str]], int]:
    """The fields of another message and the place after them; none where there are no such."""
    divided = _DIVIDED.fullmatch(lines[place].strip()) is not None
    if not divided and place and lines[place - 1].strip():
        return [], place
    first = place + divided
    while divided and first < min(place + _MOST_BLANK, len(lines)) and not lines[first].strip():
        first += 1
    heads: list[tuple[str, str]] = []
    for line in lines[first : first + _MOST_HEADS]:
        found = _HEAD.fullmatch(line.strip())
        if found is None:
            break
        heads.append((found["name"], found["value"]))
    named = divided or any(_ADDRESS.search(value) for _, value in heads)
    return (heads, first + len(heads)) if len(heads) >= _FEWEST_HEADS and named else ([], place)

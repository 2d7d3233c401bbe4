"""The words of an RTF file: control words, groups and characters, with what a group hides.

RTF is a stream; nothing of it needs more than one look. Pictures, objects, headers and footers, comments and whatever
a program may ignore are no text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

_TOKEN = re.compile(
    r"\\(?P<word>[a-z]{1,32})(?P<number>-?\d{1,10})?[ ]?|\\'(?P<byte>[0-9a-fA-F]{2})|\\(?P<sign>[^a-z])"
    r"|(?P<brace>[{}])|[\r\n\x00]+|(?P<text>[^\\{}\r\n\x00]+)",
    re.DOTALL,
)
_SKIPPED = frozenset(
    """annotation atnauthor atndate atnicn atnid atnparent atnref atntime aftncn aftnsep aftnsepc bkmkend bkmkstart
    colorschememapping colortbl datastore docvar filetbl fldinst fonttbl footer footerf footerl footerr ftncn ftnsep
    ftnsepc generator header headerf headerl headerr latentstyles listoverridetable listtable nonshppict object pgptbl
    pict pnseclvl pntxta pntxtb revtbl rsidtbl rxe tc tcn template themedata userprops xe xmlnstbl""".split()
)
_KEPT_STARRED = frozenset({"shptxt", "shpinst", "shp", "ud", "upr"})
_CHARACTERS = {
    **{"tab": "\t", "line": "\n", "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“"},
    **{"rdblquote": "”", "bullet": "•", "emspace": " ", "enspace": " ", "qmspace": " ", "zwnj": "", "zwj": ""},
}
_SIGNS = {"~": "\u00a0", "_": "\u2011", "-": "\u00ad", "\n": "\n", "\r": "\n", "\\": "\\", "{": "{", "}": "}"}
_CODE_PAGES = {
    **{0: "cp1252", 77: "mac_roman", 128: "cp932", 129: "cp949", 134: "gbk", 136: "big5", 161: "cp1253", 162: "cp1254"},
    **{163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250"},
}
_DEEPEST = 2_000


class Place(StrEnum):
    """Where in a file characters stand."""

    BODY = "body"
    SKIPPED = "skipped"
    STYLES = "stylesheet"
    INFO = "info"
    FONTS = "fonttbl"
    MARK = "listtext"
    NOTE = "footnote"


_PLACES = {
    **{"stylesheet": Place.STYLES, "info": Place.INFO, "fonttbl": Place.FONTS, "listtext": Place.MARK},
    **{"pntext": Place.MARK, "footnote": Place.NOTE},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What holds within the braces that are open.

    Args:
        name: The control word that the group began with.
        hidden: Its characters are hidden or deleted.
        skipped: Characters after a ``\\u`` that stand for programs that do not know it.
        font: The number of the font.
    """

    place: Place = Place.BODY
    name: str = ""
    hidden: bool = False
    skipped: int = 1
    font: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A control word with its number, a brace, or characters, and the group that it is in."""

    group: Group
    word: str = ""
    number: int | None = None
    text: str = ""


def read_events(source: str) -> Iterator[Event]:
    """The words of an RTF file, given with a character for each byte.

    Raises:
        ValueError: For one that nests too deep.
    """
    return _Reader(source).events()


class _Reader:
    def __init__(self, source: str) -> None:
        self._source = source
        self._open: list[Group] = []
        self._group = Group()
        self._bytes = bytearray()
        self._ignored = 0
        self._fonts: dict[int, str] = {}
        self._code_page = "cp1252"
        self._first = self._starred = False

    def events(self) -> Iterator[Event]:
        """The words in order; bytes are decoded in the code page of their font."""
        place = 0
        while found := _TOKEN.match(self._source, place):
            place = found.end()
            if not self._takes_bytes(found):
                yield from self._waiting()
                if found["word"] == "bin":
                    place += max(0, int(found["number"] or 0))
                elif event := self._event(found):
                    yield event
        yield from self._waiting()

    def _takes_bytes(self, found: re.Match[str]) -> bool:
        """Take what is not ASCII: a character may be more than one of them."""
        if found["byte"] is not None:
            self._add_byte(int(found["byte"], 16))
            return True
        if found["text"] and not found["text"].isascii():
            for character in found["text"]:
                self._add_byte(ord(character))
            return True
        return False

    def _waiting(self) -> Iterator[Event]:
        if self._bytes and self._group.place is not Place.SKIPPED:
            yield Event(group=self._group, text=self._decoded())
        self._bytes.clear()

    def _add_byte(self, value: int) -> None:
        if self._ignored:
            self._ignored -= 1
        else:
            self._bytes.append(value)

    def _decoded(self) -> str:
        page = self._fonts.get(self._group.font, self._code_page)
        return self._bytes.decode(page, "replace")

    def _event(self, found: re.Match[str]) -> Event | None:
        if found["brace"]:
            return self._brace(found["brace"])
        if found["word"]:
            return self._word(found["word"], int(found["number"]) if found["number"] else None)
        if found["sign"] == "*":
            self._starred = True
            return None
        text = found["text"] or _SIGNS.get(found["sign"] or "", "")
        self._first = False
        ignored = min(self._ignored, len(text))
        self._ignored -= ignored
        return Event(group=self._group, text=text[ignored:]) if text[ignored:] else None

    def _brace(self, brace: str) -> Event:
        self._ignored = 0
        if brace == "{":
            if len(self._open) > _DEEPEST:
                raise ValueError("nested too deep")
            self._open.append(self._group)
            self._first, self._starred = True, False
        else:
            closed = self._group
            self._group = self._open.pop() if self._open else Group()
            return Event(group=closed, word="}")
        return Event(group=self._group, word="{")

    def _word(self, word: str, number: int | None) -> Event | None:
        if self._first:
            self._begin(word)
        self._first = False
        self._set(word, number)
        if word == "u" and number is not None:
            self._ignored = self._group.skipped
            return Event(group=self._group, text=_character(number))
        if word in _CHARACTERS:
            return Event(group=self._group, text=_CHARACTERS[word])
        return Event(group=self._group, word=word, number=number)

    def _begin(self, word: str) -> None:
        """The first control word of a group says what the group is."""
        place = self._group.place
        if place is not Place.SKIPPED:
            if word in _PLACES:
                place = _PLACES[word]
            elif word in _SKIPPED or (self._starred and place is Place.BODY and word not in _KEPT_STARRED):
                place = Place.SKIPPED
        self._group = replace(self._group, place=place, name=word)

    def _set(self, word: str, number: int | None) -> None:
        """What a control word changes for the characters that follow."""
        on = number != 0
        match word:
            case "v" | "deleted":
                self._group = replace(self._group, hidden=on)
            case "plain":
                self._group = replace(self._group, hidden=False)
            case "uc":
                self._group = replace(self._group, skipped=max(0, min(number or 0, 10)))
            case "f" | "deff" if number is not None:
                self._group = replace(self._group, font=number)
            case "ansicpg" if number:
                self._code_page = _known(f"cp{number}", self._code_page)
            case "fcharset" if self._group.place is Place.FONTS and number in _CODE_PAGES:
                self._fonts[self._group.font] = _CODE_PAGES[number] if number else self._code_page


def _character(number: int) -> str:
    code = number + 0x10000 if number < 0 else number
    return chr(code) if 0 <= code <= 0x10FFFF else "\ufffd"


def _known(page: str, other: str) -> str:
    try:
        b"".decode(page)
    except LookupError:
        return other
    return page

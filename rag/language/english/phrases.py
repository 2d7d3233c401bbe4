"""The noun phrases of a question, found by lists of function words and usual verbs, endings and capital letters.

What this does not do: know nouns.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.language.english.lexicon import AUXILIARIES, CLAUSE_WORDS, DETERMINERS, FUNCTION_WORDS, PREPOSITIONS, VERBS

_PREP = "|".join(sorted(PREPOSITIONS))
_HEADS = re.compile(
    r"(?:[^siu]s|ion|ment|ness|ship|ity|ism|ence|ance|man|men|ing|ure|ory|or|er|people|children|leadership)$"
)
_PARTICIPLE = re.compile(
    r"(?:ed|en|unk|own|orn|made|held|said|put|set|met|cut|hit|lost|won|built|sent|kept|left|told|meant|being)$"
)
_OWNER = re.compile(r"['’]s?$")
_TOKEN = re.compile(
    r"(?:[A-Z]\.){2,}|(?:St|Mr|Mrs|Ms|Dr|Gen|Sen)\.(?=\s[A-Z])|[^\W_]+(?:['’.-][^\W_]+)*(?:(?<=s)['’](?=\s))?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A noun phrase and where it stands: ``text`` is ``question[start:end]``."""

    text: str
    start: int
    end: int
    before: str

    @property
    def plural(self) -> bool:
        """Whether its head looks plural."""
        head = re.split(rf"\s(?:{_PREP})\s", self.text)[0].removesuffix("'s").removesuffix("’s")
        return bool(re.search(r"(?:[^siu]s|people|men|children)$", head)) or " and " in head or "both " in head.lower()

    @property
    def name(self) -> bool:
        """Whether it is a name alone."""
        return is_name(self.text.split()[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Token:
    text: str
    start: int
    end: int

    @property
    def lower(self) -> str:
        return self.text.lower()


def is_name(word: str) -> bool:
    """Whether a word is written like a name.

    >>> is_name("Putin"), is_name("The"), is_name("talks")
    (True, False, False)
    """
    if len(word) > 1 and word.isupper():
        return True
    return word[:1].isupper() and word.lower() not in FUNCTION_WORDS | DETERMINERS


def is_participle(word: str) -> bool:
    """Whether a word looks like a past participle: "held", "published"."""
    return bool(_PARTICIPLE.search(word))


def is_progressive(word: str) -> bool:
    """Whether a word is the -ing form of a usual verb: "trying", "planning", not "challenging"."""
    stem = word.removesuffix("ing")
    return stem != word and not VERBS.isdisjoint([stem, f"{stem}e", stem[:-1]])


def noun_phrases(text: str) -> list[Phrase]:
    """The noun phrases of ``text`` that begin with a determiner or are names, in order.

    >>> [phrase.text for phrase in noun_phrases("Where did the European leaders meet Putin?")]
    ['the European leaders', 'Putin']
    """
    tokens = [_Token(text=one.group(), start=one.start(), end=one.end()) for one in _TOKEN.finditer(text)]
    return list(_phrases(text, tokens))


def _phrases(text: str, tokens: list[_Token]) -> Iterator[Phrase]:
    position = 0
    while position < len(tokens):
        token = tokens[position]
        length = _phrase_length(text, tokens[position:])
        if length:
            last = tokens[position + length - 1]
            before = tokens[position - 1].lower if position else ""
            yield Phrase(text=text[token.start : last.end], start=token.start, end=last.end, before=before)
        position += length or 1


def _phrase_length(text: str, tokens: list[_Token]) -> int:
    """How many of ``tokens`` the noun phrase has that begins with the first; 0 where none does."""
    determined = tokens[0].lower in DETERMINERS
    if not determined and not is_name(tokens[0].text):
        return 0
    length = _head_length(text, tokens, owned=determined)
    if determined and length == 1:
        return 0
    if length < len(tokens) - 1 and tokens[length].lower == "and" and is_name(tokens[length + 1].text):
        return length + 1 + _head_length(text, tokens[length + 1 :], owned=False)
    return length + _modifier_length(text, tokens[length:]) if determined else length


def _head_length(text: str, tokens: list[_Token], *, owned: bool) -> int:
    """The tokens up to the head noun; ``owned`` where nouns in lower case may follow."""
    owner = bool(_OWNER.search(tokens[0].text))
    length, named, headed, owned = 1, is_name(tokens[0].text) and not owner, False, owned or owner
    while length < min(len(tokens), 7) and text[tokens[length - 1].end : tokens[length].start] == " ":
        word = tokens[length]
        if is_name(word.text) or word.text.isdigit():
            if headed:
                break
            named = True
            if _OWNER.search(word.text):
                owned, named = True, False
        elif not owned or not _may_belong(word.lower, named=named, empty=length == 1, headed=headed):
            break
        else:
            headed = bool(_HEADS.search(word.lower))
        length += 1
    return length


def _may_belong(word: str, *, named: bool, empty: bool, headed: bool) -> bool:
    """Whether a word in lower case may stand in a noun phrase here."""
    if word in FUNCTION_WORDS or word in DETERMINERS or (word in VERBS and not empty):
        return False
    if headed:
        return bool(_HEADS.search(word)) and not word.endswith("ing")
    return empty or (not word.endswith("ed") and not (named and word.endswith("ing")))


def _modifier_length(text: str, tokens: list[_Token]) -> int:
    """The tokens of a prepositional phrase that follows a noun phrase to the end of the question, or to a verb."""
    if len(tokens) < 2 or tokens[0].lower not in PREPOSITIONS or text[tokens[0].start - 1] != " ":
        return 0
    for length in range(1, min(len(tokens), 9)):
        word, before = tokens[length].lower, tokens[length - 1].lower
        free = before not in PREPOSITIONS and before not in DETERMINERS and before != "and"
        verb = word in AUXILIARIES or word in VERBS or word.endswith("ed") or word in CLAUSE_WORDS
        named = is_name(tokens[length - 1].text) and not is_name(tokens[length].text) and word != "and"
        if free and (verb or named):
            return length
    return len(tokens) if len(tokens) <= 9 else 0

"""Words that point back: which pronouns of a question have no antecedent in it, and what they stand for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from rag.language.english.lexicon import BE, DETERMINERS, FUNCTION_WORDS, OF_A_SUBJECT, OWNING, PLACE_PREPOSITIONS
from rag.language.english.phrases import Phrase, is_name, is_participle, is_progressive, noun_phrases
from rag.language.english.questions import Form, form_of

_PRONOUN = re.compile(r"\b(?:he|him|his|she|her|hers|it|its|they|them|their|theirs)\b", re.IGNORECASE)
_CLAUSE = re.compile(
    r"\b(?:and|or|but|if|when|while|because|that|so|than|after|before|although|though)\b|,", re.IGNORECASE
)
_TAKES = re.compile(r"(?:\s+\w+){0,2}\s+(?:takes?|costs?)\b.*\sto\s", re.IGNORECASE)
_STATED_AFTER = re.compile(
    r"(?P<be>['’]s|\s+(?:is|was|be|been|become))?(?:\s+(?:not|so|very|too|really|still|also|even|now|an?|any|the))*"
    r"(?P<quality>(?:\s+\w+){0,4}?)"
    rf"\s+(?:(?P<that>that)\b|to\s+(?!(?:{'|'.join(DETERMINERS)})\b)(?-i:[a-z])|for\s.+\sto\s)",
    re.IGNORECASE,
)
_EVENT = re.compile(r"\bit\b(?: \w+)? (?:last|happen|take|begin|start|end|go|going|over)\b", re.IGNORECASE)
_INDEFINITE = re.compile(r"(?:a|an|any|some|every|each)\s", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")


class Sort(StrEnum):
    """What a pronoun can stand for."""

    PERSON = "person"
    THING = "thing"
    SEVERAL = "several"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointer:
    """A pronoun that needs what was said before; it is ``question[start:end]``."""

    start: int
    end: int
    sort: Sort
    owning: bool


def pointers(question: str) -> list[Pointer]:
    """The pronouns of ``question`` that nothing in it explains, in order.

    >>> [question[one.start : one.end] for question in ("Why did he go?", "Why did Putin bring his dog?")
    ...  for one in pointers(question)]
    ['he']
    """
    return list(_pointers(question))


def with_antecedents(question: str, before: str, answer: str) -> str | None:
    """``question`` with what its pronouns stand for in their place; ``None`` where one cannot be told.

    Args:
        before: The question before.
        answer: What was answered to it.

    >>> with_antecedents("When was it founded?", "Which countries were part of the Normandy Format?", "")
    'When was the Normandy Format founded?'
    """
    for _ in range(3):
        found = next(_pointers(question), None)
        if found is None:
            return question
        meant = _antecedent(found.sort, before, answer)
        if meant is None or (found.sort is Sort.THING and _EVENT.search(question) and not meant.startswith("the ")):
            return None
        question = question[: found.start] + (_owner(meant) if found.owning else meant) + question[found.end :]
    return question


def new_name(question: str, answer: str) -> str | None:
    """The first person or organisation that ``answer`` names and ``question`` does not.

    >>> new_name("Who is the Kremlin spokesman?", "Kremlin spokesman Dmitry Peskov said so in Moscow.")
    'Dmitry Peskov'
    """
    asked = {word.lower() for word in re.findall(r"\w+", question)}
    for phrase in noun_phrases(answer):
        if phrase.before in PLACE_PREPOSITIONS or _opens_sentence(answer, phrase):
            continue
        kept = [word for word in phrase.text.split() if not set(re.findall(r"\w+", word.lower())) <= asked]
        if kept and is_name(kept[0]):
            return " ".join(kept)
    return None


def _opens_sentence(text: str, phrase: Phrase) -> bool:
    """Whether a phrase may owe its capital letter to its place: one word at the start of a sentence."""
    first = phrase.start == 0 or text[: phrase.start].rstrip().endswith((".", "!", "?", "]"))
    return first and bool(re.fullmatch(r"[A-Z][a-z]+(?:ing|ed|ly|s|nt)", phrase.text))


def _pointers(question: str) -> Iterator[Pointer]:
    phrases = noun_phrases(question)
    for found in _PRONOUN.finditer(question):
        word = found.group().lower()
        owning = word in OWNING and not (word == "her" and not re.match(r"\s+[a-z]", question[found.end() :]))
        sort = _sort(word)
        if word == "it" and (
            _is_expletive(question, found.start()) or _of_own_subject(question, phrases, found.start())
        ):
            continue
        if any(_explains(question, phrase, found.start(), sort, owning) for phrase in phrases):
            continue
        yield Pointer(start=found.start(), end=found.end(), sort=sort, owning=owning)


def _is_expletive(question: str, start: int) -> bool:
    """Whether the "it" at ``start`` only stands for what follows it.

    "Is it true that ...", "Is it safe to ...", "How hard is it to ...", "How long does it take to ...", but not
    "What is it used for?", "Is it close to Kyiv?", "Is it able to ...".
    """
    before, after = question[:start].lower().split(), question[start + len("it") :]
    found = _STATED_AFTER.match(after)
    if found is None or not (found.group("be") or BE.intersection(before[-1:])):
        return bool(_TAKES.match(after))
    quality = found.group("quality").lower().split()
    if found.group("that"):
        return True
    if not quality:
        return len(before) > 2
    return len(quality) <= 2 and _describes_an_act(quality[0])


def _describes_an_act(word: str) -> bool:
    """Whether a word may say how it is to do something ("safe"), not what a thing is ("used", "trying", "able")."""
    of_a_thing = is_participle(word) or is_progressive(word) or word in FUNCTION_WORDS or word in OF_A_SUBJECT
    return word == "going" or not of_a_thing


def _of_own_subject(question: str, phrases: list[Phrase], start: int) -> bool:
    """Whether the pronoun at ``start`` means the subject: in "Will Russia give back the land it holds?", Russia."""
    described = any(phrase.end + 1 == start and not phrase.name for phrase in phrases)
    form = form_of(question)
    subject = form.rest.split(maxsplit=1)[:1] if form.auxiliary else []
    return described and any(word.lower() not in FUNCTION_WORDS | DETERMINERS for word in subject)


def _sort(word: str) -> Sort:
    if word in ("it", "its"):
        return Sort.THING
    return Sort.SEVERAL if word.startswith("the") else Sort.PERSON


def _explains(question: str, phrase: Phrase, place: int, sort: Sort, owning: bool) -> bool:
    """Whether the pronoun at ``place`` may mean a phrase of the same question.

    An object is never its own subject ("What does Ukraine think of it?"): that takes another clause.
    """
    if phrase.start == place or phrase.text.lower().split()[0] in OWNING:
        return False
    if phrase.start > place:
        return owning and phrase.name
    if sort is Sort.SEVERAL and not (phrase.plural or phrase.name):
        return False
    return owning or bool(_CLAUSE.search(question, phrase.end, place))


def _antecedent(sort: Sort, before: str, answer: str) -> str | None:
    form, phrases = form_of(before), noun_phrases(before)
    match sort:
        case Sort.PERSON:
            return _person(form, phrases, before, answer)
        case Sort.THING:
            return _asked_for(form, "which", "what") or _thing(phrases)
        case Sort.SEVERAL:
            return _asked_for(form, "who", "which", "what") or _several(phrases)


def _person(form: Form, phrases: list[Phrase], before: str, answer: str) -> str | None:
    named = [phrase for phrase in phrases if phrase.before not in PLACE_PREPOSITIONS and not phrase.text.isupper()]
    named = [phrase for phrase in named if any(is_name(word) for word in phrase.text.split()) and not phrase.plural]
    asks_for_person = form.asked.lower() == "who" and form.auxiliary.lower() in ("", "is", "was", "has", "will")
    if asks_for_person:
        described = form.rest if form.auxiliary.lower() in ("is", "was") and noun_phrases(form.rest) else None
        return new_name(before, answer) or described
    return named[0].text if named else new_name(before, answer)


def _asked_for(form: Form, *words: str) -> str | None:
    """What a question asks for, described: "the leaders that called for a cease-fire"."""
    asked = form.asked.lower()
    if asked.split(" ")[0] not in words:
        return None
    if not form.auxiliary:
        head, _, tail = form.rest.partition(" ")
        match asked:
            case "who":
                return f"those who {form.rest}"
            case "which" | "what" if head.endswith("s") and tail and not head.endswith("ss"):
                return f"the {head} that {tail}"
        return None
    subject = form.noun and form.auxiliary.lower() in ("is", "are", "was", "were", "will", "has", "have")
    first = form.rest.split(" ")[0]
    return f"the {form.noun} that {form.auxiliary} {form.rest}" if subject and is_participle(first) else None


def _thing(phrases: list[Phrase]) -> str | None:
    """The first definite phrase in the singular; else a name; else whatever there is."""
    single = [phrase for phrase in phrases if not phrase.plural]
    definite = [phrase for phrase in single if not phrase.name and not _INDEFINITE.match(phrase.text)]
    named = [phrase for phrase in single if phrase.name]
    for choice in (definite, named, single, phrases):
        if choice:
            return choice[0].text
    return None


def _several(phrases: list[Phrase]) -> str | None:
    plural = [phrase for phrase in phrases if phrase.plural]
    return (plural or phrases)[0].text if phrases else None


def _owner(meant: str) -> str:
    return f"{meant}'" if meant.endswith("s") else f"{meant}'s"

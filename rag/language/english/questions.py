"""Questions taken apart and put together again, by plain rules of English, without a model.

What this does not do: parse. The rules know function words, the usual verbs, endings and capital letters, as
``phrases`` lists them; where they see nothing, they say so, and the caller leaves the question as it is.
"""

import re
from dataclasses import dataclass
from itertools import pairwise

from rag.language.english.lexicon import AUXILIARIES, DETERMINERS, PREPOSITIONS
from rag.language.english.phrases import is_participle

_AUX = "|".join(AUXILIARIES)
_PREP = "|".join(sorted(PREPOSITIONS))
_FORM = re.compile(
    rf"(?P<asked>(?:(?:{_PREP})\s+)?(?:who|whom|when|where|why|how|what"
    rf"|(?:which|whose|what|how)(?:\s+(?!(?:{_AUX})\b)[\w'’-]+){{1,5}}))"
    rf"\s+(?P<auxiliary>{_AUX})\b\s*(?P<rest>.*)",
    re.IGNORECASE,
)
_SUBJECT_FORM = re.compile(r"(?P<asked>who|what|which|whose|how (?:many|much))\b\s*(?P<rest>.*)", re.IGNORECASE)
_YES_NO = re.compile(rf"(?P<auxiliary>{_AUX})\b\s*(?P<rest>.*)", re.IGNORECASE)
_ADVERBIAL = re.compile(
    rf"(?:(?:{_PREP})\s+\w.*|when|where|why|how(?:\s+(?:long|often|quickly|soon|far|well|much))?)$", re.IGNORECASE
)
_ASKED_NOUN = re.compile(
    r"(?:how (?:many|much)|which|whose|what(?: kinds? of| sorts? of)?)\s+(?P<noun>.+)", re.IGNORECASE
)
_END = " \t\n?.!,;:"
_BROAD = re.compile(
    r"""\b(?:
        why | explain | describe | summari[sz]e | overview | tell\ me | compare | differences? | both | each
      | what\ (?:are|were)\ (?:\w+\ ){0,4}\w+s\b
      | (?:what|which)\ (?:\w+\ ){0,2}\w+s\ (?:are|were|do|did|have|has)\b
      | (?:what|which)\ (?:\w+\ ){0,2}?(?!is|was|has|does|this)\w+[^s\W]s\b
      | how\ (?:do|does|did|has|have|is|are|was|were|could|can|should|would|might|may)\b
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_OF_ITSELF = re.compile(
    r"""\b(?:
        (?:we(?:['’]re|\ are)\ going\ to | we(?:['’]ll|\ will) | let(?:['’]s|\ us))\ (?:now\ |also\ |first\ |then\ )?
        (?:look|break|explore|dive|cover|discuss|talk|walk|see|examine|explain|start|begin|keep\ an\ eye|take\ a\ look)
      | in\ this\ (?:article|post|guide|piece|section|chapter) | (?:read\ on|keep\ reading|stay\ tuned)
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A question taken apart: what it asks for, its auxiliary verb, and the rest.

    ``asked`` is empty for a yes/no question, ``auxiliary`` where what is asked for is the subject of a
    full verb ("Who called for a cease-fire?"); both are empty where the words are no question.
    """

    asked: str
    auxiliary: str
    rest: str

    @property
    def noun(self) -> str:
        """The noun that is asked for: "prisoners of war" of "How many prisoners of war ..."; or nothing."""
        found = _ASKED_NOUN.fullmatch(self.asked)
        return found.group("noun") if found else ""

    @property
    def adverbial(self) -> bool:
        """Whether it asks for a time, place, reason or manner, so that the rest has its own subject."""
        return bool(_ADVERBIAL.match(self.asked))


def form_of(question: str) -> Form:
    """Take a question apart.

    >>> form_of("By when did the leaders want a cease-fire?")
    Form(asked='By when', auxiliary='did', rest='the leaders want a cease-fire')
    >>> form_of("Which leaders called for it?")
    Form(asked='Which', auxiliary='', rest='leaders called for it')
    """
    text = question.strip(_END)
    for pattern in (_YES_NO, _FORM, _SUBJECT_FORM):
        if found := pattern.fullmatch(text):
            parts = found.groupdict(default="")
            return Form(asked=parts.get("asked", ""), auxiliary=parts.get("auxiliary", ""), rest=parts["rest"].strip())
    return Form(asked="", auxiliary="", rest=text)


def ask_for(asked: str, form: Form) -> str | None:
    """The question of ``form``, asking for something else; ``None`` where it is no question.

    >>> ask_for("When", form_of("How many prisoners of war will be exchanged?"))
    'When will prisoners of war be exchanged?'
    >>> ask_for("Where", form_of("Who met Putin?"))
    'Where was it that someone met Putin?'
    """
    asked = sentence_case(asked)
    auxiliary = form.auxiliary.lower()
    if not auxiliary:
        return f"{asked} was it that {_someone(form)} {form.rest}?" if form.asked else None
    if not form.asked or form.adverbial:
        return f"{asked} {auxiliary} {form.rest}?"
    first = form.rest.split(maxsplit=1)[0] if form.rest else ""
    pointer = "those" if auxiliary in ("are", "were") else "that"
    if auxiliary not in ("did", "does", "do") and (first in ("be", "been", "part") or is_participle(first)):
        return f"{asked} {auxiliary} {form.noun or pointer} {form.rest}?"
    if auxiliary in ("is", "are", "was", "were") and not _has_participle(form.rest):
        return f"{asked} {auxiliary} {form.noun or pointer} {form.rest}?"
    return " ".join(part for part in (asked, auxiliary, form.rest, form.noun) if part) + "?"


def ask_for_others(form: Form) -> str | None:
    """The question of ``form``, asking for what else there is; ``None`` where it asks for nothing that can be listed.

    >>> ask_for_others(form_of("Which countries tried to mediate?"))
    'Which other countries tried to mediate?'
    >>> ask_for_others(form_of("What does Ukraine insist on?"))
    'What else does Ukraine insist on?'
    """
    asked, _, noun = form.asked.partition(" ")
    match asked.lower():
        case "who" | "whom" | "what" | "where" if not noun:
            asked = f"{asked} else"
        case "which" | "what":
            asked = f"{asked} other {noun}".rstrip()
        case _:
            return None
    return " ".join(part for part in (asked, form.auxiliary, form.rest) if part) + "?"


def sentence_case(text: str) -> str:
    """``text`` with a capital letter first."""
    return text[:1].upper() + text[1:]


def _someone(form: Form) -> str:
    """What stands for the subject that a question asks for."""
    match form.asked.lower():
        case "who":
            return "someone"
        case "what":
            return "something"
        case _:
            return ""


def _has_participle(rest: str) -> bool:
    """Whether a verb form follows later, so that the auxiliary is not a verb of its own."""
    words = rest.split()
    return any(
        re.search(r"(?:ed|ing)$", word) and before.lower() not in PREPOSITIONS | DETERMINERS
        for before, word in pairwise(words)
    )


def asks_for_several(question: str) -> bool:
    """True for a broad question, which several statements answer together.

    >>> asks_for_several("What are the main sticking points?"), asks_for_several("Who met Putin?")
    (True, False)
    """
    return _BROAD.search(question) is not None


def speaks_of_itself(sentence: str) -> bool:
    """True where a text says what it is about to say.

    >>> speaks_of_itself("We're going to break down the sticking points."), speaks_of_itself("We will not give in.")
    (True, False)
    """
    return _OF_ITSELF.search(sentence) is not None

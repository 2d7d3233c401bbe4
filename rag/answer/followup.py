"""Follow-up questions: what they leave out is taken from the conversation, by rules, without a language model.

A question has at most three readings, and what the sources say decides between them: completed, as a person could
have typed it first ("And Germany?" after "What has Turkey done?" is "What has Germany done?"); as it was typed; and
both questions, one after the other. One that stands alone is read as it was typed first.

What this does not do: know what words mean. It follows function words, capital letters and endings.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.answer.replacement import replaced
from rag.language.english.lexicon import EMPTY_WORDS
from rag.language.english.phrases import is_name, noun_phrases
from rag.language.english.questions import Form, ask_for, ask_for_others, form_of, sentence_case
from rag.language.english.references import pointers, with_antecedents
from rag.language.english.words import content_words, stem, words
from rag.language.invisible import without_invisible
from rag.types import Turn

_READ_TURNS = 8
_READ_CHARACTERS = 2_000
_LONGEST = 400
_END = " \t\n?.!,;:"
_AUX = "is|are|was|were|did|does|do|has|have|had|will|would|can|could|should"
_SAID_FIRST = r"and|but|so|or|ok(?:ay)?|thanks?(?: you)?|thank you|i mean(?:t)?|i see|sorry|hm+"
_SAID_ASIDE = r"no|not|yes|well|great|actually|also|then|rather|sure|right"
_LEAD = re.compile(
    rf"(?:(?:{_SAID_FIRST})(?![\w'’-])[\s,.!:;–—]*"
    rf"|(?:{_SAID_ASIDE})(?:\s*[,.!:;–—]+\s*|\s+(?=(?:{_SAID_FIRST}|who|what|which|when|where|why|how)\b)))+",
    re.IGNORECASE,
)
_PLEASANTRY = re.compile(
    r"(?:(?:hello|hi|hey|dear|there|good (?:morning|day|evening)|please|bye|nice|perfect|fine)\b[\s,.!?]*)*",
    re.IGNORECASE,
)
_GOES_ON = re.compile(r"\b(?:and|but|so|then|or|no|not|sorry|i mean(?:t)?|rather|actually)\b", re.IGNORECASE)
_MORE = re.compile(
    r"(?:(?:please |(?:can|could) you )?(?:(?:tell|give|show) me|say|explain)?\s*(?:a bit |some |any )?(?:more|further)"
    r"(?: details?| information)?(?: (?:about|on) (?:that|this|it))?(?: please)?"
    r"|go on|continue|keep going|(?:(?:can|could) you )?(?:please )?elaborate(?: on (?:that|this|it))?)",
    re.IGNORECASE,
)
_ELSE = re.compile(
    r"(?:who|whom|what|where|(?:is there )?any(?:one|body|thing|where)) else|(?:which |any |what )?others?|is that all",
    re.IGNORECASE,
)
_BARE = re.compile(
    rf"(?P<asked>(?:(?:in exchange for|because of|by|with|against|for|from|to|since|until|in|on|at|about|under|of) )?"
    rf"(?:who|whom|what|which|when|where|why|how(?: long| often| many| much| come| so)?))(?P<not> not)?"
    rf"(?: (?P<there>there)| then| so| exactly"
    rf"| (?:{_AUX}) (?:that|this|it)(?: happen| happening| take place| occur)?)?",
    re.IGNORECASE,
)
_SAME_AS = {"how come": "Why", "how so": "How", "what for": "Why", "for what": "Why"}
_WHAT_ABOUT = re.compile(r"(?:what|how) about (?P<phrase>.+)", re.IGNORECASE)
_QUESTION_START = re.compile(rf"(?:who|whom|whose|what|which|when|where|why|how|{_AUX})\b", re.IGNORECASE)
_OPENS_FRAGMENT = re.compile(
    r"(?:in|on|at|about|from|with|by|for|to|before|after|since|including|even)\s", re.IGNORECASE
)
_POINTS_BACK = re.compile(
    rf"(?:\b(?:that|this|there|then|these|those)(?: too| as well| either| all| anyway)?$"
    rf"|\b(?:afterwards|beforehand|meanwhile|instead|the former|the latter)$"
    rf"|\b(?:{_AUX}) (?:that|this|those|these) (?:\w+ )?(?:happen|mean|include|help|work|change|still|true|enough"
    rf"|possible|important|come|end|affect|matter|cover|apply|cause|lead|make|go|take|so|really|also|succeed|fail)\b)",
    re.IGNORECASE,
)
_WANTS_OBJECT = re.compile(
    r"\b(?:react|respond|reply|agree|disagree|refuse|accept|object|help|succeed|approve|know|to blame|say (?:yes|no))$",
    re.IGNORECASE,
)
_FOOTNOTES = re.compile(r"(?<!\s)\s*+\[\d+\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """A question as it is understood, and text that its answer should not repeat (empty for none)."""

    text: str
    known: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Context:
    """The question before, as it was understood, and what was answered."""

    question: str
    answer: str

    @property
    def form(self) -> Form:
        return form_of(self.question)


@dataclass(frozen=True, slots=True, kw_only=True)
class _FollowUp:
    """A question without the words that only link it to the one before ("And", "No, I meant")."""

    linked: bool
    core: str


_Rule = Callable[[_FollowUp, _Context], Resolved | None]


def readings(question: str, history: Sequence[Turn]) -> tuple[Resolved, ...]:
    """What ``question`` may mean after ``history``, the likeliest first, each once.

    >>> turns = [Turn(role="user", content="Who is the Kremlin spokesman?"),
    ...          Turn(role="assistant", content="Kremlin spokesman Dmitry Peskov said so. [1]")]
    >>> for one in readings("What did he say about the talks?", turns):
    ...     print(one.text)
    What did Dmitry Peskov say about the talks?
    What did he say about the talks?
    Who is the Kremlin spokesman? What did he say about the talks?
    >>> readings("What is the capital of Australia?", turns)[0].text
    'What is the capital of Australia?'
    """
    context = _context(history)
    typed = Resolved(text=question)
    if context is None:
        return (typed,)
    first, both = _resolve(question, context), _both(question, context)
    found = {one.text: one for one in (first, typed, both) if len(one.text) <= _LONGEST or one is typed}
    return tuple(found.values())


def _context(history: Sequence[Turn]) -> _Context | None:
    context: _Context | None = None
    for turn in history[-_READ_TURNS:]:
        content = without_invisible(turn.content[:_READ_CHARACTERS]).strip()
        if turn.role == "user":
            context = _after_question(content, context)
        elif context is not None:
            context = _Context(question=context.question, answer=_FOOTNOTES.sub("", content))
    return context


def _both(core: str, before: _Context) -> Resolved:
    """The question before and this one."""
    text = f"{before.question.strip(_END)}? {sentence_case(core.strip(_END))}?"
    return Resolved(text=text, known=before.answer)


def _after_question(question: str, before: _Context | None) -> _Context | None:
    """The context that an earlier question leaves; thanks and greetings leave the one before."""
    if _PLEASANTRY.fullmatch(_LEAD.sub("", question)):
        return before
    understood = _resolve(question, before).text if before is not None else question
    return _Context(question=understood, answer="") if content_words(understood) else before


def _resolve(question: str, context: _Context) -> Resolved:
    names = _names(f"{context.answer} {context.question}")
    lead = _LEAD.match(question.strip())
    core = question.strip()[lead.end() if lead else 0 :].strip(_END)
    linked = bool(lead and _GOES_ON.search(lead.group()))
    asked = _FollowUp(linked=linked, core=_recased(core, names))
    before = _Context(question=_recased(context.question, names), answer=context.answer)
    if not core:
        return Resolved(text=question)
    for rule in (_more, _others, _bare, _another, _pointing, _going_on):
        found = rule(asked, before)
        if found is not None and len(found.text) <= _LONGEST:
            repeated = found.text.strip(_END) == before.question.strip(_END)
            known = found.known or (context.answer if repeated else "")
            return Resolved(text=sentence_case(found.text), known=known)
    return Resolved(text=f"{sentence_case(core)}?" if linked and _QUESTION_START.match(core) else question)


def _more(asked: _FollowUp, before: _Context) -> Resolved | None:
    """ "Tell me more": the same question, for what was not said yet."""
    return Resolved(text=before.question) if _MORE.fullmatch(asked.core) else None


def _others(asked: _FollowUp, before: _Context) -> Resolved | None:
    """ "Who else?": the same question, for those that were not named yet."""
    if not _ELSE.fullmatch(asked.core):
        return None
    return Resolved(text=ask_for_others(before.form) or before.question, known=before.answer)


def _bare(asked: _FollowUp, before: _Context) -> Resolved | None:
    """ "Why?", "And when was that?": the same question, asking for something else."""
    found = _BARE.fullmatch(asked.core)
    if found is None:
        return None
    word = _SAME_AS.get(found.group("asked").lower(), found.group("asked"))
    form = before.form
    if found.group("not"):
        form = Form(asked=form.asked, auxiliary=_negated(form.auxiliary), rest=form.rest)
    text = ask_for(word, form) if word.lower() not in ("who", "what", "which", "how many", "how much") else None
    if text is None:
        return _both(asked.core, before)
    return Resolved(text=_with_place(text, before) if found.group("there") else text)


def _another(asked: _FollowUp, before: _Context) -> Resolved | None:
    """ "What about Germany?", "And in 2022?": the same question about something else."""
    about = _WHAT_ABOUT.fullmatch(asked.core)
    phrase = about.group("phrase") if about else asked.core
    if about and re.search(r"\babout [A-Z]", before.question):
        phrase = f"about {phrase}"
    if not about and (_QUESTION_START.match(phrase) or len(phrase.split()) > 6):
        return None
    if not (about or asked.linked or _OPENS_FRAGMENT.match(phrase) or _names_only(phrase)):
        return None
    if pointers(phrase):
        return None
    text = replaced(phrase, before.question)
    return Resolved(text=text) if text else _both(asked.core, before)


def _pointing(asked: _FollowUp, before: _Context) -> Resolved | None:
    """ "When was it founded?", "Who said that?": with what the words stand for, or beside the question before."""
    if pointers(asked.core):
        text = with_antecedents(asked.core, before.question, before.answer)
        alone = text is not None and not _POINTS_BACK.search(text)
        return Resolved(text=f"{text}?") if alone else _both(text or asked.core, before)
    return _both(asked.core, before) if _POINTS_BACK.search(asked.core) else None


def _going_on(asked: _FollowUp, before: _Context) -> Resolved | None:
    """ "How did Russia react?", "How long did the meeting last?": beside the question before."""
    own = [word for word in content_words(asked.core) if word.lower() not in EMPTY_WORDS]
    things = [word for word in own if not is_name(word)]
    said = {stem(word) for word in words(f"{before.question} {before.answer}")}
    known = len(own) == 1 and not _names(asked.core) and stem(own[0]) in said and f"the {own[0]}" in asked.core
    linked = asked.linked and len(things) <= 1 and not _asks_who_is(asked.core)
    if known or linked or (len(things) <= 1 and _WANTS_OBJECT.search(asked.core)):
        return _both(asked.core, before)
    return None


def _asks_who_is(core: str) -> bool:
    """ "Who is Pete Hegseth", "When was the Normandy Format founded": whole, though it has few words of its own."""
    return bool(re.match(r"\w+ (?:is|are|was|were)\b", core)) and bool(noun_phrases(core))


def _negated(auxiliary: str) -> str:
    """ "did" as "didn't"."""
    word = auxiliary.lower()
    return {"will": "won't", "can": "can't", "may": "may not", "": ""}.get(word, f"{word}n't")


def _with_place(text: str, before: _Context) -> str:
    """ "Why there?": the question with the place that was answered."""
    places = [phrase for phrase in noun_phrases(before.answer) if phrase.before in ("in", "at", "near")]
    new = [phrase for phrase in places if phrase.name and phrase.text not in text]
    return f"{text.strip(_END)} {new[0].before} {new[0].text}?" if new else text


def _names_only(phrase: str) -> bool:
    return len(phrase.split()) <= 3 and all(is_name(word) for word in phrase.split())


def _names(text: str) -> dict[str, str]:
    """The words of ``text`` that are written like names, by their lower case; none that only opens a sentence."""
    inner = [phrase for phrase in noun_phrases(text) if phrase.start and text[phrase.start - 2] not in ".!?:"]
    return {word.lower(): word for phrase in inner for word in phrase.text.split() if is_name(word)}


def _recased(text: str, names: dict[str, str]) -> str:
    """``text`` with the capital letters that a hurried writer leaves out, all of them."""
    if text != text.lower():
        return text
    return re.sub(r"\w+", lambda found: names.get(found.group(), found.group()), text)

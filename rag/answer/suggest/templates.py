"""Questions that a document may answer, made from its description and its sentences by templates.

Whether it does answer them is for the engine to say; nothing here is shown before that.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.language.english.lexicon import NEEDS_MORE
from rag.language.english.phrases import Phrase, is_name, noun_phrases
from rag.language.text import display
from rag.types import Document, Kind, Sentence, Span

TEMPLATES = {
    **dict.fromkeys(("heading", "role", "acted", "meant", "dated", "defined"), 0),
    **dict.fromkeys(("published", "author", "publisher"), 2),
    "about": 4,
}
"""The kinds of proposals and how dull they are to read."""
_LONGEST = 110
_QUOTED = 70
"""Characters of a title or a subject; a pattern that seeks a longer one seeks it again at every place."""
_ROLE = re.compile(
    r"\b(?P<role>(?:(?:[A-Z][\w.’'-]*|special|foreign|prime|chief|deputy) ){1,20}"
    r"(?:spokes(?:man|woman|person)|[Pp]resident|[Cc]hancellor|[Mm]inister|[Ss]ecretary(?:-[Gg]eneral)?|[Ee]nvoy"
    r"|[Aa]mbassador|[Dd]irector|[Cc]hair(?:man|woman)?|[Cc]ommander|[Gg]overnor|[Mm]ayor|[Ff]ounder|[Cc]oach|[Kk]ing"
    r"|[Qq]ueen|[Cc]hief [Ee]xecutive)),? [A-Z][\w’'-]+(?: [A-Z][\w’'-]+)+"
)
_DATED = re.compile(
    rf"(?P<subject>.{{1,{_QUOTED}}}?) (?P<be>was|were) (?:first |officially |finally )?"
    r"(?P<verb>\w+(?:ed|en|held|built|made|set|won|lost))(?: [^,.;]*?)? (?:in|on) (?:\w+ \d{1,2}, )?(?:1[0-9]|20)\d\d\b"
)
_MEANT = re.compile(
    rf"(?P<subject>.{{1,{_QUOTED}}}?)(?:, [^,]+,)? (?P<be>was|were|is|are) (?P<verb>supposed|meant|intended) to\b"
)
_DEFINED = re.compile(
    rf"(?P<subject>.{{1,{_QUOTED}}}?)(?: \([^)]*\))? (?P<be>is|are|was|were) (?P<what>(?:an?|one of) [^.;]+)"
)
_PERSON = re.compile(
    r"\w{3,}(?:ist|ician|man|woman)|king|queen|emperor|empress|president|minister|mayor|officer|soldier|saint|priest|monk"
    r"|bishop|pope|theologian|historian|philosopher|scholar|professor|teacher|lawyer|doctor|engineer|inventor|explorer"
    r"|poet|author|writer|singer|painter|composer|actor|actress|player|director|founder|leader|reformer"
)
_HEAD_END = re.compile(r",| (?:of|from|for|that|which|who|to|in|on|at|by|with|and|used)\b")
_NUMBER = re.compile(r"^(?:(?:\d+\.)+\d*|\d+\))\s+")
_POINTS = re.compile(r"\b(?:this|these|those|it|its|they|their|he|she|his|her|here|above|below)\b", re.IGNORECASE)
_DID = {
    **{f"{verb}ed": verb for verb in ("demand", "reject", "offer", "discover", "invent", "develop", "recommend")},
    **{f"{verb}d": verb for verb in ("propose", "promise", "describe", "advocate", "introduce")},
    "dismissed": "dismiss",
    **{"insisted on": "insist on", "called for": "call for", "agreed to": "agree to", "announced": "announce"},
}
_DOES = {
    **{
        "insists on": "insist on",
        "demands": "demand",
        "proposes": "propose",
        "recommends": "recommend",
        "wants": "want",
    },
    **{"calls for": "call for", "offers": "offer", "promises": "promise", "requires": "require", "contains": "contain"},
}
_ACTED = re.compile(
    rf"(?P<subject>[^,;:]{{1,{_QUOTED}}}?)(?:, [^,]+,)? (?:has |have |had |recently |also |consistently )*"
    rf"(?P<verb>{'|'.join([*_DID, *_DOES])})\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A question, and the characters of the document that should answer it. ``kind`` names its template."""

    question: str
    document_id: str
    span: Span
    kind: str


def proposals(document: Document, sentences: Sequence[Sentence]) -> list[Proposal]:
    """Questions about a document, each once, in the order of its text.

    Args:
        sentences: Those of the document to make questions of, in order.
    """
    found: dict[str, Proposal] = {}
    for place, sentence in enumerate(sentences):
        for kind, question in _questions(document, sentence):
            span = _below(sentences[place:]) if kind == "heading" else sentence.span
            if span is not None and len(question) <= _LONGEST:
                proposal = Proposal(question=question, document_id=document.id, span=span, kind=kind)
                found.setdefault(question.lower(), proposal)
    return list(found.values())


def _below(sentences: Sequence[Sentence]) -> Span | None:
    """The characters under a heading, the first of ``sentences``; ``None`` where there are none."""
    heading = display(sentences[0].text)
    under = [one.span for one in sentences[1:] if (one.heading or "").endswith(heading)]
    return Span(start=under[0].start, end=under[-1].end) if under else None


def _questions(document: Document, sentence: Sentence) -> Iterator[tuple[str, str]]:
    """The template and the text of each question that a sentence gives."""
    title = _quoted(document.title)
    text = " ".join(display(sentence.text).split())
    match sentence.kind:
        case Kind.PUBLISHED if title and document.published:
            yield "published", f"When was {title} published?"
        case Kind.AUTHOR if title and document.author:
            yield "author", f"Who wrote {title}?"
        case Kind.PUBLISHER if title and document.publisher:
            yield "publisher", f"Who published {title}?"
        case Kind.HEADING if text.endswith("?") and not _POINTS.search(text):
            yield "heading", _NUMBER.sub("", text)
        case Kind.BODY:
            yield from _of_sentence(text)
            if title and (name := _named_first(text)):
                yield "about", f"What does {title} say about {name}?"


def _quoted(title: str | None) -> str | None:
    """A title in quotation marks, without its subtitle where it is long; ``None`` where it is too long to name."""
    short = " ".join((title or "").split())
    if len(short) > _QUOTED:
        short = re.split(r"[:;–—|]\s", short)[0].strip()
    return f"“{short}”" if 0 < len(short) <= _QUOTED else None


def _of_sentence(text: str) -> Iterator[tuple[str, str]]:
    for found in _ROLE.finditer(text):
        role = found.group("role")
        yield "role", f"Who is {role}?" if re.search(r"['’]s ", role) else f"Who is the {role}?"
    for kind, pattern in (("dated", _DATED), ("meant", _MEANT), ("defined", _DEFINED), ("acted", _ACTED)):
        matched = pattern.match(text)
        if matched and (subject := _subject(matched.group("subject"))):
            yield kind, _asked(kind, subject, matched)


def _asked(kind: str, subject: str, found: re.Match[str]) -> str:
    match kind:
        case "dated":
            return f"When {found.group('be')} {subject} {found.group('verb')}?"
        case "meant":
            return f"What {found.group('be')} {subject} {found.group('verb')} to do?"
        case "defined":
            what = _HEAD_END.split(found.group("what"))[0].split()[-1]
            word = "Who" if _PERSON.fullmatch(what) and is_name(subject.split()[0]) else "What"
            return f"{word} {found.group('be')} {subject}?"
        case _:
            verb = found.group("verb")
            return f"What did {subject} {_DID[verb]}?" if verb in _DID else f"What does {subject} {_DOES[verb]}?"


def _subject(text: str) -> str | None:
    """The subject of a question: one noun phrase with a name, that needs nothing said before."""
    phrases = noun_phrases(text)
    if not phrases or len(text) > _QUOTED or text.split()[0].lower() in NEEDS_MORE:
        return None
    if (phrases[0].start, phrases[0].end) != (0, len(text)) or not _has_name(phrases[0]):
        return None
    word = text.split()[0]
    return text if is_name(word) else word.lower() + text[len(word) :]


def _has_name(phrase: Phrase) -> bool:
    return phrase.name or any(is_name(word) for word in phrase.text.split()[1:])


def _named_first(text: str) -> str | None:
    """The name that a sentence begins with, ``None`` where it begins with another word."""
    phrases = noun_phrases(text)
    if not phrases or phrases[0].start != 0 or not phrases[0].name:
        return None
    plain = re.sub(r"['’]s\b.*", "", phrases[0].text)
    return plain if len(plain.split()) > 1 else None

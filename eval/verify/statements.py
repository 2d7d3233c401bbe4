"""A question and its answer as one statement, by the forms of English questions; many questions have none.

>>> stated("Who was the Norse leader?", "Rollo")
'Rollo was the Norse leader.'
>>> stated("What was the long-term rent in 2018?", "$607.5", inverted=True)
'The long-term rent in 2018 was $607.5.'
"""

import re

_DANGLING = re.compile(
    r"\b(?:for|to|in|of|with|by|from|at|on|about|as|called|named|known|considered|termed|like|into|do|did|mean)$", re.I
)
_SUBJECT = re.compile(
    r"^(?:Who|What|Which(?: \w+){1,3}?|What (?:person|group|country|city|company|king|event))\s+"
    r"(?!did\b|do\b|does\b|is\b|are\b|was\b|were\b|has\b|have\b|had\b|can\b|could\b|would\b|will\b|should\b|may\b|kinds?\b|types?\b"
    r"|sorts?\b|of\b|other\b)(?P<rest>[a-z]+(?:ed|s)\b.{4,})$"
)
_BE = re.compile(r"^(?:Who|What) (?P<be>is|was|are|were) (?P<rest>the .{4,})$")
_PLACED = re.compile(
    r"^(?:(?P<prep>In|On|At|From|By) (?:what|which) \w+|When|Where) (?P<be>is|was|are|were) (?P<subject>.{3,}) "
    r"(?P<done>\w+(?:ed)|born|built|held|found|made|written|given|sold|begun|taken|shown|known|seen)$"
)
_MANY = re.compile(
    r"^How many (?P<noun>\w+(?: \w+)?) (?P<rest>(?:live|lived|died|were|are|have|had|took|visited)\b .{3,})$"
)
_DATE = re.compile(r"\d")


def stated(question: str, answer: str, *, inverted: bool = False) -> str | None:
    """The statement; ``None`` where the form of the question is none of those that are known.

    Args:
        inverted: Put the answer of "What was the ..." last.
    """
    asked, said = question.strip().rstrip("? ").strip(), answer.strip().rstrip(".")
    if _DANGLING.search(asked) or not said or len(said.split()) > 12:
        return None
    for form in (_of_subject, _inverted if inverted else _of_be, _placed, _of_many):
        made = form(asked, said)
        if made:
            return made[0].upper() + made[1:] + "."
    return None


def _of_subject(asked: str, said: str) -> str | None:
    match = _SUBJECT.match(asked)
    return f"{said} {match['rest']}" if match else None


def _of_be(asked: str, said: str) -> str | None:
    match = _BE.match(asked)
    return f"{said} {match['be']} {match['rest']}" if match else None


def _inverted(asked: str, said: str) -> str | None:
    match = _BE.match(asked)
    return f"{match['rest']} {match['be']} {said}" if match else None


def _placed(asked: str, said: str) -> str | None:
    match = _PLACED.match(asked)
    if not match:
        return None
    led = said.lower().startswith(("in ", "on ", "at ", "from ", "by ", "during ", "between ", "near ", "around "))
    day = re.match(r"(?:[A-Z][a-z]+ \d{1,2}\b|\d{1,2} [A-Z])", said)
    prep = "" if led else (match["prep"] or ("on" if day else "in")).lower() + " "
    return f"{match['subject']} {match['be']} {match['done']} {prep}{said}"


def _of_many(asked: str, said: str) -> str | None:
    match = _MANY.match(asked)
    if not match or not _DATE.search(said):
        return None
    return f"{said if match['noun'] in said else said + ' ' + match['noun']} {match['rest']}"

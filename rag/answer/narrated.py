"""A question after what its asker tells of themself: "My dog is old. We walk in June. Which hut allows dogs?"

Of twelve such questions over six small collections six had their answer as they were typed, ten with what is asked
read alone where that was refused.
"""

import re

from rag.language.english.questions import sentence_case
from rag.language.english.words import words

_ASKED = re.compile(r"\b(?:how|what|when|where|which|who|whom|whose|why|whether|if)\s+[^\W_]+\s+[^\W_]+", re.IGNORECASE)
_END = re.compile(r"[.;:!?](?=\s|$)")
_SELF = frozenset({"i", "me", "my", "mine", "we", "us", "our", "ours"})
_LEAST_TOLD = 8  # words: a shorter opening hardly blurs what is asked


def asked_alone(question: str) -> str | None:
    """What is asked last, without what the asker tells of themself before; ``None`` where nothing such is told.

    What has no word of the asker stays: it may say which contract or which year is meant.

    >>> asked_alone("I was there with my two children last year, and we wondered how heavy the dome might be.")
    'How heavy the dome might be?'
    >>> asked_alone("In the contract of 2019 with the harbour of Leith, for the north quay, what is the fee?") is None
    True
    """
    asked = [*_ASKED.finditer(question)]
    if not asked:
        return None
    begin = asked[-1].start()
    told = [word.lower() for word in words(question[:begin])]
    if len(told) < _LEAST_TOLD or _SELF.isdisjoint(word.split("'")[0] for word in told):
        return None
    ended = _END.search(question, begin)
    return f"{sentence_case(question[begin : ended.start() if ended else None].strip())}?"

"""What a sentence needs to be understood: the one before it, where it cannot stand alone."""

import re

from rag.language.invisible import without_invisible
from rag.language.text import display
from rag.types import Sentence

_DANGLING = re.compile(
    r"(?:(?:he|she|it|they|this|these|those|that|his|her|hers|its|their|theirs|such|both|neither|some|others?|another"
    r"|however|but|and|so|yet|thus|therefore|moreover|furthermore|meanwhile|instead|nevertheless|nonetheless|still"
    r"|also|then|there|here|as a result|in addition|on the other hand|for example|for instance|the former|the latter"
    r"|conversely|consequently|similarly|likewise|secondly|thirdly|finally|the more than)\b|[-*•–])",
    re.IGNORECASE,
)


def stands_alone(sentence: str) -> bool:
    """False for a sentence whose first words point back, and for a list item.

    >>> stands_alone("They met again on Friday."), stands_alone("The envoys met again on Friday.")
    (False, True)
    """
    return not _DANGLING.match(without_invisible(sentence))


def understood(sentence: Sentence, previous: Sentence | None) -> str:
    """The text of a sentence, after that of the one before it where it cannot stand alone."""
    shown = display(sentence.text)
    return shown if previous is None or stands_alone(sentence.text) else f"{display(previous.text)} {shown}"

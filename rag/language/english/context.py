"""What a sentence needs to be understood: the one before it, where it cannot stand alone."""

import re

from rag.language.invisible import without_invisible
from rag.language.text import display
from rag.types import Sentence

_DANGLING = re.compile(
    r"(?:(?:he|she|it|they|this|these|those|that|his|her|hers|its|their|theirs|such|both|neither|some|others?|another"
    r"|however|but|and|so|yet|thus|therefore|moreover|furthermore|meanwhile|instead|nevertheless|nonetheless|still"
    r"|also|then|there|here|as a result|in addition|on the other hand|for example|for instance|the former|the latter"
    r"|conversely|consequently|similarly|likewise|secondly|thirdly|finally|the more than"
    r"|(?:in|on|at|for|with|after|before|by|from|to|under|beyond|because|if|when|once|until|of|despite|during|through"
    r"|without|besides|like|unlike|upon|since|while|as|doing) (?:this|these|those|such|they|them|he|she|his|their))\b"
    r"|[-*•–])",
    re.IGNORECASE,
)

_LEAST_WORDS = 3


def stands_alone(sentence: str) -> bool:
    """False for a sentence whose first words point back, and for a list item.

    >>> stands_alone("They met again on Friday."), stands_alone("The envoys met again on Friday.")
    (False, True)
    """
    return not _DANGLING.match(without_invisible(sentence))


def leans(sentence: Sentence, previous: Sentence | None) -> bool:
    """Whether a sentence needs the one before it: it points back, or that is only a label ("Standing end.")."""
    return previous is not None and (not stands_alone(sentence.text) or is_scrap(previous))


def is_scrap(sentence: Sentence) -> bool:
    """Whether a sentence has fewer than three words; it says nothing by itself."""
    return len(display(sentence.text).split()) < _LEAST_WORDS


def understood(sentence: Sentence, previous: Sentence | None) -> str:
    """The text of a sentence, after that of the one before it where it leans on that."""
    shown = display(sentence.text)
    return f"{display(previous.text)} {shown}" if previous is not None and leans(sentence, previous) else shown

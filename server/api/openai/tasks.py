"""What chat clients ask a language model besides questions: a title for the conversation, tags, queries for a search.

The documents know nothing of that. The latest question of the conversation is what serves best: as a title, as a
query, and as something that is no list of tags. What this does not do: write a title.
"""

import re
from collections.abc import Sequence

_ASKS_FOR = re.compile(
    r"""
      \b (?: generat\w* | creat\w* | writ(?:e|ing) | provid\w+ | suggest\w* | produc\w+ | summari[sz]\w* | return | give
          | craft | come\ up\ with | nam(?:e|ing) ) \b
      [^.?!\n]{0,120}
      \b (?: titles? | headings? | topic | tags? | labels? | keywords? | emojis? | follow-?\s?ups? | quer(?:y|ies) ) \b
    """,
    re.VERBOSE | re.IGNORECASE,
)
_CONVERSATION = re.compile(
    r"\b(?:conversations?|chats?|dialog(?:ue)?s?|user(?:'s)? (?:first )?(?:message|query|input))\b", re.IGNORECASE
)
_TURN = re.compile(r"^\W{0,3}(?:user|human|question)\W{0,3}:\s*(?P<said>\S.*)$", re.IGNORECASE | re.MULTILINE)
_LONGEST = 80


def is_task(text: str) -> bool:
    """Whether a prompt asks for something about the conversation, and nothing of the documents.

    >>> is_task("Generate a concise title for this conversation."), is_task("Who gave the chat its title?")
    (True, False)
    """
    return _ASKS_FOR.search(text) is not None and _CONVERSATION.search(text) is not None


def latest_question(prompt: str, asked: Sequence[str]) -> str:
    """The latest question of the conversation, on one line of at most 80 characters.

    Args:
        prompt: Which may hold the conversation, a line a turn.
        asked: What the user said before it, oldest first.
    """
    within = [found["said"] for found in _TURN.finditer(prompt)]
    said = [line for line in [*asked, *within] if line.strip()]
    line = " ".join(said[-1].split()) if said else ""
    return line if len(line) <= _LONGEST else line[:_LONGEST].rsplit(" ", 1)[0] + "…"

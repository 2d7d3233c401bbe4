"""What may be asked: the limits of questions and numbers, and how they are held."""

from rag.errors import InvalidRequest
from rag.language.text import clean

MAX_QUESTION = 2_000
"""Characters of a question."""
MAX_STATEMENTS = 10
MAX_RESULTS = 100


def checked(name: str, text: str) -> str:
    """``text`` cleaned; it must have something to read and at most ``MAX_QUESTION`` characters.

    Raises:
        InvalidRequest: Where it has not; it says ``name`` and the limit.
    """
    if len(text) > MAX_QUESTION:
        raise InvalidRequest(f"{name} has {len(text)} characters; at most {MAX_QUESTION} are read")
    cleaned = clean(text)
    if not cleaned:
        raise InvalidRequest(f"{name} must not be blank")
    return cleaned


def check_range(name: str, value: int, high: int) -> None:
    """Hold ``value`` to 1 .. ``high``.

    Raises:
        InvalidRequest: Where it is outside.
    """
    if not 1 <= value <= high:
        raise InvalidRequest(f"{name} must be from 1 to {high}, not {value}")

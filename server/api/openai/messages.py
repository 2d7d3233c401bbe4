"""A conversation in OpenAI's messages as a question and its history."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from litestar.exceptions import ValidationException

from rag.answer.question import checked
from rag.errors import InvalidRequest
from rag.types import Turn
from server.api.bodies import MAX_TURNS
from server.api.openai.bodies import ChatRequest, Message
from server.api.openai.markdown import read_back
from server.api.openai.tasks import is_task

_TEXT = ("text", "input_text", "output_text")
_INSTRUCTING = ("system", "developer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a conversation asks.

    Args:
        question: The last message of the user.
        history: What user and assistant said before it, oldest first, at most the latest 200 messages.
        is_task: It asks for something about the conversation, such as a title.
    """

    question: str
    history: Sequence[Turn]
    is_task: bool

    @property
    def before(self) -> list[str]:
        """What the user said before."""
        return [turn.content for turn in self.history if turn.role == "user"]


def read_messages(request: ChatRequest) -> Asked:
    """What the messages of a request ask.

    Raises:
        ValidationException: Where they ask nothing that can be answered, or in a form that is not to be had.
    """
    _refuse_forms(request)
    places = [place for place, message in enumerate(request.messages) if message.role == "user"]
    if not places:
        raise _invalid("messages", "there is no message of the role 'user'; the last one is the question")
    last = places[-1]
    question = text_of(request.messages[last])
    instructions = [text_of(message) for message in request.messages if message.role in _INSTRUCTING]
    task = any(map(is_task, [question, *instructions]))
    if not task:
        _check(request.messages[last], question, f"messages.{last}.content")
    turns = [_turn(message) for message in request.messages[:last] if message.role in ("user", "assistant")]
    return Asked(question=question, history=turns[-MAX_TURNS:], is_task=task)


def text_of(message: Message) -> str:
    """The text of a message; parts of it a line each."""
    match message.content:
        case None:
            return ""
        case str() as text:
            return text
        case parts:
            return "\n".join(part.text for part in parts if part.type in _TEXT)


def _turn(message: Message) -> Turn:
    text = text_of(message)
    return Turn(role=message.role, content=read_back(text) if message.role == "assistant" else text)


def _check(message: Message, question: str, field: str) -> None:
    if isinstance(message.content, list) and (other := [one.type for one in message.content if one.type not in _TEXT]):
        raise _invalid(field, f"the question has a part of the type {other[0]!r}; only text is read")
    try:
        checked("the last message of the user", question)
    except InvalidRequest as error:
        raise _invalid(field, str(error)) from error


def _refuse_forms(request: ChatRequest) -> None:
    """Refuse what asks for another form of answer than text, which a client would read as broken."""
    kind = request.response_format.get("type") if isinstance(request.response_format, dict) else None
    if kind not in (None, "text"):
        raise _invalid("response_format", f"{kind!r} is not to be had; answers are text")
    if request.tool_choice not in (None, "none", "auto"):
        raise _invalid("tool_choice", "no tool is ever called; answers are text")


def _invalid(field: str, message: str) -> ValidationException:
    found: list[dict[str, Any]] = [{"key": field, "message": message}]
    return ValidationException(extra=found)

"""Answers as they are compared: whole, but for their ids and times; and what is not the same in two of them."""

import json
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from rag.types import Answer

_OWN = ("id", "timings_ms")  # of one answer alone
_SHOWN = 300  # characters of a value


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What a question got: the fields of an answer, or an error, one of them empty."""

    fields: Mapping[str, Any]
    error: str = ""


def answered(answer: Answer) -> Answered:
    """An answer of the engine."""
    return answered_json(msgspec.json.encode(answer))


def answered_json(body: bytes) -> Answered:
    """An answer as the server sends it."""
    return Answered(fields={name: value for name, value in json.loads(body).items() if name not in _OWN})


def failed(error: Exception) -> Answered:
    """An exception in the place of an answer, and where it was raised."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    place = "/".join(Path(last.filename).parts[-2:])
    return Answered(fields={}, error=f"{type(error).__name__}: {error} ({place}, line {last.lineno})")


def differences(questions: Sequence[str], expected: Sequence[Answered], found: Sequence[Answered]) -> list[str]:
    """A line for each answer that is another one, with the first field that differs."""
    lines = []
    for question, right, one in zip(questions, expected, found, strict=True):
        names = [name for name in {**right.fields, **one.fields} if right.fields.get(name) != one.fields.get(name)]
        if names and not one.error:
            got, wanted = (repr(answer.fields.get(names[0]))[:_SHOWN] for answer in (one, right))
            lines.append(f"{question!r}: {names[0]}: {got}, not {wanted}")
    return lines


def write(file: Path, found: Sequence[Answered]) -> None:
    """Keep answers for another process."""
    file.write_bytes(msgspec.json.encode(found))


def read(file: Path) -> list[Answered]:
    """What ``write`` wrote."""
    return msgspec.json.decode(file.read_bytes(), type=list[Answered])

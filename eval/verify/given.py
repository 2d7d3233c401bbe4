"""Claims that people wrote and judged, from a file: one's own, or those of a public set."""

import json
from collections.abc import Iterator
from pathlib import Path

from eval.sets.question import EvalSetError
from eval.verify.pairs import Pair


def given_pairs(file: Path, *, most: int) -> Iterator[Pair]:
    """The first ``most`` claims of JSON Lines: ``claim``, ``passages`` (texts), and ``holds``.

    Raises:
        EvalSetError: When a line is not such an object; says which.
    """
    for number, line in enumerate(file.read_text("utf-8").splitlines()[:most], start=1):
        try:
            given = json.loads(line)
            yield Pair(
                set=file.stem,
                claim=str(given["claim"]),
                passages=tuple(map(str, given["passages"])),
                holds=bool(given["holds"]),
                kind="given",
            )
        except (ValueError, KeyError, TypeError) as error:
            raise EvalSetError(f"{file}, line {number}: needs claim, passages and holds ({error!r})") from error

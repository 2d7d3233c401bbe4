"""The result of ``footnote eval all``: as a table, as JSON, and as what a reader has to judge."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.table import Table

from eval.measures.statistics import Score
from eval.overall.asking import Asked, SetResult
from eval.overall.cases import MEASURES
from eval.overall.changes import Changed
from eval.overall.columns import NAMES, columns
from eval.overall.outcome import HOLDS
from eval.report.result import ResultError
from eval.run.judge import Judged

_TOGETHER = "all that are judged"


def scores(results: Sequence[SetResult]) -> dict[str, dict[str, Score]]:
    """The measures of each set, and of all together that a program can judge whole."""
    found = {one.name: columns(one.judged) for one in results}
    whole = [one for one in results if one.name != "cases" and _is_judged(one)]
    if "cases" in found:
        found["cases"] = {name: found["cases"][name] for name in MEASURES}
    return found | ({_TOGETHER: columns([judged for one in whole for judged in one.judged])} if len(whole) > 1 else {})


def _is_judged(result: SetResult) -> bool:
    return any(HOLDS in one.values for one in result.judged)


def table(results: Sequence[SetResult]) -> Table:
    """A row a set: each value with the number of questions that it was measured on, below it its interval."""
    shown = Table("set", "asked", *NAMES, "seconds", show_lines=True, padding=(0, 0))
    seconds = {one.name: f"{one.seconds:.0f}" for one in results}
    asked = {one.name: len(one.questions) for one in results}
    for name, found in scores(results).items():
        shown.add_row(name, str(asked.get(name, "")), *(_cell(found.get(one)) for one in NAMES), seconds.get(name, ""))
    return shown


def _cell(score: Score | None) -> str:
    if score is None or score.value is None:
        return "–"
    return f"{score.value:.2f} of {score.n}\n{score.low:.2f}–{score.high:.2f}"


def change_table(changed: Sequence[Changed]) -> Table:
    """A row a set: how many of the shared questions were fixed and broke, and how often chance does as much."""
    shown = Table("set", "shared", "fixed", "broken", "by chance", title="since the earlier result")
    for one in changed:
        shown.add_row(one.name, str(one.shared), str(len(one.fixed)), str(len(one.broken)), f"{one.chance:.2f}")
    return shown


def as_json(results: Sequence[SetResult], drawn: Mapping[str, Any]) -> str:
    """Everything: ``drawn`` says which questions were asked."""
    measured = scores(results)
    whole = {
        "drawn": dict(drawn),
        "scores": {name: {key: asdict(score) for key, score in found.items()} for name, found in measured.items()},
        "sets": [asdict(one) for one in results],
    }
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def read_results(file: Path) -> dict[str, SetResult]:
    """The sets of a result that was written as JSON, by name.

    Raises:
        ResultError: When the file is not one.
    """
    try:
        sets = json.loads(file.read_text("utf-8"))["sets"]
        return {one["name"]: SetResult(**one | {"questions": tuple(map(_asked, one["questions"]))}) for one in sets}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ResultError(f"{file} is no result of footnote eval all: {error!r}") from error


def _asked(record: Mapping[str, Any]) -> Asked:
    return Asked(**{**record, "judged": Judged(**record["judged"])})


def to_read(results: Sequence[SetResult], changed: Sequence[Changed]) -> Iterator[str]:
    """Lines of Markdown: answers that only a reader can judge, then what broke and what was fixed."""
    for result in results:
        if not _is_judged(result):
            yield f"# To be judged: {result.name}\n"
            for one in result.questions:
                yield from _described(one)
    for change in changed:
        for title, pairs in (("Broken", change.broken), ("Fixed", change.fixed)):
            if pairs:
                yield f"# {title}: {change.name}\n"
            for was, now in pairs:
                yield from _described(now)
                yield f"Before ({was.judged.confidence:.2f}): {was.said}\n"


def _described(one: Asked) -> Iterator[str]:
    yield f"## {one.question}\n"
    yield f"Expected: {one.accepted or 'a refusal'}\n"
    yield f"Said ({one.judged.confidence:.2f}): {one.said}\n"

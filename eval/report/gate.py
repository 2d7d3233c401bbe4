"""The gate: a result must not be worse than a base line, and what must always hold must hold."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from eval.measure import Result
from eval.measures.statistics import Score, difference
from eval.run.judge import Judged
from eval.run.score import LOWER_IS_BETTER, Table
from rag.errors import FootnoteError

GATED = (
    "evidence recall",
    "evidence precision",
    "answer in citations",
    "refused",
    "over-refusal",
    "conflicts flagged",
    "false conflicts",
    "AUROC of confidence",
    "coverage at 5 % risk",
    "Brier score",
    "recall@10 fused",
    "nDCG@10 rerank",
)
"""The measures of which no paired interval may lie on the worse side of the base line."""
INVARIANTS = {"citation exactness": 1.0, "uncited statements": 0.0}
"""What every question must have, whatever the base line."""


class BaselineError(FootnoteError):
    """A base line that cannot be used, or that is of other questions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """How a measure changed from one result to another, with the paired interval of the difference."""

    measure: str
    before: float
    after: float
    difference: Score

    @property
    def worse(self) -> bool:
        """Whether the whole interval is on the worse side."""
        return self._side(self.difference.low, self.difference.high) < 0

    @property
    def better(self) -> bool:
        """Whether the whole interval is on the better side."""
        return self._side(self.difference.low, self.difference.high) > 0

    def _side(self, low: float | None, high: float | None) -> int:
        if low is None or high is None:
            return 0
        up, down = low > 0, high < 0
        sign = int(up) - int(down)
        return -sign if self.measure in LOWER_IS_BETTER else sign


def changes(before: Sequence[Judged], after: Sequence[Judged], measures: Sequence[str]) -> list[Change]:
    """How each of ``measures`` changed on the questions that both have; undefined ones are left out."""
    earlier = {one.id: one for one in before}
    shared = [one for one in after if one.id in earlier]
    old, new = Table([earlier[one.id] for one in shared]), Table(shared)
    found = (_change(name, old, new) for name in measures) if shared else ()
    return [one for one in found if one is not None]


def _change(name: str, old: Table, new: Table) -> Change | None:
    (before, _), (after, n) = old.measure(name), new.measure(name)
    everything = new.all
    was, now = before(everything), after(everything)
    if was is None or now is None:
        return None
    return Change(
        measure=name,
        before=round(was, 4),
        after=round(now, 4),
        difference=difference(after, before, len(new), n=n),
    )


def write_baseline(result: Result, file: Path) -> None:
    """Write what the gate needs of ``result``: the scores of each question, not the answers."""
    kept = {**_identity(result), "questions": [_kept(one) for one in result.questions]}
    text = json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text.replace('{"id"', '\n{"id"') + "\n", encoding="utf-8")


def failures(result: Result, file: Path) -> list[str]:
    """What keeps ``result`` from passing the gate at ``file``, a line each; empty when it passes.

    Raises:
        BaselineError: When the file is no base line, or one of another set or other questions.
    """
    before = _read(file, result)
    found = list(_broken_invariants(result.questions))
    gone = [name for name in GATED if _measured(before, name) and not result.scores[name].n]
    found += [f"{name} is not measured any more" for name in gone]
    for change in changes(before, result.questions, GATED):
        if change.worse:
            low, high = change.difference.low, change.difference.high
            found.append(
                f"{change.measure} went from {change.before:.3f} to {change.after:.3f} "
                f"(95 % interval of the difference {low:+.3f} to {high:+.3f})"
            )
    return found


def _broken_invariants(questions: Sequence[Judged]) -> Iterator[str]:
    for name, wanted in INVARIANTS.items():
        broken = [one.id for one in questions if one.values.get(name, wanted) != wanted]
        if broken:
            yield f"{name} must be {wanted:g} for every question; it is not for {', '.join(broken[:5])}"


def _measured(questions: Sequence[Judged], name: str) -> bool:
    measure, n = Table(questions).measure(name)
    return n > 0 and measure(Table(questions).all) is not None


def _identity(result: Result) -> dict[str, object]:
    return {"set": result.run.name, "set_sha256": result.run.set_sha256, **result.drawn}


def _kept(judged: Judged) -> dict[str, object]:
    values = {name: value for name, value in judged.values.items() if name in GATED}
    return {key: value for key, value in asdict(replace(judged, values=values)).items() if value is not None}


def _read(file: Path, result: Result) -> list[Judged]:
    try:
        baseline: Mapping[str, Any] = json.loads(file.read_text("utf-8"))
        questions = [Judged(**{"right": None, **one}) for one in baseline["questions"]]
        made_of = {key: baseline[key] for key in _identity(result)}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BaselineError(f"{file} is no base line: {error!r}; make one with --write-baseline {file}") from error
    differing = [key for key, value in _identity(result).items() if made_of[key] != value]
    if differing:
        raise BaselineError(
            f"{file} was measured on something else ({', '.join(differing)} differ): "
            f"choose the same questions, or measure anew with --write-baseline {file}"
        )
    return questions

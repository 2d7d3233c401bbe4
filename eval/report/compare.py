"""Two results beside each other: what was fixed, what broke, what changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eval.report.gate import GATED, Change, changes
from eval.report.result import Json, judged_of
from eval.run.score import ANSWERS, REFUSALS

GOOD = frozenset(["right", "refused"])
"""The outcomes that are as they should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What became of the questions that two results share.

    ``changes`` gives for each question's id ``fixed``, ``broken``, ``changed`` (another answer, no
    better or worse) or ``same``; a question that the earlier result lacks is not there.
    """

    earlier: Json
    measures: Sequence[Change]
    changes: Mapping[str, str]

    def having(self, change: str) -> list[str]:
        """The ids of the questions with this change."""
        return [identifier for identifier, found in self.changes.items() if found == change]


def compare(earlier: Json, later: Json) -> Comparison:
    """How ``later`` differs from ``earlier``, both as their JSON gives them."""
    before = {one["id"]: one for one in earlier["questions"]}
    names = dict.fromkeys([*ANSWERS, *REFUSALS, *GATED])
    return Comparison(
        earlier=earlier,
        measures=changes(judged_of(earlier), judged_of(later), list(names)),
        changes={one["id"]: _change(before[one["id"]], one) for one in later["questions"] if one["id"] in before},
    )


def _change(before: Json, after: Json) -> str:
    was, now = before["outcome"] in GOOD, after["outcome"] in GOOD
    if was != now:
        return "fixed" if now else "broken"
    return "same" if _said(before) == _said(after) and before["outcome"] == after["outcome"] else "changed"


def _said(question: Json) -> list[str]:
    return [statement["text"] for statement in question["answer"]["statements"]]

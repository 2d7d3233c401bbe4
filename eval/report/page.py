"""A result as one web page that needs nothing else: no request leaves it, and every text in it is only text.

Jinja escapes whatever is not markup of the template; the page's own style and script are named in
its Content-Security-Policy by their hashes, so no other can run.
"""

import base64
import hashlib
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from eval.report.compare import Comparison
from eval.report.plots import SIZE, calibration_plot, risk_coverage_plot
from eval.report.result import Json
from eval.run.judge import DEPTHS
from eval.run.ranking import STAGES
from eval.run.score import ANSWERS, REFUSALS

_TEMPLATES = Path(__file__).resolve().parent / "templates"
_CONTEXT = 200
_KINDS = ("evidence recall", "evidence precision", "answer in citations", "over-refusal", "refused", "refusal F1")
_RANKINGS = (*(f"recall@{depth}" for depth in DEPTHS), "MRR@10", "nDCG@10")

Range = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A run of characters that are all cited or not, and all gold or not."""

    text: str
    cited: bool
    gold: bool


def render(result: Json, comparison: Comparison | None = None) -> str:
    """The page of a result as its JSON gives it, with what differs from an earlier one."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(number=_number, interval=_interval)
    style, script = ((_TEMPLATES / name).read_text("utf-8") for name in ("result.css", "result.js"))
    return environment.get_template("result.html").render(
        result=result,
        comparison=comparison,
        earlier={one["id"]: one for one in comparison.earlier["questions"]} if comparison else {},
        style=Markup(style),
        script=Markup(script),
        policy=f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none'",
        groups={"Answers": ANSWERS, "Refusals and confidence": REFUSALS},
        rankings=_RANKINGS,
        stages=STAGES,
        kinds=_kinds(result),
        kind_measures=_KINDS,
        outcomes=sorted({one["outcome"] for one in result["questions"]}),
        size=SIZE,
        risk_coverage=risk_coverage_plot(result["risk_coverage"]),
        calibration=calibration_plot(result["calibration"]),
        cited_windows=cited_windows,
        gold_windows=gold_windows,
    )


def cited_windows(question: Json) -> Iterator[tuple[Json, list[Segment]]]:
    """Each citation of a question's answer with the characters around it, what is cited and what is gold marked."""
    for citation in question["answer"]["citations"]:
        yield citation, _window(question, citation)


def gold_windows(question: Json) -> Iterator[tuple[Json, list[Segment]]]:
    """Each gold quote of a question, likewise."""
    for gold in question["gold"]:
        yield gold, _window(question, gold)


def segments(text: str, start: int, *, cited: Sequence[Range], gold: Sequence[Range]) -> list[Segment]:
    """``text`` cut where a range begins or ends.

    Args:
        start: The offset of the text's first character, in the document that the ranges are of.

    >>> [(one.text, one.cited, one.gold) for one in segments("abcdef", 10, cited=[(11, 13)], gold=[(12, 16)])]
    [('a', False, False), ('b', True, False), ('c', True, True), ('def', False, True)]
    """
    end = start + len(text)
    cuts = {start, end, *(place for one in [*cited, *gold] for place in one if start < place < end)}
    edges = sorted(cuts)
    return [
        Segment(
            text=text[low - start : high - start],
            cited=any(first <= low and high <= last for first, last in cited),
            gold=any(first <= low and high <= last for first, last in gold),
        )
        for low, high in itertools.pairwise(edges)
    ]


def _window(question: Json, middle: Json) -> list[Segment]:
    before, after = _from_word(middle["before"]), _to_word(middle["after"])

    def ranges(places: Sequence[Json]) -> list[Range]:
        return [(one["start"], one["end"]) for one in places if one["document_id"] == middle["document_id"]]

    return segments(
        before + middle["quote"] + after,
        middle["start"] - len(before),
        cited=ranges(question["answer"]["citations"]),
        gold=ranges(question["gold"]),
    )


def _from_word(text: str) -> str:
    """The end of ``text``, from a word's start, at most ``_CONTEXT`` characters."""
    return text if len(text) <= _CONTEXT else text[-_CONTEXT:].partition(" ")[2]


def _to_word(text: str) -> str:
    """The start of ``text``, to a word's end, at most ``_CONTEXT`` characters."""
    return text if len(text) <= _CONTEXT else text[:_CONTEXT].rpartition(" ")[0]


def _kinds(result: Json) -> list[tuple[str, int]]:
    kinds = [one["kind"] for one in result["questions"]]
    return [(kind, kinds.count(kind)) for kind in sorted(set(kinds))]


def _number(value: Any) -> str:
    return "–" if value is None else f"{value:.3f}"


def _interval(score: Json) -> str:
    return "–" if score["low"] is None else f"{score['low']:.3f} to {score['high']:.3f}"


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

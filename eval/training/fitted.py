"""Giving a collection a scale, and what that changes: ``footnote eval calibrate`` without ``--data``."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from eval.measures.measures import calibration_error
from eval.training.collection import OnDone, asked_outcomes, made_outcomes
from eval.training.scale import MADE_STRENGTH, STRENGTH, Outcome, fit_scale, left_out
from rag.library import Library
from rag.storage.catalog import FittedScale, now
from rag.types import UNSCALED, Scale

_BINS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrated:
    """A scale, and each question's confidence: without one (``plain``), and by one that it had no part in."""

    scale: Scale
    outcomes: Sequence[Outcome]
    plain: Sequence[float]
    scaled: Sequence[float]


def calibrate(library: Library, collection: str, questions: Path | None, on_done: OnDone) -> Calibrated:
    """Fit the scale of a collection to a file of questions, or to those that are made of it, and keep it.

    Raises:
        EvalSetError: When the questions cannot be used, or none can be made.
        NotFound: When there is no such collection.
    """
    if questions is None:
        outcomes, strength = made_outcomes(library, collection, on_done), MADE_STRENGTH
    else:
        outcomes, strength = asked_outcomes(library, collection, questions, on_done), STRENGTH
    scale = fit_scale(outcomes, strength=strength)
    fitted = FittedScale(scale=scale, questions=len(outcomes), created=now())
    library.store.catalog.scales.put(collection, fitted)
    plain = [one.confidence(UNSCALED) for one in outcomes]
    return Calibrated(scale=scale, outcomes=outcomes, plain=plain, scaled=left_out(outcomes, strength=strength))


def table(found: Calibrated, threshold: float) -> Table:
    """What the scale changes, each question judged by the scale that is fitted to the other four fifths."""
    shown = Table(f"{len(found.outcomes)} questions, threshold {threshold:g}", "without a scale", "with it")
    for name, measure in _ROWS.items():
        shown.add_row(name, *(measure(found.outcomes, sure, threshold) for sure in (found.plain, found.scaled)))
    shown.add_row("intercept, slope", "0, 1", f"{found.scale.intercept:g}, {found.scale.slope:g}")
    return shown


def _answered_right(outcomes: Sequence[Outcome], sure: Sequence[float], threshold: float) -> str:
    return str(sum(one.holds and value >= threshold for one, value in zip(outcomes, sure, strict=True)))


def _answered_wrong(outcomes: Sequence[Outcome], sure: Sequence[float], threshold: float) -> str:
    return str(sum(not one.holds and value >= threshold for one, value in zip(outcomes, sure, strict=True)))


def _refused(outcomes: Sequence[Outcome], sure: Sequence[float], threshold: float) -> str:
    return str(sum(value < threshold for value in sure))


def _error(outcomes: Sequence[Outcome], sure: Sequence[float], threshold: float) -> str:
    return f"{calibration_error(sure, [one.holds for one in outcomes], _BINS):.3f}"


_ROWS: dict[str, Callable[[Sequence[Outcome], Sequence[float], float], str]] = {
    "answered right": _answered_right,
    "answered wrong": _answered_wrong,
    "refused": _refused,
    "calibration error": _error,
}

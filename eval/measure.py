"""Measuring a set, from its files to its scores."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from eval.measures.statistics import Score
from eval.run.judge import Judged, judge
from eval.run.runner import OnProgress, Run, run_set
from eval.run.score import score
from eval.sets.load import chosen, load_set
from rag.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A run, its judged questions in the same order, and the scores by the measures' names.

    ``drawn`` says which of the set's questions were asked.
    """

    run: Run
    drawn: Mapping[str, object]
    questions: tuple[Judged, ...]
    scores: Mapping[str, Score]

    def __getitem__(self, measure: str) -> Score:
        """The score of a measure.

        Raises:
            KeyError: For a name that is no measure; it lists those that are.
        """
        if measure not in self.scores:
            raise KeyError(f"{measure!r} is no measure; there are {', '.join(self.scores)}")
        return self.scores[measure]


def measure(
    corpus: Path | str,
    questions: Path | str | None = None,
    *,
    half: str = "both",
    limit: int | None = None,
    without_evidence: bool = False,
    settings: Settings | None = None,
    on_progress: OnProgress = lambda stage, done, total: None,
) -> Result:
    """Ask the questions of a set and score the answers.

    The documents are taken into a temporary data directory; no other is touched.

    Args:
        corpus: A folder of documents, or a set; see ``eval.sets.load.load_set``.
        questions: The file of questions over a folder of documents.
        half: ``test``, ``calibration`` or ``both``; see ``eval.sets.question.in_half``.
        limit: Draw this many answerable and this many unanswerable questions by a fixed seed.
        without_evidence: Ask the answerable questions a second time, without the documents that answer.
        settings: Models, budgets and threshold; those of the defaults when not given.

    Raises:
        EvalSetError: When the set cannot be used.
        ModelError: When a model cannot be loaded.
    """
    loaded = load_set(Path(corpus), None if questions is None else Path(questions))
    asked = chosen(loaded.questions, half=half, limit=limit)
    run = run_set(loaded, settings or Settings(), asked, without_evidence=without_evidence, on_progress=on_progress)
    judged = tuple(judge(record) for record in run.records)
    drawn = {"half": half, "limit": limit, "without_evidence": without_evidence}
    return Result(run=run, drawn=drawn, questions=judged, scores=score(judged))

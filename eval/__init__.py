"""Measuring Footnote: on the seeds, on known sets, on one's own documents with one's own questions."""

from eval.bootstrap import Score
from eval.suite import Result, measure

__all__ = ["Result", "Score", "measure"]

"""Measuring Footnote: on the seeds, on known sets, on one's own documents with one's own questions."""

from eval.measure import Result, measure
from eval.measures.statistics import Score

__all__ = ["Result", "Score", "measure"]

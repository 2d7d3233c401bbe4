"""Conflicts: different documents that give different values for what a question asks.

``asked`` reads the question; ``quantities``, ``durations``, ``measures``, ``names`` and ``polarity`` find
values in a sentence (dates: ``rag.dates``), ``claims`` picks the one that answers and compares two,
``find`` decides whether sources disagree.
"""

from rag.conflicts.claims import value_test
from rag.conflicts.find import Disagreement, find_conflicts, with_sides

__all__ = ["Disagreement", "find_conflicts", "value_test", "with_sides"]

"""Conflicts: different documents that give different values for what a question asks.

``asked`` reads the question; ``quantities``, ``durations``, ``measures``, ``names`` and ``polarity`` find
values in a sentence (dates: ``rag.dates``; words of money: ``currencies``), ``claims`` picks the one that answers
and compares two, ``find`` decides whether sources disagree. ``likeness`` compares sentences of which nothing was asked.
"""

from rag.conflicts.claims import value_test
from rag.conflicts.find import Disagreement, find_conflicts, with_sides
from rag.conflicts.likeness import differ

__all__ = ["Disagreement", "differ", "find_conflicts", "value_test", "with_sides"]

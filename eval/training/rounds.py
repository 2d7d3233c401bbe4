"""What the answerability model learns in which round, and with what it is mixed so that it forgets nothing."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

from eval.training.near_misses import misspelt
from eval.training.pairs import Pair
from rag.models.protocols import PairScorer

SEED = 20_250_602
_REPLAYED = 1_200
_MISSPELT = 600
_STRANGE = 800
_FORM_STRANGE = 300
_OF_CONTEXTS = 1_400


def first_round(pairs: Sequence[Pair], scorer: PairScorer) -> list[Pair]:
    """What is learned first: the pairs, and questions with texts of another set."""
    return [*pairs, *off_topic(pairs, scorer, random.Random(SEED), _STRANGE)]


def second_round(pairs: Sequence[Pair], own: Sequence[Pair], scorer: PairScorer) -> list[Pair]:
    """Learned next: the questions over the seeds twice, misspelt and strange ones, some of what was learned."""
    chance = random.Random(SEED)
    typed = [replace(one, question=misspelt(one.question, chance)) for one in chance.sample(list(pairs), _MISSPELT)]
    strange = off_topic([*pairs, *own], scorer, chance, _STRANGE)
    return [*own, *own, *typed, *strange, *chance.sample(list(pairs), _REPLAYED)]


def third_round(
    forms: Sequence[Sequence[Pair]], pairs: Sequence[Pair], own: Sequence[Pair], scorer: PairScorer
) -> list[Pair]:
    """Learned last: rows, items, lists, steps and records, with what was learned before.

    Args:
        forms: The project's own forms, then sets of contexts, of which 1,400 each.
    """
    chance = random.Random(SEED)
    first, *others = forms
    chosen = [*first, *(one for other in others for one in chance.sample(list(other), min(len(other), _OF_CONTEXTS)))]
    learned = [*chosen, *pairs, *own, *own]
    return [*learned, *off_topic(learned, scorer, chance, _FORM_STRANGE)]


def off_topic(pairs: Sequence[Pair], scorer: PairScorer, chance: random.Random, count: int) -> Iterator[Pair]:
    """Questions with texts of another set, each set as often as the next; none if all are of one set.

    Args:
        scorer: The untouched reranker.
    """
    sets: dict[str, list[Pair]] = {}
    for one in pairs:
        if one.relevance is not None:
            sets.setdefault(one.source, []).append(one)
    for _ in range(count if len(sets) > 1 else 0):
        asked, told = (chance.choice(sets[source]) for source in chance.sample(list(sets), 2))
        relevance = float(scorer.score(asked.question, [told.text]).relevance[0])
        yield replace(asked, text=told.text, answerable=False, relevance=relevance)

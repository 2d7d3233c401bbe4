"""What the answerability models learn in which round, and with what it is mixed so that they forget nothing."""

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
_UNIT_STRANGE = 600
_OF_SET = 2_400  # so that none is most of what is learned
_TEXTS = 1_200


def first_round(pairs: Sequence[Pair], scorer: PairScorer) -> list[Pair]:
    """What is learned first: the pairs, and questions with texts of another set."""
    return [*pairs, *off_topic(pairs, scorer, random.Random(SEED), _STRANGE)]


def second_round(pairs: Sequence[Pair], own: Sequence[Pair], scorer: PairScorer) -> list[Pair]:
    """Learned next: the questions over the seeds twice, misspelt and strange ones, some of what was learned."""
    chance = random.Random(SEED)
    typed = [replace(one, question=misspelt(one.question, chance)) for one in chance.sample(list(pairs), _MISSPELT)]
    strange = off_topic([*pairs, *own], scorer, chance, _STRANGE)
    return [*own, *own, *typed, *strange, *chance.sample(list(pairs), _REPLAYED)]


def third_round(genres: Sequence[Pair], pairs: Sequence[Pair], own: Sequence[Pair], scorer: PairScorer) -> list[Pair]:
    """Learned last: documents of many genres, among as much of what was learned, the questions over the seeds twice."""
    chance = random.Random(SEED)
    kept = chance.sample(list(pairs), min(len(pairs), max(len(genres), _REPLAYED)))
    typed = [replace(one, question=misspelt(one.question, chance)) for one in chance.sample(list(genres), _MISSPELT)]
    strange = off_topic([*kept, *genres, *own], scorer, chance, _STRANGE)
    return [*genres, *kept, *own, *own, *typed, *strange]


def of_units(sets: Sequence[Sequence[Pair]], texts: Sequence[Pair], scorer: PairScorer) -> list[Pair]:
    """What is learned of rows, items, lists, steps, records and code, with some of what was learned of sentences.

    Args:
        sets: The pairs of each set of documents with such, of which 2,400 each.
        texts: Pairs of running text.
    """
    chance = random.Random(SEED)
    chosen = [one for pairs in sets for one in chance.sample(list(pairs), min(len(pairs), _OF_SET))]
    learned = [*chosen, *chance.sample(list(texts), min(len(texts), _TEXTS))]
    return [*learned, *off_topic(learned, scorer, chance, _UNIT_STRANGE)]


def with_strangers(learned: Sequence[Pair], strangers: Sequence[Pair]) -> list[Pair]:
    """What is learned of units next: those of documents that do not answer, with twice as much of what was learned."""
    kept = random.Random(SEED).sample(list(learned), min(len(learned), 2 * len(strangers)))
    return [*strangers, *kept]


def with_structured(structured: Sequence[Pair], learned: Sequence[Pair], scorer: PairScorer) -> list[Pair]:
    """What is learned of units last: the many documents with structure, with two thirds as much of what was learned."""
    chance = random.Random(SEED)
    kept = chance.sample(list(learned), min(len(learned), 2 * len(structured) // 3))
    return [*structured, *kept, *off_topic([*structured, *kept], scorer, chance, _UNIT_STRANGE)]


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

"""Questions asked of documents that do not answer them, for the answerability of units.

The nearest rows, items, lists and records of other people's documents share words with a question and do not answer
it: without them a list that only sounds like the question is judged an answer.
"""

import random
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from eval.training.pairs import Pair
from rag.answer.find.evidence import Candidate
from rag.answer.question import read_question
from rag.library import Library
from rag.models.protocols import PairScorer

_WORD_PIECES = 600
_NEAREST = 3
_OF_FOLDER = 110


def stranger_files(data: Path, chance: random.Random) -> list[Path]:
    """Some documents of each folder ``docs`` in ``data``, that no question of the other sets is about."""
    folders = sorted(folder for folder in data.glob("**/docs") if folder.is_dir())
    found: list[Path] = []
    for folder in folders:
        files = sorted(folder.glob("*.md"))
        found += chance.sample(files, min(len(files), _OF_FOLDER))
    return found


def stranger_pairs(
    library: Library, scorer: PairScorer, files: Sequence[Path], questions: Iterable[str]
) -> Iterator[Pair]:
    """The units of ``files`` that are judged best for each question, none of which answers it.

    Args:
        scorer: The untouched reranker.
    """
    library.ingest(files)
    for question in questions:
        nearest = _units(library, question)
        relevance = scorer.score(question, [one.judged for one in nearest]).relevance if nearest else ()
        for one, value in zip(nearest, relevance, strict=True):
            yield Pair(question=question, text=one.judged, answerable=False, relevance=float(value), source="strangers")


def _units(library: Library, text: str) -> list[Candidate]:
    with library.answering() as answering:
        question, hits = answering.find(read_question(text))
        candidates = answering.rerank(question, hits, word_pieces=_WORD_PIECES).candidates
    return [one for one in candidates if one.unit][:_NEAREST]

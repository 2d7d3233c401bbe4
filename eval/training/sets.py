"""Which questions teach the answerability model, which calibrate it, and which only measure.

| set | learns from | calibrates on | only measured |
|---|---|---|---|
| SQuAD 2 | six articles | Normans | Scottish Parliament |
| ClapNQ, MultiHop-RAG | calibration half | | test half |
| questions over the seeds | two thirds of the calibration half | the other third | test half |
| lessons | three of four clusters | the fourth cluster | every cluster of one topic |
| genres | four of six documents | one of six | one of six |

Lessons are texts written for this, in ``eval/sets/lessons``: 22 topics, of four clusters of three texts about
the same. Their questions, in ``eval/sets/questions/lessons.jsonl``, are near misses for the larger part.

Genres are documents as people have them, in ``eval/sets/genres``: manuals, policies, minutes, knowledge and everyday
advice, written for this by five hands. Of their questions, in ``eval/sets/questions/genres.jsonl``, four of nine are
not answered, and name the sentence that looks most like an answer.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from eval.sets.load import QUESTIONS, load_set
from eval.sets.question import EvalSet, Question, in_half
from rag.settings import SEEDS

LESSONS = Path(__file__).resolve().parent.parent / "sets" / "lessons"
LESSON_QUESTIONS = QUESTIONS.with_name("lessons.jsonl")
GENRES = LESSONS.with_name("genres")
GENRE_QUESTIONS = QUESTIONS.with_name("genres.jsonl")
CALIBRATION_ARTICLE = "Normans"
MEASURED_ARTICLE = "Scottish Parliament"
_CALIBRATION_CLUSTER = "4"
_MEASURED_TOPIC = "local"

Chosen = tuple[EvalSet, list[Question]]


def training_sets(data: Path) -> Iterator[Chosen]:
    """The sets and questions to learn from; ``data`` holds ``squad2``, ``clapnq`` and ``multihop_rag``."""
    for name in ("clapnq", "multihop_rag"):
        yield _half(load_set(data / name), test=False)
    whole, articles = _squad(data)
    kept = (CALIBRATION_ARTICLE, MEASURED_ARTICLE)
    yield whole, [one for one in whole.questions if articles[one.group] not in kept]
    yield _lessons("learns")


def seed_set() -> Chosen:
    """The questions over the seeds that the second round of the training learns from."""
    whole, questions = _half(load_set(SEEDS, QUESTIONS), test=False)
    return whole, [one for one in questions if not sets_scale(one)]


def calibration_sets(data: Path) -> Iterator[Chosen]:
    """The sets and questions to calibrate on."""
    whole, questions = _half(load_set(SEEDS, QUESTIONS), test=False)
    yield whole, [one for one in questions if sets_scale(one)]
    yield _lessons("calibrates")
    yield genre_set("calibrates")
    yield _article(data, CALIBRATION_ARTICLE)


def measured_sets(data: Path) -> Iterator[Chosen]:
    """The sets and questions that nothing learned from."""
    yield _half(load_set(SEEDS, QUESTIONS), test=True)
    yield _lessons("measures")
    yield genre_set("measures")
    yield _article(data, MEASURED_ARTICLE)
    for name in ("clapnq", "multihop_rag"):
        yield _half(load_set(data / name), test=True)


def sets_scale(question: Question) -> bool:
    """Whether a question over the seeds is one of the third that nothing learned from."""
    return hashlib.sha256(f"calibrate/{question.group}".encode()).digest()[0] % 3 == 0


def lesson_use(question: Question) -> str:
    """What a question of the lessons is for: ``learns``, ``calibrates`` or ``measures``."""
    cluster = question.group.partition("/")[0]
    if cluster.startswith(_MEASURED_TOPIC):
        return "measures"
    return "calibrates" if cluster.endswith(_CALIBRATION_CLUSTER) else "learns"


def genre_set(use: str) -> Chosen:
    """The questions over documents of many genres that are for a use, as ``genre_use`` names it."""
    whole = load_set(GENRES, GENRE_QUESTIONS)
    return whole, [one for one in whole.questions if genre_use(one) == use]


def genre_use(question: Question) -> str:
    """What a question of the genres is for; those of one document, which its group begins with, are for the same."""
    document = question.group.partition("/")[0]
    sixth = hashlib.sha256(f"genres/{document}".encode()).digest()[0] % 6
    return {0: "calibrates", 1: "measures"}.get(sixth, "learns")


def _lessons(use: str) -> Chosen:
    whole = load_set(LESSONS, LESSON_QUESTIONS)
    return whole, [one for one in whole.questions if lesson_use(one) == use]


def _half(whole: EvalSet, *, test: bool) -> Chosen:
    return whole, [one for one in whole.questions if in_half(one, test=test)]


def _article(data: Path, title: str) -> Chosen:
    whole, articles = _squad(data)
    return whole, [one for one in whole.questions if articles[one.group] == title]


def _squad(data: Path) -> tuple[EvalSet, dict[str, str]]:
    """SQuAD 2 and the title of each paragraph's article, by the paragraph's id."""
    whole = load_set(data / "squad2")
    titles = {one.path.removesuffix(".txt"): one.content.decode("utf-8").split("\n", 1)[0] for one in whole.documents}
    return whole, titles

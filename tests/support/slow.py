"""Readers and scorers that can be waited for."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from rag.answer.find.evidence import Candidate
from rag.answer.question import Question
from rag.answer.read.reader import Reading
from rag.types import PairScores

PRISONERS = "How many prisoners of war will be exchanged?"


STREAM = {"Accept": "text/event-stream"}


@dataclass(slots=True)
class WaitingScorer:
    """A pair scorer that works when it is let: every text gets the number of words it shares with the question."""

    started: threading.Event = field(default_factory=threading.Event)
    let: threading.Event = field(default_factory=threading.Event)
    name: str = "waiting"
    fingerprint: str = "waiting"

    def count_tokens(self, question: str, text: str) -> int:
        return len(f"{question} {text}".split())

    def score(self, question: str, texts: Sequence[str], *, units: bool = False) -> PairScores:
        self.started.set()
        assert self.let.wait(timeout=30)
        wanted = set(question.lower().split())
        shared = np.asarray([len(wanted & set(text.lower().split())) for text in texts], dtype=np.float32)
        return PairScores(relevance=shared, answerability=shared)


@dataclass(slots=True)
class CountingReader:
    """A reader that finds nothing and counts how often it was asked."""

    asked: int = 0
    name: str = "counting"

    def read(self, question: Question, candidates: Sequence[Candidate], *, max_statements: int) -> Reading:
        self.asked += 1
        return Reading(answered=False, findings=(), confidence=0.0)

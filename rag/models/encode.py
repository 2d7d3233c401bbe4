"""Encoding in small steps, between which questions go first and the work can be stopped."""

import threading
from collections.abc import Callable, Sequence

import numpy as np

from rag.errors import FootnoteError
from rag.models.gate import Gate
from rag.models.protocols import Encoder
from rag.types import Vectors

_AT_ONCE = 16


class Stopped(FootnoteError):
    """Work that was asked to stop did."""


def encode_in_steps(
    encoder: Encoder,
    texts: Sequence[str],
    gate: Gate,
    stop: threading.Event,
    on_step: Callable[[int], None] = lambda _: None,
) -> Vectors:
    """The vectors of ``texts``, shape (len(texts), dimension).

    Args:
        on_step: Called with the number of texts encoded, after each step.

    Raises:
        Stopped: When ``stop`` is set.
    """
    vectors = np.zeros((len(texts), encoder.dimension), dtype=np.float32)
    order = sorted(range(len(texts)), key=lambda position: len(texts[position]))  # a step of much the same lengths
    for start in range(0, len(texts), _AT_ONCE):
        if stop.is_set():
            raise Stopped("the work was stopped")
        gate.take_turn()
        step = order[start : start + _AT_ONCE]
        vectors[step] = encoder.encode_passages([texts[position] for position in step])
        on_step(len(step))
    return vectors

"""BERT-like ONNX files, run by onnxruntime and tokenizers.

A run takes one text, never a padded batch: the int8 files scale activations over the whole tensor,
so in a batch a text's vector would depend on its neighbours; and on a few cores, one text a thread
is faster than a batch over all of them.
"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Encoding, Tokenizer

from rag.errors import ModelError
from rag.types import PairScores

Floats = npt.NDArray[np.float32]
_COUNTS_KEPT = 4_096  # a sentence is counted when it is found and again when it is packed
_INPUTS = ("input_ids", "attention_mask", "token_type_ids")


class OnnxModel:
    """An ONNX session and its tokenizer.

    Args:
        folder: Holds ``tokenizer.json``, and ``model.onnx`` unless ``content`` is given.
        content: The model in the place of ``model.onnx``.
        max_tokens: Longer inputs are cut here, special tokens included.
        threads: Texts that are run at the same time.

    Raises:
        ModelError: When a file cannot be loaded, or the session takes other inputs.
    """

    def __init__(self, folder: Path, *, max_tokens: int, threads: int, content: bytes | None = None) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        try:
            model = folder / "model.onnx" if content is None else content
            self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
            self._tokenizer = _load_tokenizer(folder, max_tokens)
            self._counter = _load_tokenizer(folder, None)
        except Exception as error:  # onnxruntime and tokenizers raise bare Exception subclasses
            raise ModelError(f"{folder} cannot be loaded as a model: {error}") from error
        taken = tuple(node.name for node in self._session.get_inputs())
        if sorted(taken) != sorted(_INPUTS):
            raise ModelError(f"{folder / 'model.onnx'} takes {taken}, not {_INPUTS}")
        self._counted = lru_cache(maxsize=_COUNTS_KEPT)(self._count)
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=folder.name)

    @property
    def width(self) -> int:
        """The size of the output's last axis."""
        return int(self._session.get_outputs()[0].shape[-1])

    def count_tokens(self, text: str, pair: str | None = None) -> int:
        """The word pieces of a text or a pair, special tokens included, without any cut."""
        return self._counted(text) if pair is None else len(self._counter.encode(text, pair).ids)

    def map(
        self,
        inputs: Iterable[str | tuple[str, str]],
        pick: Callable[[Sequence[Floats]], Floats],
    ) -> list[Floats]:
        """``pick(outputs)`` for each text or pair, in order; the longest are run first.

        A single one is run by the caller's thread: a question must not wait in line behind an ingest.

        Args:
            pick: Takes a run's outputs, shape (1, ...) each.
        """
        encoded = [self._tokenizer.encode(*([text] if isinstance(text, str) else text)) for text in inputs]
        if len(encoded) == 1:
            return [pick(self._run(encoded[0]))]
        order = sorted(range(len(encoded)), key=lambda position: -len(encoded[position].ids))
        results = self._threads.map(lambda position: (position, pick(self._run(encoded[position]))), order)
        return [result for _, result in sorted(results, key=lambda pair: pair[0])]

    def _count(self, text: str) -> int:
        return len(self._counter.encode(text).ids)

    def _run(self, encoding: Encoding) -> Sequence[Floats]:
        columns = (encoding.ids, encoding.attention_mask, encoding.type_ids)
        feed = {name: np.array([column], dtype=np.int64) for name, column in zip(_INPUTS, columns, strict=True)}
        outputs: Sequence[Floats] = self._session.run(None, feed)
        return outputs


def _load_tokenizer(folder: Path, max_tokens: int | None) -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    if max_tokens is not None:
        tokenizer.enable_truncation(max_tokens)
    return tokenizer


class OnnxEncoder:
    """The encoder of a BERT-like ONNX file: the vector of [CLS], normalised.

    Args:
        instruction: Put before a question, not before a passage.
        fingerprint: Names the model and its exact weights.
    """

    def __init__(self, model: OnnxModel, *, name: str, fingerprint: str, max_tokens: int, instruction: str) -> None:
        self._model = model
        self._name = name
        self._fingerprint = fingerprint
        self._max_tokens = max_tokens
        self._instruction = instruction

    @property
    def name(self) -> str:
        return self._name

    @property
    def fingerprint(self) -> str:
        return self._fingerprint

    @property
    def dimension(self) -> int:
        return self._model.width

    @property
    def max_tokens(self) -> int:
        return self._max_tokens

    def count_tokens(self, text: str) -> int:
        return self._model.count_tokens(text)

    def encode_passages(self, texts: Iterable[str]) -> Floats:
        rows = self._model.map(texts, _unit_cls)
        return np.stack(rows) if rows else np.zeros((0, self.dimension), dtype=np.float32)

    def encode_query(self, question: str) -> Floats:
        return self._model.map([self._instruction + question], _unit_cls)[0]


class OnnxPairScorer:
    """The reranker of BERT-like ONNX files: their first output is relevance, their last answerability.

    Args:
        units: Judges rows, items, lists, records and code; ``None``: ``model`` does.
        fingerprint: Names the models and their exact weights.
    """

    def __init__(self, model: OnnxModel, *, units: OnnxModel | None = None, name: str, fingerprint: str) -> None:
        self._model = model
        self._units = units or model
        self._name = name
        self._fingerprint = fingerprint

    @property
    def name(self) -> str:
        return self._name

    @property
    def fingerprint(self) -> str:
        return self._fingerprint

    def count_tokens(self, question: str, text: str) -> int:
        return self._model.count_tokens(question, text)

    def score(self, question: str, texts: Iterable[str], *, units: bool = False) -> PairScores:
        rows = (self._units if units else self._model).map([(question, text) for text in texts], _first_logits)
        logits = np.array(rows, dtype=np.float32).reshape(-1, 2)
        return PairScores(relevance=logits[:, 0], answerability=logits[:, 1])


def _first_logits(outputs: Sequence[Floats]) -> Floats:
    return np.array([outputs[0][0, 0], outputs[-1][0, 0]], dtype=np.float32)


def _unit_cls(outputs: Sequence[Floats]) -> Floats:
    """The first token's state of a (1, tokens, width) output, at length 1."""
    vector = outputs[0][0, 0].astype(np.float32)
    unit: Floats = vector / np.linalg.norm(vector)
    return unit

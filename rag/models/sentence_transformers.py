"""Any sentence-transformers model by Hugging Face name or folder; imported only when asked for.

It needs the extra ``sentence-transformers``. The import alone takes seconds and hundreds of megabytes.
All calls of a model run on one thread of its own: its tokenizer must not be used from two, and mixed
lengths across threads give wrong vectors.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from rag.errors import ModelError, not_installed
from rag.types import PairScores

_Result = TypeVar("_Result")
_BATCH = 16


class TransformersEncoder:
    """A ``SentenceTransformer`` as an encoder.

    Args:
        name: A Hugging Face name, or a folder that has ``modules.json``.

    Raises:
        ModelError: When the model cannot be loaded.
    """

    def __init__(self, name: str) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="encoder")
        self._name = Path(name).name if Path(name).is_dir() else name
        self._model = self._on_thread(lambda: _load_sentence_transformer(name))
        self._fingerprint = f"{self._name}@{self._on_thread(lambda: _weights_sha256(self._model))}"
        self._dimension = int(self._model.get_embedding_dimension())

    @property
    def name(self) -> str:
        return self._name

    @property
    def fingerprint(self) -> str:
        return self._fingerprint

    @property
    def dimension(self) -> int:
        return self._dimension

    @property
    def max_tokens(self) -> int:
        return int(self._model.max_seq_length)

    def count_tokens(self, text: str) -> int:
        return self._on_thread(lambda: len(self._model.tokenizer(text, verbose=False)["input_ids"]))

    def encode_passages(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        return self._on_thread(lambda: self._encode(self._model.encode_document, list(texts)))

    def encode_query(self, question: str) -> npt.NDArray[np.float32]:
        vector: npt.NDArray[np.float32] = self._on_thread(lambda: self._encode(self._model.encode_query, [question]))[0]
        return vector

    def _encode(self, encode: Callable[..., Any], texts: list[str]) -> npt.NDArray[np.float32]:
        if not texts:
            return np.zeros((0, self._dimension), dtype=np.float32)
        vectors = encode(texts, batch_size=_BATCH, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32)

    def _on_thread(self, work: Callable[[], _Result]) -> _Result:
        return self._thread.submit(work).result()


class TransformersPairScorer:
    """A ``CrossEncoder`` with one output as a reranker.

    Raises:
        ModelError: When the model cannot be loaded, or has more than one output.
    """

    def __init__(self, name: str) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="reranker")
        self._name = Path(name).name if Path(name).is_dir() else name
        self._model = self._on_thread(lambda: _load_cross_encoder(name))
        self._fingerprint = f"{self._name}@{self._on_thread(lambda: _weights_sha256(self._model))}"

    @property
    def name(self) -> str:
        return self._name

    @property
    def fingerprint(self) -> str:
        return self._fingerprint

    def count_tokens(self, question: str, text: str) -> int:
        return self._on_thread(lambda: len(self._model.tokenizer(question, text, verbose=False)["input_ids"]))

    def score(self, question: str, texts: Sequence[str], *, units: bool = False) -> PairScores:
        logits = self._on_thread(lambda: self._score([(question, text) for text in texts]))
        return PairScores(relevance=logits, answerability=logits)

    def _score(self, pairs: list[tuple[str, str]]) -> npt.NDArray[np.float32]:
        from torch.nn import Identity

        if not pairs:
            return np.zeros(0, dtype=np.float32)
        logits = self._model.predict(pairs, batch_size=_BATCH, activation_fn=Identity(), show_progress_bar=False)
        return np.asarray(logits, dtype=np.float32)

    def _on_thread(self, work: Callable[[], _Result]) -> _Result:
        return self._thread.submit(work).result()


def _load_sentence_transformer(name: str) -> Any:
    folder = Path(name)
    if folder.is_dir() and not (folder / "modules.json").is_file():
        raise ModelError(f"{folder} has no modules.json: its pooling is unknown, so its vectors would be wrong")
    package = _sentence_transformers(name)
    return _loaded(name, lambda: package.SentenceTransformer(name, device="cpu", local_files_only=_offline(folder)))


def _load_cross_encoder(name: str) -> Any:
    package, offline = _sentence_transformers(name), _offline(Path(name))
    model = _loaded(name, lambda: package.CrossEncoder(name, device="cpu", local_files_only=offline))
    if model.num_labels != 1:
        raise ModelError(f"{name} has {model.num_labels} outputs; a reranker needs exactly one")
    return model


def _sentence_transformers(name: str) -> Any:
    """The package, for the model ``name``; torch would leave an empty folder among the temporary files."""
    os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", tempfile.gettempdir())  # nothing is compiled, so it stays empty
    try:
        import sentence_transformers
    except ModuleNotFoundError as error:
        raise ModelError(not_installed(name, "sentence-transformers", "sentence-transformers")) from error
    return sentence_transformers


def _offline(folder: Path) -> bool:
    return folder.is_dir() or os.environ.get("HF_HUB_OFFLINE") == "1"


def _loaded(name: str, load: Callable[[], Any]) -> Any:
    try:
        return load()
    except Exception as error:  # transformers raises OSError, ValueError, KeyError and more for a bad folder
        raise ModelError(f"{name} cannot be loaded as a sentence-transformers model: {error}") from error


def _weights_sha256(model: Any) -> str:
    """The sha256 of all weights, by name: the same for the same model wherever its files lie."""
    digest = hashlib.sha256()
    for key, tensor in sorted(model.state_dict().items()):
        digest.update(key.encode())
        digest.update(tensor.detach().cpu().float().numpy().tobytes())
    return digest.hexdigest()

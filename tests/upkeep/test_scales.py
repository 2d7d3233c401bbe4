"""The scale of a collection goes with it: through backups and exports, and away with it."""

import json
import zipfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from eval.run.toys import WordEncoder, WordScorer
from rag.errors import ArchiveError
from rag.library import Library, assemble
from rag.settings import Settings
from rag.storage.catalog import FittedScale
from rag.types import UNSCALED, Scale
from rag.upkeep.backup import back_up, restore
from rag.upkeep.exchange import export, import_collection
from tests.support.engines import write_and_ingest

TEXT = "The lighthouse of Morvane was built in 1871 by Ada Stone.\n"
FITTED = FittedScale(scale=Scale(intercept=-0.25, slope=1.5), questions=40, created="2026-11-30T12:00:00+00:00")
OTHER = FittedScale(scale=Scale(intercept=1.0), questions=9, created="2026-11-30T13:00:00+00:00")


def opened(data_dir: Path) -> Library:
    encoder = WordEncoder()
    return assemble(Settings(data_dir=data_dir, encoder=encoder.name, threshold=0.2), encoder, WordScorer())


@pytest.fixture
def scaled(tmp_path: Path) -> Path:
    """A directory with a collection that has a scale, and one that has none."""
    with closing(opened(tmp_path / "data")) as engine:
        for name in ("lamps", "plain"):
            write_and_ingest(engine, tmp_path / name, {f"{name}.txt": TEXT}, collection=name)
        engine.store.catalog.scales.put("lamps", FITTED)
    return tmp_path / "data"


def test_backup_carries_the_scale(scaled: Path, tmp_path: Path) -> None:
    back_up(scaled, tmp_path / "all.zip")
    restore(tmp_path / "all.zip", tmp_path / "new")
    with closing(opened(tmp_path / "new")) as engine:
        assert engine.store.catalog.scales.find("lamps") == FITTED
        assert engine.store.catalog.scales.find("plain") is None


def test_export_carries_the_scale_to_a_collection_that_has_none(scaled: Path, tmp_path: Path) -> None:
    for name in ("lamps", "plain"):
        export(scaled, name, tmp_path / f"{name}.zip")
    with closing(opened(tmp_path / "new")) as engine:
        import_collection(engine, tmp_path / "lamps.zip")
        import_collection(engine, tmp_path / "plain.zip")
        scales = engine.store.catalog.scales
        assert (scales.find("lamps"), scales.find("plain")) == (FITTED, None)
        scales.put("plain", OTHER)
        import_collection(engine, tmp_path / "lamps.zip", collection="plain")
        assert scales.find("plain") == OTHER


WRONG: dict[str, object] = {
    "a list": [1],
    "a slope of nothing": {**dict(intercept=0.0, slope=0.0, questions=9), "created": "2026-11-30T12:00:00Z"},
    "a slope downwards": {**dict(intercept=0.0, slope=-1.0, questions=9), "created": "2026-11-30T12:00:00Z"},
    "a word": {**dict(intercept="x", slope=1.0, questions=9), "created": "2026-11-30T12:00:00Z"},
    "too much": {**dict(intercept=1e9, slope=1.0, questions=9), "created": "2026-11-30T12:00:00Z"},
    "no time": {**dict(intercept=0.0, slope=1.0, questions=9), "created": "noon"},
    "no questions": {"intercept": 0.0, "slope": 1.0, "created": "2026-11-30T12:00:00Z"},
}


@pytest.mark.parametrize("name", WRONG)
def test_export_with_a_scale_that_no_collection_has_is_refused(name: str, scaled: Path, tmp_path: Path) -> None:
    export(scaled, "lamps", tmp_path / "out.zip")
    rewrite(tmp_path / "out.zip", tmp_path / "bad.zip", {"scale": WRONG[name]})
    with closing(opened(tmp_path / "new")) as engine:
        with pytest.raises(ArchiveError, match=r"bad\.zip has a scale that no collection has: "):
            import_collection(engine, tmp_path / "bad.zip")
        assert engine.store.catalog.is_empty()


def test_removed_collection_leaves_no_scale(scaled: Path) -> None:
    with closing(opened(scaled)) as engine:
        catalog = engine.store.catalog
        engine.store.drop_collection("lamps")
        catalog.ensure_collection("lamps")
        assert catalog.scale("lamps") == UNSCALED
        assert not catalog.scales.remove("lamps")
        catalog.scales.put("lamps", FITTED)
        catalog.scales.put("lamps", OTHER)
        assert catalog.scale("lamps") == OTHER.scale
        assert catalog.scales.remove("lamps")
        assert catalog.scale("lamps") == UNSCALED


def rewrite(export: Path, target: Path, about: Mapping[str, Any]) -> None:
    """A copy of an export that says something else of the whole."""
    with zipfile.ZipFile(export) as archive, zipfile.ZipFile(target, "w") as changed:
        for name in archive.namelist():
            content = archive.read(name)
            if name == "manifest.json":
                manifest = json.loads(content)
                manifest["about"] |= about
                content = json.dumps(manifest).encode()
            changed.writestr(name, content)

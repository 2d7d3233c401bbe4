"""Order independence: the same documents give the same index and the same results, whatever came before."""

import tempfile
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from eval.run.toys import WordEncoder, WordScorer
from rag.errors import NotFound
from rag.ingest.pipeline import Work, find_files, ingest, take_in
from rag.library import Library, assemble
from rag.models.encode import Stopped
from rag.settings import Settings

SAME = "The bells of Pelm ring at noon. Nobody knows who rings them.\n"
TEXTS = {
    "lamp.txt": "The lighthouse of Morvane was built in 1871 by Ada Stone. It is 42 metres tall.\n",
    "port.txt": "The harbour of Pelm was dug in 1902 by Otto Reed. Its basin holds sixty ships.\n",
    "mill.txt": "The mill at Quarn grinds rye. Its wheel turns twelve times a minute.\n",
    "bells.txt": SAME,
    "again.txt": SAME,
    "ferry.txt": "The ferry of Tarn sails at noon.\n\nThe ferry of Tarn was built in 1902.\n",
}
QUERIES = ("Who built the lighthouse of Morvane?", "When do the bells of Pelm ring?", "What happened in 1902?", "noon")

Step = tuple[str, str]
STEPS = st.lists(
    st.tuples(st.sampled_from(["bring", "change", "remove", "interrupt", "reopen"]), st.sampled_from(sorted(TEXTS))),
    max_size=8,
)


class Corpus:
    """An engine on a folder, to which steps are done."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.engine = self._open()

    def _open(self) -> Library:
        settings = Settings(data_dir=self.folder / "data", encoder="words", threshold=0.2, passage_tokens=16)
        return assemble(settings, WordEncoder(), WordScorer())

    def bring(self, name: str, text: str) -> None:
        (self.folder / "files").mkdir(exist_ok=True)
        (self.folder / "files" / name).write_text(text, encoding="utf-8")
        ingest(self.engine, find_files([self.folder / "files" / name]), collection="default")

    def do(self, step: Step) -> None:
        kind, name = step
        match kind:
            case "bring":
                self.bring(name, TEXTS[name])
            case "change":
                self.bring(name, f"Something else stood here before the {name} of {len(name)} words.\n")
            case "remove":
                with suppress(NotFound):
                    self.engine.remove(name.removesuffix(".txt"))
            case "interrupt":
                self._interrupt(name)
            case "reopen":
                self.engine.close()
                self.engine = self._open()

    def _interrupt(self, name: str) -> None:
        (self.folder / "files").mkdir(exist_ok=True)
        (self.folder / "files" / name).write_text(f"{TEXTS[name]}It is not finished.\n", encoding="utf-8")
        work = Work()
        work.stop.set()
        with suppress(Stopped):
            files = find_files([self.folder / "files" / name])
            list(take_in(self.engine, files, collection="default", work=work))

    def shown(self) -> dict[str, Any]:
        """What the index holds, keys aside, and what it answers, ids and times aside."""
        catalog = self.engine.store.catalog
        keys = catalog.passage_keys("default")
        ids = catalog.ids(keys)
        vectors = self.engine.store.vectors.vectors("default", keys)
        answers = [self.engine.ask(query) for query in QUERIES]
        return {
            "passages": {ids[key]: vectors[key].tobytes() for key in sorted(keys, key=lambda key: ids[key])},
            "surplus": self.engine.store.vectors.keys("default") - set(keys),
            "answers": [replace(one, id="", timings_ms={}, corpus=replace(one.corpus, version=0)) for one in answers],
            "results": [self.engine.search(query, limit=10) for query in QUERIES],
        }


def shown_after(steps: list[Step], order: list[str]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        corpus = Corpus(Path(folder))
        try:
            for step in steps:
                corpus.do(step)
            for name in order:
                corpus.bring(name, TEXTS[name])
            assert corpus.engine.store.disagreements() == []
            return corpus.shown()
        finally:
            corpus.engine.close()


@cache
def expected() -> dict[str, Any]:
    return shown_after([], sorted(TEXTS))


@settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@example(steps=[], order=sorted(TEXTS, reverse=True))
@given(steps=STEPS, order=st.permutations(sorted(TEXTS)))
def test_same_documents_give_the_same_index_and_results_whatever_came_before(
    steps: list[Step], order: list[str]
) -> None:
    assert shown_after(steps, order) == expected()

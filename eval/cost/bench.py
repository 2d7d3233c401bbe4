"""What Footnote costs beside the bare models: ``footnote eval bench``.

It prints ratios, medians of runs that alternate with what they are compared to, because machines
differ and are noisy. It asserts nothing.
"""

import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import click
import httpx
import psutil

from eval.run.around import AroundEncoder, AroundScorer
from rag.cli.terminal import console, echo
from rag.ingest.pipeline import find_files, ingest
from rag.library import Library, assemble
from rag.models import load_encoder, load_reranker
from rag.models.protocols import Encoder, PairScorer
from rag.settings import SEEDS, Settings
from rag.types import PairScores, Vectors

QUESTIONS = (
    "How many prisoners of war did both sides agree to exchange?",
    "Who met Putin in St. Petersburg?",
    "When was the article about renewed talks published?",
    "What is the boiling point of nitrogen?",
    "Which countries tried to mediate?",
    "What did the United States propose in March?",
    "Why did trust break down?",
    "Who is the Kremlin spokesman?",
    "What does Ukraine insist on?",
    "When is the general cease-fire demanded?",
)
_REPEATS = 3
_STARTS = 5
_DOCUMENTS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the table: what was measured, its value and the bound that it should keep."""

    name: str
    value: str
    bound: str


class _RecordingEncoder(AroundEncoder):
    """An encoder that remembers what it was given, to give the bare model the same."""

    def __init__(self, model: Encoder) -> None:
        super().__init__(model)
        self.queries: list[str] = []
        self.passages: list[list[str]] = []

    def encode_query(self, question: str) -> Vectors:
        self.queries.append(question)
        return self.model.encode_query(question)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        self.passages.append(list(texts))
        return self.model.encode_passages(texts)


class _RecordingScorer(AroundScorer):
    """A pair scorer that remembers what it was given."""

    def __init__(self, model: PairScorer) -> None:
        super().__init__(model)
        self.pairs: list[tuple[str, list[str], bool]] = []

    def score(self, question: str, texts: Sequence[str], *, units: bool = False) -> PairScores:
        self.pairs.append((question, list(texts), units))
        return self.model.score(question, texts, units=units)


@click.command()
def main() -> None:
    """Measure everything and print the table in Markdown."""
    settings = Settings()
    encoder = load_encoder(settings.encoder, threads=settings.worker_threads)
    scorer = load_reranker(settings.reranker, threads=settings.worker_threads)
    rows = []
    with tempfile.TemporaryDirectory() as folder, console(err=True).status("measuring"):
        rows.append(_question_cost(Path(folder, "questions"), encoder, scorer))
        rows.append(_ingest_throughput(Path(folder, "ingest"), encoder, scorer))
        rows.extend(_server(Path(folder, "questions")))
    echo("| measure | value | bound |")
    echo("|---|---|---|")
    for row in rows:
        echo(f"| {row.name} | {row.value} | {row.bound} |")


def _question_cost(data_dir: Path, encoder: Encoder, scorer: PairScorer) -> Row:
    """Ask each question, then run the bare models on exactly the inputs that it gave them."""
    recording, scoring = _RecordingEncoder(encoder), _RecordingScorer(scorer)
    with _engine(data_dir, recording, scoring) as engine:
        ingest(engine, find_files([SEEDS]), collection="default")
        engine.warm_up()
        ratios, costs = [], []
        for question in QUESTIONS * _REPEATS:
            recording.queries.clear()
            scoring.pairs.clear()
            asked = _seconds(partial(engine.ask, question))
            bare = sum(_seconds(partial(encoder.encode_query, query)) for query in recording.queries)
            bare += sum(_seconds(partial(scorer.score, text, pairs, units=of)) for text, pairs, of in scoring.pairs)
            ratios.append(asked / bare)
            costs.append(asked)
    value = f"{statistics.median(ratios):.2f} times ({1000 * statistics.median(costs):.0f} ms a question)"
    return Row(name="a question, to its bare model inference", value=value, bound="at most 1.3")


def _ingest_throughput(folder: Path, encoder: Encoder, scorer: PairScorer) -> Row:
    """Ingest varied copies of the seeds, then encode exactly the passages that came of them."""
    _write_documents(folder / "documents")
    recording = _RecordingEncoder(encoder)
    with _engine(folder / "data", recording, scorer) as engine:
        whole = _seconds(lambda: ingest(engine, find_files([folder / "documents"]), collection="default"))
    bare = sum(_seconds(partial(encoder.encode_passages, texts)) for texts in recording.passages)
    count = sum(len(texts) for texts in recording.passages)
    value = f"{bare / whole:.2f} times ({count / whole:.0f} passages/s)"
    return Row(name="ingest throughput, to the bare encoder's", value=value, bound="at least 0.8")


def _server(data_dir: Path) -> Iterator[Row]:
    """Start a server on a ready catalog, in turn with the import that it avoids; then ask it 100 questions."""
    ready, imports, resident = [], [], 0.0
    for start in range(_STARTS):
        imports.append(_seconds(lambda: _run("-c", "import sentence_transformers")))
        ready_after, resident = _start_server(data_dir, questions=100 if start == _STARTS - 1 else 0)
        ready.append(ready_after)
    ratio = statistics.median(one / other for one, other in zip(ready, imports, strict=True))
    yield Row(
        name="ready with a catalog, to `import sentence_transformers`",
        value=f"{ratio:.2f} times ({statistics.median(ready):.1f} s)",
        bound="below 0.5",
    )
    yield Row(name="resident memory after 100 questions", value=f"{resident:.0f} MB", bound="below 500 MB")


def _start_server(data_dir: Path, *, questions: int) -> tuple[float, float]:
    """Seconds until a new server is ready, and its resident memory in MB after ``questions``."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "rag", "serve", "--port", "0", "--data-dir", str(data_dir)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        if process.stderr is None:
            raise RuntimeError("the server's error stream is not a pipe")
        address = process.stderr.readline().split()[-1]
        while _status(f"{address}health/ready") != httpx.codes.OK:
            time.sleep(0.02)
        seconds = time.perf_counter() - started
        for number in range(questions):
            body = {"question": QUESTIONS[number % len(QUESTIONS)]}
            httpx.post(f"{address}v1/ask", json=body, timeout=60).raise_for_status()
        return seconds, psutil.Process(process.pid).memory_info().rss / 1e6
    finally:
        process.terminate()
        process.communicate(timeout=30)


def _status(url: str) -> int:
    try:
        return httpx.get(url, timeout=5).status_code
    except httpx.TransportError:
        return 0


def _run(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], check=True)


def _write_documents(folder: Path) -> None:
    """The seeds' paragraphs, shuffled into new documents by a fixed seed."""
    folder.mkdir(parents=True)
    paragraphs = [line for file in sorted(SEEDS.glob("*.txt")) for line in file.read_text("utf-8").splitlines() if line]
    chance = random.Random(0)
    for number in range(_DOCUMENTS):
        chosen = chance.sample(paragraphs, 12)
        (folder / f"{number:03}.txt").write_text("\n\n".join(chosen), encoding="utf-8")


@contextmanager
def _engine(data_dir: Path, encoder: Encoder, scorer: PairScorer) -> Iterator[Library]:
    settings = replace(Settings(), data_dir=data_dir)
    with closing(assemble(settings, encoder, scorer)) as engine:
        yield engine


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started

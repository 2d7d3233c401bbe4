"""Footnote with very many documents: ``footnote eval scale --data DIR --documents 10000``.

Documents are made of the texts in DIR and the seeds, taken in by ``footnote ingest`` and asked about
through ``footnote serve``, beside the five seeds alone and the bare encoder. What is compared is
measured in turn, because machines are noisy.
"""

import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TypeVar

import click

from eval.cost.scale.documents import load_stock, write_documents
from eval.cost.scale.rows import Answers, Ingests, Load, Measured, Row, Sizes, Starts, rows
from eval.cost.scale.service import Server, ask_with_pauses, ingest, serve, uploading
from eval.run.progress import show_progress
from eval.sets.load import QUESTIONS, load_set
from rag.cli.terminal import echo, echo_json
from rag.ingest.derive import derive
from rag.ingest.draft import Draft
from rag.ingest.parse import parse
from rag.ingest.recipe import Recipe
from rag.models import load_encoder
from rag.models.encode import encode_in_steps
from rag.models.gate import Gate
from rag.models.protocols import Encoder
from rag.settings import SEEDS, Settings
from rag.storage.catalog import Catalog
from rag.storage.directory import CATALOG, vector_folders
from rag.types import DEFAULT_COLLECTION

_SAMPLE = 2_000  # passages that the bare encoder is timed on
_BATCH = 64
_STARTS = 5
_ASKED = 60
_ROUNDS = 2
_PASSAGES_A_DOCUMENT = 5
_UPLOADED_A_QUESTION = 10

Item = TypeVar("Item")
OnStage = Callable[[str, int, int], None]


@click.command()
@click.option("--data", required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--documents", default=10_000, type=click.IntRange(min=10), help="How many are made.")
@click.option("--seed", default=0, help="Of the documents that are made.")
@click.option("--questions", default=200, type=click.IntRange(min=1), help="Asked while documents come in.")
@click.option("--folder", type=click.Path(path_type=Path), help="Work here, and leave it there; else a temporary one.")
@click.option("--json", "as_json", is_flag=True, help="Print raw values too, as JSON.")
def main(data: Path, documents: int, seed: int, questions: int, folder: Path | None, as_json: bool) -> None:
    """Measure everything and print the table; the exit status is 1 where a target is missed."""
    with tempfile.TemporaryDirectory() as temporary, show_progress() as show:
        place = folder or Path(temporary)
        found = measure(data, place, documents=documents, seed=seed, questions=questions, show=show)
    table = rows(found)
    if as_json:
        echo_json({"measured": asdict(found), "rows": [asdict(row) for row in table]})
    else:
        for line in written(table).splitlines():
            echo(line)
    sys.exit(int(any(row.passed is False for row in table)))


def measure(data: Path, folder: Path, *, documents: int, seed: int, questions: int, show: OnStage) -> Measured:
    """Run everything below ``folder``, which has to be empty.

    Raises:
        EvalSetError: When ``data`` has no texts.
        RunError: When a process that is measured fails.
    """
    stock, made, more = load_stock(data), folder / "documents", folder / "more"
    write_documents(stock, made, range(documents), seed=seed, on_written=_stage(show, "documents", documents))
    uploaded = range(documents, documents + questions * _UPLOADED_A_QUESTION)
    write_documents(stock, more, uploaded, seed=seed)
    few, many = folder / "few", folder / "many"
    with serve(few) as server:
        fresh = server.ready_seconds
    ingests = _ingests(made, many, show)
    sizes = _sizes(made, many)
    starts = _starts(few, many, fresh, show)
    asked = [one.text for one in evenly(load_set(SEEDS, QUESTIONS).questions, _ASKED)]
    with serve(many) as large:
        with serve(few) as small:
            answers = _asked_in_turn(small, large, asked, show)
        load = _under_load(large, _files(more), asked, questions, show)
    return Measured(ingests=ingests, starts=starts, answers=answers, load=load, sizes=sizes)


def written(table: Sequence[Row]) -> str:
    """The table in Markdown."""
    lines = ["| measure | value | target | |", "|---|---|---|---|"]
    for row in table:
        passed = "" if row.passed is None else "pass" if row.passed else "FAIL"
        lines.append(f"| {row.name} | {row.shown} | {row.target} | {passed} |")
    return "\n".join(lines)


def evenly(items: Sequence[Item], count: int) -> list[Item]:
    """At most ``count`` of ``items``, evenly spread, in order.

    >>> evenly("abcdefg", 3)
    ['a', 'c', 'e']
    """
    return [items[position * len(items) // count] for position in range(count)] if count < len(items) else list(items)


def encoder_rate(encoder: Encoder, texts: Sequence[str], on_step: Callable[[int], None] = lambda _: None) -> float:
    """Passages a second that the encoder alone makes of ``texts``, in the batches of an ingest."""
    started = time.perf_counter()
    for start in range(0, len(texts), _BATCH):
        encode_in_steps(encoder, texts[start : start + _BATCH], Gate(), threading.Event())
        on_step(min(start + _BATCH, len(texts)))
    return len(texts) / (time.perf_counter() - started)


def _ingests(made: Path, data_dir: Path, show: OnStage) -> Ingests:
    settings = Settings()
    encoder = load_encoder(settings.encoder, threads=settings.worker_threads)
    recipe = Recipe(encoder=encoder, named=settings.encoder, passage_tokens=settings.passage_tokens)
    texts = sample_texts(_files(made), recipe)
    bare = [encoder_rate(encoder, texts, _stage(show, "encoder alone, before", len(texts)))]
    documents = len(_files(made)) + len(_files(SEEDS))
    first = ingest(data_dir, [SEEDS, made], _stage(show, "first ingest", documents))
    second = ingest(data_dir, [SEEDS, made])
    bare.append(encoder_rate(encoder, texts, _stage(show, "encoder alone, after", len(texts))))
    return Ingests(bare=bare, first=first, second_seconds=second.seconds)


def sample_texts(files: Sequence[Path], recipe: Recipe) -> list[str]:
    """The texts that an ingest encodes of some of these files: of as many as give about 2,000 passages."""
    found: list[str] = []
    for file in evenly(files, _SAMPLE // _PASSAGES_A_DOCUMENT):
        draft = _draft(file)
        for _ in derive(draft, recipe):
            pass
        found += [passage.indexed for passage in draft.passages]
    return found


def _draft(file: Path) -> Draft:
    content = file.read_bytes()
    return Draft(
        position=0,
        id=file.stem,
        collection=DEFAULT_COLLECTION,
        path=file.name,
        origin=str(file),
        sha256="",
        content=content,
        replaces=False,
        parsed=parse(file.name, content),
    )


def _starts(few: Path, many: Path, fresh: float, show: OnStage) -> Starts:
    found: dict[Path, list[float]] = {few: [], many: []}
    for start in range(_STARTS):
        for data_dir, seconds in found.items():
            with serve(data_dir) as server:
                seconds.append(server.ready_seconds)
        show("starts", start + 1, _STARTS)
    return Starts(fresh=fresh, few=found[few], many=found[many])


def _asked_in_turn(small: Server, large: Server, questions: Sequence[str], show: OnStage) -> Answers:
    """Each question to both servers in turn, a first time to warm them, then twice."""
    few, many = list[float](), list[float]()
    for time_asked in range(1 + _ROUNDS):
        for number, question in enumerate(questions, start=1):
            few.append(small.ask(question))
            many.append(large.ask(question))
            show("questions", time_asked * len(questions) + number, (1 + _ROUNDS) * len(questions))
    warm = len(questions)
    return Answers(few=few[warm:], many=many[warm:], resident_few=small.resident, resident_many=large.resident)


def _under_load(server: Server, files: Sequence[Path], asked: Sequence[str], count: int, show: OnStage) -> Load:
    idle = ask_with_pauses(server, asked, count, _stage(show, "questions, idle", count))
    with uploading(server, files) as uploads:
        busy = ask_with_pauses(server, asked, count, _stage(show, "questions, documents coming in", count))
        to_the_end = not uploads.ended
    return Load(idle=idle, busy=busy, taken_in=uploads.taken_in, to_the_end=to_the_end)


def _sizes(made: Path, data_dir: Path) -> Sizes:
    with closing(Catalog(data_dir / CATALOG)) as catalog:
        state = catalog.state(DEFAULT_COLLECTION)
    return Sizes(
        documents=state.documents,
        passages=state.passages,
        source_bytes=_bytes(_files(made)),
        catalog_bytes=(data_dir / CATALOG).stat().st_size,
        vector_bytes=sum(_bytes(_files(folder)) for folder in vector_folders(data_dir)),
    )


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file())


def _bytes(files: Sequence[Path]) -> int:
    return sum(file.stat().st_size for file in files)


def _stage(show: OnStage, name: str, total: int) -> Callable[[int], None]:
    return lambda done: show(name, min(done, total), total)

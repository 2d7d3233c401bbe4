"""A process that opens a data directory and is asked by several threads at once, from its first question on.

``python -m eval.cost.stress.ask``: one round, in a process of its own, whose caches are empty.
"""

import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import click

from eval.cost.stress.answers import Answered, answered, failed, write
from rag.ingest.pipeline import Work, drop_collection, find_files, ingest
from rag.library import Library, open_library
from rag.models.encode import Stopped
from rag.settings import Settings

_SWITCH_SECONDS = 1e-5  # the default is 5e-3: threads take turns so often that what can go wrong does
_OTHER = "other"
_FILE = click.Path(path_type=Path)


@click.command()
@click.argument("data_dir", type=_FILE)
@click.argument("questions", type=_FILE)
@click.argument("out", type=_FILE)
@click.option("--threads", default=8)
@click.option("--ingest", "beside", type=_FILE, help="Ingest this folder into another collection, over and over.")
def main(data_dir: Path, questions: Path, out: Path, threads: int, beside: Path | None) -> None:
    """Answer QUESTIONS, one a line, and write the answers to OUT."""
    asked = questions.read_text("utf-8").splitlines()
    with closing(open_library(Settings(data_dir=data_dir))) as engine, _ingesting(engine, beside):
        write(out, ask_all(engine, asked, threads))


def ask_all(engine: Library, questions: Sequence[str], threads: int) -> list[Answered]:
    """What each question gets, in order, when so many threads ask at once; one thread asks them in order."""
    if threads > 1:
        sys.setswitchinterval(_SWITCH_SECONDS)
    begin = threading.Barrier(min(threads, len(questions)))
    with ThreadPoolExecutor(begin.parties, initializer=begin.wait) as pool:
        return list(pool.map(lambda question: _ask(engine, question), questions))


def _ask(engine: Library, question: str) -> Answered:
    try:
        return answered(engine.ask(question))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
        return failed(error)


@contextmanager
def _ingesting(engine: Library, folder: Path | None) -> Iterator[None]:
    """Fill and drop another collection while the block runs, where there is a folder to fill it from.

    Raises:
        Exception: Whatever went wrong with it.
    """
    work, failures = Work(), list[Exception]()

    def go_round() -> None:
        try:
            while folder is not None and not work.stop.is_set():
                ingest(engine, find_files([folder]), collection=_OTHER, work=work)
                drop_collection(engine, _OTHER)
        except Stopped:
            return
        except Exception as error:  # noqa: BLE001 - it is raised when the thread has ended
            failures.append(error)

    thread = threading.Thread(target=go_round, name="ingest")
    thread.start()
    try:
        yield
    finally:
        work.stop.set()
        thread.join()
    if failures:
        raise failures[0]


if __name__ == "__main__":
    main()

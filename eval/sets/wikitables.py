"""Contexts out of WikiTableQuestions: ``footnote eval wikitables CHECKOUT DIR``.

Of the questions over tables of Wikipedia (Pasupat and Liang 2015, CC BY-SA 4.0) those are kept that one row answers by
itself: the answer is one cell of the table, and another cell of its row stands in the question. ``DIR`` gets
``wikitables/contexts.jsonl`` and, of every sixth table, ``wikitables-test/contexts.jsonl``.
"""

import csv
import json
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from rag.cli.terminal import echo

_TITLE_END = " - Wikipedia, the free encyclopedia"
_SEED = 7
_QUESTIONS = 1_150
_OF_TABLE = 3
_ROWS, _COLUMNS = (4, 41), (3, 9)
_SHORTEST = 3

Asked = tuple[str, str]
Table = list[list[str]]


def contexts(checkout: Path) -> Iterator[dict[str, object]]:
    """The chosen tables, each with up to three questions, in a random order with a fixed seed."""
    asked: dict[str, list[Asked]] = {}
    for line in (checkout / "data" / "training.tsv").read_text("utf-8").splitlines()[1:]:
        _, question, table, answer = line.split("\t")
        if "|" not in answer:
            asked.setdefault(table, []).append((question, answer))
    names = sorted(asked)
    random.Random(_SEED).shuffle(names)
    count = 0
    for name in names:
        rows = _read(checkout / name)
        kept = [one for one in asked[name] if _answered_by_a_row(rows, *one)][:_OF_TABLE]
        if kept and count < _QUESTIONS:
            count += len(kept)
            yield {"id": name.replace("/", "_"), "markdown": _markdown(_title(checkout, name), rows)} | {
                "questions": [
                    {
                        "question": question[0].upper() + question[1:],
                        "answers": [_cell_of(rows, answer)],
                        "from": "table",
                    }
                    for question, answer in kept
                ]
            }


def _read(file: Path) -> Table:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines, escapechar="\\"))


def _title(checkout: Path, name: str) -> str:
    page = name.replace("csv/", "page/").replace("-csv/", "-page/").replace(".csv", ".json")
    return str(json.loads((checkout / page).read_text("utf-8"))["title"]).removesuffix(_TITLE_END)


def _answered_by_a_row(rows: Table, question: str, answer: str) -> bool:
    """Whether the answer is one cell, and the question has another cell of its row, of a table of a usual size."""
    if not (_ROWS[0] <= len(rows) <= _ROWS[1] and _COLUMNS[0] <= len(rows[0]) <= _COLUMNS[1]):
        return False
    wanted = _plain(answer)
    if sum(_plain(cell) == wanted for row in rows[1:] for cell in row) != 1:
        return False
    own = next(row for row in rows[1:] if wanted in map(_plain, row))
    said = re.sub(r"[^\w.,%'-]", " ", question.casefold()).rstrip(" .?")
    return any(
        len(cell) >= _SHORTEST and re.search(rf"(?<!\w){re.escape(cell)}(?!\w)", said)
        for cell in map(_plain, own)
        if cell != wanted
    )


def _plain(cell: str) -> str:
    return " ".join(cell.replace("\\n", " ").split()).casefold()


def _cell_of(rows: Table, answer: str) -> str:
    return next(_shown(cell) for row in rows[1:] for cell in row if _plain(cell) == _plain(answer))


def _shown(cell: str) -> str:
    return cell.replace("\\n", " ").replace("\n", " ").replace("|", "/").strip()


def _markdown(title: str, rows: Sequence[Sequence[str]]) -> str:
    head, *body = [f"| {' | '.join(map(_shown, row))} |\n" for row in rows]
    return f"# {title}\n\n{head}|{'---|' * len(rows[0])}\n{''.join(body)}"


@click.command()
@click.argument("checkout", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def main(checkout: Path, folder: Path) -> None:
    """Write contexts out of a checkout of WikiTableQuestions into FOLDER."""
    found = list(contexts(checkout))
    for name, part in (
        ("wikitables", [one for place, one in enumerate(found) if place % 6]),
        ("wikitables-test", found[::6]),
    ):
        target = folder / name / "contexts.jsonl"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("".join(f"{json.dumps(one, ensure_ascii=False)}\n" for one in part), "utf-8")
        echo(f"{target}: {len(part)} tables")

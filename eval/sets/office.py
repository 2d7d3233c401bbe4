"""The documents of a set in the formats that people send: written by LibreOffice, from HTML made of their Markdown.

A table is ruled. Where the set has it as a grid, cells that repeat what stands beside or above them are one cell, as
they were before the table was Markdown.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from eval.sets.forms import FormSet, Grid
from eval.sets.question import EvalSetError

FORMATS = ("md", "html", "docx", "pdf")
"""Suffixes of the formats in which documents are written."""

_SECONDS = 600
_LOG = "log"
_HEAD = '<!DOCTYPE html><meta charset="utf-8"><style>@page { size: 297mm 210mm; margin: 15mm }</style>'


def write_documents(chosen: FormSet, suffix: str, folder: Path) -> dict[str, Path]:
    """Write each document of a set to a folder that is there, in one of ``FORMATS``; gives the file of each.

    Raises:
        EvalSetError: When LibreOffice is not there, or did not write one of them.
    """
    if suffix == "md":
        sources = {name: (folder / name, text) for name, text in chosen.texts.items()}
        return {name: _written(*source) for name, source in sources.items()}
    with tempfile.TemporaryDirectory() as made:
        pages = [
            _written(Path(made, name).with_suffix(".html"), html_of(text, chosen.grids.get(name)))
            for name, text in chosen.texts.items()
        ]
        _convert(pages, suffix, folder)
    return {name: (folder / name).with_suffix(f".{suffix}") for name in chosen.texts}


def html_of(markdown: str, grid: Grid | None) -> str:
    """A page of HTML of a text in Markdown, whose first table is ``grid`` where that is given.

    >>> html_of("Metres:\\n\\n|Odo|\\n|-|\\n|9|", Grid(rows=(("Odo",), ("9",)), heads=0))[-63:]
    '<tbody><tr><td>Odo</td></tr><tr><td>9</td></tr></tbody></table>'
    """
    parser = MarkdownIt("commonmark").enable("table")
    tokens = parser.parse(markdown)
    for token in tokens:
        if token.type == "table_open":
            token.attrSet("border", "1")
    if grid is not None:
        tokens = [*_with_grid(tokens, grid)]
    return f"{_HEAD}{parser.renderer.render(tokens, parser.options, {})}"


def _with_grid(tokens: Sequence[Token], grid: Grid) -> Iterator[Token]:
    kinds = [token.type for token in tokens]
    if "table_open" not in kinds:
        yield from tokens
        return
    start, end = kinds.index("table_open"), kinds.index("table_close")
    yield from tokens[:start]
    yield Token("html_block", "", 0, content=_table(grid))
    yield from tokens[end + 1 :]


def _table(grid: Grid) -> str:
    rows = [f"<tr>{''.join(_cells(grid, row))}</tr>" for row in range(len(grid.rows))]
    head, body = "".join(rows[: grid.heads]), "".join(rows[grid.heads :])
    return f'<table border="1"><thead>{head}</thead><tbody>{body}</tbody></table>'


def _cells(grid: Grid, row: int) -> Iterator[str]:
    """The cells that begin in a row."""
    name = "th" if row < grid.heads else "td"
    for column, text in enumerate(grid.rows[row]):
        if not grid.repeats_left(row, column) and not grid.repeats_above(row, column):
            wide = _run(grid.repeats_left(row, place) for place in range(column + 1, len(grid.rows[row])))
            deep = _run(grid.repeats_above(place, column) for place in range(row + 1, len(grid.rows)))
            over = (f' colspan="{wide + 1}"' if wide else "") + (f' rowspan="{deep + 1}"' if deep else "")
            yield f"<{name}{over}>{escape(text)}</{name}>"


def _run(repeated: Iterator[bool]) -> int:
    """How many cells in a row are repeated, from the first."""
    count = 0
    while next(repeated, False):
        count += 1
    return count


def _written(file: Path, text: str) -> Path:
    file.write_text(text, "utf-8")
    return file


def _convert(pages: Sequence[Path], suffix: str, folder: Path) -> None:
    """Have one process of LibreOffice, with a profile of its own, write each page to a folder in a format."""
    program = shutil.which("soffice")
    if program is None:
        raise EvalSetError(f"LibreOffice writes .{suffix} files, and there is no soffice on the path: install it")
    with tempfile.TemporaryDirectory() as profile, Path(profile, _LOG).open("wb") as log:
        subprocess.run(
            [
                program,
                "--headless",
                f"-env:UserInstallation={Path(profile, 'user').as_uri()}",
                "--infilter=HTML (StarWriter)",
                *("--convert-to", suffix),
                *("--outdir", folder),
                *pages,
            ],
            stdout=log,
            stderr=log,
            timeout=_SECONDS,
            check=False,
        )
        said = Path(profile, _LOG).read_text("utf-8", "replace").strip()
    for page in pages:
        if not (folder / page.name).with_suffix(f".{suffix}").exists():
            raise EvalSetError(f"LibreOffice wrote no {page.stem}.{suffix}: {said[-500:]}")

"""Jupyter notebooks: Markdown and code of the cells, in their order; what they printed is not text."""

import json
from typing import Any

from rag.blocks import Form
from rag.errors import DocumentRejected
from rag.ingest.parse.parsed import Limits, Parsed, TextBuilder
from rag.ingest.parse.text.decode import decode_within


def parse(source: bytes, media_type: str, limits: Limits) -> Parsed:
    """The cells of a notebook.

    Raises:
        DocumentRejected: For a file that is no notebook, and a text that is too long.
    """
    builder = TextBuilder(limits.characters)
    for cell in _cells(decode_within(source, limits.file_bytes)):
        said = _said(cell.get("source"))
        if cell.get("cell_type") == "code":
            builder.add(said, form=Form.CODE)
        elif cell.get("cell_type") == "markdown" and said.strip():
            builder.add_plain(said.strip(), markdown=True)
        elif said.strip():
            builder.add_plain(said.strip())
    return Parsed(text=builder.text(), media_type=media_type, blocks=tuple(builder.blocks))


def _cells(text: str) -> list[dict[str, Any]]:
    """The cells; older notebooks have them in worksheets."""
    try:
        notebook = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise DocumentRejected(f"damaged notebook: {error}") from None
    if not isinstance(notebook, dict):
        raise DocumentRejected("not a notebook: it is no JSON object")
    sheets = notebook.get("worksheets")
    inner = [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)] if isinstance(sheets, list) else []
    lists = [one for one in (notebook.get("cells"), *inner) if isinstance(one, list)]
    if not lists:
        raise DocumentRejected("not a notebook: it has no cells")
    return [cell for cells in lists for cell in cells if isinstance(cell, dict)]


def _said(source: object) -> str:
    parts = source if isinstance(source, list) else [source]
    return "".join(part for part in parts if isinstance(part, str))

"""Documents of mixed forms (tables, lists, steps, records, code) and questions over each of them alone."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile
from pathlib import Path

from eval.sets.question import EvalSetError

FORMS = Path(__file__).resolve().parent / "forms"
"""The project's own: 40 documents on as many subjects, ten questions each."""
STRUCTURED = FORMS.with_name("structured")
"""350 more, by four other hands, with 4,367 questions; a sixth of them teaches and calibrates nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormQuestion:
    """A question over one document, which is a collection.

    ``holds`` has what a right answer must hold, all of it, ``unwanted`` what only a wrong one does; of ``answers`` any
    one is right. ``table`` says that the answer stands in a table, ``kind`` what is asked for. Without any of them the
    document does not answer.
    """

    id: str
    document: str
    question: str
    holds: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    kind: str
    table: bool = False
    source: str

    @property
    def answerable(self) -> bool:
        """Whether the document answers it."""
        return bool(self.holds or self.answers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table of ``heads`` rows of names and others; what reaches over several cells is repeated in each.

    The first columns without a name have names of rows, at least the first one.
    """

    rows: Sequence[Sequence[str]]
    heads: int

    def repeats_left(self, row: int, column: int) -> bool:
        """Whether a name stands over this column and the one before it."""
        own = self.rows[row]
        return row < self.heads and 0 < column < len(own) and bool(own[column]) and own[column - 1] == own[column]

    def repeats_above(self, row: int, column: int) -> bool:
        """Whether a name of rows is that of the row above, as are all before it."""
        if not self.heads < row < len(self.rows) or column >= self._labels:
            return False
        own = self.rows[row][: column + 1]
        return bool(own[-1]) and list(own) == list(self.rows[row - 1][: column + 1])

    @property
    def _labels(self) -> int:
        unnamed = takewhile(lambda names: not any(names), zip(*self.rows[: self.heads], strict=False))
        return max(1, len(list(unnamed)))


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSet:
    """Documents by name, with their text in Markdown, and questions over each.

    ``grids`` has the first table of a document as it was before it was Markdown, where that is known; ``measured`` says
    that some documents only measure.
    """

    name: str
    texts: dict[str, str]
    questions: tuple[FormQuestion, ...]
    grids: Mapping[str, Grid] = field(default_factory=dict)
    measured: bool = False

    def part(self, use: str) -> "FormSet":
        """The documents of a use: ``learns``, ``calibrates`` (a quarter or a sixth) or ``measures``."""
        return self._only([name for name in self.texts if self._use(name) == use])

    def in_markdown(self) -> "FormSet":
        """The documents that are Markdown."""
        return self._only([name for name in self.texts if name.endswith(".md")])

    def _only(self, names: Sequence[str]) -> "FormSet":
        texts = {name: self.texts[name] for name in names}
        return replace(self, texts=texts, questions=tuple(one for one in self.questions if one.document in texts))

    def _use(self, document: str) -> str:
        if self.measured:
            return {0: "measures", 1: "calibrates"}.get(_drawn("structured", document) % 6, "learns")
        return "learns" if _drawn("calibrate", document) % 4 else "calibrates"


def _drawn(draw: str, document: str) -> int:
    return hashlib.sha256(f"{draw}/{document}".encode()).digest()[0]


def load_context_set(file: Path) -> FormSet:
    """A set of contexts, each a document, as JSON Lines: ``id``, ``markdown``, ``questions``.

    One that says how many ``header_rows`` its ``table`` has says how that was before it was Markdown.

    Raises:
        EvalSetError: When a line lacks a field.
    """
    texts: dict[str, str] = {}
    grids: dict[str, Grid] = {}
    questions = []
    for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1):
        record = json.loads(line)
        try:
            name = f"{record['id']}.md"
            texts[name] = record["markdown"]
            if "header_rows" in record:
                grids[name] = Grid(rows=record["table"], heads=record["header_rows"])
            for place, one in enumerate(record["questions"]):
                questions.append(
                    FormQuestion(
                        id=f"{record['id']}-{place}",
                        document=name,
                        question=one["question"].strip(),
                        answers=tuple(one["answers"]),
                        kind=one["from"],
                        table=one["from"] == "table",
                        source=file.parent.name,
                    )
                )
        except KeyError as error:
            raise EvalSetError(f"{file}, line {number}: there is no {error}") from error
    return FormSet(name=file.parent.name, texts=texts, questions=tuple(questions), grids=grids)


def unit_sets(data: Path) -> Iterator[FormSet]:
    """The project's own documents of many forms, and each set of contexts in a folder of ``data``."""
    yield load_form_set(STRUCTURED)
    yield load_form_set()
    yield from map(load_context_set, sorted(data.glob("*/contexts.jsonl")))


def load_form_set(folder: Path = FORMS) -> FormSet:
    """The project's own documents of many forms, ``FORMS`` or ``STRUCTURED``, and the questions over them."""
    texts = {file.name: file.read_text("utf-8") for file in sorted(folder.iterdir())}
    lines = (folder.parent / "questions" / f"{folder.name}.jsonl").read_text("utf-8").splitlines()
    records = [json.loads(line) for line in lines if line.strip()]
    questions = [
        FormQuestion(
            id=one["id"],
            document=one["document"],
            question=one["question"],
            holds=tuple(one["holds"]),
            unwanted=tuple(one["not"]),
            kind="unanswerable" if one["unanswerable"] else one["kind"],
            table=one["kind"] in ("cell", "row", "lookup"),
            source=folder.name,
        )
        for one in records
    ]
    return FormSet(name=folder.name, texts=texts, questions=tuple(questions), measured=folder == STRUCTURED)

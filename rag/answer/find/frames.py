"""Frames: what many documents of a collection repeat around their own text, as a site's menu or a legal footer.

What a collection repeats changes with every document that comes or goes, so nothing of it is stored: the documents
that were found for a question are a sample of the collection, and what several of them begin or end with is a frame.
It hides nothing. A text of a frame is judged once a question, where it was found first; it answers where it answers
best, but is no further statement beside what a document says for itself.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rag.answer.find.evidence import Candidate
from rag.blocks import Block, Form
from rag.language.outline import Outline

_DOCUMENTS = 4  # that repeat a text; three may agree on a fact
_EDGE = 60  # leaves
_LEAST_OWN = 0.25  # of a document; versions of one document differ in less
_DATA = frozenset({Form.ROW, Form.FIELD, Form.CODE})


def frames(outlines: Mapping[str, Outline], described: Mapping[str, frozenset[int]]) -> dict[str, frozenset[int]]:
    """The leaves of each document, by position, that are its frame.

    A frame goes from an edge of the document to the first text that is its own. Rows, fields and code are data: two
    documents that have the same value there each say it.

    Args:
        outlines: Of the documents that were found, by id.
        described: The leaves of each that say what it is: its title, its headings. They do not end a frame.
    """
    edges = {name: [*_edges(outline, described[name])] for name, outline in outlines.items()}
    counts = Counter(said for runs in edges.values() for said in {said for run in runs for _, said in run})
    repeated = {said for said, count in counts.items() if count >= _DOCUMENTS}
    return {name: _frame(outlines[name], runs, repeated) for name, runs in edges.items()}


def without_frames(candidates: Sequence[Candidate]) -> Sequence[Candidate]:
    """The candidates, best first, without those of a frame, unless one of these is the best."""
    if not candidates or candidates[0].framed:
        return candidates
    return [one for one in candidates if not one.framed]


def _edges(outline: Outline, described: frozenset[int]) -> Iterator[list[tuple[int, str]]]:
    """The leaves from the start of a document, and those from its end backwards, each with its words."""
    leaves = [place for place, block in enumerate(outline.blocks) if block.leaf and place not in described]
    for run in (leaves[:_EDGE], leaves[: -_EDGE - 1 : -1]):
        yield [*_until_data(outline, run)]


def _until_data(outline: Outline, run: Iterable[int]) -> Iterator[tuple[int, str]]:
    for place in run:
        block = outline.blocks[place]
        if block.form in _DATA:
            return
        yield place, " ".join(block.span.of(outline.text).casefold().split())


def _frame(outline: Outline, runs: Sequence[Sequence[tuple[int, str]]], repeated: set[str]) -> frozenset[int]:
    """The leaves of the runs before the first that is not repeated, and the lists that they fill.

    None where they are nearly all of a document.
    """
    found: set[int] = set()
    for run in runs:
        end = next((number for number, (_, words) in enumerate(run) if words not in repeated), len(run))
        found.update(place for place, _ in run[:end])
    if not found:
        return frozenset()
    blocks = outline.blocks
    mixed = _mixed(blocks, found)
    spans = [blocks[place].span for place in mixed if blocks[place].leaf]
    if sum(span.end - span.start for span in spans) < _LEAST_OWN * len(outline.text):
        return frozenset()
    return frozenset(place for place in range(len(blocks)) if place not in mixed)


def _mixed(blocks: Sequence[Block], found: set[int]) -> set[int]:
    """The leaves that are not ``found``, and what holds any of them."""
    mixed: set[int] = set()
    for place in range(len(blocks) - 1, -1, -1):
        if place in mixed or (blocks[place].leaf and place not in found):
            mixed.add(place)
            parent = blocks[place].parent
            mixed.update(() if parent is None else (parent,))
    return mixed

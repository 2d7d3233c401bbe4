"""Units of evidence larger than a sentence, or more than one: rows, fields, items, lists, records, code.

Each is shown with what is needed to understand it: a row under the names of its columns, an item after what leads
to its list, code after what introduces it.
"""

from collections.abc import Iterator, Sequence

from rag.answer.find.evidence import Part, Unit
from rag.blocks import Form
from rag.language.outline import Outline
from rag.language.text import display
from rag.types import Span

_MOST_PARTS = 40
_MOST_CHARACTERS = 3_000
_ITEM_WORDS = 60


def leaf_unit(outline: Outline, position: int, span: Span) -> Unit | None:
    """The unit that a leaf is, or a sentence of it; ``None`` where it is running text.

    Args:
        span: Of the sentence.
    """
    match outline.form(position):
        case Form.ROW:
            return row_unit(outline, position)
        case Form.FIELD:
            row = outline.row(position)
            return Unit(
                kind="record",
                position=position,
                text=row.text,
                spans=row.spans,
                row=row,
                parts=_field(outline, position),
            )
        case Form.CODE:
            return _code_unit(outline, position)
        case _:
            return _item_unit(outline, position, span)


def holder_units(outline: Outline, span: Span) -> Iterator[Unit]:
    """The lists and records that have anything in ``span``, the outer ones first."""
    for position in outline.lists(span):
        yield _list_unit(outline, position)


def row_unit(outline: Outline, position: int) -> Unit:
    """A row, under the names of its columns."""
    row = outline.row(position)
    parent = outline.blocks[position].parent
    names = outline.names(parent) if parent is not None else []
    return Unit(
        kind="table", position=position, text=row.whole, spans=row.spans, row=row, table=parent, columns=tuple(names)
    )


def _code_unit(outline: Outline, position: int) -> Unit:
    block = outline.blocks[position]
    lead = outline.lead_in(position)
    code = block.span.of(outline.text)
    said = display(lead.of(outline.text)) if lead else ""
    spans = [*([lead] if lead else []), block.span]
    return Unit(
        kind="code", position=position, text="\n".join([*([said] if said else []), code]), spans=tuple(spans), lead=said
    )


def _item_unit(outline: Outline, position: int, span: Span) -> Unit | None:
    """An item, or of a long one a sentence after the label that the item begins with."""
    item = outline.holder(position, Form.ITEM)
    own = _own_leaves(outline, item) if item is not None else []
    said = " ".join(outline.shown(leaf) for leaf in own)
    if position in own and len(said.split()) <= _ITEM_WORDS:
        whole = Span(start=outline.blocks[own[0]].span.start, end=outline.blocks[own[-1]].span.end)
        return _led(outline, own[0], said, (whole,))
    if item is None and outline.holder(position, Form.LIST) is None and not outline.leads(position):
        return None
    label = outline.label(own[0]) if own else None
    if label is None or span.start < label.end:
        return _led(outline, position, display(span.of(outline.text)), (span,))
    return _led(
        outline, own[0], f"{display(label.of(outline.text))} {display(span.of(outline.text))}", (label, span), position
    )


def _led(outline: Outline, first: int, said: str, spans: tuple[Span, ...], position: int | None = None) -> Unit:
    """What an item says, after its mark and what leads to it; ``first`` is the leaf that the item begins with."""
    leads = outline.leads(first)
    lead = " ".join(display(one.of(outline.text)) for one in leads)
    mark = outline.mark(first)
    shown = f"{mark} {said}".lstrip()
    return Unit(
        kind="sentence",
        position=first if position is None else position,
        text=f"{lead} {shown}".lstrip(),
        spans=(*leads, *spans),
        lead=lead,
        mark=mark,
    )


def _list_unit(outline: Outline, position: int) -> Unit:
    block = outline.blocks[position]
    leads = outline.leads(position)
    own = outline.lead_in(position)
    leads = (*leads, own) if own else leads
    lead = " ".join(display(one.of(outline.text)) for one in leads)
    if block.form is Form.RECORD:
        kind, every = "record", [part for place in outline.items(position) for part in _field(outline, place)]
    else:
        kind, every = "steps" if block.ordered else "list", list(_parts(outline, position, 0))
    parts = list(_bounded(every))
    lines = [f"{'  ' * part.depth}{part.text}" for part in parts]
    return Unit(
        kind=kind,
        position=position,
        text="\n".join([*([lead] if lead else []), *lines]),
        spans=leads,
        lead=lead,
        parts=tuple(parts),
        whole=True,
        complete=len(parts) == len(every),
    )


def _parts(outline: Outline, position: int, depth: int) -> Iterator[Part]:
    """The items of a list, those of a nested one after the item that they are in."""
    for item in outline.items(position):
        block = outline.blocks[item]
        leaves = _own_leaves(outline, item)
        if leaves:
            said = " ".join(outline.shown(leaf) for leaf in leaves)
            spans = (Span(start=outline.blocks[leaves[0]].span.start, end=outline.blocks[leaves[-1]].span.end),)
            yield Part(text=f"{block.mark or '-'} {said}", spans=spans, depth=depth)
        for place in outline.items(item):
            if outline.form(place) is Form.LIST:
                yield from _parts(outline, place, depth + 1)


def _own_leaves(outline: Outline, item: int) -> list[int]:
    """The leaves of an item without those of the lists within it."""
    own = [place for place in outline.items(item) if outline.form(place) is not Form.LIST]
    return [leaf for place in own for leaf in outline.leaves(place)]


def _field(outline: Outline, position: int) -> tuple[Part, ...]:
    row = outline.row(position)
    return (Part(text=row.text, spans=row.spans),)


def _bounded(parts: Sequence[Part]) -> Iterator[Part]:
    """As many of the first parts as an answer has room for."""
    length = 0
    for number, part in enumerate(parts):
        length += len(part.text)
        if number and (number >= _MOST_PARTS or length > _MOST_CHARACTERS):
            return
        yield part

"""What a run of ``eval.cost.scale`` measured, and the table of it beside its targets."""

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from eval.cost.scale.service import Ingested, Sample
from eval.measures.measures import percentiles

_SHARES = (0.1, 0.5, 1.0)
_MOST_GROWTH_KB = 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingests:
    """The first ingest and its repetition, and passages a second of the bare encoder before and after them."""

    bare: Sequence[float]
    first: Ingested
    second_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Starts:
    """Seconds until ready: with nothing yet, so that the seeds are taken in, with these, and with all documents."""

    fresh: float
    few: Sequence[float]
    many: Sequence[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Milliseconds a question over the seeds and over all documents, and the MB that the servers held then."""

    few: Sequence[float]
    many: Sequence[float]
    resident_few: float
    resident_many: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Milliseconds a question without and with files coming in, how many did, and whether to the last question."""

    idle: Sequence[float]
    busy: Sequence[float]
    taken_in: int
    to_the_end: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Documents and passages, and bytes of the files, the catalog and the vector index."""

    documents: int
    passages: int
    source_bytes: int
    catalog_bytes: int
    vector_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The raw values of a run."""

    ingests: Ingests
    starts: Starts
    answers: Answers
    load: Load
    sizes: Sizes


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the table; ``passed`` is ``None`` where there is no target."""

    name: str
    value: float
    shown: str
    target: str
    passed: bool | None


def rows(found: Measured) -> list[Row]:
    """The table of a run."""
    sizes = found.sizes
    return [
        *_ingest(found.ingests, sizes),
        *_memory(found.ingests.first.samples, found.answers, sizes),
        *_starts(found.starts),
        *_questions(found.answers),
        _loaded(found.load),
        *_on_disk(sizes),
    ]


def at_shares(samples: Sequence[Sample], documents: int, shares: Sequence[float] = _SHARES) -> list[Sample]:
    """The first sample with each share of the documents, the last one where none has so many.

    >>> one, two = Sample(documents=4, resident=100.0), Sample(documents=9, resident=110.0)
    >>> [sample.resident for sample in at_shares([one, two], 10)]
    [100.0, 110.0, 110.0]
    """
    return [next((one for one in samples if one.documents >= share * documents), samples[-1]) for share in shares]


def _ingest(found: Ingests, sizes: Sizes) -> Iterator[Row]:
    rate, bare = sizes.passages / found.first.seconds, statistics.median(found.bare)
    shown = f"{rate / bare:.2f} times ({rate:.0f} of {bare:.0f} passages/s)"
    yield _row("ingest throughput, to the bare encoder's", rate / bare, shown, least=0.8)
    faster = found.first.seconds / found.second_seconds
    shown = f"{faster:.0f} times faster ({found.second_seconds:.1f} s after {found.first.seconds:.1f} s)"
    yield _row("the same ingest again, nothing changed", faster, shown, least=50)


def _memory(samples: Sequence[Sample], answers: Answers, sizes: Sizes) -> Iterator[Row]:
    peak = max(sample.resident for sample in samples)
    at = at_shares(samples, sizes.documents)
    shown = ", ".join(f"{one.resident:.0f} MB at {share:.0%}" for share, one in zip(_SHARES, at, strict=True))
    yield _row("resident memory during the ingest", peak, f"{peak:.0f} MB at most; {shown}")
    more = (at[-1].documents - at[0].documents) / sizes.documents * sizes.passages
    grown = 1000 * (at[-1].resident - at[0].resident) / max(1.0, more)
    yield _row("its growth after the first 10 %", grown, f"{grown:.1f} KB a passage", most=_MOST_GROWTH_KB)
    held = 1000 * (answers.resident_many - answers.resident_few) / sizes.passages
    shown = f"{answers.resident_many:.0f} MB; {held:.1f} KB a passage above that with the five seeds"
    yield _row("resident memory of the server after the questions", answers.resident_many, shown)


def _starts(found: Starts) -> Iterator[Row]:
    few, many = statistics.median(found.few), statistics.median(found.many)
    for name, seconds in (("a restart with the five seeds", few), ("a first start, which takes them in", found.fresh)):
        shown = f"{many / seconds:.2f} times ({many:.1f} s, {seconds:.1f} s)"
        yield _row(f"ready after a restart, to {name}", many / seconds, shown, most=3)


def _questions(found: Answers) -> Iterator[Row]:
    few, many = percentiles(found.few, (50, 95)), percentiles(found.many, (50, 95))
    for one in (50, 95):
        ratio = many[one] / few[one]
        shown = f"{ratio:.2f} times ({many[one]:.0f} ms, {few[one]:.0f} ms)"
        yield _row(f"a question, {one}th percentile, to the five seeds", ratio, shown, most=1.5)


def _loaded(found: Load) -> Row:
    idle, busy = percentiles(found.idle, (99,))[99], percentiles(found.busy, (99,))[99]
    ended = "" if found.to_the_end else "; the files ended before the questions"
    shown = f"{busy / idle:.2f} times ({busy:.0f} ms, {idle:.0f} ms; {found.taken_in} documents came in{ended})"
    row = _row("a question while documents come in, 99th percentile, to idle", busy / idle, shown, most=3)
    return replace(row, passed=bool(row.passed) and found.to_the_end)


def _on_disk(found: Sizes) -> Iterator[Row]:
    for name, size in (
        ("the documents themselves", found.source_bytes),
        ("catalog on disk", found.catalog_bytes),
        ("vector index on disk", found.vector_bytes),
    ):
        yield _row(name, size, f"{size / 1e6:.0f} MB, {size / found.passages / 1000:.1f} KB a passage")


def _row(name: str, value: float, shown: str, *, least: float | None = None, most: float | None = None) -> Row:
    if least is not None:
        return Row(name=name, value=value, shown=shown, target=f"at least {least:g}", passed=value >= least)
    if most is not None:
        return Row(name=name, value=value, shown=shown, target=f"at most {most:g}", passed=value <= most)
    return Row(name=name, value=value, shown=shown, target="", passed=None)

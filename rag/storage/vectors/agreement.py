"""Whether a vector index agrees with the catalog, and how it is brought in step.

The catalog is right. A look compares counts and a few passages: enough for an index whose files are
byte for byte those of one that agreed. A check compares everything.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from rag.errors import DataDirectoryError
from rag.storage.protocols import VectorStore, VectorTruth
from rag.types import Vectors

_LOOKED_AT = 16
_LEAST_PROBES = 200
_PROBED_SHARE = 50
_BATCH = 512
_CLOSE = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Difference:
    """The keys by which an index differs from the catalog, each list in the catalog's order."""

    missing: Sequence[str]
    surplus: Sequence[str]
    wrong: Sequence[str]


def look(catalog: VectorTruth, vectors: VectorStore, collection: str) -> str | None:
    """What differs at a look: how many there are, and of a few the vector and what a search for it finds."""
    keys = catalog.passage_keys(collection)
    held = vectors.count(collection)
    if held != len(keys):
        return f"it holds {held} vectors for {len(keys)} passages"
    return _probe(catalog, vectors, collection, keys, _LOOKED_AT)


def check(catalog: VectorTruth, vectors: VectorStore, collection: str) -> str | None:
    """What differs when every key and every vector is compared, and one in fifty is searched for."""
    keys = catalog.passage_keys(collection)
    difference = _compare(catalog, vectors, collection, keys)
    if difference.missing or difference.surplus:
        held = len(keys) - len(difference.missing)
        return f"it holds {held + len(difference.surplus)} vectors for {len(keys)} passages, {held} of them the same"
    if difference.wrong:
        return f"the vector of passage {difference.wrong[0]} is another"
    return _probe(catalog, vectors, collection, keys, _probes(keys))


def repair(catalog: VectorTruth, vectors: VectorStore, collection: str) -> None:
    """Add what is missing, remove what is too much, replace what is wrong; nothing is encoded.

    Raises:
        DataDirectoryError: When they still disagree: the index itself is damaged.
    """
    keys = catalog.passage_keys(collection)
    difference = _compare(catalog, vectors, collection, keys)
    vectors.remove(collection, [*difference.surplus, *difference.wrong])
    for part in _parts([*difference.missing, *difference.wrong]):
        vectors.add(collection, part, catalog.vectors(part))
    remaining = look(catalog, vectors, collection) or _probe(catalog, vectors, collection, keys, _probes(keys))
    if remaining:
        raise DataDirectoryError(remaining)


def _compare(catalog: VectorTruth, vectors: VectorStore, collection: str, keys: Sequence[str]) -> _Difference:
    held = vectors.keys(collection)
    wrong: list[str] = []
    for part in _parts([key for key in keys if key in held]):
        stored = vectors.vectors(collection, part)
        truth = catalog.vectors_by_key(part)
        wrong += [key for key, vector in truth.items() if not _same(stored.get(key), vector)]
    missing = [key for key in keys if key not in held]
    return _Difference(missing=missing, surplus=sorted(held.difference(keys)), wrong=wrong)


def _probe(catalog: VectorTruth, vectors: VectorStore, collection: str, keys: Sequence[str], count: int) -> str | None:
    """The first of ``count`` passages whose stored vector is another, or whose own vector finds another one."""
    if not keys:
        return None
    truth = catalog.vectors_by_key(sorted({*keys[:: max(1, len(keys) // count)], keys[-1]}))
    if not truth:
        return None
    probes = [*truth]
    stored = vectors.vectors(collection, probes)
    for key, found in zip(probes, vectors.nearest(collection, np.stack([*truth.values()])), strict=True):
        if not _same(stored.get(key), truth[key]):
            return f"the vector of passage {key} is another"
        if found != key and (found is None or not _same(catalog.vectors_by_key([found]).get(found), truth[key])):
            return f"a search for passage {key} does not find it"
    return None


def _same(stored: Vectors | None, vector: Vectors) -> bool:
    return stored is not None and stored.shape == vector.shape and bool(np.allclose(stored, vector, atol=_CLOSE))


def _probes(keys: Sequence[str]) -> int:
    return max(_LEAST_PROBES, len(keys) // _PROBED_SHARE)


def _parts(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(keys), _BATCH):
        yield keys[start : start + _BATCH]

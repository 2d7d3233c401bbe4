"""Pairs of a claim and what it is held against, made from the development sets by a fixed seed."""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import sentencex

from eval.verify.changes import CHANGES
from eval.verify.rewordings import REWORDINGS
from eval.verify.statements import stated

_WORDS = (7, 38)
_CORPORA = {"squad2": "corpus.jsonl", "policyqa": "corpus.jsonl", "mtrag_un": "corpus.jsonl"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A claim, the passages that it is held against, whether they say it, and how it was made.

    ``kind`` is a rewording of a claim that holds, a change of one that does not.
    """

    set: str
    claim: str
    passages: tuple[str, ...]
    holds: bool
    kind: str

    @property
    def counts(self) -> bool:
        """Whether it is a measure: of what people wrote as references, not all is in the passages."""
        return self.kind != "reference"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """A true claim and its passage; ``kind`` is how it was made."""

    claim: str
    passage: str
    kind: str


def load_pairs(data: Path, *, most: int) -> list[Pair]:
    """The pairs of every set that is in ``data``, at most ``most`` of a kind and set."""
    pairs: list[Pair] = []
    for name in ("squad2", "tatqa", "policyqa", "mtrag_un"):
        if (data / name).is_dir():
            pairs += _capped(_pairs(name, list(_said(name, data / name))), most)
    return pairs


def _capped(pairs: Iterator[Pair], most: int) -> list[Pair]:
    kinds: dict[tuple[bool, str], list[Pair]] = {}
    for pair in pairs:
        kinds.setdefault((pair.holds, pair.kind), []).append(pair)
    chosen = []
    for found in kinds.values():
        found.sort(key=lambda pair: sha256(pair.claim.encode()).digest())
        chosen += found[:most]
    return chosen


def _pairs(name: str, said: Sequence[_Said]) -> Iterator[Pair]:
    passages = sorted({one.passage for one in said})
    for one in said:
        draw = random.Random(one.claim)
        yield Pair(set=name, claim=one.claim, passages=(one.passage,), holds=True, kind=one.kind)
        others = draw.sample(passages, min(12, len(passages)))
        foreign = [other for other in others if other != one.passage]
        for kind, change in CHANGES.items():
            near = [one.passage] if kind == "number" else foreign
            changed = change(one.claim, draw, near)
            if changed and changed != one.claim:
                yield Pair(set=name, claim=changed, passages=(one.passage,), holds=False, kind=kind)
        if foreign:
            yield Pair(set=name, claim=one.claim, passages=(draw.choice(foreign),), holds=False, kind="foreign")


def _said(name: str, folder: Path) -> Iterator[_Said]:
    if name == "tatqa":
        yield from _of_tables(folder)
        return
    texts = {str(one["id"]): str(one["text"]) for one in _lines(folder / "corpus.jsonl")}
    if name == "squad2":
        yield from _of_questions(folder, texts)
    if name == "mtrag_un":
        yield from _of_references(folder, texts)
    for text in texts.values():
        yield from _reworded(text)


def _of_questions(folder: Path, texts: Mapping[str, str]) -> Iterator[_Said]:
    for one in _lines(folder / "queries.jsonl"):
        made = stated(one["question"], one["answers"][0]) if one["answers"] else None
        if made:
            yield _Said(claim=made, passage=texts[one["relevant_ids"][0]], kind="question and answer")


def _of_tables(folder: Path) -> Iterator[_Said]:
    for context in _lines(folder / "contexts.jsonl"):
        for one in context["questions"]:
            made = stated(one["question"], one["answers"][0], inverted=True)
            plain = made and not any(
                word in made for word in ("percent", "change", "variance", "difference", "average")
            )
            if made and plain and any(character.isdigit() for character in one["answers"][0]):
                yield _Said(claim=made, passage=context["markdown"], kind=f"answer from a {one['from']}")


def _of_references(folder: Path, texts: Mapping[str, str]) -> Iterator[_Said]:
    """Sentences of answers that people wrote: what of them is in no passage is not known, so they are no measure."""
    for one in _lines(folder / "queries.jsonl"):
        if one["answerability"] != "ANSWERABLE" or not one["relevant_ids"]:
            continue
        passage = "\n\n".join(texts[identifier] for identifier in one["relevant_ids"])
        for sentence in sentencex.segment("en", one["answers"][0]):
            if _WORDS[0] <= len(sentence.split()) <= _WORDS[1]:
                yield _Said(claim=sentence.strip(), passage=passage, kind="reference")


def _reworded(text: str) -> Iterator[_Said]:
    sentences = [sentence.strip() for sentence in sentencex.segment("en", text)]
    for place, sentence in enumerate(sentences):
        if not (_WORDS[0] <= len(sentence.split()) <= _WORDS[1]) or not sentence.endswith(".") or "\n" in sentence:
            continue
        draw = random.Random(sentence)
        kinds = list(REWORDINGS)
        draw.shuffle(kinds)
        made = sentence
        used: list[str] = []
        for kind in kinds:
            again = REWORDINGS[kind](made, draw)
            if again and again != made and len(used) < 2:
                made, used = again, [*used, kind]
        if used:
            yield _Said(claim=made, passage=text, kind=used[0])
        after = sentences[place + 1] if place + 1 < len(sentences) else ""
        if 5 <= len(after.split()) <= 16 and len(sentence.split()) <= 16 and after.endswith("."):
            joined = f"{sentence[:-1]}, and {_small(after)}"
            yield _Said(claim=joined, passage=text, kind="two sentences")


def _small(sentence: str) -> str:
    """A sentence as it goes on within another."""
    opens = sentence.split()[0] in ("The", "It", "This", "They", "In", "We", "You")
    return sentence[0].lower() + sentence[1:] if opens else sentence


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    for line in file.read_text("utf-8").splitlines():
        yield json.loads(line)

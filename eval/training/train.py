"""Train the answerability adapters: ``footnote eval train --data DIR``.

``DIR`` holds ``squad2``, ``clapnq`` and ``multihop_rag`` as folders with ``corpus.jsonl`` and
``queries.jsonl``; ``training.sets`` says which questions teach and which only measure. It takes about an
hour on two cores. Everything random has a fixed seed. ``rag/models/answerability.md`` is the card
of the model that came of it.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import click
import numpy as np
import torch
from rich.progress import Progress
from tokenizers import Tokenizer
from torch import Tensor, nn

from eval.measures.measures import auroc
from eval.run.runner import prepared
from eval.sets.forms import unit_sets
from eval.training.forms import form_pairs
from eval.training.genres import genre_pairs
from eval.training.network import TwoHeads
from eval.training.pairs import Pair, description_pairs, pairs_of
from eval.training.rounds import SEED, first_round, of_units, second_round, third_round, with_strangers, with_structured
from eval.training.sets import Chosen, genre_set, measured_sets, seed_set, training_sets
from eval.training.strangers import stranger_files, stranger_pairs
from rag.cli.terminal import console
from rag.library import Library
from rag.models import load_untouched_reranker
from rag.models.adapters import Adapters
from rag.models.bundled import RERANKER, bundled_folder
from rag.models.merge import TEXT_ADAPTERS, UNIT_ADAPTERS, adapters_sha256
from rag.models.protocols import PairScorer
from rag.settings import Settings

_BATCH = 16
_WARM_UP = 0.06
_DISTIL = 0.02
_CLIP = 1.0
_LONGEST = 160
_POOLED_BATCHES = 32
_DESCRIBED = 120
_STRANGERS = 1_100
_QUESTIONS_BESIDE = 260  # of each set of running text, where units are learned


class Batch(NamedTuple):
    """Token ids, mask and types, shape (batch, tokens); labels and relevance, shape (batch,), NaN where unknown."""

    ids: Tensor
    mask: Tensor
    types: Tensor
    labels: Tensor
    relevance: Tensor


def train(
    network: TwoHeads,
    tokenizer: Tokenizer,
    pairs: Sequence[Pair],
    *,
    epochs: int,
    peak_rate: float,
    on_step: Callable[[int, int, float], None] = lambda done, total, loss: None,
) -> None:
    """Let the adapters and the second head learn from ``pairs``, in place."""
    torch.manual_seed(SEED)
    batches = [batch for epoch in range(epochs) for batch in _batches(tokenizer, pairs, random.Random(SEED + epoch))]
    learning = [parameter for parameter in network.parameters() if parameter.requires_grad]
    optimiser = torch.optim.AdamW(learning, lr=peak_rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step / len(batches)))
    network.train()
    for done, batch in enumerate(batches, start=1):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            relevance, answerability = network(batch.ids, batch.mask, batch.types)
        loss = _loss(relevance.float(), answerability.float(), batch)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(learning, _CLIP)
        optimiser.step()
        schedule.step()
        on_step(done, len(batches), float(loss.detach()))
    network.eval()


def predict(network: TwoHeads, tokenizer: Tokenizer, pairs: Sequence[Pair]) -> tuple[list[float], list[float]]:
    """Relevance and answerability logits of ``pairs``, in order."""
    found: list[tuple[float, float]] = []
    with torch.inference_mode():
        for start in range(0, len(pairs), _BATCH):
            batch = _batch(tokenizer, pairs[start : start + _BATCH])
            relevance, answerability = network(batch.ids, batch.mask, batch.types)
            found += zip(relevance.tolist(), answerability.tolist(), strict=True)
    return [one for one, _ in found], [other for _, other in found]


def _loss(relevance: Tensor, answerability: Tensor, batch: Batch) -> Tensor:
    """Cross-entropy of the answerability, and the distance of the relevance to the untouched one."""
    known = ~batch.relevance.isnan()
    loss = nn.functional.binary_cross_entropy_with_logits(answerability, batch.labels)
    if known.any():
        loss = loss + _DISTIL * nn.functional.mse_loss(relevance[known], batch.relevance[known])
    return loss


def _rate(done: float) -> float:
    """The share of the peak rate after ``done`` of the steps: linear warm-up, then linear decay."""
    return min(done / _WARM_UP, (1 - done) / (1 - _WARM_UP))


def _batches(tokenizer: Tokenizer, pairs: Sequence[Pair], chance: random.Random) -> list[Batch]:
    """Shuffled batches of texts of like length: sorted within pools of 32 batches, then shuffled again."""
    shuffled = list(pairs)
    chance.shuffle(shuffled)
    pool = _BATCH * _POOLED_BATCHES
    groups: list[Sequence[Pair]] = []
    for start in range(0, len(shuffled), pool):
        part = sorted(shuffled[start : start + pool], key=lambda pair: len(pair.question) + len(pair.text))
        groups += [part[first : first + _BATCH] for first in range(0, len(part), _BATCH)]
    chance.shuffle(groups)
    return [_batch(tokenizer, group) for group in groups]


def _batch(tokenizer: Tokenizer, pairs: Sequence[Pair]) -> Batch:
    encoded = tokenizer.encode_batch([(pair.question, pair.text) for pair in pairs])
    return Batch(
        ids=torch.tensor([one.ids for one in encoded]),
        mask=torch.tensor([one.attention_mask for one in encoded]),
        types=torch.tensor([one.type_ids for one in encoded]),
        labels=torch.tensor([float(pair.answerable) for pair in pairs]),
        relevance=torch.tensor([np.nan if pair.relevance is None else pair.relevance for pair in pairs]),
    )


def load_tokenizer(folder: Path) -> Tokenizer:
    """The model's tokenizer, with padding."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(_LONGEST)
    tokenizer.enable_padding()
    return tokenizer


def report(network: TwoHeads, tokenizer: Tokenizer, pairs: Sequence[Pair]) -> dict[str, float | None]:
    """AUROC of the untouched relevance, of both heads, and of the answerability against near misses.

    Facts of descriptions are left out, for the untouched reranker did not judge them.
    """
    pairs = [pair for pair in pairs if pair.source != "description"]
    relevance, answerability = predict(network, tokenizer, pairs)
    untouched = [pair.relevance for pair in pairs]
    return {
        "untouched relevance": _auroc(pairs, untouched),
        "relevance": _auroc(pairs, relevance),
        "answerability": _auroc(pairs, answerability),
        "relevance, near misses": _auroc(pairs, relevance, near_misses=True),
        "answerability, near misses": _auroc(pairs, answerability, near_misses=True),
    }


def _auroc(pairs: Sequence[Pair], scores: Sequence[float | None], *, near_misses: bool = False) -> float | None:
    known = [(pair, score) for pair, score in zip(pairs, scores, strict=True) if score is not None]
    positive = [score for pair, score in known if pair.answerable]
    negative = [score for pair, score in known if not pair.answerable and (pair.source == "near miss") is near_misses]
    return auroc(positive, negative)


def _pairs(sets: Iterable[Chosen], scorer: PairScorer, progress: Progress) -> Iterator[tuple[str, list[Pair]]]:
    """The pairs of each set, by its name; documents that state their dates are also asked about themselves."""
    settings = Settings()
    for seed, (chosen, questions) in enumerate(sets, start=1):
        advance = partial(progress.advance, progress.add_task(f"pairs of {chosen.name}", total=len(questions)))
        with prepared(chosen, settings, scorer=scorer) as (engine, _):
            found = list(pairs_of(engine, chosen, questions, seed, advance))
            if any(document.content.find(b"\n\nPublished: ") > 0 for document in chosen.documents):
                found += description_pairs(engine, questions, seed, _DESCRIBED)
            yield chosen.name, found


def _learn(
    network: TwoHeads,
    tokenizer: Tokenizer,
    pairs: Sequence[Pair],
    progress: Progress,
    *,
    epochs: int,
    peak_rate: float,
) -> None:
    task = progress.add_task("steps", total=None)

    def show(done: int, total: int, _: float) -> None:
        progress.update(task, completed=done, total=total)

    train(network, tokenizer, pairs, epochs=epochs, peak_rate=peak_rate, on_step=show)


def _genre_pairs(scorer: PairScorer, progress: Progress) -> list[Pair]:
    """The pairs of documents of many genres, of what the judge that lies in the package takes for answers."""
    chosen, questions = genre_set("learns")
    with progress.console.status("pairs of genres"), prepared(chosen, Settings()) as (engine, _):
        return list(genre_pairs(engine, scorer, questions, seed=SEED))


def _save(network: TwoHeads, file: Path) -> None:
    network.adapters().save(file)
    adapters_sha256.cache_clear()


def _unit_pairs(data: Path, scorer: PairScorer, progress: Progress) -> Iterator[list[Pair]]:
    """The pairs of each set of documents with units; those of ``STRUCTURED`` come first."""
    for seed, whole in enumerate(unit_sets(data), start=1):
        chosen = whole.part("learns")
        task = progress.add_task(f"pairs of {chosen.name}", total=None)
        with TemporaryDirectory() as folder, Library.open(Path(folder, "data")) as library:
            untouched = replace(library, scorer=scorer)
            yield list(form_pairs(untouched, scorer, chosen, Path(folder, "texts"), seed))
        progress.update(task, total=1, completed=1)


def _some(sets: Iterable[Chosen]) -> Iterator[Chosen]:
    for whole, questions in sets:
        yield whole, random.Random(SEED).sample(list(questions), min(len(questions), _QUESTIONS_BESIDE))


def _learn_texts(data: Path, scorer: PairScorer, progress: Progress) -> None:
    """Train the adapters for running text, and print what they are worth on what they did not see."""
    pairs = [pair for _, part in _pairs(training_sets(data), scorer, progress) for pair in part]
    own = [pair for _, part in _pairs([seed_set()], scorer, progress) for pair in part]
    torch.manual_seed(SEED)  # the adapters begin at random
    network, tokenizer = TwoHeads(bundled_folder(RERANKER) / "model.onnx"), load_tokenizer(bundled_folder(RERANKER))
    _learn(network, tokenizer, first_round(pairs, scorer), progress, epochs=2, peak_rate=7e-4)
    _learn(network, tokenizer, second_round(pairs, own, scorer), progress, epochs=1, peak_rate=3e-4)
    _save(network, TEXT_ADAPTERS)
    genres = _genre_pairs(scorer, progress)
    _learn(network, tokenizer, third_round(genres, pairs, own, scorer), progress, epochs=1, peak_rate=3e-4)
    _save(network, TEXT_ADAPTERS)
    for name, held in _pairs(measured_sets(data), scorer, progress):
        values = report(network, tokenizer, held)
        progress.console.print(name, len(held), {key: value and round(value, 3) for key, value in values.items()})


def _learn_units(data: Path, scorer: PairScorer, progress: Progress) -> None:
    """Train the adapters for units, beginning with those for running text."""
    texts = [pair for _, part in _pairs(_some(training_sets(data)), scorer, progress) for pair in part]
    structured, *sets = _unit_pairs(data, scorer, progress)
    learned = of_units(sets, texts, scorer)
    network, tokenizer = TwoHeads(bundled_folder(RERANKER) / "model.onnx"), load_tokenizer(bundled_folder(RERANKER))
    network.adopt(Adapters.load(TEXT_ADAPTERS))
    _learn(network, tokenizer, learned, progress, epochs=1, peak_rate=4e-4)
    _save(network, UNIT_ADAPTERS)
    strangers = list(_stranger_pairs(data, scorer, progress))
    _learn(network, tokenizer, with_strangers(learned, strangers), progress, epochs=1, peak_rate=2e-4)
    _save(network, UNIT_ADAPTERS)
    last = with_structured(structured, [*learned, *strangers], scorer)
    _learn(network, tokenizer, last, progress, epochs=1, peak_rate=3e-4)
    _save(network, UNIT_ADAPTERS)


def _stranger_pairs(data: Path, scorer: PairScorer, progress: Progress) -> Iterator[Pair]:
    """What the judge that was just trained takes for answers in documents that have none."""
    chance = random.Random(SEED)
    asked = [one.question for whole in unit_sets(data) for one in whole.part("learns").questions]
    asked += [one.text for _, questions in training_sets(data) for one in questions]
    files = stranger_files(data, chance)
    task = progress.add_task("strangers", total=_STRANGERS)
    with TemporaryDirectory() as folder, Library.open(Path(folder, "data")) as library:
        for pair in stranger_pairs(library, scorer, files, chance.sample(asked, min(len(asked), _STRANGERS))):
            progress.advance(task)
            yield pair


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True, file_okay=False), required=True)
@click.option("--units", is_flag=True, help="Only the adapters for rows, items, lists, records and code.")
def main(data: Path, units: bool) -> None:
    """Train the adapters, first those for running text, and write them into the package."""
    scorer = load_untouched_reranker(threads=Settings().worker_threads)
    with Progress(console=console(err=True)) as progress:
        if not units:
            _learn_texts(data, scorer, progress)
        _learn_units(data, scorer, progress)

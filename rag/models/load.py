"""Which loader a model's name takes: the bundled ONNX files, or sentence-transformers."""

from pathlib import Path

from rag.models.bundled import ENCODER, RERANKER, bundled_folder, check_files
from rag.models.protocols import Encoder, PairScorer

_QUERY_INSTRUCTION = "Represent this sentence for searching relevant passages: "


def load_encoder(name: str, *, threads: int) -> Encoder:
    """The encoder called ``name``.

    Args:
        threads: Texts that the bundled model runs at the same time.

    Raises:
        ModelError: When its files are missing, damaged, or not a model.
    """
    if name != ENCODER.name:
        from rag.models.sentence_transformers import TransformersEncoder

        return TransformersEncoder(name)
    from rag.models.onnx import OnnxEncoder, OnnxModel

    folder = bundled_folder(ENCODER)
    check_files(ENCODER, folder)
    return OnnxEncoder(
        OnnxModel(folder, max_tokens=ENCODER.max_tokens, threads=threads),
        name=ENCODER.name,
        fingerprint=f"{ENCODER.name}@{ENCODER.sha256}",
        max_tokens=ENCODER.max_tokens,
        instruction=_QUERY_INSTRUCTION,
    )


def load_untouched_reranker(*, threads: int) -> PairScorer:
    """The bundled reranker without adapters: one head, which stands for both.

    Raises:
        ModelError: When its files are missing or damaged.
    """
    from rag.models.onnx import OnnxModel, OnnxPairScorer

    folder = bundled_folder(RERANKER)
    check_files(RERANKER, folder)
    model = OnnxModel(folder, max_tokens=RERANKER.max_tokens, threads=threads)
    return OnnxPairScorer(model, name=RERANKER.name, fingerprint=f"{RERANKER.name}@{RERANKER.sha256}")


def load_reranker(name: str, *, threads: int, cache: Path | None = None) -> PairScorer:
    """The reranker called ``name``.

    Args:
        threads: Pairs that the bundled model runs at the same time.
        cache: Folder that keeps the bundled model with its adapters merged, so that it is merged once.

    Raises:
        ModelError: When its files are missing, damaged, or not a model.
    """
    if name != RERANKER.name:
        from rag.models.sentence_transformers import TransformersPairScorer

        return TransformersPairScorer(name)
    from rag.models.merge import TEXT_ADAPTERS, UNIT_ADAPTERS, adapters_sha256, merged_model
    from rag.models.onnx import OnnxModel, OnnxPairScorer

    folder = bundled_folder(RERANKER)
    check_files(RERANKER, folder)
    text, units = (
        OnnxModel(
            folder,
            max_tokens=RERANKER.max_tokens,
            threads=threads,
            content=merged_model(folder / "model.onnx", adapters, cache),
        )
        for adapters in (TEXT_ADAPTERS, UNIT_ADAPTERS)
    )
    fingerprint = "+".join(
        [f"{RERANKER.name}@{RERANKER.sha256}", adapters_sha256(TEXT_ADAPTERS), adapters_sha256(UNIT_ADAPTERS)]
    )
    return OnnxPairScorer(text, units=units, name=RERANKER.name, fingerprint=fingerprint)

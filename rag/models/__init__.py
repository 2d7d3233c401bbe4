"""The models: the bundled ONNX files by default, any sentence-transformers model by name.

``bundled`` finds and checks the default files, ``onnx`` runs them, ``transformers`` runs any other
model, ``load`` chooses.
"""

from rag.models.load import load_encoder, load_reranker

__all__ = ["load_encoder", "load_reranker"]

"""The answerability adapters: what was learned on top of the bundled reranker, merged into its ONNX file.

The reranker judges relevance, not whether a text answers. ``answerability.npz`` holds a low-rank change
of each weight matrix and a second head; merged, one run gives both logits. The merge takes the int8
weights apart, adds the change and quantises them again; ``answerability.md`` beside it is the model card.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import numpy_helper

Array = npt.NDArray[np.float32]

RELEVANCE, ANSWERABILITY = "logits", "answerability"
_QUANTISED, _SCALE, _ZERO = "_quantized", "_scale", "_zero_point"
_BETWEEN = ("MatMulInteger", "Cast", "Mul")
_HEAD, _HEAD_BIAS, _PRODUCT = "answerability.weight", "answerability.bias", "answerability.product"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """The float32 weights of an ONNX file by module, ``bert.encoder.layer.0.output.dense.weight`` say.

    ``products`` names those that are the right side of a matrix product, shape (in, out), and their
    initialiser in the file.
    """

    arrays: Mapping[str, Array]
    products: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapters:
    """A change ``down @ up`` of each module's weights, shapes (in, rank) and (rank, out), and the second head.

    ``head`` has shape (hidden,).
    """

    down: Mapping[str, Array]
    up: Mapping[str, Array]
    head: Array
    bias: float

    def save(self, file: Path) -> None:
        """Write as float16."""
        parts = {f"{name}/down": array for name, array in self.down.items()}
        parts |= {f"{name}/up": array for name, array in self.up.items()}
        parts |= {"head": self.head, "bias": np.array([self.bias], dtype=np.float32)}
        np.savez(file, **{name: array.astype(np.float16) for name, array in parts.items()})  # type: ignore[arg-type]

    @classmethod
    def load(cls, file: Path) -> "Adapters":
        """Read what ``save`` wrote."""
        with np.load(file) as parts:
            arrays = {name: parts[name].astype(np.float32) for name in parts.files}
        return cls(
            down={name.removesuffix("/down"): array for name, array in arrays.items() if name.endswith("/down")},
            up={name.removesuffix("/up"): array for name, array in arrays.items() if name.endswith("/up")},
            head=arrays["head"],
            bias=float(arrays["bias"][0]),
        )


def dequantised(model_file: Path) -> Weights:
    """The weights of an int8 BERT-like ONNX file: (quantised - zero point) * scale."""
    model = onnx.load(str(model_file))
    held = {one.name: numpy_helper.to_array(one) for one in model.graph.initializer}
    products = _products(model)
    taken = set(products.values())
    arrays = {module: _floats(held, name) for module, name in products.items()}
    for name, array in held.items():
        if name.endswith(_QUANTISED) and name not in taken:
            arrays[name.removesuffix(_QUANTISED)] = _floats(held, name)
        elif not name.endswith((_QUANTISED, _SCALE, _ZERO)):
            arrays[name] = array
    return Weights(arrays=arrays, products=products)


def merged(model_file: Path, adapters: Adapters) -> bytes:
    """The ONNX file with the adapters added to its weights and a second output, ``answerability``, shape (n, 1)."""
    model = onnx.load(str(model_file))
    places = {one.name: one for one in model.graph.initializer}
    for module, name in _products(model).items():
        adapted = module.removesuffix(".weight")
        if adapted not in adapters.down:
            continue
        names = [name.removesuffix(_QUANTISED) + suffix for suffix in (_QUANTISED, _SCALE, _ZERO)]
        held = {one: numpy_helper.to_array(places[one]) for one in names}
        changed = _floats(held, name) + adapters.down[adapted] @ adapters.up[adapted]
        for one, array in zip(names, _quantised(changed), strict=True):
            places[one].raw_data = array.tobytes()
    _add_head(model, adapters)
    return bytes(model.SerializeToString())


def _floats(held: Mapping[str, npt.NDArray[Any]], name: str) -> Array:
    base = name.removesuffix(_QUANTISED)
    shifted: Array = held[name].astype(np.float32) - np.float32(held[base + _ZERO])
    return shifted * np.float32(held[base + _SCALE])


def _quantised(array: Array) -> tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]]:
    """Signed 8-bit values, their scale and zero point, over the whole array; zero stays exactly zero."""
    scale = np.float32(max(np.abs(array).max(), np.finfo(np.float32).tiny) / 127)
    return np.round(array / scale).astype(np.int8), np.array(scale, dtype=np.float32), np.array(0, dtype=np.int8)


def _add_head(model: onnx.ModelProto, adapters: Adapters) -> None:
    graph = model.graph
    pooled = next(node.output[0] for node in graph.node if node.op_type == "Tanh")
    graph.initializer.append(numpy_helper.from_array(adapters.head.reshape(-1, 1), _HEAD))
    graph.initializer.append(numpy_helper.from_array(np.array([adapters.bias], dtype=np.float32), _HEAD_BIAS))
    graph.node.append(onnx.helper.make_node("MatMul", [pooled, _HEAD], [_PRODUCT]))
    graph.node.append(onnx.helper.make_node("Add", [_PRODUCT, _HEAD_BIAS], [ANSWERABILITY]))
    output = onnx.helper.make_tensor_value_info(ANSWERABILITY, onnx.TensorProto.FLOAT, ["batch", 1])
    graph.output.append(output)


def _products(model: onnx.ModelProto) -> dict[str, str]:
    """The quantised right side of the product that each module's weight is, told by the bias added to the product."""
    held = {one.name for one in model.graph.initializer}
    made_by = {output: node for node in model.graph.node for output in node.output}
    names = {}
    for node in model.graph.node:
        biases = [name for name in node.input if name in held and name.endswith(".bias") and "LayerNorm" not in name]
        if node.op_type == "Add" and biases:
            other = next(name for name in node.input if name not in biases)
            names[biases[0].removesuffix(".bias") + ".weight"] = _product_behind(other, made_by)
    return names


def _product_behind(name: str, made_by: Mapping[str, onnx.NodeProto]) -> str:
    """The quantised right side of the product that ``name`` is the scaled result of."""
    node = made_by[name]
    while node.op_type != "MatMulInteger":
        node = next(made_by[one] for one in node.input if one in made_by and made_by[one].op_type in _BETWEEN)
    return str(node.input[1])

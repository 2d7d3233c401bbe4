"""The bundled reranker as a PyTorch network with low-rank adapters and a second head.

The int8 weights of the ONNX file are dequantised; they stay as they are, and only the adapters (Hu et
al., "LoRA: Low-Rank Adaptation of Large Language Models", 2021) and the new head learn.
"""

from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import BertConfig, BertForSequenceClassification

from rag.models.adapters import Adapters, Weights, dequantised

RANK = 16
_SCALE = 2.0


class _Adapted(nn.Module):
    """A linear layer that is frozen, plus a product of two thin matrices that learns and starts at zero."""

    def __init__(self, linear: nn.Linear, rank: int) -> None:
        super().__init__()
        self.linear = linear
        self.down = nn.Parameter(torch.randn(linear.in_features, rank) / linear.in_features**0.5)
        self.up = nn.Parameter(torch.zeros(rank, linear.out_features))

    def forward(self, states: Tensor) -> Tensor:
        frozen: Tensor = self.linear(states)
        return frozen + _SCALE * (states @ self.down @ self.up)


class TwoHeads(nn.Module):
    """The reranker with its own head, which gives relevance, and one that gives answerability."""

    def __init__(self, model_file: Path, rank: int = RANK) -> None:
        super().__init__()
        weights = dequantised(model_file)
        network = BertForSequenceClassification(_configuration())
        network.load_state_dict(_state(weights))
        for parameter in network.parameters():
            parameter.requires_grad = False
        self.bert = network.bert
        self.relevance = network.classifier
        self.answerability = nn.Linear(self.relevance.in_features, 1)
        self.answerability.load_state_dict(self.relevance.state_dict())
        self.adapted: dict[str, _Adapted] = {}
        for name, linear in [(n, m) for n, m in self.bert.named_modules() if isinstance(m, nn.Linear)]:
            self.adapted[f"bert.{name}"] = _Adapted(linear, rank)
            self.bert.set_submodule(name, self.adapted[f"bert.{name}"])

    def forward(self, ids: Tensor, mask: Tensor, types: Tensor) -> tuple[Tensor, Tensor]:
        """Relevance and answerability logits, shape (batch,) each."""
        pooled = self.bert(input_ids=ids, attention_mask=mask, token_type_ids=types).pooler_output
        return self.relevance(pooled)[:, 0], self.answerability(pooled)[:, 0]

    def adopt(self, adapters: Adapters) -> None:
        """Go on from what was learned before."""
        with torch.no_grad():
            for name, one in self.adapted.items():
                one.down.copy_(torch.tensor(adapters.down[name]) / _SCALE)
                one.up.copy_(torch.tensor(adapters.up[name]))
            self.answerability.weight[0].copy_(torch.tensor(adapters.head))
            self.answerability.bias.fill_(adapters.bias)

    def adapters(self) -> Adapters:
        """What was learned."""
        down = {name: (_SCALE * one.down).detach().numpy() for name, one in self.adapted.items()}
        up = {name: one.up.detach().numpy() for name, one in self.adapted.items()}
        head = self.answerability
        return Adapters(
            down=down, up=up, head=head.weight[0].detach().numpy(), bias=float(head.bias[0].detach().numpy())
        )


def _configuration() -> BertConfig:
    found = BertConfig(
        vocab_size=30522, hidden_size=384, num_hidden_layers=12, num_attention_heads=12, intermediate_size=1536
    )
    found.num_labels = 1
    return found


def _state(weights: Weights) -> dict[str, Tensor]:
    """As PyTorch has them: a linear layer's matrix is (out, in), an ONNX product's (in, out)."""
    return {
        name: torch.tensor(array.T if name in weights.products else array) for name, array in weights.arrays.items()
    }

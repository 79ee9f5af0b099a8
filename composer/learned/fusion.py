"""Networks that fuse whole vectors: TIRG, the Combiner of CLIP4Cir, Gated-FiLM.

Each takes the reference's vector x (B, dim), the words' embedding (B, dim) and what the wish asks
for (B, dim, see `request.py`), the latter two side by side as t (B, 2 dim), and returns (B, dim).
All sizes are small: one wish, one query. The papers' batch norms are left out, since the inputs
have unit length already and single queries have no batch.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from composer.baselines import words_vector
from composer.learned.protocol import Tensors
from composer.learned.request import request_vector
from composer.space import unit
from composer.weights import Weights
from encoders import Space
from vocabulary.wish import Wish

relu = functional.relu

Shape = tuple[int, int, float]
"""Inputs, outputs and initial gain of a linear layer."""


class _Fusion:
    """What the fusing networks share: their inputs."""

    def prepare(
        self,
        picture: np.ndarray,
        wish: Wish,
        words: np.ndarray | None,
        space: Space,
        weights: Weights,
    ) -> dict[str, np.ndarray]:
        """Return `picture` and `words`, both of unit length, and `request`, each (dim,)."""
        return {
            "picture": unit(np.asarray(picture, dtype=np.float32)),
            "words": unit(words_vector(wish, words, space, weights)),
            "request": request_vector(wish, space, weights),
        }


class Tirg(_Fusion):
    """Text-image residual gating: q = w_g gate(x, t) x + w_r residual(x, t).

    Vo et al., CVPR 2019, arXiv 1812.07119, eq. 1-3.
    """

    hidden = 48

    def start(self, space: Space, weights: Weights, seed: int) -> dict[str, Tensor]:
        """Return gates half open and a residual of little weight."""
        width, hidden = 3 * space.dim, self.hidden
        tensors = _layers(
            {
                "gate.0": (width, hidden, 1.0),
                "gate.1": (hidden, space.dim, 1.0),
                "residual.0": (width, hidden, 1.0),
                "residual.1": (hidden, space.dim, 1.0),
            },
            seed,
        )
        return tensors | {"share": torch.tensor([1.0, 0.3])}

    def forward(self, tensors: Tensors, inputs: Tensors, places: Tensor) -> Tensor:
        """Map batches of inputs to (B, dim)."""
        x = inputs["picture"]
        both = torch.cat([x, _text(inputs)], dim=-1)
        gate = torch.sigmoid(_linear(tensors, "gate.1", relu(_linear(tensors, "gate.0", both))))
        residual = _linear(tensors, "residual.1", relu(_linear(tensors, "residual.0", both)))
        return tensors["share"][0] * gate * x + tensors["share"][1] * residual


class Combiner(_Fusion):
    """The Combiner of CLIP4Cir: q = mixture + s words + (1 - s) x, with s learned.

    Baldrati et al., CVPR Workshops 2022, section 3.2.
    """

    hidden = 64

    def start(self, space: Space, weights: Weights, seed: int) -> dict[str, Tensor]:
        """Return tensors whose share of the words is the weighted sum's own."""
        hidden = self.hidden
        tensors = _layers(
            {
                "picture": (space.dim, hidden, 1.0),
                "text": (2 * space.dim, hidden, 1.0),
                "mixture.0": (2 * hidden, hidden, 1.0),
                "mixture.1": (hidden, space.dim, 0.3),
                "share.0": (2 * hidden, hidden // 2, 1.0),
                "share.1": (hidden // 2, 1, 1.0),
            },
            seed,
        )
        mix = min(max(weights.mix, 0.05), 0.95)
        tensors["share.1.bias"] += float(np.log(mix / (1 - mix)))
        return tensors

    def forward(self, tensors: Tensors, inputs: Tensors, places: Tensor) -> Tensor:
        """Map batches of inputs to (B, dim)."""
        both = torch.cat(
            [
                relu(_linear(tensors, "picture", inputs["picture"])),
                relu(_linear(tensors, "text", _text(inputs))),
            ],
            dim=-1,
        )
        mixture = _linear(tensors, "mixture.1", relu(_linear(tensors, "mixture.0", both)))
        share = torch.sigmoid(_linear(tensors, "share.1", relu(_linear(tensors, "share.0", both))))
        return mixture + share * inputs["words"] + (1 - share) * inputs["picture"]


class GatedFilm(_Fusion):
    """Feature-wise linear modulation behind a gate: q = (1 - g) x + g (gamma(t) x + beta(t)).

    Perez et al., AAAI 2018, arXiv 1709.07871; the gate g is computed from x and t.
    """

    hidden = 48

    def start(self, space: Space, weights: Weights, seed: int) -> dict[str, Tensor]:
        """Return gamma at 1 and a small beta: nothing is modulated yet."""
        hidden = self.hidden
        tensors = _layers(
            {
                "text": (2 * space.dim, hidden, 1.0),
                "film": (hidden, 2 * space.dim, 0.5),
                "gate.0": (3 * space.dim, hidden, 1.0),
                "gate.1": (hidden, space.dim, 1.0),
            },
            seed,
        )
        tensors["film.bias"][: space.dim] += 1.0
        return tensors

    def forward(self, tensors: Tensors, inputs: Tensors, places: Tensor) -> Tensor:
        """Map batches of inputs to (B, dim)."""
        x, t = inputs["picture"], _text(inputs)
        gamma, beta = _linear(tensors, "film", relu(_linear(tensors, "text", t))).chunk(2, dim=-1)
        hidden = relu(_linear(tensors, "gate.0", torch.cat([x, t], dim=-1)))
        gate = torch.sigmoid(_linear(tensors, "gate.1", hidden))
        return (1 - gate) * x + gate * (gamma * x + beta)


def _layers(shapes: Mapping[str, Shape], seed: int) -> dict[str, Tensor]:
    """Return weights (Glorot, times the gain) and zero biases of linear layers, by layer name."""
    generator = torch.Generator().manual_seed(seed)
    tensors: dict[str, Tensor] = {}
    for name, (inputs, outputs, gain) in shapes.items():
        normal = torch.randn(outputs, inputs, generator=generator)
        tensors[f"{name}.weight"] = normal * gain * (2.0 / (inputs + outputs)) ** 0.5
        tensors[f"{name}.bias"] = torch.zeros(outputs)
    return tensors


def _linear(tensors: Tensors, name: str, x: Tensor) -> Tensor:
    return functional.linear(x, tensors[f"{name}.weight"], tensors[f"{name}.bias"])


def _text(inputs: Tensors) -> Tensor:
    return torch.cat([inputs["words"], inputs["request"]], dim=-1)

"""Networks that fuse whole vectors: TIRG, the Combiner of CLIP4Cir, Gated-FiLM. All sizes are small: one wish, one query.

Each takes the reference's vector x (B, dim), the words' embedding (B, dim) and what the wish asks for (B, dim, see
`asking.py`), the latter two side by side as t (B, 2 dim), and returns (B, dim). The papers' batch norms are left out: the
inputs have unit length already, and single queries have no batch.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from composer.baselines import words_vector
from composer.learned.asking import asked
from composer.space import unit
from composer.weights import Weights
from encoders import Space
from vocabulary.wish import Wish

Tensors = Mapping[str, Tensor]


def prepare(
    picture: np.ndarray, wish: Wish, words: np.ndarray | None, space: Space, weights: Weights
) -> dict[str, np.ndarray]:
    """The inputs of one query: `picture`, `words` (unit) and `asked`, each (dim,)."""
    return {
        "picture": unit(np.asarray(picture, dtype=np.float32)),
        "words": unit(words_vector(wish, words, space, weights)),
        "asked": asked(wish, space, weights),
    }


def _layer(
    fan_in: int, fan_out: int, generator: torch.Generator, gain: float = 1.0
) -> tuple[Tensor, Tensor]:
    weight = (
        torch.randn(fan_out, fan_in, generator=generator) * gain * (2.0 / (fan_in + fan_out)) ** 0.5
    )
    return weight, torch.zeros(fan_out)


def _start(shapes: Mapping[str, tuple[int, int, float]], seed: int) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    tensors: dict[str, Tensor] = {}
    for name, (fan_in, fan_out, gain) in shapes.items():
        tensors[f"{name}.weight"], tensors[f"{name}.bias"] = _layer(
            fan_in, fan_out, generator, gain
        )
    return tensors


def _linear(tensors: Tensors, name: str, x: Tensor) -> Tensor:
    return F.linear(x, tensors[f"{name}.weight"], tensors[f"{name}.bias"])


def _text(inputs: Tensors) -> Tensor:
    return torch.cat([inputs["words"], inputs["asked"]], dim=-1)


class Tirg:
    """Text-image residual gating (Vo et al., CVPR 2019, arXiv 1812.07119, eq. 1-3): q = w_g gate(x, t) x + w_r residual(x, t)."""

    hidden = 48

    def start(self, space: Space, weights: Weights, seed: int) -> dict[str, Tensor]:
        """Gates half open, a residual of little weight."""
        wide, h = 3 * space.dim, self.hidden
        tensors = _start(
            {
                "gate.0": (wide, h, 1.0),
                "gate.1": (h, space.dim, 1.0),
                "residual.0": (wide, h, 1.0),
                "residual.1": (h, space.dim, 1.0),
            },
            seed,
        )
        return tensors | {"share": torch.tensor([1.0, 0.3])}

    def prepare(self, *query: object) -> dict[str, np.ndarray]:
        """See `prepare`."""
        return prepare(*query)

    def forward(self, tensors: Tensors, inputs: Tensors, places: Tensor) -> Tensor:
        """(B, dim)."""
        x = inputs["picture"]
        both = torch.cat([x, _text(inputs)], dim=-1)
        gate = torch.sigmoid(_linear(tensors, "gate.1", F.relu(_linear(tensors, "gate.0", both))))
        residual = _linear(tensors, "residual.1", F.relu(_linear(tensors, "residual.0", both)))
        return tensors["share"][0] * gate * x + tensors["share"][1] * residual


class Combiner:
    """The Combiner of CLIP4Cir (Baldrati et al., CVPRW 2022, section 3.2): q = mixture + s words + (1 - s) x, with s learned."""

    hidden = 64

    def start(self, space: Space, weights: Weights, seed: int) -> dict[str, Tensor]:
        """The words' share starts at the weighted sum's own."""
        h = self.hidden
        tensors = _start(
            {
                "picture": (space.dim, h, 1.0),
                "text": (2 * space.dim, h, 1.0),
                "mixture.0": (2 * h, h, 1.0),
                "mixture.1": (h, space.dim, 0.3),
                "share.0": (2 * h, h // 2, 1.0),
                "share.1": (h // 2, 1, 1.0),
            },
            seed,
        )
        mix = min(max(weights.mix, 0.05), 0.95)
        tensors["share.1.bias"] += float(np.log(mix / (1 - mix)))
        return tensors

    def prepare(self, *query: object) -> dict[str, np.ndarray]:
        """See `prepare`."""
        return prepare(*query)

    def forward(self, tensors: Tensors, inputs: Tensors, places: Tensor) -> Tensor:
        """(B, dim)."""
        both = torch.cat(
            [
                F.relu(_linear(tensors, "picture", inputs["picture"])),
                F.relu(_linear(tensors, "text", _text(inputs))),
            ],
            dim=-1,
        )
        mixture = _linear(tensors, "mixture.1", F.relu(_linear(tensors, "mixture.0", both)))
        share = torch.sigmoid(
            _linear(tensors, "share.1", F.relu(_linear(tensors, "share.0", both)))
        )
        return mixture + share * inputs["words"] + (1 - share) * inputs["picture"]


class GatedFilm:
    """Feature-wise linear modulation (Perez et al., AAAI 2018, arXiv 1709.07871) behind a gate: with g from x and t,
    q = (1 - g) x + g (gamma(t) x + beta(t))."""

    hidden = 48

    def start(self, space: Space, weights: Weights, seed: int) -> dict[str, Tensor]:
        """gamma starts at 1, beta small: nothing is modulated yet."""
        h = self.hidden
        tensors = _start(
            {
                "text": (2 * space.dim, h, 1.0),
                "film": (h, 2 * space.dim, 0.5),
                "gate.0": (3 * space.dim, h, 1.0),
                "gate.1": (h, space.dim, 1.0),
            },
            seed,
        )
        tensors["film.bias"][: space.dim] += 1.0
        return tensors

    def prepare(self, *query: object) -> dict[str, np.ndarray]:
        """See `prepare`."""
        return prepare(*query)

    def forward(self, tensors: Tensors, inputs: Tensors, places: Tensor) -> Tensor:
        """(B, dim)."""
        x, t = inputs["picture"], _text(inputs)
        gamma, beta = _linear(tensors, "film", F.relu(_linear(tensors, "text", t))).chunk(2, dim=-1)
        hidden = F.relu(_linear(tensors, "gate.0", torch.cat([x, t], dim=-1)))
        gate = torch.sigmoid(_linear(tensors, "gate.1", hidden))
        return (1 - gate) * x + gate * (gamma * x + beta)

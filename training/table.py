"""Training photos with pixels and allowed values per head; epochs and batches sampled from them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch

import vocabulary
from datasets.photos import Photo
from encoders.garment import zone_of
from encoders.layout import FACET_SLICE
from training.augment import Strength, augment, plain
from training.recipe import Stage
from training.tower import SHOP_HEADS, SliceTower, allowed_matrix

PALE = {"white", "cream"}


class Table:
    """Photos with their pixels and, for every head, the matrix of allowed values."""

    def __init__(
        self, photos: list[Photo], arrays: dict[str, np.ndarray], classes: dict[str, list[str]]
    ) -> None:
        self.photos, self.arrays, self.classes = photos, arrays, classes
        count: dict[str, int] = {}
        self.at = np.zeros(len(photos), dtype=np.int64)
        for row, photo in enumerate(photos):
            self.at[row] = count.get(photo.source, 0)
            count[photo.source] = self.at[row] + 1
        self.source = np.array([photo.source for photo in photos])
        self.role = np.array([photo.role for photo in photos])
        self.allowed = {
            head: torch.from_numpy(self._matrix(head, values))
            for head, values in classes.items()
            if head != "details"
        }
        self.present = torch.from_numpy(
            np.array([[bool(p.details.get(d)) for d in classes["details"]] for p in photos])
        )
        self.known = torch.from_numpy(
            np.array([[d in p.details for d in classes["details"]] for p in photos])
        )
        self.zones = torch.tensor([_zone(p.sets.get("category", frozenset())) for p in photos])
        self.pale = torch.tensor([bool(PALE & p.sets.get("color", frozenset())) for p in photos])

    def _matrix(self, head: str, values: list[str]) -> np.ndarray:
        if head in SHOP_HEADS:
            return allowed_matrix(
                [frozenset({p.shop[head]}) if head in p.shop else None for p in self.photos], values
            )
        return allowed_matrix([p.sets.get(head) for p in self.photos], values)

    def rows(self, source: str, role: str) -> np.ndarray:
        """Return the rows of a source in a role."""
        return np.flatnonzero((self.source == source) & (self.role == role))

    def pixels(self, rows: np.ndarray) -> Iterator[tuple[np.ndarray, torch.Tensor]]:
        """Yield positions in `rows` and their uint8 pixels, by source, since sides differ."""
        for source in np.unique(self.source[rows]):
            positions = np.flatnonzero(self.source[rows] == source)
            yield (
                positions,
                torch.from_numpy(np.asarray(self.arrays[source][self.at[rows[positions]]])),
            )


def _zone(categories: frozenset[str]) -> int:
    """Return the zone if all allowed categories share one, else 0."""
    zones = {zone_of(category) for category in categories}
    return zones.pop() if len(zones) == 1 else 0


def shop_classes(photos: list[Photo], least: int) -> dict[str, list[str]]:
    """Return {head: values}.

    These are the shop's classes with at least `least` training photos, and the vocabulary's leaves.
    """
    classes: dict[str, list[str]] = {}
    for head in SHOP_HEADS:
        values = [p.shop[head] for p in photos if p.role == "train" and head in p.shop]
        classes[head] = sorted(value for value in set(values) if values.count(value) >= least)
    for facet in FACET_SLICE:
        classes[facet] = list(vocabulary.leaf_values(facet))
    return classes


def epoch_rows(table: Table, stage: Stage, rng: np.random.Generator) -> np.ndarray:
    """Return the rows of one epoch, in training order."""
    parts = [table.rows("product", "train"), table.rows("shopper", "train")]
    for source, wanted in (("small", stage.small), ("drawn", stage.drawn)):
        rows = table.rows(source, "train")
        if wanted and len(rows):
            parts.append(rng.choice(rows, size=min(wanted, len(rows)), replace=False))
    seen = np.array([p.looked == "fit" and p.role == "train" for p in table.photos])
    parts += [np.flatnonzero(seen)] * (stage.looked - 1)
    rows = np.concatenate(parts)
    rng.shuffle(rows)
    return rows


def batch_pixels(
    table: Table, rows: np.ndarray, side: int, strength: Strength | None, seed: int
) -> torch.Tensor:
    """Return (n, 3, side, side), augmented by `strength`, or plain if it is None."""
    generator = torch.Generator().manual_seed(seed)
    out = torch.empty(len(rows), 3, side, side)
    for positions, pixels in table.pixels(rows):
        pale = table.pale[rows[positions]]
        out[positions] = (
            plain(pixels, side)
            if strength is None
            else augment(pixels, side, pale, strength, generator)
        )
    return out.contiguous(memory_format=torch.channels_last)


def label_share(table: Table, rows: np.ndarray) -> dict[str, float]:
    """Return {head: share of the rows that have a label}."""
    share = {
        head: float(allowed[rows].any(1).float().mean()) for head, allowed in table.allowed.items()
    }
    share["details"] = float(table.known[rows].any(1).float().mean())
    return share


@torch.inference_mode()
def encode_rows(
    model: SliceTower, table: Table, rows: np.ndarray, side: int, device: str, batch: int = 64
) -> dict[str, torch.Tensor]:
    """Return {slice: (n, size)} of plain photos, on the CPU."""
    model.eval()
    parts = [
        model(batch_pixels(table, rows[i : i + batch], side, None, 0).to(device))
        for i in range(0, len(rows), batch)
    ]
    return {name: torch.cat([part[name] for part in parts]).cpu() for name in parts[0]}


@torch.inference_mode()
def accuracy(
    model: SliceTower, table: Table, rows: np.ndarray, side: int, device: str
) -> dict[str, float]:
    """Return {head: share of labelled rows whose most probable value is allowed}."""
    slices = {
        name: part.to(device)
        for name, part in encode_rows(model, table, rows, side, device).items()
    }
    figures = {}
    for head, allowed in table.allowed.items():
        labelled = allowed[rows].any(1)
        if bool(labelled.any()):
            best = model.logits(slices, head).argmax(1).cpu()
            figures[head] = float(
                allowed[rows][torch.arange(len(rows)), best][labelled].float().mean()
            )
    return figures

"""The training loop: seeded batches of mixed sources, slice losses, EMA, checkpoints that resume to the same result."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import nn
from tqdm import tqdm

from catalog import vocabulary
from encoders.layout import FACET_SLICE
from errors import InputError
from training.augment import Strength, augment, plain
from catalog.labelled.photos import Photo
from training.team import Team
from training.tower import SHOP_HEADS, SliceTower, allowed_matrix, details_loss, set_loss

PALE = {"white", "cream"}


@dataclass(frozen=True)
class Stage:
    """One run of the optimiser over the photos."""

    name: str
    epochs: int
    side: int
    """pixels of the square that the tower sees"""
    small: int
    """small product photos drawn anew each epoch"""
    drawn: int = 0
    """drawn pictures drawn anew each epoch"""
    looked: int = 3
    """how often an epoch shows a photo labelled by looking (fit part)"""
    rate: float = 1.0
    """factor on both learning rates"""


@dataclass(frozen=True)
class Recipe:
    """All that decides a run, the data aside."""

    stages: tuple[Stage, ...] = (Stage("photos", 3, 128, 8000), Stage("drawn", 2, 160, 4000, drawn=4000, looked=6, rate=0.5),
                                 Stage("fine", 1, 160, 5000, drawn=1200, looked=5, rate=0.35),
                                 Stage("last", 1, 160, 7000, drawn=800, looked=2, rate=0.35))
    batch: int = 64
    seed: int = 7
    head_rate: float = 3e-3
    tower_rate: float = 6e-4
    decay: float = 0.02
    warmup: int = 150
    clip: float = 5.0
    average: float = 0.998
    """EMA"""
    smoothing: float = 0.05
    least: int = 8
    """training photos that a shop class needs to be one"""
    save_every: int = 50
    """steps between checkpoints"""
    strength: Strength = field(default_factory=Strength)


class Table:
    """Photos with their pixels and, for every head, the matrix of allowed values."""

    def __init__(self, photos: list[Photo], arrays: dict[str, np.ndarray], classes: dict[str, list[str]]) -> None:
        self.photos, self.arrays, self.classes = photos, arrays, classes
        count: dict[str, int] = {}
        self.at = np.zeros(len(photos), dtype=np.int64)
        for row, photo in enumerate(photos):
            self.at[row] = count.get(photo.source, 0)
            count[photo.source] = self.at[row] + 1
        self.source = np.array([photo.source for photo in photos])
        self.role = np.array([photo.role for photo in photos])
        self.allowed = {head: torch.from_numpy(self._matrix(head, values)) for head, values in classes.items() if head != "details"}
        self.present = torch.from_numpy(np.array([[bool(p.details.get(d)) for d in classes["details"]] for p in photos]))
        self.known = torch.from_numpy(np.array([[d in p.details for d in classes["details"]] for p in photos]))
        self.pale = torch.tensor([bool(PALE & p.sets.get("color", frozenset())) for p in photos])

    def _matrix(self, head: str, values: list[str]) -> np.ndarray:
        if head in SHOP_HEADS:
            return allowed_matrix([frozenset({p.shop[head]}) if head in p.shop else None for p in self.photos], values)
        return allowed_matrix([p.sets.get(head) for p in self.photos], values)

    def rows(self, source: str, role: str) -> np.ndarray:
        """Rows of a source in a role."""
        return np.flatnonzero((self.source == source) & (self.role == role))

    def pixels(self, rows: np.ndarray) -> Iterator[tuple[np.ndarray, torch.Tensor]]:
        """Positions in `rows` and their uint8 pixels, source by source (sides differ)."""
        for source in np.unique(self.source[rows]):
            positions = np.flatnonzero(self.source[rows] == source)
            yield positions, torch.from_numpy(np.asarray(self.arrays[source][self.at[rows[positions]]]))


def shop_classes(photos: list[Photo], least: int) -> dict[str, list[str]]:
    """Head -> values: the shop's classes with `least` training photos or more, and the vocabulary's leaves."""
    classes: dict[str, list[str]] = {}
    for head in SHOP_HEADS:
        values = [p.shop[head] for p in photos if p.role == "train" and head in p.shop]
        classes[head] = sorted(value for value in set(values) if values.count(value) >= least)
    for facet in FACET_SLICE:
        classes[facet] = list(vocabulary.leaf_values(facet))
    return classes


def epoch_rows(table: Table, stage: Stage, rng: np.random.Generator) -> np.ndarray:
    """The rows of one epoch in their order."""
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


def batch_pixels(table: Table, rows: np.ndarray, side: int, strength: Strength | None, seed: int) -> torch.Tensor:
    """(n, 3, side, side); augmented by `strength`, plain without."""
    generator = torch.Generator().manual_seed(seed)
    out = torch.empty(len(rows), 3, side, side)
    for positions, pixels in table.pixels(rows):
        pale = table.pale[rows[positions]]
        out[positions] = plain(pixels, side) if strength is None else augment(pixels, side, pale, strength, generator)
    return out.contiguous(memory_format=torch.channels_last)


def total_loss(model: SliceTower, slices: dict[str, torch.Tensor], table: Table, rows: np.ndarray, share: dict[str, float],
               smoothing: float) -> tuple[torch.Tensor, dict[str, float]]:
    """Sum over heads of sqrt(share of labelled photos) * loss, and each head's loss for the log."""
    total, parts = torch.zeros(()), {}
    for head in model.classes:
        logits = model.logits(slices, head)
        if head == "details":
            loss = details_loss(logits, table.present[rows].to(logits.device), table.known[rows].to(logits.device))
            labelled = float(table.known[rows].any(1).float().mean())
        else:
            allowed = table.allowed[head][rows].to(logits.device)
            loss, labelled = set_loss(logits, allowed, smoothing), float(allowed.any(1).float().mean())
        # A batch with fewer labels of a head than usual weighs less, so that one photo never pulls like thirty.
        weight = math.sqrt(share[head]) * min(1.0, labelled / max(share[head], 1e-6))
        total = total.to(loss.device) + weight * loss
        parts[head] = float(loss.detach())
    return total, parts


def label_share(table: Table, rows: np.ndarray) -> dict[str, float]:
    """Head -> share of the rows that have a label."""
    share = {head: float(allowed[rows].any(1).float().mean()) for head, allowed in table.allowed.items()}
    share["details"] = float(table.known[rows].any(1).float().mean())
    return share


class Average:
    """Exponential moving average of weights and statistics."""

    def __init__(self, model: nn.Module, keep: float) -> None:
        self.keep, self.steps = keep, 0
        self.state = {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}

    def update(self, model: nn.Module) -> None:
        """Move towards the model; quickly at first, so that the start is forgotten."""
        self.steps += 1
        keep = min(self.keep, (1 + self.steps) / (10 + self.steps))
        for name, tensor in model.state_dict().items():
            if tensor.is_floating_point():
                self.state[name].lerp_(tensor.detach(), 1 - keep)
            else:
                self.state[name].copy_(tensor)


class Trainer:
    """Runs the stages of a recipe; `checkpoint` holds everything that it needs to go on."""

    def __init__(self, model: SliceTower, table: Table, recipe: Recipe, checkpoint: Path, device: str,
                 team: Team = Team()) -> None:
        self.model, self.table, self.recipe, self.path, self.device = model, table, recipe, checkpoint, device
        self.team = team
        self.model.to(device=device, memory_format=torch.channels_last)
        self.model.freeze()
        self.average = Average(model, recipe.average)
        self.stage, self.step = 0, 0
        self.optimizer = self._optimizer(recipe.stages[0])

    def _optimizer(self, stage: Stage) -> torch.optim.Optimizer:
        tower = [p for p in self.model.tower.parameters() if p.requires_grad]
        heads = [p for name, p in self.model.named_parameters() if not name.startswith("tower.")]
        return torch.optim.AdamW([{"params": heads, "peak": self.recipe.head_rate * stage.rate},
                                  {"params": tower, "peak": self.recipe.tower_rate * stage.rate}], weight_decay=self.recipe.decay)

    def resume(self) -> bool:
        """Go on from the checkpoint where there is one. Raises InputError where it is of another model."""
        if not self.path.exists():
            return False
        saved = torch.load(self.path, map_location=self.device, weights_only=True)
        if saved["classes"] != self.model.classes:
            raise InputError(f"{self.path} is of another run (other classes or data): remove it, or name another --work folder")
        self.model.load_state_dict(saved["model"])
        self.average.state, self.average.steps = saved["average"], saved["average_steps"]
        self.stage, self.step = saved["stage"], saved["step"]
        if self.stage < len(self.recipe.stages):
            self.optimizer = self._optimizer(self.recipe.stages[self.stage])
            if saved["optimizer"] is not None:
                self.optimizer.load_state_dict(saved["optimizer"])
        return True

    def save(self, fresh_optimizer: bool = False) -> None:
        """Write the checkpoint in one move, so that a killed run leaves the last whole one."""
        if not self.team.leads:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        part = self.path.with_suffix(".part")
        torch.save({"classes": self.model.classes, "model": self.model.state_dict(), "average": self.average.state,
                    "average_steps": self.average.steps, "stage": self.stage, "step": self.step,
                    "optimizer": None if fresh_optimizer else self.optimizer.state_dict()}, part)
        os.replace(part, self.path)

    def run(self, after_epoch=None) -> SliceTower:
        """All remaining stages. Returns the averaged model. `after_epoch(model, stage, epoch)` sees it after each epoch."""
        while self.stage < len(self.recipe.stages):
            self._run_stage(self.recipe.stages[self.stage], after_epoch)
            self.stage, self.step = self.stage + 1, 0
            self.model.load_state_dict(self.average.state)  # the next stage goes on from the average
            if self.stage < len(self.recipe.stages):
                self.optimizer = self._optimizer(self.recipe.stages[self.stage])
            self.save(fresh_optimizer=True)
        self.model.load_state_dict(self.average.state)
        return self.model

    def _run_stage(self, stage: Stage, after_epoch) -> None:
        recipe = self.recipe
        if self.step == 0:
            self.average.steps = 0  # a short stage shall not drag its start along
        share = label_share(self.table, epoch_rows(self.table, stage, np.random.default_rng([recipe.seed, self.stage, 0])))
        for epoch in range(stage.epochs):
            rows = epoch_rows(self.table, stage, np.random.default_rng([recipe.seed, self.stage, epoch]))
            batches = [rows[i:i + recipe.batch] for i in range(0, len(rows) - recipe.batch // 2, recipe.batch)]
            total, first = len(batches) * stage.epochs, len(batches) * epoch
            if self.step >= first + len(batches):
                continue  # done before the run was interrupted
            bar = tqdm(range(first, first + len(batches)), desc=f"{stage.name} {epoch + 1}/{stage.epochs}", unit="batch", mininterval=5,
                       disable=not self.team.leads)
            for step in bar:
                if step >= self.step:
                    loss = self._step(stage, batches[step - first], step, total, share)
                    bar.set_postfix_str(f"loss {loss:.3f}", refresh=False)
            if after_epoch and self.team.leads:
                after_epoch(self.averaged(), stage, epoch)

    def _step(self, stage: Stage, rows: np.ndarray, step: int, total: int, share: dict[str, float]) -> float:
        recipe, seed = self.recipe, (self.recipe.seed * 1000 + self.stage) * 1_000_000 + step
        rows, seed = rows[self.team.rank::self.team.size], seed * 16 + self.team.rank
        pixels = batch_pixels(self.table, rows, stage.side, recipe.strength, seed).to(self.device)
        torch.manual_seed(seed)  # dropout, so that a resumed run repeats the uninterrupted one
        warm = min(1.0, (step + 1) / min(recipe.warmup, max(1, total // 4)))
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * warm * 0.5 * (1 + math.cos(math.pi * step / total))
        self.model.train()
        with torch.autocast(self.device, torch.bfloat16, enabled=low_precision(self.device)):
            slices = self.model(pixels)
        loss, _ = total_loss(self.model, slices, self.table, rows, share, recipe.smoothing)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self._meet()
        nn.utils.clip_grad_norm_(self.model.parameters(), recipe.clip)
        self.optimizer.step()
        self.average.update(self.model)
        self.step = step + 1
        if self.step % recipe.save_every == 0:
            self.save()
        return float(loss.detach())

    def _meet(self) -> None:
        """Gradients and batch statistics of all processes become one."""
        gradients = [p.grad for p in self.model.parameters() if p.grad is not None]
        self.team.average([*gradients, *(b for b in self.model.buffers() if b.is_floating_point())])

    def averaged(self) -> SliceTower:
        """A copy with the averaged weights, for looking at."""
        import copy

        model = copy.deepcopy(self.model)
        model.load_state_dict(self.average.state)
        return model.eval()


def low_precision(device: str) -> bool:
    """bf16 autocast pays where the hardware has it; elsewhere a CPU emulates it, five times slower than fp32."""
    if device == "cuda":
        return True
    return bool(torch.backends.cpu.get_cpu_capability().startswith("AMX") or torch.cpu._is_avx512_bf16_supported())


@torch.inference_mode()
def encode_rows(model: SliceTower, table: Table, rows: np.ndarray, side: int, device: str, batch: int = 64) -> dict[str, torch.Tensor]:
    """{slice: (n, size)} of plain photos, on the CPU."""
    model.eval()
    parts = [model(batch_pixels(table, rows[i:i + batch], side, None, 0).to(device)) for i in range(0, len(rows), batch)]
    return {name: torch.cat([part[name] for part in parts]).cpu() for name in parts[0]}


@torch.inference_mode()
def accuracy(model: SliceTower, table: Table, rows: np.ndarray, side: int, device: str) -> dict[str, float]:
    """Head -> share of labelled rows whose best value is allowed."""
    slices = {name: part.to(device) for name, part in encode_rows(model, table, rows, side, device).items()}
    figures = {}
    for head, allowed in table.allowed.items():
        labelled = allowed[rows].any(1)
        if bool(labelled.any()):
            best = model.logits(slices, head).argmax(1).cpu()
            figures[head] = float(allowed[rows][torch.arange(len(rows)), best][labelled].float().mean())
    return figures


def log_line(path: Path | None, text: str) -> None:
    """One line of progress with the time, to `path` where one is given."""
    if path is not None:
        with path.open("a", encoding="utf-8") as handle:
            handle.write(f"{time.strftime('%H:%M:%S')} {text}\n")

"""Training loop of the picture tower.

Batches are seeded and mix the sources; weights are averaged (EMA); a run that resumes from its
checkpoint gives the same result as an uninterrupted one.
"""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import nn
from tqdm import tqdm

from errors import InputError
from training.recipe import Recipe, Stage
from training.table import Table, batch_pixels, epoch_rows, label_share
from training.team import Team
from training.tower import SliceTower, details_loss, set_loss

ALONE = Team()
AfterEpoch = Callable[[SliceTower, Stage, int], None]
"""Called with the averaged model, the stage and the number of the epoch that ended."""


def total_loss(
    model: SliceTower,
    slices: dict[str, torch.Tensor],
    table: Table,
    rows: np.ndarray,
    share: dict[str, float],
    smoothing: float,
) -> tuple[torch.Tensor, dict[str, float]]:
    """Return the sum over heads of sqrt(share of labelled photos) * loss, and {head: loss}."""
    total, parts = torch.zeros(()), {}
    for head in model.classes:
        logits = model.logits(slices, head)
        if head == "details":
            loss = details_loss(
                logits, table.present[rows].to(logits.device), table.known[rows].to(logits.device)
            )
            labelled = float(table.known[rows].any(1).float().mean())
        else:
            allowed = table.allowed[head][rows].to(logits.device)
            loss = set_loss(logits, allowed, smoothing)
            labelled = float(allowed.any(1).float().mean())
        # The loss is a mean over the labelled photos. A batch with few of them weighs less, so that
        # no single photo gets the weight of thirty.
        weight = math.sqrt(share[head]) * min(1.0, labelled / max(share[head], 1e-6))
        total = total.to(loss.device) + weight * loss
        parts[head] = float(loss.detach())
    return total, parts


class Average:
    """Exponential moving average of weights and statistics."""

    def __init__(self, model: nn.Module, keep: float) -> None:
        self.keep, self.steps = keep, 0
        self.state = {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}

    def update(self, model: nn.Module) -> None:
        """Move towards the model; faster in the first steps, which forgets the initial weights."""
        self.steps += 1
        keep = min(self.keep, (1 + self.steps) / (10 + self.steps))
        for name, tensor in model.state_dict().items():
            if tensor.is_floating_point():
                self.state[name].lerp_(tensor.detach(), 1 - keep)
            else:
                self.state[name].copy_(tensor)


class Trainer:
    """Runs the stages of a recipe; `checkpoint` is the file from which a run resumes."""

    def __init__(
        self,
        model: SliceTower,
        table: Table,
        recipe: Recipe,
        checkpoint: Path,
        device: str,
        team: Team = ALONE,
    ) -> None:
        self.model, self.table, self.recipe = model, table, recipe
        self.path, self.device, self.team = checkpoint, device, team
        # torch's stubs lack the overload with memory_format
        self.model.to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.model.freeze()
        self.average = Average(model, recipe.average)
        self.stage, self.step = 0, 0
        self.optimizer = self._optimizer(recipe.stages[0])

    def _optimizer(self, stage: Stage) -> torch.optim.Optimizer:
        tower = [p for p in self.model.tower.parameters() if p.requires_grad]
        heads = [p for name, p in self.model.named_parameters() if not name.startswith("tower.")]
        return torch.optim.AdamW(
            [
                {"params": heads, "peak": self.recipe.head_rate * stage.rate},
                {"params": tower, "peak": self.recipe.tower_rate * stage.rate},
            ],
            weight_decay=self.recipe.decay,
        )

    def resume(self) -> bool:
        """Load the checkpoint if there is one, and return whether there was.

        Raises InputError if it belongs to another model.
        """
        if not self.path.exists():
            return False
        saved = torch.load(self.path, map_location=self.device, weights_only=True)
        if saved["classes"] != self.model.classes:
            raise InputError(
                f"{self.path} is of another run (other classes or data): remove it, or name "
                "another --work folder"
            )
        self.model.load_state_dict(saved["model"])
        self.average.state, self.average.steps = saved["average"], saved["average_steps"]
        self.stage, self.step = saved["stage"], saved["step"]
        if self.stage < len(self.recipe.stages):
            self.optimizer = self._optimizer(self.recipe.stages[self.stage])
            if saved["optimizer"] is not None:
                self.optimizer.load_state_dict(saved["optimizer"])
        return True

    def save(self, fresh_optimizer: bool = False) -> None:
        """Write the checkpoint atomically: a killed run leaves the previous one intact."""
        if not self.team.leads:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        part = self.path.with_suffix(".part")
        torch.save(
            {
                "classes": self.model.classes,
                "model": self.model.state_dict(),
                "average": self.average.state,
                "average_steps": self.average.steps,
                "stage": self.stage,
                "step": self.step,
                "optimizer": None if fresh_optimizer else self.optimizer.state_dict(),
            },
            part,
        )
        part.replace(self.path)

    def run(self, after_epoch: AfterEpoch | None = None) -> SliceTower:
        """Run all remaining stages and return the averaged model."""
        while self.stage < len(self.recipe.stages):
            self._run_stage(self.recipe.stages[self.stage], after_epoch)
            self.stage, self.step = self.stage + 1, 0
            # the next stage starts from the average
            self.model.load_state_dict(self.average.state)
            if self.stage < len(self.recipe.stages):
                self.optimizer = self._optimizer(self.recipe.stages[self.stage])
            self.save(fresh_optimizer=True)
        self.model.load_state_dict(self.average.state)
        return self.model

    def _run_stage(self, stage: Stage, after_epoch: AfterEpoch | None) -> None:
        recipe = self.recipe
        if self.step == 0:
            self.average.steps = 0  # a short stage must forget its initial weights as well
        share = label_share(
            self.table,
            epoch_rows(self.table, stage, np.random.default_rng([recipe.seed, self.stage, 0])),
        )
        for epoch in range(stage.epochs):
            rows = epoch_rows(
                self.table, stage, np.random.default_rng([recipe.seed, self.stage, epoch])
            )
            batches = [
                rows[i : i + recipe.batch]
                for i in range(0, len(rows) - recipe.batch // 2, recipe.batch)
            ]
            total, first = len(batches) * stage.epochs, len(batches) * epoch
            if self.step >= first + len(batches):
                continue  # done before the run was interrupted
            bar = tqdm(
                range(first, first + len(batches)),
                desc=f"{stage.name} {epoch + 1}/{stage.epochs}",
                unit="batch",
                mininterval=5,
                disable=not self.team.leads,
            )
            for step in bar:
                if step >= self.step:
                    loss = self._step(stage, batches[step - first], step, total, share)
                    bar.set_postfix_str(f"loss {loss:.3f}", refresh=False)
            if after_epoch and self.team.leads:
                after_epoch(self.averaged(), stage, epoch)

    def _step(
        self, stage: Stage, rows: np.ndarray, step: int, total: int, share: dict[str, float]
    ) -> float:
        recipe, seed = self.recipe, (self.recipe.seed * 1000 + self.stage) * 1_000_000 + step
        rows, seed = rows[self.team.rank :: self.team.size], seed * 16 + self.team.rank
        pixels = batch_pixels(self.table, rows, stage.side, recipe.strength, seed).to(self.device)
        torch.manual_seed(seed)  # dropout, so that a resumed run repeats the uninterrupted one
        names_garment = torch.rand(len(rows)) < recipe.asked
        zones = torch.where(names_garment, self.table.zones[rows], 0).to(self.device)
        warm = min(1.0, (step + 1) / min(recipe.warmup, max(1, total // 4)))
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * warm * 0.5 * (1 + math.cos(math.pi * step / total))
        self.model.train()
        with torch.autocast(self.device, torch.bfloat16, enabled=low_precision(self.device)):
            slices = self.model(pixels, zones)
        loss, _ = total_loss(self.model, slices, self.table, rows, share, recipe.smoothing)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self._synchronize()
        nn.utils.clip_grad_norm_(self.model.parameters(), recipe.clip)
        self.optimizer.step()
        self.average.update(self.model)
        self.step = step + 1
        if self.step % recipe.save_every == 0:
            self.save()
        return float(loss.detach())

    def _synchronize(self) -> None:
        """Average gradients and batch statistics over all processes."""
        gradients = [p.grad for p in self.model.parameters() if p.grad is not None]
        self.team.average([*gradients, *(b for b in self.model.buffers() if b.is_floating_point())])

    def averaged(self) -> SliceTower:
        """Return a copy with the averaged weights, in evaluation mode."""
        model = copy.deepcopy(self.model)
        model.load_state_dict(self.average.state)
        return model.eval()


def low_precision(device: str) -> bool:
    """Return whether bf16 autocast pays: a CPU without it emulates it, 5x slower than fp32."""
    if device == "cuda":
        return True
    return bool(
        torch.backends.cpu.get_cpu_capability().startswith("AMX")
        or torch.cpu._is_avx512_bf16_supported()
    )


def log_line(path: Path | None, text: str) -> None:
    """Append a line of progress with the time to `path`, if there is one."""
    if path is not None:
        with path.open("a", encoding="utf-8") as handle:
            handle.write(f"{time.strftime('%H:%M:%S')} {text}\n")

"""Training of a learned composer on frozen vectors.

All kinds are trained alike, with the same queries, seeds, steps and batches.

The loss is a softmax over the inner products of the composed query and the items of its gallery.
Half of the loss asks for each of the targets, weighted by its similarity to the reference in the
other attributes. The other half asks for any of the targets.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from tqdm import tqdm

from composer import Weights
from composer.learned import NETWORKS, Network
from composer.learned.networks import places_of
from composer.space import unit
from encoders import Space
from training.composers.gallery import Gallery
from training.composers.triplets import Mined, changed_facets, finer_agreement


@dataclass(frozen=True)
class Recipe:
    """All settings of a training run; together with the data they determine its result."""

    seed: int = 1
    steps: int = 900
    batch: int = 96
    candidates: int = 1536
    rate: float = 1.5e-3
    decay: float = 0.01
    scale: float = 12.0
    noise: float = 0.3
    """Length of the random shift of a reference's unit slices.

    The encoder places held-out pictures less accurately than those it was trained on.
    """
    look_every: int = 100
    save_every: int = 100


@dataclass(frozen=True)
class Pool:
    """Queries of one gallery, prepared for a network.

    inputs: {name: (Q, ...)}. labels: (Q, n) int8, 1 for targets, -1 for open rows, else 0.
    """

    gallery: Gallery
    queries: tuple[Mined, ...]
    inputs: Mapping[str, Tensor]
    labels: np.ndarray
    vectors: Tensor

    @property
    def rows(self) -> np.ndarray:
        """Rows of the references, (Q,)."""
        return np.array([query.reference for query in self.queries])


def pool(
    network: Network,
    gallery: Gallery,
    queries: Sequence[Mined],
    spoken: Mapping[str, np.ndarray],
    space: Space,
    weights: Weights,
    noise: float = 0.0,
    seed: int = 0,
) -> Pool:
    """Prepare every query once. spoken: {words: (dim,) vector}."""
    rng = np.random.default_rng(seed)
    rows = []
    for query in queries:
        picture = shaken(gallery.vectors[query.reference], space, noise, rng)
        rows.append(network.prepare(picture, query.wish, spoken.get(query.words), space, weights))
    inputs = {
        name: torch.from_numpy(np.stack([row[name] for row in rows]).astype(np.float32))
        for name in rows[0]
    }
    labels = np.zeros((len(queries), len(gallery.items)), dtype=np.int8)
    for number, query in enumerate(queries):
        labels[number, query.targets], labels[number, query.open] = 1, -1
    return Pool(gallery, tuple(queries), inputs, labels, torch.from_numpy(gallery.vectors))


def shaken(vector: np.ndarray, space: Space, noise: float, rng: np.random.Generator) -> np.ndarray:
    """Shift each slice by a random vector of length `noise` and normalise it; returns (dim,)."""
    if not noise:
        return vector
    moved = np.array(vector, dtype=np.float32)
    for name in space.layout.names:
        span = space.layout.slice(name)
        moved[span] = unit(
            moved[span]
            + noise * unit(rng.standard_normal(span.stop - span.start).astype(np.float32))
        )
    return moved


def loss_of(
    queries: Tensor, candidates: Tensor, labels: Tensor, liking: Tensor, scale: Tensor
) -> Tensor:
    """Return the mean loss of queries (B, dim) against candidates (C, dim).

    labels: (B, C), each 1, 0 or -1. liking: (B, C) weights of the targets.
    """
    scores = scale * functional.normalize(queries, dim=1) @ candidates.T
    log_p = torch.log_softmax(scores.masked_fill(labels < 0, -1e4), dim=1)
    share = liking * (labels > 0)
    each = -(share * log_p).sum(1) / share.sum(1).clamp_min(1e-6)
    any_ = -torch.logsumexp(log_p.masked_fill(labels <= 0, -1e4), dim=1)
    return (0.5 * each + 0.5 * any_).mean()


def quality(network: Network, tensors: Mapping[str, Tensor], part: Pool, places: Tensor) -> float:
    """Return the mean of R@10 + P@10 / 2 over the pool's queries, ignoring unknown items."""
    with torch.inference_mode():
        scores = (network.forward(tensors, part.inputs, places) @ part.vectors.T).numpy()
    scores = np.where(part.labels < 0, -np.inf, scores)
    best = np.argpartition(-scores, min(10, scores.shape[1] - 1), axis=1)[:, :10]
    hits = np.take_along_axis(part.labels, best, axis=1) == 1
    return float(hits.any(1).mean() + hits.mean() / 2)


class Trainer:
    """Training run of one kind; an interrupted run resumes from its checkpoint in `work`."""

    def __init__(
        self,
        kind: str,
        space: Space,
        weights: Weights,
        train: Sequence[Pool],
        choose: Sequence[Pool],
        recipe: Recipe,
        work: Path,
    ) -> None:
        self.kind, self.network, self.recipe = kind, NETWORKS[kind], recipe
        self.train, self.choose, self.places = train, choose, places_of(space)
        self.path = work / f"composer-{kind}.pt"
        self.tensors = {
            n: t.clone().requires_grad_()
            for n, t in self.network.start(space, weights, recipe.seed).items()
        }
        self.scale = torch.tensor(math.log(recipe.scale), requires_grad=True)
        self.optimizer = torch.optim.AdamW(
            [*self.tensors.values(), self.scale], lr=recipe.rate, weight_decay=recipe.decay
        )
        self.step, self.best, self.reached, self.first = 0, self._values(), self._quality(), 0.0
        self.first = self.reached
        self.key = {
            "kind": kind,
            "recipe": asdict(recipe),
            "queries": [len(p.queries) for p in train],
            "encoder": getattr(space, "fingerprint", ""),
            "weights": weights.model_dump_json(),
        }

    def _values(self) -> dict[str, Tensor]:
        return {name: tensor.detach().clone() for name, tensor in self.tensors.items()}

    def _quality(self) -> float:
        return float(
            np.mean(
                [quality(self.network, self._values(), part, self.places) for part in self.choose]
            )
        )

    def resume(self) -> bool:
        """Load the checkpoint if it belongs to this very run, and return whether it did.

        A checkpoint of another run is ignored, and training starts afresh.
        """
        if not self.path.is_file():
            return False
        saved = torch.load(self.path, weights_only=True)
        if saved["key"] != self.key:
            return False
        for name, tensor in saved["tensors"].items():
            self.tensors[name].data.copy_(tensor)
        self.scale.data.copy_(saved["scale"])
        self.optimizer.load_state_dict(saved["optimizer"])
        self.step, self.best, self.reached = saved["step"], saved["best"], saved["reached"]
        return True

    def save(self) -> None:
        """Write the checkpoint atomically, so that a killed run leaves the previous one intact."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        part = self.path.with_suffix(".part")
        torch.save(
            {
                "key": self.key,
                "tensors": self._values(),
                "scale": self.scale.detach(),
                "step": self.step,
                "best": self.best,
                "reached": self.reached,
                "optimizer": self.optimizer.state_dict(),
            },
            part,
        )
        part.replace(self.path)

    def run(self) -> dict[str, np.ndarray]:
        """Run the remaining steps and return the tensors that did best on the choosing designs."""
        recipe = self.recipe
        bar = tqdm(
            range(recipe.steps),
            desc=f"training {self.kind}",
            unit="step",
            mininterval=2,
            initial=self.step,
        )
        while self.step < recipe.steps:
            loss = self._advance()
            bar.update()
            if self.step % recipe.look_every == 0 or self.step == recipe.steps:
                quality = self._quality()
                bar.set_postfix_str(f"loss {loss:.3f}, chosen by {quality:.4f}")
                if quality > self.reached:
                    self.best, self.reached = self._values(), quality
            if self.step % recipe.save_every == 0 or self.step == recipe.steps:
                self.save()
        bar.close()
        return {name: tensor.numpy() for name, tensor in self.best.items()}

    def _advance(self) -> float:
        """Run one step and return its loss; random draws depend on seed and step number only."""
        recipe = self.recipe
        rng = np.random.default_rng([recipe.seed, self.step])
        part = self.train[self.step % len(self.train)]
        chosen = rng.choice(len(part.queries), min(recipe.batch, len(part.queries)), replace=False)
        candidates = self._candidates(part, chosen, rng)
        liking = finer_agreement(
            part.gallery,
            part.rows[chosen],
            candidates,
            [changed_facets(part.queries[n]) for n in chosen],
        )
        queries = self.network.forward(
            self.tensors, {n: x[chosen] for n, x in part.inputs.items()}, self.places
        )
        labels = torch.from_numpy(part.labels[np.ix_(chosen, candidates)])
        loss = loss_of(
            queries,
            part.vectors[candidates],
            labels,
            torch.from_numpy(np.exp(2 * liking - 2)),
            self.scale.exp(),
        )
        for group in self.optimizer.param_groups:
            group["lr"] = (
                recipe.rate
                * min(1.0, (self.step + 1) / 50)
                * 0.5
                * (1 + math.cos(math.pi * self.step / recipe.steps))
            )
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_([*self.tensors.values(), self.scale], 1.0)
        self.optimizer.step()
        self.step += 1
        return float(loss.detach())

    def _candidates(self, part: Pool, chosen: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return the rows to rank: a random sample, and up to four targets of each query."""
        count = len(part.gallery.items)
        random = rng.choice(count, min(self.recipe.candidates, count), replace=False)
        targets = [
            rng.choice(part.queries[n].targets, min(4, len(part.queries[n].targets)), replace=False)
            for n in chosen
        ]
        return np.unique(np.concatenate([random, *targets]))

"""Training run of the learned composers, from photo folders and a drawn catalogue to weights.

The drawn catalogue is optional.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from composer import Weights, load_weights
from composer.learned import FOLDER, NETWORKS, LearnedWeights, save_learned, slice_sizes
from encoders import Encoder
from errors import InputError
from training.composers.fit import Recipe, Trainer, pool
from training.composers.gallery import Gallery, drawn_galleries, photo_galleries
from training.composers.triplets import Mined, mine, tally

CHOOSING_SEED = 1000


@dataclass(frozen=True)
class Job:
    """Inputs, outputs and settings of a run.

    catalog: a drawn catalogue with another seed than any reported one, or None.
    """

    data: Path
    cache: Path
    catalog: Path | None = None
    out: Path = FOLDER
    queries: int = 4000
    choosing: int = 500
    recipe: Recipe = field(default_factory=Recipe)


@dataclass(frozen=True)
class Lesson:
    """Queries to train on and to choose by, for each gallery, and the vectors of their words."""

    train: tuple[tuple[Gallery, list[Mined]], ...]
    choose: tuple[tuple[Gallery, list[Mined]], ...]
    spoken: dict[str, np.ndarray]


def lesson(pairs: Sequence[tuple[Gallery, Gallery]], encoder: Encoder, job: Job) -> Lesson:
    """Mine the queries that all kinds of composer share, and embed their words."""
    seed = job.recipe.seed
    train = tuple((g, mine(g, job.queries, seed)) for g, _ in pairs)
    choose = tuple((g, mine(g, job.choosing, seed + CHOOSING_SEED)) for _, g in pairs)
    phrases = sorted(
        {query.words for _, queries in (*train, *choose) for query in queries if query.words}
    )
    vectors = encoder.encode_texts(phrases)
    return Lesson(train, choose, dict(zip(phrases, vectors.astype(np.float32), strict=True)))


def galleries(encoder: Encoder, job: Job) -> list[tuple[Gallery, Gallery]]:
    """Return (train, choose) galleries of the photos and, if there is one, the drawn catalogue."""
    photos = photo_galleries(job.data, encoder, job.cache)
    return [photos] if job.catalog is None else [photos, drawn_galleries(job.catalog, encoder)]


def fit(kind: str, encoder: Encoder, taught: Lesson, job: Job, weights: Weights) -> dict:
    """Train one kind, write its weights, and return a summary of the run."""
    if kind not in NETWORKS:
        raise InputError(f"no learned composer {kind!r}; there are: {', '.join(NETWORKS)}")
    network, recipe = NETWORKS[kind], job.recipe
    train = [
        pool(network, g, q, taught.spoken, encoder, weights, recipe.noise, recipe.seed)
        for g, q in taught.train
    ]
    choose = [pool(network, g, q, taught.spoken, encoder, weights) for g, q in taught.choose]
    trainer = Trainer(kind, encoder, weights, train, choose, recipe, job.cache)
    resumed = trainer.resume()
    tensors = trainer.run()
    note = (
        f"{sum(len(q) for _, q in taught.train)} queries mined from "
        f"{', '.join(g.name for g, _ in taught.train)}; "
        f"{recipe.steps} steps, seed {recipe.seed}; on the choosing designs {trainer.first:.4f} "
        f"-> {trainer.reached:.4f}"
    )
    path = job.out / f"{kind}.safetensors"
    save_learned(
        LearnedWeights(kind, tensors, encoder.fingerprint, slice_sizes(encoder), weights, note),
        path,
    )
    return {
        "kind": kind,
        "bytes": path.stat().st_size,
        "start": round(trainer.first, 4),
        "reached": round(trainer.reached, 4),
        "resumed": resumed,
        "out": str(path),
    }


def run(kinds: Sequence[str], encoder: Encoder, job: Job) -> dict:
    """Train each kind on the same queries, on one core, and return a summary."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        taught = lesson(galleries(encoder, job), encoder, job)
        weights = load_weights()
        summaries = [fit(kind, encoder, taught, job, weights) for kind in kinds]
    finally:
        torch.set_num_threads(before)
    return {
        "encoder": encoder.fingerprint,
        "queries": [tally(queries) for _, queries in taught.train],
        "fitted": summaries,
    }

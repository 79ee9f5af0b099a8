"""Tuning of the composers' hyperparameters, on the designs kept for choosing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from tqdm import tqdm

from composer import Weights, compose, load_weights, save_weights
from composer.weights import DEFAULTS
from encoders import Encoder, load_encoder
from evaluation.composed.gallery import Gallery, Words, known_wish, read_gallery
from evaluation.composed.product_queries import KINDS, ComposedQuery, sample_queries
from evaluation.composed.scores import ranked
from settings import load_settings
from vocabulary.wish import Wish

GRID = (0.0, 0.1, 0.2, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0)
UNMEASURED = (0.2, 0.35, 0.5, 0.7)
"""Weights for slices that do not define a hit (an unchanged pattern, shape, cloth, appearance).

They always count, because a shopper cares about them nevertheless.
"""
MEASURED = ("category", "color", "audience")
SHARES = (0.0, 0.15, 0.3, 0.5, 0.7, 0.9)
FIRM = (0.0, 0.3, 0.6, 1.0, 1.5, 2.5)
ROUNDS = 2

Change = Callable[[Weights, float], Weights]
Knobs = dict[str, tuple[Change, tuple[float, ...]]]
"""Name -> how a value changes the weights, and the values to try."""
Asked = Mapping[str, Sequence[tuple[ComposedQuery, Wish]]]
"""Kind of change -> queries with their wishes."""


def _field(name: str) -> Change:
    return lambda weights, value: weights.model_copy(update={name: value})


def _keep(slice_name: str) -> Change:
    return lambda weights, value: weights.model_copy(
        update={"keep": {**weights.keep, slice_name: value}}
    )


def objective(gallery: Gallery, kind: str, asked: Asked, words: Words, weights: Weights) -> float:
    """Return the mean over the kinds of change of R@10 + P@10 / 2, where P@10 breaks ties."""
    totals = []
    for queries in asked.values():
        hits = []
        for query, wish in queries:
            vector = compose(
                kind, gallery.vectors[query.reference], wish, words(wish), gallery.encoder, weights
            ).vector
            fits = np.isin(
                ranked(gallery.vectors @ vector, query.reference, 10), list(query.targets)
            )
            hits.append(float(fits.any()) + fits.mean() / 2)
        totals.append(np.mean(hits))
    return float(np.mean(totals))


def descend(
    score: Callable[[Weights], float],
    start: Weights,
    knobs: Knobs,
) -> tuple[Weights, float]:
    """Set each knob in turn to the best value of its grid, ROUNDS times (coordinate descent)."""
    best, reached = start, score(start)
    for name in tqdm(list(knobs) * ROUNDS, desc="tuning", unit="knob"):
        change, grid = knobs[name]
        for value in grid:
            tried = change(best, value)
            if tried != best and (value_reached := score(tried)) > reached + 1e-9:
                best, reached = tried, value_reached
    return best, reached


def tune(
    data: Path | None = None,
    encoder: Encoder | None = None,
    queries: int = 300,
    seed: int = 1,
    out: Path = DEFAULTS,
) -> Weights:
    """Tune delta's slice weights and the static fusions' mix; write the checkpoint to `out`."""
    settings = load_settings(data_dir=data)
    encoder = encoder or load_encoder(settings.encoder, settings.device)
    gallery = read_gallery(settings.data_dir, "choose", encoder)
    asked = {
        kind: [
            (query, known_wish(query))
            for query in sample_queries(gallery.products, kind, queries, seed)
        ]
        for kind in KINDS
    }
    words = Words(encoder)
    knobs: Knobs = {
        name: (_keep(name), GRID if name in MEASURED else UNMEASURED)
        for name in encoder.layout.names
    }
    knobs |= {
        "say": (_field("say"), SHARES),
        "children": (_field("children"), SHARES),
        "firm": (_field("firm"), FIRM),
    }
    delta, reached = descend(
        lambda w: objective(gallery, "delta", asked, words, w), load_weights(), knobs
    )
    with_mix, _ = descend(
        lambda w: objective(gallery, "sum", asked, words, w),
        delta,
        {"mix": (_field("mix"), SHARES)},
    )
    save_weights(
        with_mix,
        out,
        encoder=encoder.fingerprint,
        note=f"coordinate descent on {len(gallery.products)} photos of the choosing designs, "
        f"objective {reached:.4f}",
    )
    return with_mix

"""Learned composers fitted on the tiny catalogue, once a test run."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

import vocabulary
from composer import Weights
from composer.learned import NETWORKS, LearnedWeights, slice_sizes
from tests.composer.tiny_world import TinyCatalogue, TinySpace
from training.composers.fit import Recipe, Trainer, pool
from training.composers.gallery import Gallery, Known
from training.composers.triplets import mine

QUICK = Recipe(
    steps=160, batch=48, candidates=90, look_every=40, save_every=1000, noise=0.1, rate=6e-3
)


def tiny_gallery(space: TinySpace) -> Gallery:
    """The tiny catalogue with all that is known of its items."""
    catalogue = TinyCatalogue(space)
    items = []
    for record in catalogue.records:
        held = {facet: frozenset({value}) for facet, value in record.items()}
        items.append(
            Known({**dict.fromkeys(vocabulary.ATTRIBUTE_FACETS, frozenset()), **held}, {}, {}, {})
        )
    return Gallery("the tiny catalogue", catalogue.vectors.astype(np.float32), tuple(items))


@cache
def tiny_weights(kind: str) -> LearnedWeights:
    """Weights of a learned kind for the tiny space."""
    space, network = TinySpace(), NETWORKS[kind]
    gallery = tiny_gallery(space)
    train, choose = (
        pool(network, gallery, mine(gallery, count, seed), {}, space, Weights(), QUICK.noise)
        for count, seed in ((400, 1), (200, 2))
    )
    with TemporaryDirectory() as work:
        trainer = Trainer(kind, space, Weights(), [train], [choose], QUICK, Path(work))
        return LearnedWeights(kind, trainer.run(), space.fingerprint, slice_sizes(space), Weights())

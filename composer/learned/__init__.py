"""Composers with weights of their own: TIRG, the Combiner, Gated-FiLM, delta with learned gates.

Importing this needs torch; `composer.compose` does so when a learned kind is first asked for.
"""

from composer.learned.checkpoint import (
    FOLDER,
    LearnedWeights,
    is_fitted,
    load_learned,
    save_learned,
    slice_sizes,
)
from composer.learned.networks import NETWORKS, run
from composer.learned.protocol import Network

__all__ = [
    "FOLDER",
    "NETWORKS",
    "LearnedWeights",
    "Network",
    "is_fitted",
    "load_learned",
    "run",
    "save_learned",
    "slice_sizes",
]

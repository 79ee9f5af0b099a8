"""Composers with weights of their own: TIRG, the Combiner, Gated-FiLM, and delta with learned gates.

Importing this needs torch; `composer.compose` does so when a learned kind is first asked for.
"""

from composer.learned.checkpoint import (
    FOLDER,
    Learned,
    fitted,
    identity,
    load_learned,
    save_learned,
)
from composer.learned.networks import NETWORKS, Network, run

__all__ = [
    "FOLDER",
    "NETWORKS",
    "Learned",
    "Network",
    "fitted",
    "identity",
    "load_learned",
    "run",
    "save_learned",
]

"""Encoders of pictures and words as vectors with named slices, from any open_clip model."""

from __future__ import annotations

import os

# Read when torch and faiss are loaded, hence set before the imports below.
# With huge pages, memory that torch returns to the system after each layer is cheap to get back.
os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
# Idle threads would spin. On shared cores, a spinning thread keeps the one that it waits for from
# running, and a photo takes a second.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from encoders.layout import FACET_SLICE, SLICES, SliceLayout
from encoders.load import load_encoder
from encoders.protocol import Encoder, Space
from encoders.prototypes import Prototypes

__all__ = [
    "FACET_SLICE",
    "SLICES",
    "Encoder",
    "Prototypes",
    "SliceLayout",
    "Space",
    "load_encoder",
]

"""Pictures and words -> vectors with named slices, by any open_clip model."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from encoders.layout import FACET_SLICE, SLICES, SliceLayout
from encoders.prototypes import Prototypes

if TYPE_CHECKING:
    from encoders.encoder import Encoder

# Read when torch and faiss are loaded, so set before anything of this room is.
# Torch hands large buffers back to the system after each layer; huge pages make fetching them again cheap.
os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
# Threads that wait for one another would spin: where cores are shared, a thread that spins keeps the one that it waits for
# from running, and a photo takes a second.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

__all__ = ["FACET_SLICE", "SLICES", "Encoder", "Prototypes", "SliceLayout", "load_encoder"]


def load_encoder(name: str = "builtin", device: str = "auto") -> Encoder:
    """The encoder `builtin`, `hf-hub:ORG/REPO`, `local-dir:PATH`, or an open_clip `NAME/TAG`.

    Raises InputError for what is not there, WorkError where a download fails.
    """
    from encoders.encoder import (
        open_encoder,
    )  # torch and open_clip take seconds to import: only who encodes waits

    return open_encoder(name, device)


def __getattr__(name: str) -> object:
    if name == "Encoder":
        from encoders.encoder import Encoder

        return Encoder
    raise AttributeError(f"module 'encoders' has no attribute {name!r}")

"""Keeps what lives as long as a catalogue's state out of the collector's sight.

Every full collection would walk models and tables in the middle of somebody's turn: a quarter of a second, measured.
"""

from __future__ import annotations

import gc


def settle() -> None:
    """Lets go of what is no longer used, and freezes the rest."""
    gc.collect()
    gc.freeze()


def thaw() -> None:
    """Before a new state takes an old one's place: what is frozen would never be let go. `settle` comes after."""
    gc.unfreeze()

"""Loader of encoders by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from encoders.encoder import OpenClipEncoder


def load_encoder(name: str = "builtin", device: str = "auto") -> OpenClipEncoder:
    """Load `builtin`, `hf-hub:ORG/REPO`, `local-dir:PATH`, or an open_clip `NAME/TAG`.

    device: auto, cpu or cuda. Raises InputError if the name or device does not exist, WorkError
    if a download fails.
    """
    # torch and open_clip take seconds to import: only callers that encode wait for them.
    from encoders.encoder import open_encoder

    return open_encoder(name, device)

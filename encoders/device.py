"""Choice between CPU and GPU."""

from __future__ import annotations

from typing import Literal

import torch

from errors import InputError


def pick_device(device: str) -> Literal["cpu", "cuda"]:
    """Return the device to run on; `auto` takes a GPU if there is one.

    Raises InputError if the name is unknown, or if `cuda` is requested but not available.
    """
    if device not in ("auto", "cpu", "cuda"):
        raise InputError(f"device {device!r}: use auto, cpu or cuda")
    if device == "cuda" and not torch.cuda.is_available():
        raise InputError("device cuda: this torch sees no GPU; use DEVICE=cpu or auto")
    return "cuda" if device != "cpu" and torch.cuda.is_available() else "cpu"

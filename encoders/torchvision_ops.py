"""Lets torchvision import beside a torch of another build.

Torch's CPU wheel next to PyPI's torchvision leaves torchvision's compiled operators unloaded, and its import stops at
`operator torchvision::nms does not exist`. timm and open_clip import torchvision without using such operators, so their
names alone, declared here, are enough. Nothing is touched where the plain import works.
"""

from __future__ import annotations

import sys
from typing import Any

_declared: list[Any] = []  # a torch Library forgets its operators once it is collected


def import_torchvision() -> None:
    """Import torchvision, declaring the missing operators first where, and only where, the plain import fails for it.

    Raises whatever the import raises for any other reason.
    """
    try:
        import torchvision  # noqa: F401
    except RuntimeError as error:
        if "torchvision::nms" not in str(error):
            raise
        _forget_half_imported()
        _declare_nms()
        import torchvision  # noqa: F401


def _declare_nms() -> None:
    import torch

    library = torch.library.Library("torchvision", "DEF")
    for name in ("nms", "qnms"):  # the two whose shapes torchvision registers at import
        library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    _declared.append(library)


def _forget_half_imported() -> None:
    """The failed import leaves submodules behind that hold references to the failed package."""
    for name in [name for name in sys.modules if name == "torchvision" or name.startswith("torchvision.")]:
        del sys.modules[name]

"""Imports torchvision and open_clip where the plain import fails, and without the parts that nobody here uses.

Torch's CPU wheel next to PyPI's torchvision leaves torchvision's compiled operators unloaded, and its import stops at
`operator torchvision::nms does not exist`. timm and open_clip import torchvision without using such operators, so their
names alone, declared here, are enough. Nothing is declared where the plain import works.

Two imports would double the start of every command: torchvision and timm pull in torch's compiler, the one to ask whether it
supports a device, the other to keep it from a function; and open_clip pulls in transformers for text towers that the built-in
model does not have.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

_declared: list[Any] = []  # a torch Library forgets its operators once it is collected
_COMPILER = "torch._dynamo.utils"


def import_torchvision() -> None:
    """Import torchvision, declaring the missing operators first where, and only where, the plain import fails for it.

    Raises whatever the import raises for any other reason.
    """
    with _without_compiler():
        try:
            import torchvision
        except RuntimeError as error:
            if "torchvision::nms" not in str(error):
                raise
            _forget("torchvision")
            _declare_operators()
            import torchvision  # noqa: F401


def import_open_clip(whole: bool) -> ModuleType:
    """open_clip; `whole` with transformers, which models with a Hugging Face text tower or tokenizer need."""
    import_torchvision()
    if (
        whole
        and "open_clip" in sys.modules
        and sys.modules["open_clip.hf_model"].transformers is None
    ):
        _forget(
            "open_clip"
        )  # it was imported for the built-in model alone; that one keeps its own classes
    with _without_compiler(), contextlib.nullcontext() if whole else _hidden("transformers"):
        import open_clip
    return open_clip


def _declare_operators() -> None:
    import torch

    library = torch.library.Library("torchvision", "DEF")
    for name in ("nms", "qnms"):  # the two whose shapes torchvision registers at import
        library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    _declared.append(library)


def _forget(package: str) -> None:
    """Take a package and its submodules out of the imported ones; a failed import leaves some behind."""
    for name in [name for name in sys.modules if name == package or name.startswith(f"{package}.")]:
        del sys.modules[name]


@contextlib.contextmanager
def _without_compiler() -> Iterator[None]:
    """Nothing here is compiled: answers for torch's compiler that it supports no device and has nothing to leave out."""
    if _COMPILER in sys.modules:
        yield
        return
    import torch.compiler

    stand_in, disable = ModuleType(_COMPILER), torch.compiler.disable
    stand_in.is_compile_supported = lambda device_type: False
    sys.modules[_COMPILER] = stand_in
    torch.compiler.disable = lambda fn=None, recursive=True, **_: (
        fn if fn is not None else lambda inner: inner
    )
    try:
        yield
    finally:
        torch.compiler.disable = disable
        if sys.modules.get(_COMPILER) is stand_in:
            del sys.modules[_COMPILER]


@contextlib.contextmanager
def _hidden(package: str) -> Iterator[None]:
    """Lets `import package` fail as if it were not installed, unless it is imported already."""
    if package in sys.modules:
        yield
        return
    sys.modules[package] = None
    try:
        yield
    finally:
        del sys.modules[package]

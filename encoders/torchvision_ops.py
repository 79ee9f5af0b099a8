"""Imports of torchvision and open_clip that leave out unused parts and work across builds.

Torch's CPU wheel next to PyPI's torchvision leaves torchvision's compiled operators unloaded, and
its import stops at `operator torchvision::nms does not exist`. timm and open_clip import
torchvision without using such operators, so declaring their names is enough. Nothing is declared
where the plain import works.

Two other imports would double the start-up time of every command. torchvision and timm pull in
torch's compiler, the former to ask whether it supports a device, the latter to exclude a function.
open_clip pulls in transformers for text towers that the built-in model does not have.
"""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

_declared: list[Any] = []  # a torch Library forgets its operators once it is collected
_COMPILER = "torch._dynamo.utils"


def import_torchvision() -> None:
    """Import torchvision, declaring its operators if their absence makes the plain import fail.

    Raises whatever the import raises for any other reason.
    """
    with _without_compiler():
        try:
            importlib.import_module("torchvision")
        except RuntimeError as error:
            if "torchvision::nms" not in str(error):
                raise
            _forget("torchvision")
            _declare_operators()
            importlib.import_module("torchvision")


def import_open_clip(with_transformers: bool) -> ModuleType:
    """Import open_clip.

    with_transformers: needed for models with a Hugging Face text tower or tokenizer.
    """
    import_torchvision()
    if (
        with_transformers
        and "open_clip" in sys.modules
        and sys.modules["open_clip.hf_model"].transformers is None
    ):
        # It was imported for the built-in model alone, which keeps its own classes.
        _forget("open_clip")
    hidden = contextlib.nullcontext() if with_transformers else _hidden("transformers")
    with _without_compiler(), hidden:
        return importlib.import_module("open_clip")


def _declare_operators() -> None:
    import torch

    library: Any = torch.library.Library("torchvision", "DEF")
    for name in ("nms", "qnms"):  # the two whose shapes torchvision registers at import
        library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    _declared.append(library)


def _forget(package: str) -> None:
    """Remove a package and its submodules from the imported ones; a failed import leaves some."""
    for name in [name for name in sys.modules if name == package or name.startswith(f"{package}.")]:
        del sys.modules[name]


def _disable(fn: Callable[..., Any] | None = None, recursive: bool = True, **_: Any) -> Any:
    """Stand in for `torch.compiler.disable`: return the function, or a decorator that does."""
    return fn if fn is not None else lambda function: function


@contextlib.contextmanager
def _without_compiler() -> Iterator[None]:
    """Stand in for torch's compiler, which nothing here uses, so that it is not imported."""
    if _COMPILER in sys.modules:
        yield
        return
    import torch.compiler

    stand_in: Any = ModuleType(_COMPILER)
    stand_in.is_compile_supported = lambda device_type: False
    compiler: Any = torch.compiler
    disable = compiler.disable
    sys.modules[_COMPILER] = stand_in
    compiler.disable = _disable
    try:
        yield
    finally:
        compiler.disable = disable
        if sys.modules.get(_COMPILER) is stand_in:
            del sys.modules[_COMPILER]


@contextlib.contextmanager
def _hidden(package: str) -> Iterator[None]:
    """Make `import package` fail as if it were not installed, unless it is imported already."""
    if package in sys.modules:
        yield
        return
    modules: dict[str, Any] = sys.modules
    modules[package] = None
    try:
        yield
    finally:
        del modules[package]

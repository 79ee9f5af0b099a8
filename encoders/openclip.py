"""Loads any open_clip model: ours from its folder, others by name and tag or from the Hugging Face hub."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from encoders.garment import register
from encoders.torchvision_ops import import_open_clip
from errors import InputError, WorkError

BUILTIN = Path(__file__).with_name("builtin")
CONFIG, WEIGHTS, PROTOTYPES, MERGES = (
    "open_clip_config.json",
    "open_clip_model.safetensors",
    "prototypes.safetensors",
    "bpe.txt.gz",
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class LoadedModel:
    """A model ready to run, with what its input needs."""

    model: Any
    """open_clip's CLIP, in evaluation mode"""
    transform: Callable | None
    """picture -> (3, s, s) tensor by open_clip; None: the built-in model's own squares"""
    tokenizer: Callable
    """list of texts -> (n, context) token ids"""
    side: int
    """pixels of the square that the image tower sees"""
    fingerprint: str
    """of weights and config"""
    folder: Path | None
    """where prototypes lie, for a model of ours"""


def load_model(name: str, device: str) -> LoadedModel:
    """`builtin`, `local-dir:PATH`, `hf-hub:ORG/REPO`, `NAME` or `NAME/PRETRAINED-TAG` of open_clip.

    Raises InputError for an unknown name, WorkError where a download fails.
    """
    folder = (
        BUILTIN
        if name == "builtin"
        else Path(name.removeprefix("local-dir:"))
        if name.startswith("local-dir:")
        else None
    )
    if folder is not None and not (folder / CONFIG).is_file():
        raise InputError(
            f"encoder {name!r}: no {CONFIG} in {folder}; `python -m training encoder` writes one"
        )
    if folder is not None and (folder / PROTOTYPES).is_file():
        return _ours(name, folder, device)
    return _any(name, device)


def _ours(name: str, folder: Path, device: str) -> LoadedModel:
    open_clip = import_open_clip(whole=False)
    missing = [part for part in (WEIGHTS, MERGES) if not (folder / part).is_file()]
    if missing:
        raise InputError(
            f"encoder {name!r}: {folder} lacks {', '.join(missing)}; restore it, or train: `python -m training encoder`"
        )
    register()
    config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    with _quiet():
        model = open_clip.create_model(f"local-dir:{folder}", device=device)
    tokenizer = open_clip.SimpleTokenizer(
        bpe_path=str(folder / MERGES),
        context_length=config["model_cfg"]["text_cfg"]["context_length"],
    )
    from encoders.folding import fold_norms

    model.eval()
    fold_norms(model.visual)
    return LoadedModel(
        model,
        None,
        tokenizer,
        config["model_cfg"]["vision_cfg"]["image_size"],
        _hash_files([folder / CONFIG, folder / WEIGHTS, folder / MERGES]),
        folder,
    )


def _any(name: str, device: str) -> LoadedModel:
    open_clip = import_open_clip(whole=True)
    schema = name.split(":", 1)[0] if ":" in name else ""
    model_name, _, tag = (name, "", "") if schema else name.partition("/")
    if not schema and model_name not in open_clip.list_models():
        near = [
            known
            for known in open_clip.list_models()
            if known.lower().startswith(model_name.lower()[:5])
        ][:8]
        raise InputError(
            f"encoder {name!r} is unknown to open_clip; use builtin, NAME/TAG ({', '.join(near) or 'ViT-B-32/openai'}), "
            "or hf-hub:ORG/REPO"
        )
    if tag and tag not in open_clip.list_pretrained_tags_by_model(model_name):
        tags = ", ".join(open_clip.list_pretrained_tags_by_model(model_name)) or "none"
        raise InputError(
            f"encoder {name!r}: open_clip has no pretrained tag {tag!r} for {model_name}; it has: {tags}"
        )
    if tag or schema == "hf-hub":
        logger.warning(
            "loading %s; the first time its weights are downloaded, which may take minutes", name
        )
    try:
        with _progress():
            model, _, transform = open_clip.create_model_and_transforms(
                model_name, pretrained=tag or None, device=device
            )
            tokenizer = open_clip.get_tokenizer(model_name)
    except (RuntimeError, OSError, ValueError) as error:
        raise WorkError(
            f"encoder {name!r} could not be loaded: {_first_line(error)}. Check the name and the connection to "
            "huggingface.co, or use the built-in one: ENCODER=builtin"
        ) from error
    model.eval()
    side = model.visual.image_size
    return LoadedModel(
        model,
        transform,
        tokenizer,
        side[0] if isinstance(side, (tuple, list)) else side,
        hash_model(name, model),
        None,
    )


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """open_clip logs every step of loading to the root logger, and warns of a model without download."""
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)
    try:
        yield
    finally:
        root.setLevel(level)


@contextlib.contextmanager
def _progress() -> Iterator[None]:
    """The hub shows its downloads unless told otherwise; a person who waits wants to see them."""
    before = os.environ.pop("HF_HUB_DISABLE_PROGRESS_BARS", None)
    try:
        yield
    finally:
        if before is not None:
            os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = before


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _hash_files(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def hash_model(name: str, model: Any) -> str:
    """Of the name and every weight, so that two states of one architecture differ."""
    digest = hashlib.blake2b(name.encode())
    for key, tensor in sorted(model.state_dict().items()):
        digest.update(key.encode())
        digest.update(
            tensor.detach().cpu().contiguous().flatten().view(dtype=_bytes_type()).numpy().tobytes()
        )
    return digest.hexdigest()[:16]


def _bytes_type() -> Any:
    import torch

    return torch.uint8

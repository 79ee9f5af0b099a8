"""Loader of open_clip models: ours from their folder, others by name and tag or from the hub."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from encoders.folding import fold_norms
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
MAX_SUGGESTIONS = 8

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class LoadedModel:
    """A model ready to run, with the transform and tokenizer of its inputs."""

    model: Any
    """open_clip's CLIP, in evaluation mode"""
    transform: Callable[[Image.Image], torch.Tensor] | None
    """function of open_clip from picture to (3, s, s); None for the built-in model's `squares`"""
    tokenizer: Callable[[list[str]], torch.Tensor]
    """function from n texts to (n, context) token ids"""
    side: int
    """side in pixels of the square that the image tower sees"""
    fingerprint: str
    """hash of weights and config"""
    folder: Path | None
    """folder of a model that we trained, with its prototypes; None for others"""


def load_model(name: str, device: str) -> LoadedModel:
    """Load `builtin`, `local-dir:PATH`, `hf-hub:ORG/REPO`, or open_clip's `NAME` or `NAME/TAG`.

    Raises InputError if the name is unknown, WorkError if a download fails.
    """
    folder = _folder_of(name)
    if folder is not None and not (folder / CONFIG).is_file():
        raise InputError(
            f"encoder {name!r}: no {CONFIG} in {folder}; `python -m training encoder` writes one"
        )
    if folder is not None and (folder / PROTOTYPES).is_file():
        return _load_ours(name, folder, device)
    return _load_other(name, device)


def _folder_of(name: str) -> Path | None:
    if name == "builtin":
        return BUILTIN
    return Path(name.removeprefix("local-dir:")) if name.startswith("local-dir:") else None


def _load_ours(name: str, folder: Path, device: str) -> LoadedModel:
    """Load a model that this project trained, without the Hugging Face libraries."""
    open_clip = import_open_clip(with_transformers=False)
    missing = [part for part in (WEIGHTS, MERGES) if not (folder / part).is_file()]
    if missing:
        raise InputError(
            f"encoder {name!r}: {folder} lacks {', '.join(missing)}; restore it, or train: "
            "`python -m training encoder`"
        )
    register()
    config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))["model_cfg"]
    with _quiet():
        model = open_clip.create_model(f"local-dir:{folder}", device=device)
    tokenizer = open_clip.SimpleTokenizer(
        bpe_path=str(folder / MERGES), context_length=config["text_cfg"]["context_length"]
    )
    model.eval()
    fold_norms(model.visual)
    return LoadedModel(
        model,
        None,
        tokenizer,
        config["vision_cfg"]["image_size"],
        _hash_files([folder / CONFIG, folder / WEIGHTS, folder / MERGES]),
        folder,
    )


def _load_other(name: str, device: str) -> LoadedModel:
    open_clip = import_open_clip(with_transformers=True)
    from_hub = name.startswith("hf-hub:")
    model_name, _, tag = (name, "", "") if ":" in name else name.partition("/")
    if ":" not in name:
        _check_name(open_clip, name, model_name, tag)
    if tag or from_hub:
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
            f"encoder {name!r} could not be loaded: {_first_line(error)}. Check the name and the "
            "connection to huggingface.co, or use the built-in one: ENCODER=builtin"
        ) from error
    model.eval()
    side = model.visual.image_size
    if isinstance(side, (tuple, list)):
        side = side[0]
    return LoadedModel(model, transform, tokenizer, side, hash_model(name, model), None)


def _check_name(open_clip: Any, name: str, model_name: str, tag: str) -> None:
    """Raise InputError, with names that exist, unless open_clip knows the model and the tag."""
    known: Sequence[str] = open_clip.list_models()
    if model_name not in known:
        similar = [other for other in known if other.lower().startswith(model_name.lower()[:5])]
        examples = ", ".join(similar[:MAX_SUGGESTIONS]) or "ViT-B-32/openai"
        raise InputError(
            f"encoder {name!r} is unknown to open_clip; use builtin, NAME/TAG ({examples}), "
            "or hf-hub:ORG/REPO"
        )
    tags: Sequence[str] = open_clip.list_pretrained_tags_by_model(model_name)
    if tag and tag not in tags:
        raise InputError(
            f"encoder {name!r}: open_clip has no pretrained tag {tag!r} for {model_name}; "
            f"it has: {', '.join(tags) or 'none'}"
        )


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Silence open_clip, which logs every step of loading to the root logger."""
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)
    try:
        yield
    finally:
        root.setLevel(level)


@contextlib.contextmanager
def _progress() -> Iterator[None]:
    """Let the hub show download progress, so that a waiting user sees it."""
    before = os.environ.pop("HF_HUB_DISABLE_PROGRESS_BARS", None)
    try:
        yield
    finally:
        if before is not None:
            os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = before


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _hash_files(paths: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def hash_model(name: str, model: torch.nn.Module) -> str:
    """Return a hash of the name and every weight: it differs between states of one architecture."""
    digest = hashlib.blake2b(name.encode())
    for key, tensor in sorted(model.state_dict().items()):
        digest.update(key.encode())
        flat = tensor.detach().cpu().contiguous().flatten()
        digest.update(flat.view(dtype=torch.uint8).numpy().tobytes())
    return digest.hexdigest()[:16]

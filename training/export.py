"""Export of a trained model as an open_clip folder: config, fp16 weights, merges, prototypes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from encoders.garment import NAME, register
from encoders.layout import SLICES
from encoders.openclip import CONFIG, MERGES, PROTOTYPES, WEIGHTS
from encoders.prototypes import Prototypes, unit, write_prototypes
from encoders.torchvision_ops import import_open_clip
from training.tokens import vocabulary_size, write_merges
from training.tower import SHOP_HEADS, SliceTower

if TYPE_CHECKING:  # open_clip takes seconds to import
    from open_clip import CLIP

CONTEXT = 24
TEXT = {"width": 128, "heads": 4, "layers": 2}


def config(side: int, merges: int) -> dict[str, Any]:
    """Return open_clip's config of the built-in model for pictures of `side` pixels."""
    return {
        "model_cfg": {
            "embed_dim": sum(SLICES.values()),
            "vision_cfg": {
                "timm_model_name": NAME,
                "timm_model_pretrained": False,
                "timm_pool": "",
                "timm_proj": "linear",
                "timm_proj_bias": True,
                "image_size": side,
            },
            "text_cfg": {"context_length": CONTEXT, "vocab_size": vocabulary_size(merges), **TEXT},
        },
        "preprocess_cfg": {
            "mean": [0.5] * 3,
            "std": [0.5] * 3,
            "interpolation": "bicubic",
            "resize_mode": "longest",
            "fill_color": 255,
        },
    }


def build_clip(side: int, merges: int, seed: int) -> CLIP:
    """Return the untrained open_clip model of that config."""
    open_clip = import_open_clip(with_transformers=False)
    register()
    settings = config(side, merges)["model_cfg"]
    torch.manual_seed(seed)
    return open_clip.CLIP(
        embed_dim=settings["embed_dim"],
        vision_cfg=settings["vision_cfg"],
        text_cfg=settings["text_cfg"],
    )


def into_clip(model: SliceTower, clip: CLIP) -> None:
    """Copy tower and projection to where open_clip's timm adapter expects them."""
    state = {f"trunk.{name}": tensor for name, tensor in model.tower.state_dict().items()}
    state |= {
        "head.proj.weight": model.projection.weight.detach(),
        "head.proj.bias": model.projection.bias.detach(),
    }
    clip.visual.load_state_dict(state)


def prototype_table(model: SliceTower) -> dict[str, Prototypes]:
    """Return the trained prototypes with their learned scales.

    Shop classes are stored as `shop/HEAD`. Each facet is stored twice: a calibration replaces
    `FACET`, and starts from `trained/FACET`, so that it can be repeated.
    """
    table = {}
    for head, values in model.classes.items():
        bias = (
            model.bias["details"].detach().cpu().numpy()
            if head == "details"
            else np.zeros(len(values), dtype=np.float32)
        )
        table[f"shop/{head}" if head in SHOP_HEADS else head] = Prototypes(
            tuple(values),
            unit(model.prototypes[head].detach().cpu().numpy()),
            float(model.log_scale[head].detach().exp().clamp(max=60)),
            bias,
            exclusive=head != "details",
        )
    return table | {
        f"trained/{head}": table[head] for head in model.classes if head not in SHOP_HEADS
    }


def write_folder(
    folder: Path,
    clip: CLIP,
    merges: list[tuple[str, str]],
    side: int,
    table: dict[str, Prototypes],
) -> int:
    """Write the model folder and return its size in bytes."""
    from safetensors.torch import save_file  # heavy

    folder.mkdir(parents=True, exist_ok=True)
    (folder / CONFIG).write_text(
        json.dumps(config(side, len(merges)), indent=2) + "\n", encoding="utf-8"
    )
    save_file(
        {
            name: tensor.detach().cpu().half().contiguous()
            if tensor.is_floating_point()
            else tensor.detach().cpu().contiguous()
            for name, tensor in clip.state_dict().items()
            if not name.endswith("num_batches_tracked")
        },
        str(folder / WEIGHTS),
    )
    write_merges(folder / MERGES, merges)
    write_prototypes(folder / PROTOTYPES, table)
    for path in folder.iterdir():
        path.chmod(0o644)  # safetensors leaves its file readable by the owner alone
    return sum(path.stat().st_size for path in folder.iterdir())

"""One class for every model: pictures and words to vectors with named slices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import torch
from PIL import Image

from encoders.garment import GarmentLite0, zone_ids
from encoders.layout import BUILTIN_LAYOUT, FACET_SLICE, SliceLayout
from encoders.openclip import PROTOTYPES, Loaded, load_model
from encoders.pictures import squares
from encoders.prototypes import Prototypes, read_prototypes
from encoders.subspace import Subspaces, text_subspaces, unit_slices
from errors import InputError

BATCH = 32
"""Pictures a pass: larger ones leave the processor's cache."""


class Encoder:
    """An open_clip model whose vectors are slices, each of unit length.

    `name` as given, `fingerprint` of its weights and config, `layout` of its slices, `facet_slice` facet -> slice name,
    `slices_from` "training" or "text embeddings".
    """

    def __init__(self, name: str, loaded: Loaded, device: str) -> None:
        self.name, self.fingerprint, self.device = name, loaded.fingerprint, device
        self._loaded = loaded
        self.bf16 = device == "cuda"
        """Whether the towers compute in bf16 (autocast); processors without units for it are many times slower so."""
        self._subspaces: Subspaces | None = None
        self.facet_slice: dict[str, str] = dict(FACET_SLICE)
        if loaded.folder is not None:
            self.layout: SliceLayout = BUILTIN_LAYOUT
            self._prototypes = read_prototypes(loaded.folder / PROTOTYPES)
            self.slices_from = "training"
        else:
            width = self._texts(["a dress"]).shape[1]
            self._subspaces = text_subspaces(self._texts, width)
            self.layout, self._prototypes = self._subspaces.layout, self._subspaces.prototypes
            self.slices_from = "text embeddings"

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return self.layout.dim

    @property
    def side(self) -> int:
        """Pixels of the square that the image tower sees."""
        return self._loaded.side

    @property
    def vocabulary_size(self) -> int | None:
        """Tokens of the text tower, where its tokenizer tells."""
        return getattr(self._loaded.tokenizer, "vocab_size", None)

    @property
    def may_ask(self) -> bool:
        """Whether `encode_images` heeds the garment that it is asked for."""
        return isinstance(getattr(self._loaded.model.visual, "trunk", None), GarmentLite0)

    def encode_images(
        self, images: Sequence[Image.Image], garments: Sequence[str | None] | None = None
    ) -> np.ndarray:
        """n pictures of any size and mode -> (n, dim) float32.

        garments: a category for each picture, or None where it is not known: which of several garments is meant ("the jeans
        in this photo"). Models without `may_ask` pay no heed to it.
        """
        asked = list(garments) if garments is not None and self.may_ask else [None] * len(images)
        parts = [
            self._pictures(images[i : i + BATCH], asked[i : i + BATCH])
            for i in range(0, len(images), BATCH)
        ]
        return (
            self.split(np.concatenate(parts))
            if parts
            else np.zeros((0, self.dim), dtype=np.float32)
        )

    def encode_texts(self, texts: Sequence[str]) -> np.ndarray:
        """n phrases -> (n, dim) float32; a phrase longer than the model's context is cut."""
        parts = [self._texts(list(texts[i : i + 256])) for i in range(0, len(texts), 256)]
        return (
            self.split(np.concatenate(parts))
            if parts
            else np.zeros((0, self.dim), dtype=np.float32)
        )

    def prototypes(self, facet: str) -> Prototypes | None:
        """What the facet's values look like, or None where this model does not know the facet."""
        return self._prototypes.get(facet)

    def all_prototypes(self) -> dict[str, Prototypes]:
        """Every table by name: the facets, and where the model has them the shop's own classes (`shop/article`)."""
        return dict(self._prototypes)

    def pixels(self, images: Sequence[Image.Image]) -> torch.Tensor:
        """What the image tower sees of n pictures: (n, 3, side, side) float32 on the CPU."""
        transform = self._loaded.transform
        if transform is None:
            return (
                torch.from_numpy(squares(images, self.side))
                .permute(0, 3, 1, 2)
                .float()
                .mul_(2 / 255)
                .sub_(1)
            )
        return torch.stack([transform(image.convert("RGB")) for image in images])

    def tower(self, pixels: torch.Tensor) -> torch.Tensor:
        """Pixels (n, 3, side, side) -> the image tower's own vectors (n, width)."""
        return self._loaded.model.encode_image(pixels, normalize=self._loaded.transform is not None)

    def split(self, raw: np.ndarray) -> np.ndarray:
        """A tower's own vectors (n, width) -> (n, dim) float32, slices of unit length."""
        if self._subspaces is not None:
            return self._subspaces.split(raw)
        return unit_slices(raw, self.layout)

    def _precision(self) -> torch.autocast:
        return torch.autocast(self.device, dtype=torch.bfloat16, enabled=self.bf16)

    @torch.inference_mode()
    def _pictures(
        self, images: Sequence[Image.Image], garments: Sequence[str | None]
    ) -> np.ndarray:
        pixels = self.pixels(images).to(self.device).contiguous(memory_format=torch.channels_last)
        with self._precision():
            if any(garments):
                visual = self._loaded.model.visual
                found = visual.head(visual.trunk(pixels, zone_ids(garments).to(self.device)))
            else:
                found = self.tower(pixels)
        return found.float().cpu().numpy()

    @torch.inference_mode()
    def _texts(self, texts: list[str]) -> np.ndarray:
        tokens = self._loaded.tokenizer(texts).to(self.device)
        with self._precision():
            found = self._loaded.model.encode_text(
                tokens, normalize=self._loaded.transform is not None
            )
        return found.float().cpu().numpy()


def pick_device(device: str) -> Literal["cpu", "cuda"]:
    """`auto` takes a GPU where there is one. Raises InputError where `cuda` is asked for and missing."""
    if device not in ("auto", "cpu", "cuda"):
        raise InputError(f"device {device!r}: use auto, cpu or cuda")
    if device == "cuda" and not torch.cuda.is_available():
        raise InputError("device cuda: this torch sees no GPU; use DEVICE=cpu or auto")
    return "cuda" if device != "cpu" and torch.cuda.is_available() else "cpu"


def open_encoder(name: str, device: str) -> Encoder:
    """Load `name` on `device` (auto, cpu, cuda)."""
    where = pick_device(device)
    loaded = load_model(name, where)
    loaded.model.to(memory_format=torch.channels_last)
    return Encoder(name, loaded, where)

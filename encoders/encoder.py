"""Encoder of pictures and words as vectors with named slices, for every open_clip model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from PIL import Image

from encoders.device import pick_device
from encoders.garment import GarmentLite0, zone_ids
from encoders.layout import BUILTIN_LAYOUT, FACET_SLICE, SliceLayout
from encoders.openclip import PROTOTYPES, LoadedModel, load_model
from encoders.pictures import squares
from encoders.prototypes import Prototypes, read_prototypes
from encoders.subspace import Subspaces, text_subspaces, unit_slices

IMAGE_BATCH = 32
"""Pictures per pass: a larger batch does not fit the CPU's cache."""
TEXT_BATCH = 256


class OpenClipEncoder:
    """An open_clip model whose vectors are slices, each of unit length.

    `name` as given, `fingerprint` of its weights and config, `layout` of its slices, `facet_slice`
    facet -> slice name, `slices_from` "training" or "text embeddings".
    """

    def __init__(self, name: str, loaded: LoadedModel, device: str) -> None:
        self.name, self.fingerprint, self.device = name, loaded.fingerprint, device
        self._loaded = loaded
        self.bf16 = device == "cuda"
        """Whether the towers compute in bf16 (autocast), many times slower on a CPU without
        hardware support for it."""
        self._subspaces: Subspaces | None = None
        self.facet_slice: dict[str, str] = dict(FACET_SLICE)
        if loaded.folder is not None:
            self.layout: SliceLayout = BUILTIN_LAYOUT
            self._prototypes = read_prototypes(loaded.folder / PROTOTYPES)
            self.slices_from = "training"
        else:
            width = self._embed_texts(["a dress"]).shape[1]
            self._subspaces = text_subspaces(self._embed_texts, width)
            self.layout, self._prototypes = self._subspaces.layout, self._subspaces.prototypes
            self.slices_from = "text embeddings"

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return self.layout.dim

    @property
    def side(self) -> int:
        """Side in pixels of the square that the image tower sees."""
        return self._loaded.side

    @property
    def vocabulary_size(self) -> int | None:
        """Number of tokens of the text tower, if its tokenizer tells."""
        return getattr(self._loaded.tokenizer, "vocab_size", None)

    @property
    def may_ask(self) -> bool:
        """Whether `encode_images` takes the requested garment into account."""
        return isinstance(getattr(self._loaded.model.visual, "trunk", None), GarmentLite0)

    def encode_images(
        self, images: Sequence[Image.Image], garments: Sequence[str | None] | None = None
    ) -> np.ndarray:
        """Return (n, dim) float32 for n pictures of any size and mode.

        garments: for each picture the category of the garment that is meant ("the jeans in this
        photo"), or None if that is not known. Models without `may_ask` ignore it.
        """
        if garments is None or not self.may_ask:
            garments = [None] * len(images)
        batches = [
            self._embed_images(images[i : i + IMAGE_BATCH], garments[i : i + IMAGE_BATCH])
            for i in range(0, len(images), IMAGE_BATCH)
        ]
        return self._slices_of(batches)

    def encode_texts(self, texts: Sequence[str]) -> np.ndarray:
        """Return (n, dim) float32 for n phrases, each cut to the model's context."""
        batches = [
            self._embed_texts(list(texts[i : i + TEXT_BATCH]))
            for i in range(0, len(texts), TEXT_BATCH)
        ]
        return self._slices_of(batches)

    def prototypes(self, facet: str) -> Prototypes | None:
        """Return what the facet's values look like, or None if the model does not know it."""
        return self._prototypes.get(facet)

    def all_prototypes(self) -> dict[str, Prototypes]:
        """Return every table by name, including the shop's own classes (`shop/article`)."""
        return dict(self._prototypes)

    def pixels(self, images: Sequence[Image.Image]) -> torch.Tensor:
        """Return what the image tower sees of n pictures: (n, 3, side, side) float32 on the CPU."""
        transform = self._loaded.transform
        if transform is None:
            channels_last = torch.from_numpy(squares(images, self.side))
            return channels_last.permute(0, 3, 1, 2).float().mul_(2 / 255).sub_(1)
        return torch.stack([transform(image.convert("RGB")) for image in images])

    def tower(self, pixels: torch.Tensor) -> torch.Tensor:
        """Return the image tower's own vectors (n, width) of pixels (n, 3, side, side)."""
        vectors: torch.Tensor = self._loaded.model.encode_image(
            pixels, normalize=self._loaded.transform is not None
        )
        return vectors

    def split(self, raw: np.ndarray) -> np.ndarray:
        """Return (n, dim) float32 in unit slices from a tower's own vectors (n, width)."""
        if self._subspaces is not None:
            return self._subspaces.split(raw)
        return unit_slices(raw, self.layout)

    def _slices_of(self, batches: list[np.ndarray]) -> np.ndarray:
        if not batches:
            return np.zeros((0, self.dim), dtype=np.float32)
        return self.split(np.concatenate(batches))

    def _precision(self) -> torch.autocast:
        return torch.autocast(self.device, dtype=torch.bfloat16, enabled=self.bf16)

    @torch.inference_mode()
    def _embed_images(
        self, images: Sequence[Image.Image], garments: Sequence[str | None]
    ) -> np.ndarray:
        pixels = self.pixels(images).to(self.device).contiguous(memory_format=torch.channels_last)
        with self._precision():
            if any(garments):
                visual = self._loaded.model.visual
                vectors = visual.head(visual.trunk(pixels, zone_ids(garments).to(self.device)))
            else:
                vectors = self.tower(pixels)
        return _as_array(vectors)

    @torch.inference_mode()
    def _embed_texts(self, texts: list[str]) -> np.ndarray:
        tokens = self._loaded.tokenizer(texts).to(self.device)
        with self._precision():
            vectors = self._loaded.model.encode_text(
                tokens, normalize=self._loaded.transform is not None
            )
        return _as_array(vectors)


def _as_array(vectors: torch.Tensor) -> np.ndarray:
    array: np.ndarray = vectors.float().cpu().numpy()
    return array


def open_encoder(name: str, device: str) -> OpenClipEncoder:
    """Load `name` on `device` (auto, cpu, cuda)."""
    picked = pick_device(device)
    loaded = load_model(name, picked)
    loaded.model.to(memory_format=torch.channels_last)
    return OpenClipEncoder(name, loaded, picked)

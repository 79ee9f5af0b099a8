"""Zero-shot verifier: an open_clip model weighs an attribute against its alternatives.

Comparing "a striped shirt" with "a shirt without stripes" fails, because these models hardly
register negation (Yuksekgonul et al., arXiv 2210.01936). A value is therefore compared with the
other values of its facet, and a detail with what garments have in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from PIL import Image

import vocabulary
from encoders.device import pick_device
from encoders.openclip import load_model
from encoders.pictures import squares
from guard.verifier import Subject

MAX_CACHED_PHRASE_SETS = 500
_TEMPLATES: dict[str, str] = {
    "color": "a {value} {kind}",
    "pattern": "a {value} {kind}",
    "sleeve_length": "a {kind} with {value} sleeves",
    "length": "a {value} length {kind}",
    "neckline": "a {kind} with a {value} neckline",
    "fit": "a {value} fit {kind}",
    "material": "a {kind} made of {value}",
    "category": "a photo of a {value}",
    "gender": "a {kind} for {value}",
    "style": "a {value} {kind}",
    "details": "a {kind} with {value}",
}
_VALUE_TEMPLATES: dict[tuple[str, str], str] = {
    ("sleeve_length", "sleeveless"): "a sleeveless {kind}",
    ("pattern", "solid"): "a plain {kind} in one color",
    ("details", "hood"): "a {kind} with a hood",
    ("details", "zipper"): "a {kind} with a zipper",
    ("details", "belt"): "a {kind} with a belt",
    ("details", "bow"): "a {kind} with a bow",
    ("details", "logo"): "a {kind} with a logo",
    ("details", "slit"): "a {kind} with a slit",
}
_DETAIL_ALTERNATIVES: dict[str, tuple[str, ...]] = {
    "hood": ("a {kind} with a collar", "a {kind} with a round neck"),
    "buttons": ("a {kind} with a zipper", "a {kind} with a closed front"),
    "zipper": ("a {kind} with buttons", "a {kind} with a closed front"),
    "pockets": ("a {kind} with a smooth front",),
    "belt": ("a {kind} with an elastic waist", "a {kind} that hangs loose"),
    "straps": ("a {kind} with sleeves", "a {kind} with handles"),
}
_NO_DETAIL = ("a plain {kind}",)


def prompts(facet: str, value: str, kind: str) -> tuple[list[str], list[bool]]:
    """Return the phrases to choose between, and which stand for the value or its children."""
    covered = vocabulary.descendants(facet, value)
    if facet == "details":
        own_values = [v for v in vocabulary.leaf_values(facet) if v in covered] or [value]
        own = [_phrase(facet, v, kind) for v in own_values]
        templates = _DETAIL_ALTERNATIVES.get(value, _NO_DETAIL)
        alternatives = [template.format(kind=kind) for template in templates]
        return own + alternatives, [True] * len(own) + [False] * len(alternatives)
    values = vocabulary.leaf_values(facet)
    return [_phrase(facet, v, kind) for v in values], [v in covered for v in values]


def _phrase(facet: str, value: str, kind: str) -> str:
    return _VALUE_TEMPLATES.get((facet, value), _TEMPLATES[facet]).format(value=value, kind=kind)


class ZeroShot:
    """Verifier by an open_clip model: softmax of its scaled cosines over the phrases.

    The probability is the sum over the phrases that stand for the value.
    """

    def __init__(
        self,
        name: str,
        model: Any,
        transform: Callable[[Image.Image], torch.Tensor],
        tokenizer: Callable[[list[str]], torch.Tensor],
        device: str,
    ) -> None:
        self.name, self.device = f"clip:{name}", device
        self._model, self._transform, self._tokenizer = model, transform, tokenizer
        self._phrases: dict[tuple[str, ...], torch.Tensor] = {}

    @torch.inference_mode()
    def probability(self, subjects: Sequence[Subject], facet: str, value: str) -> np.ndarray:
        """Return (n,) probabilities; all pictures run in one batch.

        NaN for shades, which no phrase tells apart.
        """
        if (facet == "color" and value in vocabulary.SHADES) or not subjects:
            return np.full(len(subjects), np.nan)
        pixels = torch.stack(
            [self._transform(subject.picture().convert("RGB")) for subject in subjects]
        )
        vectors = self._model.encode_image(pixels.to(self.device), normalize=True)
        probabilities = []
        for subject, vector in zip(subjects, vectors, strict=True):
            texts, stand_for_value = prompts(facet, value, subject.kind or "garment")
            logits = self._model.logit_scale.exp() * self._encoded(tuple(texts)) @ vector
            shares = logits.float().softmax(0)
            probabilities.append(float(shares[torch.tensor(stand_for_value)].sum()))
        return np.array(probabilities)

    def _encoded(self, texts: tuple[str, ...]) -> torch.Tensor:
        if texts not in self._phrases:
            if len(self._phrases) > MAX_CACHED_PHRASE_SETS:
                self._phrases.clear()
            tokens = self._tokenizer(list(texts)).to(self.device)
            self._phrases[texts] = self._model.encode_text(tokens, normalize=True)
        return self._phrases[texts]


def open_zero_shot(name: str, device: str = "auto") -> ZeroShot:
    """Load an open_clip model as a verifier.

    Raises InputError for an unknown name, WorkError if its weights cannot be loaded.
    """
    torch_device = pick_device(device)
    loaded = load_model(name, torch_device)
    transform = loaded.transform or _builtin_transform(loaded.side)
    return ZeroShot(name, loaded.model, transform, loaded.tokenizer, torch_device)


def _builtin_transform(side: int) -> Callable[[Image.Image], torch.Tensor]:
    """Return picture -> (3, side, side) in [-1, 1], as the built-in model takes it."""

    def transform(picture: Image.Image) -> torch.Tensor:
        square = torch.from_numpy(squares([picture], side)[0])
        return square.permute(2, 0, 1).float().mul(2 / 255).sub(1)

    return transform

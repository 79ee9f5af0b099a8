"""Zero-shot verifier: any open_clip model, an attribute against its alternatives.

"a striped shirt" against "a shirt without stripes" fails, since these models hardly hear a negation (Yuksekgonul et al.,
arXiv 2210.01936). Instead the value stands against the other values of its facet; a detail, against what is there in its
place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

import vocabulary
from encoders.device import pick_device
from encoders.openclip import load_model
from guard.verifier import Subject

_SAID: dict[str, str] = {
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
_WORDED: dict[tuple[str, str], str] = {
    ("sleeve_length", "sleeveless"): "a sleeveless {kind}",
    ("pattern", "solid"): "a plain {kind} in one color",
    ("details", "hood"): "a {kind} with a hood",
    ("details", "zipper"): "a {kind} with a zipper",
    ("details", "belt"): "a {kind} with a belt",
    ("details", "bow"): "a {kind} with a bow",
    ("details", "logo"): "a {kind} with a logo",
    ("details", "slit"): "a {kind} with a slit",
}
_IN_ITS_PLACE: dict[str, tuple[str, ...]] = {
    "hood": ("a {kind} with a collar", "a {kind} with a round neck"),
    "buttons": ("a {kind} with a zipper", "a {kind} with a closed front"),
    "zipper": ("a {kind} with buttons", "a {kind} with a closed front"),
    "pockets": ("a {kind} with a smooth front",),
    "belt": ("a {kind} with an elastic waist", "a {kind} that hangs loose"),
    "straps": ("a {kind} with sleeves", "a {kind} with handles"),
}
_PLAIN = ("a plain {kind}",)


def prompts(facet: str, value: str, kind: str) -> tuple[list[str], list[bool]]:
    """Phrases to choose between, and which of them speak for the value or one of its children."""
    covered = vocabulary.descendants(facet, value)
    if facet == "details":
        own = [v for v in vocabulary.leaf_values(facet) if v in covered] or [value]
        against = [text.format(kind=kind) for text in _IN_ITS_PLACE.get(value, _PLAIN)]
        return [_phrase(facet, v, kind) for v in own] + against, [True] * len(own) + [False] * len(
            against
        )
    values = vocabulary.leaf_values(facet)
    return [_phrase(facet, v, kind) for v in values], [v in covered for v in values]


def _phrase(facet: str, value: str, kind: str) -> str:
    return _WORDED.get((facet, value), _SAID[facet]).format(value=value, kind=kind)


class ZeroShot:
    """Softmax of the model's scaled cosines over the phrases.

    What speaks for the value is summed.
    """

    def __init__(self, name: str, model: Any, transform: Any, tokenizer: Any, device: str) -> None:
        self.name, self.device = f"clip:{name}", device
        self._model, self._transform, self._tokenizer = model, transform, tokenizer
        self._phrases: dict[tuple[str, ...], torch.Tensor] = {}

    @torch.inference_mode()
    def probability(self, subjects: Sequence[Subject], facet: str, value: str) -> np.ndarray:
        """(n,) probabilities; all pictures in one batch.

        NaN for shades, which no phrase tells apart.
        """
        if (facet == "color" and value in vocabulary.SHADES) or not subjects:
            return np.full(len(subjects), np.nan)
        pixels = torch.stack(
            [self._transform(subject.picture().convert("RGB")) for subject in subjects]
        )
        seen = self._model.encode_image(pixels.to(self.device), normalize=True)
        found = []
        for subject, vector in zip(subjects, seen, strict=True):
            texts, speaks = prompts(facet, value, subject.kind or "garment")
            logits = self._model.logit_scale.exp() * self._encoded(tuple(texts)) @ vector
            found.append(float(logits.float().softmax(0)[torch.tensor(speaks)].sum()))
        return np.array(found)

    def _encoded(self, texts: tuple[str, ...]) -> torch.Tensor:
        if texts not in self._phrases:
            if len(self._phrases) > 500:
                self._phrases.clear()
            tokens = self._tokenizer(list(texts)).to(self.device)
            self._phrases[texts] = self._model.encode_text(tokens, normalize=True)
        return self._phrases[texts]


def open_zero_shot(name: str, device: str = "auto") -> ZeroShot:
    """A verifier by an open_clip model.

    Raises InputError for an unknown name, WorkError where its weights do not come.
    """
    where = pick_device(device)
    loaded = load_model(name, where)
    transform = loaded.transform or _builtin_transform(loaded.side)
    return ZeroShot(name, loaded.model, transform, loaded.tokenizer, where)


def _builtin_transform(side: int) -> Any:
    from encoders.pictures import squares

    return lambda picture: (
        torch.from_numpy(squares([picture], side)[0]).permute(2, 0, 1).float().mul(2 / 255).sub(1)
    )

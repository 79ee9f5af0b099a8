"""Verifiers: whatever can tell how probable it is that a picture shows an attribute, behind one Protocol."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from PIL import Image

from encoders import Space
from errors import InputError
from guard.picture import look

LONGEST = 640
"""Pictures come to verifiers at most this large (longer side, pixels)."""


@dataclass(frozen=True)
class Subject:
    """An item under question: its stored vector (dim,), its picture where that can be opened, its kind where known."""

    vector: np.ndarray
    picture: Callable[[], Image.Image]
    kind: str | None = None


class Verifier(Protocol):
    """Answers about one value of one facet at a time, so that costly models see only what is
    asked."""

    name: str

    def probability(self, subjects: Sequence[Subject], facet: str, value: str) -> np.ndarray:
        """(n,) probability that each picture shows the value or one of its children.

        NaN where it cannot tell.
        """


class SliceVerifier:
    """The encoder's own slices: a prototype a value, calibrated; no picture is opened."""

    def __init__(self, encoder: Space) -> None:
        self.name, self.encoder = "slices", encoder

    def probability(self, subjects: Sequence[Subject], facet: str, value: str) -> np.ndarray:
        """As `guard.look` tells it."""
        if not subjects:
            return np.zeros(0)
        found = look(self.encoder, np.stack([subject.vector for subject in subjects]), (facet,)).of(
            facet, value
        )
        return np.full(len(subjects), np.nan) if found is None else found


def open_verifier(name: str, device: str = "auto") -> Verifier | None:
    """`none`, `clip:NAME/TAG` (any open_clip model, `clip:hf-hub:ORG/REPO` too), `vqa:ORG/REPO` or `vqa:FOLDER`
    (BLIP or BLIP-2 through transformers).

    Raises InputError for another name, WorkError where a model cannot be loaded.
    """
    kind, _, model = name.partition(":")
    if name in ("", "none"):
        return None
    if kind == "clip" and model:
        from guard.zero_shot import (
            open_zero_shot,
        )  # models are loaded only where they are asked for

        return open_zero_shot(model, device)
    if kind == "vqa" and model:
        from guard.questions import open_questions

        return open_questions(model, device)
    raise InputError(
        f"verifier {name!r}: use none, clip:NAME/TAG (an open_clip model, such as clip:ViT-B-32/openai), or "
        "vqa:ORG/REPO (such as vqa:Salesforce/blip-vqa-base)"
    )

"""Build the guard of one catalogue from its folder and the settings."""

from __future__ import annotations

import os

from PIL import Image

from catalog.item import Item
from catalog.pictures import open_picture
from catalog.store import Catalog
from encoders import Encoder
from errors import InputError
from guard.cascade import Cascade
from guard.fitted import fitted_thresholds
from guard.judge import Guard
from guard.thresholds import Domain
from guard.verifier import Verifier
from settings import Settings

MAX_PICTURE_SIDE = 640
"""Longer side, in pixels, of the pictures that verifiers get."""


def open_guard(catalog: Catalog, encoder: Encoder, settings: Settings) -> Guard:
    """Return the guard of a catalogue: its domain, fitted thresholds, and a verifier if one is set.

    Raises InputError for an unknown verifier, WorkError if its model cannot be loaded.
    """
    domain: Domain = "drawn" if catalog.manifest["kind"] == "demo" else "photo"

    def picture(item: Item) -> Image.Image:
        return open_picture(catalog.folder / os.fspath(item.image), longest=MAX_PICTURE_SIDE)

    verifier = open_verifier(settings.verifier, settings.device)
    cascade = None if verifier is None else Cascade(verifier, picture, settings.verifier_pictures)
    return Guard(encoder, fitted_thresholds(catalog.folder, encoder), domain, cascade)


def open_verifier(name: str, device: str = "auto") -> Verifier | None:
    """Load the verifier that `VERIFIER` names; None for `none`.

    `clip:NAME/TAG` is any open_clip model (`clip:hf-hub:ORG/REPO` too); `vqa:ORG/REPO` and
    `vqa:FOLDER` are BLIP or BLIP-2 through transformers.
    Raises InputError for another name, WorkError if a model cannot be loaded.
    """
    kind, _, model = name.partition(":")
    if name in ("", "none"):
        return None
    # Imported here because they load torch, which a guard without a verifier does not need.
    if kind == "clip" and model:
        from guard.zero_shot import open_zero_shot

        return open_zero_shot(model, device)
    if kind == "vqa" and model:
        from guard.questions import open_questions

        return open_questions(model, device)
    raise InputError(
        f"verifier {name!r}: use none, clip:NAME/TAG (an open_clip model, such as "
        "clip:ViT-B-32/openai), or vqa:ORG/REPO (such as vqa:Salesforce/blip-vqa-base)"
    )

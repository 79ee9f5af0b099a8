"""The guard of one catalogue: its domain, the thresholds fitted to the shop, and a verifier where one is set."""

from __future__ import annotations

import os
from typing import Any

from PIL import Image

from catalog.item import Item
from catalog.pictures import open_picture
from catalog.store import Catalog
from guard.cascade import Cascade
from guard.fitted import fitted_thresholds
from guard.judge import Guard
from guard.thresholds import Domain
from guard.verifier import LONGEST, open_verifier
from settings import Settings


def open_guard(catalog: Catalog, encoder: Any, settings: Settings) -> Guard:
    """The guard for a catalogue, as its folder and the settings say.

    Raises InputError for a verifier that does not exist, WorkError where it cannot be loaded.
    """
    domain: Domain = "drawn" if catalog.manifest["kind"] == "demo" else "photo"

    def picture(item: Item) -> Image.Image:
        return open_picture(catalog.folder / os.fspath(item.image), longest=LONGEST)

    verifier = open_verifier(settings.verifier, settings.device)
    cascade = (
        None if verifier is None else Cascade(verifier, picture, most=settings.verifier_pictures)
    )
    return Guard(encoder, fitted_thresholds(catalog.folder, encoder), domain, cascade)

"""Command that fits an encoder to one shop and stores the fit in the shop's catalogue.

`adapt_fit.py` finds the fit.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import numpy as np

from catalog import files
from catalog.compact import one_part
from catalog.files import write_json
from catalog.store import Catalog
from catalog.swap import exclusive_access, replacing
from encoders import load_encoder
from errors import InputError
from guard.fitted import FOLDER, THRESHOLDS, FittedEncoder, read_fit, write_fit
from retrieval import make_lists
from settings import load_settings
from training import thresholds
from training.adapt_fit import ShopFit, fit_shop
from training.listings import read_shop


def run(folder: Path, encoder_name: str | None = None, alpha: float = thresholds.ALPHA) -> dict:
    """Fit the encoder in use to the catalogue in `folder`, save the fit and report the choices.

    The catalogue is replaced whole or not at all. Raises CatalogMissingError, EncoderMismatchError,
    and InputError if the listings state too little.
    """
    started = time.monotonic()
    settings = load_settings(encoder=encoder_name)
    with exclusive_access(folder):
        one_part(folder)
        catalog = Catalog.open(folder)
        encoder = load_encoder(settings.encoder, settings.device)
        shop_fit = fit_shop(encoder, read_shop(catalog, base_vectors(catalog, encoder)), alpha)
        save(catalog, encoder, shop_fit)
    return {
        "catalog": str(folder),
        "items": len(catalog),
        "encoder": encoder.name,
        "fingerprint": shop_fit.fit.fingerprint,
        "seconds": round(time.monotonic() - started, 1),
        "facets": shop_fit.fit.report,
    }


def base_vectors(catalog: Catalog, encoder: Any) -> np.ndarray:
    """Return (n, dim) float32: the catalogue's vectors as the unfitted encoder gives them.

    Raises EncoderMismatchError if they are another encoder's, InputError if the catalogue has
    changed since it was fitted.
    """
    fit = read_fit(catalog.folder)
    if fit is None or catalog.manifest["encoder"]["fingerprint"] != fit.fingerprint:
        catalog.check_encoder(encoder)
        return np.asarray(catalog.vectors, dtype=np.float32)
    catalog.check_encoder(
        FittedEncoder(encoder, fit) if fit.base == encoder.fingerprint else encoder
    )
    stored = catalog.folder / FOLDER / files.BASE_VECTORS
    if fit.maps and not stored.is_file():
        raise InputError(
            f"{catalog.folder} has changed since it was fitted; embed it by the encoder itself "
            f"first: python -m catalog embed {catalog.folder}"
        )
    return np.asarray(np.load(stored) if stored.is_file() else catalog.vectors, dtype=np.float32)


def save(catalog: Catalog, encoder: Any, shop_fit: ShopFit) -> None:
    """Write the fit, its vectors and a manifest that names it into the catalogue, atomically."""
    folder, fit = catalog.folder, shop_fit.fit
    base = base_vectors(catalog, encoder)
    with replacing(folder) as fresh:
        files.link_rest(folder, fresh, (FOLDER, files.MANIFEST, files.VECTORS, files.PARTS))
        write_fit(fresh, fit)
        (fresh / FOLDER / THRESHOLDS).write_text(
            json.dumps(shop_fit.thresholds, indent=1) + "\n", encoding="utf-8"
        )
        np.save(fresh / files.VECTORS, fit.project(base, encoder.layout).astype(np.float16))
        if fit.maps:
            np.save(fresh / FOLDER / files.BASE_VECTORS, base.astype(np.float16))
        manifest = {
            **catalog.manifest,
            "encoder": {
                "name": encoder.name,
                "fingerprint": fit.fingerprint,
                "fitted_on": fit.base,
            },
            "dimensions": fit.layout.dim,
            "slices": dict(zip(fit.layout.names, map(int, fit.layout.sizes), strict=True)),
        }
        write_json(fresh / files.MANIFEST, manifest)
        make_lists(fresh, load_settings().index)

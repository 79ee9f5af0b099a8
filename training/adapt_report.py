"""Measurement of a fit to a shop, on designs that took no part in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from catalog.store import Catalog
from datasets.splits import REPORT_BUCKETS, bucket_of
from encoders import load_encoder
from errors import InputError
from guard.fitted import Fit, FittedEncoder
from guard.picture import Look, look
from guard.thresholds import Thresholds, load_thresholds, parse_thresholds
from metrics.classification import calibration_error
from metrics.intervals import clustered_interval
from settings import load_settings
from training.adapt import base_vectors
from training.adapt_fit import fit_shop
from training.listings import Shop, allowed_values, listing_examples, read_shop

MIN_EXAMPLES = 15
"""Fewest reported items with, and without, a value for which a "no" to it is counted."""


def run(folder: Path, encoder_name: str | None = None) -> dict:
    """Fit on the designs that are not reported, and measure before and after on those that are.

    Saves nothing. Returns {"facets": {facet: {"before", "after"}}, "no": {"before", "after"}} and
    what was fitted. Raises InputError if no design, or every design, is reported.
    """
    settings = load_settings(encoder=encoder_name)
    catalog = Catalog.open(folder)
    encoder = load_encoder(settings.encoder, settings.device)
    return measure(encoder, read_shop(catalog, base_vectors(catalog, encoder)))


def measure(encoder: Any, shop: Shop) -> dict:
    """Return the report of `run` for a shop that has already been read."""
    reported = np.array([bucket_of(name) in REPORT_BUCKETS for name in shop.designs], dtype=bool)
    if not reported.any() or reported.all():
        raise InputError(
            f"{int(reported.sum())} of {len(reported)} items are of reported designs; some and "
            "not all are needed"
        )
    shop_fit = fit_shop(encoder, shop.part(np.flatnonzero(~reported)))
    report = shop.part(np.flatnonzero(reported))
    taught = tuple(facet for facet, entry in shop_fit.fit.report.items() if "held" in entry)
    before, after = look(encoder, report.vectors), _seen(encoder, shop_fit.fit, report)
    bands = {"before": load_thresholds(), "after": parse_thresholds(shop_fit.thresholds, "photo")}
    names = {"before": encoder.fingerprint, "after": shop_fit.fit.fingerprint}
    looks = {"before": before, "after": after}
    return {
        "encoder": encoder.name,
        "fitted_on": int((~reported).sum()),
        "reported": int(reported.sum()),
        "choices": shop_fit.fit.report,
        "facets": {
            facet: {when: facet_figures(seen, report, facet) for when, seen in looks.items()}
            for facet in taught
        },
        "no": {
            when: no_figures(looks[when], report, taught, bands[when], names[when])
            for when in looks
        },
    }


def _seen(encoder: Any, fit: Fit, shop: Shop) -> Look:
    return look(FittedEncoder(encoder, fit), fit.project(shop.vectors, encoder.layout))


def facet_figures(seen: Look, shop: Shop, facet: str) -> dict:
    """Return accuracy against the listings, log loss, and calibration error (ten equal bins)."""
    values, p = seen.probabilities[facet]
    allowed = allowed_values(shop.statements, facet, values)
    rows = np.flatnonzero(allowed.any(1))
    p, allowed = p[rows], allowed[rows]
    hits = allowed[np.arange(len(rows)), p.argmax(1)]
    designs = np.array([shop.designs[row] for row in rows])
    inside = np.clip((p * allowed).sum(1), 1e-9, 1)
    error = calibration_error(p.max(1), hits)
    return {
        "items": len(rows),
        "accuracy": round(float(hits.mean()), 4),
        "interval": _by_design(hits, designs),
        "log_loss": round(float(-np.log(inside).mean()), 4),
        "calibration_error": round(error, 4),
    }


def _by_design(hits: np.ndarray, designs: np.ndarray, rounds: int = 500) -> list[float]:
    """Return the 95% interval; resamples designs, not items, as colourways of one are alike."""
    return [round(bound, 4) for bound in clustered_interval(hits, designs, rounds=rounds)]


def no_figures(
    seen: Look, shop: Shop, facets: tuple[str, ...], bands: Thresholds, fingerprint: str
) -> dict:
    """Judge "no X" by the picture alone, for every value that enough listings state and deny.

    Counts what passes, what passes wrongly, what is hidden wrongly and what stays open, summed
    over values.
    """
    total = dict.fromkeys(("items", "with", "passed", "passed_with", "open", "hidden_without"), 0)
    for facet in facets:
        for value, examples in listing_examples(seen, shop.statements, facet).items():
            if not examples.enough(MIN_EXAMPLES):
                continue
            band = bands.band(facet, value, "exclude", fingerprint)
            passed, hidden = examples.p <= band.low, examples.p >= band.high
            counts = (
                len(passed),
                examples.has,
                passed,
                passed & examples.has,
                ~passed & ~hidden,
                hidden & ~examples.has,
            )
            for key, count in zip(total, counts, strict=True):
                total[key] += int(np.sum(count))
    without = max(total["items"] - total["with"], 1)
    return {
        **total,
        "violations": round(total["passed_with"] / max(total["passed"], 1), 4),
        "passed_share": round(total["passed"] / max(total["items"], 1), 4),
        "good_hidden": round(total["hidden_without"] / without, 4),
    }

"""Fitting an encoder to one shop from the shop's own listings.

Fitted are slices, prototypes, calibration and thresholds.

No labels by hand: what the listings state of an item labels its picture. Of every slice three
versions compete, as it is, with prototypes fitted, and fitted anew from the whole vector; of
designs that fitted nothing, those that `held` names decide by log loss, then calibrate and set the
guard's thresholds. Details keep their prototypes: a listing that says nothing of pockets does not
deny them.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tqdm import tqdm

import vocabulary
from catalog import files
from catalog.compact import one_part
from catalog.files import write_json
from catalog.store import Catalog
from catalog.swap import exclusive_access, replacing
from encoders import FACET_SLICE, Prototypes, SliceLayout, load_encoder
from encoders.subspace import PROMPTS
from errors import InputError
from guard.fitted import FOLDER, THRESHOLDS, Fit, FittedEncoder, SliceMap, read_fit, write_fit
from guard.picture import look
from guard.thresholds import load_thresholds
from retrieval import make_lists
from settings import load_settings
from training import thresholds
from training.adapt_slice import FACETS_OF, Teacher, fit_slice
from training.calibrate import HOLD, Labelled, calibrate, loss, refit
from training.listings import Shop, able_rows, listing_examples, read_shop

FEWEST_ITEMS = 60
"""Items with a label of a facet, below which its pictures teach nothing.

A quarter of them must be held.
"""
FEWEST_VALUES = 2
STATED = 0.3
"""Share of the items that can have a facet, below which those that state it are no fair sample.

Shops name what is special (a dress is called sleeveless, no shirt is called long-sleeved).
"""
WORTH = 0.01
"""By which share the log loss on held designs must fall before anything is changed."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Fitted:
    """A fit with thresholds of its own: the record of `thresholds.json`."""

    fit: Fit
    thresholds: dict


def run(folder: Path, encoder_name: str | None = None, alpha: float = thresholds.ALPHA) -> dict:
    """Fit the encoder in use to the catalogue in `folder` and saves the fit with it.

    Returns what was chosen.

    The catalogue is replaced whole or not at all. Raises CatalogMissingError, EncoderMismatchError,
    InputError where the listings tell too little.
    """
    started = time.monotonic()
    settings = load_settings(encoder=encoder_name)
    with exclusive_access(folder):
        one_part(folder)
        catalog = Catalog.open(folder)
        encoder = load_encoder(settings.encoder, settings.device)
        found = fit_shop(encoder, read_shop(catalog, base_vectors(catalog, encoder)), alpha)
        save(catalog, encoder, found)
    return {
        "catalog": str(folder),
        "items": len(catalog),
        "encoder": encoder.name,
        "fingerprint": found.fit.fingerprint,
        "seconds": round(time.monotonic() - started, 1),
        "facets": found.fit.report,
    }


def base_vectors(catalog: Catalog, encoder: Any) -> np.ndarray:
    """Return (n, dim) float32 of the catalogue's pictures by the encoder itself, before any fit."""
    fit = read_fit(catalog.folder)
    if fit is None or catalog.manifest["encoder"]["fingerprint"] != fit.fingerprint:
        catalog.check_encoder(encoder)
        return np.asarray(catalog.vectors, dtype=np.float32)
    catalog.check_encoder(
        FittedEncoder(encoder, fit) if fit.base == encoder.fingerprint else encoder
    )
    kept = catalog.folder / FOLDER / files.BASE_VECTORS
    if fit.maps and not kept.is_file():
        raise InputError(
            f"{catalog.folder} has changed since it was fitted; embed it by the encoder itself "
            "first: "
            f"python -m catalog embed {catalog.folder}"
        )
    return np.asarray(np.load(kept) if kept.is_file() else catalog.vectors, dtype=np.float32)


def fit_shop(encoder: Any, shop: Shop, alpha: float = thresholds.ALPHA) -> Fitted:
    """Return the fit of an encoder to these items.

    Raises InputError where no facet has enough labels.
    """
    held = shop.held()
    teacher = Teacher(encoder, shop, held, _words(encoder))
    counts = {facet: label_counts(teacher, facet) for facet in FACET_SLICE if facet != "details"}
    taught = tuple(facet for facet, count in counts.items() if not count["why"])
    if not taught:
        told = ", ".join(f"{facet} {count['items']}" for facet, count in counts.items())
        raise InputError(
            f"the listings state too little to fit anything: a facet needs {FEWEST_ITEMS} items "
            "that state it, "
            f"{FEWEST_VALUES} values among them, and {STATED:.0%} of the items that can have it; "
            f"stated are {told}. Give the "
            "feed more attributes, or leave the encoder as it is"
        )
    maps: dict[str, SliceMap] = {}
    prototypes: dict[str, Prototypes] = {}
    report: dict[str, dict] = {
        facet: {"chosen": "as it is", "labels": count["items"], "why": count["why"]}
        for facet, count in counts.items()
        if facet not in taught
    }
    bar = tqdm(
        [name for name in encoder.layout.names if any(FACET_SLICE[f] == name for f in taught)],
        desc="fitting slices",
        unit="slice",
    )
    for name in bar:
        bar.set_postfix_str(name)
        best = choose(teacher, name, tuple(f for f in FACETS_OF[name] if f in taught))
        report |= best.report
        prototypes |= best.prototypes
        if best.map is not None:
            maps[name] = best.map
    if not prototypes:
        log.warning(
            "nothing that the listings teach is better than what encoder %s knows; only "
            "thresholds are fitted",
            encoder.name,
        )
    layout = SliceLayout(
        encoder.layout.names,
        tuple(
            maps[n].matrix.shape[1] if n in maps else size
            for n, size in zip(encoder.layout.names, encoder.layout.sizes, strict=True)
        ),
    )
    fit = Fit(
        encoder.fingerprint, _name(encoder, maps, prototypes), layout, maps, prototypes, report
    )
    return Fitted(fit, _thresholds(encoder, fit, shop.part(np.flatnonzero(held)), taught, alpha))


def label_counts(teacher: Teacher, facet: str) -> dict:
    """Return how many items state the facet, which share of those that can have it, and whether
    that teaches: "why" not, else ""."""
    table = teacher.encoder.prototypes(facet)
    if table is None:
        return {"items": 0, "share": 0.0, "why": "the encoder does not know it"}
    allowed = teacher.allowed(facet, table.values)
    stated = allowed.any(1)
    items, able = int(stated.sum()), int(able_rows(teacher.shop.told, facet).sum())
    held, fitted = int((stated & teacher.held).sum()), stated & ~teacher.held
    answers = len(np.unique(allowed[fitted], axis=0)) if fitted.any() else 0
    why = ""
    if items < FEWEST_ITEMS or held < FEWEST_ITEMS // 4:
        why = f"too few labels (at least {FEWEST_ITEMS})"
    elif items < STATED * able:
        why = f"stated by {items / able:.0%} of the items only (at least {STATED:.0%})"
    elif answers < FEWEST_VALUES:
        why = "all items state the same"
    return {"items": items, "share": round(items / max(able, 1), 3), "why": why}


@dataclass(frozen=True)
class Choice:
    """The version of a slice that held designs liked best; map None: the slice stays as it is."""

    map: SliceMap | None
    prototypes: dict[str, Prototypes]
    report: dict[str, dict]


def choose(teacher: Teacher, name: str, facets: tuple[str, ...]) -> Choice:
    """As it is, heads alone, or the slice anew.

    What costs held designs least, in log loss summed over its facets.
    """
    heads = {facet: _heads(teacher, facet) for facet in facets}
    best_heads = sum(cost for _, cost, _ in heads.values())
    anew = fit_slice(teacher, name, facets)
    tuned = {
        facet: calibrate(table, teacher.labels(facet, table.values, teacher.held, anew.map))
        for facet, table in anew.prototypes.items()
    }
    costs = {
        facet: price(
            tuned[facet], teacher.labels(facet, tuned[facet].values, teacher.held, anew.map)
        )
        for facet in facets
    }
    before = {
        facet: price(
            teacher.encoder.prototypes(facet),
            teacher.labels(facet, teacher.encoder.prototypes(facet).values, teacher.held),
        )
        for facet in facets
    }
    if sum(costs.values()) < (1 - WORTH) * best_heads:
        return Choice(
            anew.map,
            tuned,
            {
                facet: _told(teacher, facet, "slice fitted anew", before[facet], costs.get(facet))
                for facet in facets
            },
        )
    return Choice(
        None,
        {facet: table for facet, (table, _, chosen) in heads.items() if chosen != "as it is"},
        {
            facet: _told(teacher, facet, chosen, before[facet], cost)
            for facet, (_, cost, chosen) in heads.items()
        },
    )


def _heads(teacher: Teacher, facet: str) -> tuple[Prototypes, float, str]:
    """Return the facet's prototypes in the slice as it is.

    Kept, calibrated, or refitted and calibrated; with their price.
    """
    start = teacher.encoder.prototypes(facet)
    fitting, checking = (
        teacher.labels(facet, start.values, part) for part in (~teacher.held, teacher.held)
    )
    candidates = {"calibrated": calibrate(start, checking)}
    candidates |= {
        f"prototypes fitted (hold {hold:g})": calibrate(refit(start, fitting, hold), checking)
        for hold in HOLD
    }
    costs = {name: price(table, checking) for name, table in candidates.items()}
    best, as_it_is = min(costs, key=lambda name: costs[name]), price(start, checking)
    if costs[best] > (1 - WORTH) * as_it_is:
        return start, as_it_is, "as it is"
    return candidates[best], costs[best], best


def price(table: Prototypes, data: Labelled) -> float:
    """Return the mean of -log p(what the listing leaves open)."""
    logits = table.scale * data.slices @ torch.from_numpy(table.vectors).T + torch.from_numpy(
        table.bias
    )
    return float(loss(logits, data, table.exclusive))


def _told(teacher: Teacher, facet: str, chosen: str, before: float, after: float | None) -> dict:
    labels = teacher.labels(facet, teacher.encoder.prototypes(facet).values, teacher.held)
    fitting = teacher.labels(facet, teacher.encoder.prototypes(facet).values, ~teacher.held)
    return {
        "chosen": chosen,
        "labels": len(fitting.slices) + len(labels.slices),
        "held": len(labels.slices),
        "log_loss_before": round(before, 4),
        "log_loss_after": round(after if after is not None else before, 4),
    }


def _words(encoder: Any) -> dict[str, tuple[tuple[str, ...], np.ndarray]]:
    """facet -> (values, (V, dim)) of phrases that name them, in the encoder's own layout."""
    found = {}
    for facet, prompts in PROMPTS.items():
        values = vocabulary.leaf_values(facet)
        texts = encoder.encode_texts(
            [prompt.format(value) for value in values for prompt in prompts]
        )
        found[facet] = values, texts.reshape(len(values), len(prompts), -1).mean(1)
    return found


def _name(encoder: Any, maps: Mapping[str, SliceMap], prototypes: Mapping[str, Prototypes]) -> str:
    digest = hashlib.sha256(encoder.fingerprint.encode())
    for name, found in sorted(maps.items()):
        digest.update(name.encode() + found.matrix.tobytes() + found.mean.tobytes())
    for facet, table in sorted(prototypes.items()):
        digest.update(
            facet.encode()
            + table.vectors.tobytes()
            + table.bias.tobytes()
            + np.float32(table.scale).tobytes()
        )
    return digest.hexdigest()[:16]


def _thresholds(encoder: Any, fit: Fit, held: Shop, taught: tuple[str, ...], alpha: float) -> dict:
    """Bands from the held designs' listings.

    Facets that they say too little of keep the shipped bands, where their prototypes are as they
    were.
    """
    own = FittedEncoder(encoder, fit)
    seen = look(own, fit.project(held.vectors, encoder.layout))
    fitted: dict[str, dict] = {}
    shipped = load_thresholds()
    for key, ops in shipped.facets.items() if shipped.encoder == encoder.fingerprint else ():
        if key.partition("/")[0] not in fit.prototypes:
            fitted[key] = {op: {"low": band.low, "high": band.high} for op, band in ops.items()}
    for facet in taught:
        fitted |= thresholds.bands(listing_examples(seen, held.told, facet), facet, alpha)
    return {
        "origin": f"python -m training adapt, {date.today().isoformat()}: "
        f"{len(held.told)} items of held designs",
        "alpha": alpha,
        "encoder": fit.fingerprint,
        "default": thresholds.DEFAULT,
        "domains": {"photo": fitted},
    }


def save(catalog: Catalog, encoder: Any, found: Fitted) -> None:
    """Put the fit, its vectors and the manifest that names it into the catalogue's folder, all at
    once."""
    folder, fit = catalog.folder, found.fit
    own = base_vectors(catalog, encoder)
    with replacing(folder) as fresh:
        files.link_rest(folder, fresh, (FOLDER, files.MANIFEST, files.VECTORS, files.PARTS))
        write_fit(fresh, fit)
        (fresh / FOLDER / THRESHOLDS).write_text(
            json.dumps(found.thresholds, indent=1) + "\n", encoding="utf-8"
        )
        np.save(fresh / files.VECTORS, fit.project(own, encoder.layout).astype(np.float16))
        if fit.maps:
            np.save(fresh / FOLDER / files.BASE_VECTORS, own.astype(np.float16))
        slices = dict(zip(fit.layout.names, map(int, fit.layout.sizes), strict=True))
        write_json(
            fresh / files.MANIFEST,
            {
                **catalog.manifest,
                "encoder": {
                    "name": encoder.name,
                    "fingerprint": fit.fingerprint,
                    "fitted_on": fit.base,
                },
                "dimensions": fit.layout.dim,
                "slices": slices,
            },
        )
        make_lists(fresh, load_settings().index)

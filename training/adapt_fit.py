"""Fit of an encoder to a shop's items: slices, prototypes, calibration and guard thresholds.

The listings label the pictures, so no labelling by hand is needed. The fit uses some designs.
The held-out ones choose between versions of a slice, calibrate, and set the thresholds. The
prototypes of details stay unchanged, because a listing that does not mention pockets does not deny
them.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

import numpy as np
from tqdm import tqdm

import vocabulary
from encoders import FACET_SLICE, Prototypes, SliceLayout
from encoders.subspace import PROMPTS
from errors import InputError
from guard.fitted import Fit, FittedEncoder, SliceMap
from guard.picture import look
from guard.thresholds import load_thresholds
from training import thresholds
from training.adapt_choice import Choice, choose
from training.adapt_slice import FACETS_OF, Teacher
from training.listings import Shop, able_rows, listing_examples

MIN_ITEMS = 60
"""Fewest items that must state a facet for it to be fitted; a quarter of them held out."""
MIN_VALUES = 2
"""Fewest different answers among those items."""
MIN_STATED_SHARE = 0.3
"""Smallest share of the items that can have a facet and state it.

Shops name what is special: a dress is called sleeveless, no shirt is called long-sleeved. Below
this share the items that state a facet are a biased sample.
"""

V = TypeVar("V")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ShopFit:
    """A fit with thresholds of its own: the record of `thresholds.json`."""

    fit: Fit
    thresholds: dict


def fit_shop(encoder: Any, shop: Shop, alpha: float = thresholds.ALPHA) -> ShopFit:
    """Return the fit of an encoder to these items.

    Raises InputError if no facet has enough labels.
    """
    held_out = shop.held_out()
    teacher = Teacher(encoder, shop, held_out, _phrase_vectors(encoder))
    counts = {facet: label_counts(teacher, facet) for facet in FACET_SLICE if facet != "details"}
    taught = tuple(facet for facet, count in counts.items() if not count["why"])
    if not taught:
        stated = ", ".join(f"{facet} {count['items']}" for facet, count in counts.items())
        raise InputError(
            f"the listings state too little to fit anything: a facet needs {MIN_ITEMS} items that "
            f"state it, {MIN_VALUES} values among them, and {MIN_STATED_SHARE:.0%} of the items "
            f"that can have it; stated are {stated}. Give the feed more attributes, or leave the "
            "encoder as it is"
        )
    choices = _choose_slices(teacher, taught)
    maps = {name: choice.map for name, choice in choices.items() if choice.map is not None}
    prototypes = _merged(choice.prototypes for choice in choices.values())
    if not prototypes:
        log.warning(
            "nothing that the listings teach is better than what encoder %s knows; only "
            "thresholds are fitted",
            encoder.name,
        )
    untaught = {
        facet: {"chosen": "as it is", "labels": count["items"], "why": count["why"]}
        for facet, count in counts.items()
        if facet not in taught
    }
    fit = Fit(
        encoder.fingerprint,
        _fingerprint(encoder, maps, prototypes),
        _layout(encoder.layout, maps),
        maps,
        prototypes,
        untaught | _merged(choice.report for choice in choices.values()),
    )
    checking = shop.part(np.flatnonzero(held_out))
    return ShopFit(fit, _fit_thresholds(encoder, fit, checking, taught, alpha))


def label_counts(teacher: Teacher, facet: str) -> dict:
    """Count the items that state a facet.

    Returns {"items", "share", "why"}: their number, their share of the items that can have the
    facet, and why they are not enough to fit it ("" if they are).
    """
    table = teacher.encoder.prototypes(facet)
    if table is None:
        return {"items": 0, "share": 0.0, "why": "the encoder does not know it"}
    allowed = teacher.allowed(facet, table.values)
    stated = allowed.any(1)
    items, able = int(stated.sum()), int(able_rows(teacher.shop.statements, facet).sum())
    checking, fitting = int((stated & teacher.held_out).sum()), stated & ~teacher.held_out
    answers = len(np.unique(allowed[fitting], axis=0)) if fitting.any() else 0
    why = ""
    if items < MIN_ITEMS or checking < MIN_ITEMS // 4:
        why = f"too few labels (at least {MIN_ITEMS})"
    elif items < MIN_STATED_SHARE * able:
        why = f"stated by {items / able:.0%} of the items only (at least {MIN_STATED_SHARE:.0%})"
    elif answers < MIN_VALUES:
        why = "all items state the same"
    return {"items": items, "share": round(items / max(able, 1), 3), "why": why}


def _choose_slices(teacher: Teacher, taught: tuple[str, ...]) -> dict[str, Choice]:
    """Return the best version of every slice that shows a taught facet."""
    names = [
        name
        for name in teacher.encoder.layout.names
        if any(FACET_SLICE[facet] == name for facet in taught)
    ]
    choices = {}
    bar = tqdm(names, desc="fitting slices", unit="slice")
    for name in bar:
        bar.set_postfix_str(name)
        choices[name] = choose(teacher, name, tuple(f for f in FACETS_OF[name] if f in taught))
    return choices


def _merged(parts: Iterable[Mapping[str, V]]) -> dict[str, V]:
    """Join dictionaries without common keys."""
    return {key: value for part in parts for key, value in part.items()}


def _layout(layout: SliceLayout, maps: Mapping[str, SliceMap]) -> SliceLayout:
    """Return the layout with each mapped slice in the size of its map."""
    sizes = (
        maps[name].matrix.shape[1] if name in maps else size
        for name, size in zip(layout.names, layout.sizes, strict=True)
    )
    return SliceLayout(layout.names, tuple(sizes))


def _phrase_vectors(encoder: Any) -> dict[str, tuple[tuple[str, ...], np.ndarray]]:
    """Return {facet: (values, (V, dim))}: the mean vector of each value's phrases."""
    vectors = {}
    for facet, prompts in PROMPTS.items():
        values = vocabulary.leaf_values(facet)
        texts = encoder.encode_texts(
            [prompt.format(value) for value in values for prompt in prompts]
        )
        vectors[facet] = values, texts.reshape(len(values), len(prompts), -1).mean(1)
    return vectors


def _fingerprint(
    encoder: Any, maps: Mapping[str, SliceMap], prototypes: Mapping[str, Prototypes]
) -> str:
    digest = hashlib.sha256(encoder.fingerprint.encode())
    for name, slice_map in sorted(maps.items()):
        digest.update(name.encode() + slice_map.matrix.tobytes() + slice_map.mean.tobytes())
    for facet, table in sorted(prototypes.items()):
        digest.update(
            facet.encode()
            + table.vectors.tobytes()
            + table.bias.tobytes()
            + np.float32(table.scale).tobytes()
        )
    return digest.hexdigest()[:16]


def _fit_thresholds(
    encoder: Any, fit: Fit, held_out: Shop, taught: tuple[str, ...], alpha: float
) -> dict:
    """Return the bands fitted on held-out listings.

    Facets with too few of them keep the shipped bands, if their prototypes are unchanged.
    """
    seen = look(FittedEncoder(encoder, fit), fit.project(held_out.vectors, encoder.layout))
    bands: dict[str, dict] = {}
    shipped = load_thresholds()
    for key, ops in shipped.facets.items() if shipped.encoder == encoder.fingerprint else ():
        if key.partition("/")[0] not in fit.prototypes:
            bands[key] = {op: {"low": band.low, "high": band.high} for op, band in ops.items()}
    for facet in taught:
        examples = listing_examples(seen, held_out.statements, facet)
        bands |= thresholds.bands(examples, facet, alpha)
    return {
        "origin": f"python -m training adapt, {date.today().isoformat()}: "
        f"{len(held_out.statements)} items of held designs",
        "alpha": alpha,
        "encoder": fit.fingerprint,
        "default": thresholds.DEFAULT,
        "domains": {"photo": bands},
    }

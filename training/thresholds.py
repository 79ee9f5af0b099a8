"""Fit of the guard's thresholds: the probabilities at which an attribute counts as shown or absent.

Data: photos labelled by eye (their calibration part), shop-labelled photos of the designs that
choose (kind, colour, audience), and the drawn truth of a catalogue with another seed than the
reported one. Photos and drawings are two domains, each with thresholds of its own.

The promise: of the items shown after an explicit "no", at most alpha break it. A bound is chosen by
conformal risk control (Angelopoulos et al., arXiv 2208.02814, eq. 4) of the loss 1{shown}
(1{breaks} - alpha), whose mean is at most 0 exactly where that share is at most alpha: the loosest
bound at which the calibration mean, with one more example taken as shown and breaking, stays at or
below 0. The loss is not monotone in the bound, so the guarantee is the paper's asymptotic one (sec.
2.3).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

import vocabulary
from catalog.store import Catalog
from datasets.photos import Photo, read_photos
from encoders import Encoder, load_encoder
from errors import InputError
from guard.picture import Look, look
from guard.thresholds import ALPHA, FILE
from metrics.encoder.photos import encode_photos
from settings import load_settings

CONFIRMED_SHARE = 0.4
"""Part of alpha that is allowed to items which the picture confirms as fitting.

The rest is left for items shown as unconfirmed. With too few examples for this share, the confirmed
items get all of alpha.
"""
REQUIRE_ALPHAS = (0.05, 0.1)
"""Allowed share without the attribute among items that the picture confirms."""
MAX_HIDDEN = 0.025
"""Allowed share of fitting items that the picture hides."""
MAX_ABSENT = 0.3
"""An absence needs a probability below this, however well the examples separate.

A required attribute needs a probability of at least one half.
"""
PRIOR = {"exclude": 0.2, "require": 0.5}
"""Share of items with the attribute among those judged; retrieval makes it exceed the base rate."""


@dataclass(frozen=True)
class ExclusionPolicy:
    """How strictly an explicit "no" is judged in one domain.

    prior: share of items with the attribute among those judged. calm: an absence needs a
    probability below this. doubt: at this probability an item is not even shown as unconfirmed.
    """

    prior: float = PRIOR["exclude"]
    calm: float = MAX_ABSENT
    doubt: float = 0.5


EXCLUSION_POLICIES: dict[str, ExclusionPolicy] = {
    "photo": ExclusionPolicy(),
    "drawn": ExclusionPolicy(prior=0.4, calm=0.15, doubt=0.25),
}
"""Stricter for drawn catalogues, whose pictures separate sharply: an undecided item is doubtful,
and others take its place. On photos the same strictness would hide many good items."""
MIN_EXAMPLES = 15
"""Fewest examples with, and without, a value for it to have a band of its own."""
IMPROBABLE = 0.03
"""Calibrated probability below which a required value counts as absent, however few the examples.

An item that the picture all but rules out is not offered as unconfirmed.
"""
DEFAULT = {"exclude": {"low": 0.03, "high": 0.4}, "require": {"low": 0.1, "high": 0.85}}
_ORIGIN = {
    "photo": "photos (calibration part of those labelled by looking, shop labels of the choosing "
    "designs)",
    "drawn": "drawn items of another seed",
}
SHOP_FACETS = ("category", "color", "gender")


@dataclass(frozen=True)
class Examples:
    """Probabilities `p` (n,) of a value, and `has` (n,) bool: whether it holds."""

    p: np.ndarray
    has: np.ndarray

    def enough(self, minimum: int = MIN_EXAMPLES) -> bool:
        """Return whether both sides have `minimum` examples."""
        return int(self.has.sum()) >= minimum and int((~self.has).sum()) >= minimum


def fit_band(
    examples: Examples,
    op: str,
    alpha: float = ALPHA,
    policy: ExclusionPolicy = EXCLUSION_POLICIES["photo"],
) -> dict[str, float] | None:
    """Return {"low", "high"} for an op, or None if there are too few examples.

    alpha bounds the violations of "exclude". Where no threshold keeps a bound, the picture can
    never meet the op: low 0 or high 1.
    """
    if not examples.enough():
        return None
    if op == "exclude":
        return _exclude_band(examples, alpha, policy)
    p, yes, no, (one_yes, one_no) = _sums(examples, PRIOR[op])
    weight_no = np.diff(no, prepend=0.0)
    above_yes, above_no = yes[-1] - yes + np.diff(yes, prepend=0.0), no[-1] - no + weight_no
    risk = (above_no + one_no) / (above_yes + above_no + one_no)
    high = next(
        (float(p[risk <= allowed][0]) for allowed in REQUIRE_ALPHAS if (risk <= allowed).any()), 1.0
    )
    low = _last(p, (yes + one_yes) / PRIOR[op] <= MAX_HIDDEN)
    return _band(min(max(low or 0.0, IMPROBABLE), MAX_ABSENT), max(high, 0.5))


def _exclude_band(examples: Examples, alpha: float, policy: ExclusionPolicy) -> dict[str, float]:
    # Fall back to alpha where no threshold keeps the stricter share: otherwise one odd example
    # would stop pictures from ever confirming an absence.
    tiers = (CONFIRMED_SHARE * alpha, alpha)
    low = next((bound for tier in tiers if (bound := control(examples, tier, policy.prior))), 0.0)
    spared = float(np.quantile(examples.p[~examples.has], 1 - MAX_HIDDEN, method="higher"))
    low = min(low, policy.calm)
    return _band(low, min(spared, max(policy.doubt, low + 0.01)))


def control(examples: Examples, alpha: float, prior: float) -> float | None:
    """Return the greatest p up to which items may be shown, or None if there is none.

    Conformal risk control of the share of shown items that have the value; prior: that share among
    the items judged.
    """
    p, yes, no, (one_yes, _) = _sums(examples, prior)
    return _last(p, yes - alpha * (yes + no) + (1 - alpha) * one_yes <= 0)


def _sums(
    examples: Examples, prior: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, tuple[float, float]]:
    """Return sorted p, cumulated weights of examples with and without the value, and the weight of
    a single example of each side."""
    one_yes, one_no = prior / examples.has.sum(), (1 - prior) / (~examples.has).sum()
    order = np.argsort(examples.p, kind="stable")
    has = examples.has[order]
    return examples.p[order], np.cumsum(one_yes * has), np.cumsum(one_no * ~has), (one_yes, one_no)


def _last(p: np.ndarray, holds: np.ndarray) -> float | None:
    """Return the greatest p up to which a bound holds."""
    rows = np.nonzero(holds)[0]
    return float(p[rows[-1]]) if len(rows) else None


def _band(low: float, high: float) -> dict[str, float]:
    return {"low": round(low, 4), "high": round(max(high, low + 0.01), 4)}


def asked_values(facet: str) -> tuple[str, ...]:
    """Return the values that a wish may name and a picture may show, parents included."""
    return tuple(
        v
        for v in vocabulary.values(facet)
        if (facet, v) != ("color", "multicolor") and v not in vocabulary.SHADES and v != "length"
    )


def gather(
    seen: Look, truth: Sequence[Mapping[str, frozenset[str]]], facet: str
) -> dict[str, Examples]:
    """Return {value: examples} over the pictures whose truth has the facet.

    truth: {facet: values} of each picture; details that are known to be absent stand under
    "no details".
    """
    by_value = {}
    for value in asked_values(facet):
        p = seen.of(facet, value)
        if p is None:
            continue
        covered = vocabulary.descendants(facet, value)
        rows, has = [], []
        for row, holds in enumerate(truth):
            known = (
                facet in holds
                if facet != "details"
                else bool(
                    covered
                    & (holds.get("details", frozenset()) | holds.get("no details", frozenset()))
                )
            )
            if known:
                rows.append(row)
                has.append(bool(covered & holds.get(facet, frozenset())))
        by_value[value] = Examples(p[rows], np.array(has, dtype=bool))
    return by_value


def bands(
    examples: Mapping[str, Examples],
    facet: str,
    alpha: float = ALPHA,
    policy: ExclusionPolicy = EXCLUSION_POLICIES["photo"],
) -> dict[str, dict[str, dict[str, float]]]:
    """Return {"facet" or "facet/value": {op: band}}; a value has its own where examples suffice."""
    fitted: dict[str, dict[str, dict[str, float]]] = {}
    named = {f"{facet}/{value}": of_value for value, of_value in examples.items()}
    if examples:
        named[facet] = Examples(
            np.concatenate([e.p for e in examples.values()]),
            np.concatenate([e.has for e in examples.values()]),
        )
    for name, pooled in named.items():
        if ops := {op: band for op in PRIOR if (band := fit_band(pooled, op, alpha, policy))}:
            fitted[name] = ops
    return fitted


def photo_truth(photo: Photo) -> dict[str, frozenset[str]]:
    """Return the labels made by eye if `photo.looked` is set, else the shop's for SHOP_FACETS."""
    if photo.looked is None:
        return {
            facet: photo.sets[facet] for facet in SHOP_FACETS if len(photo.sets.get(facet, ())) == 1
        }
    details = frozenset(d for d, there in photo.details.items() if there)
    absent = frozenset(d for d, there in photo.details.items() if not there)
    return {**(photo.seen or {}), "details": details, "no details": absent}


def drawn_truth(truth: Mapping[str, Sequence[str]]) -> dict[str, frozenset[str]]:
    """Return a drawn item's truth, in which a detail that is not named is absent."""
    details = frozenset(truth.get("details", ()))
    absent = frozenset(vocabulary.leaf_values("details")) - details
    return {
        **{facet: frozenset(values) for facet, values in truth.items()},
        "details": details,
        "no details": absent,
    }


def _photos(data: Path, encoder: Encoder) -> tuple[Look, list[dict[str, frozenset[str]]]]:
    chosen = [
        photo
        for photo in read_photos(data)
        if photo.looked == "calibrate"
        or (photo.looked is None and photo.role == "choose" and photo.source == "product")
    ]
    vectors = encode_photos(encoder, data, chosen)
    return look(encoder, vectors), [photo_truth(photo) for photo in chosen]


def _drawn(folder: Path, encoder: Encoder) -> tuple[Look, list[dict[str, frozenset[str]]]]:
    catalog = Catalog.open(folder)
    catalog.check_encoder(encoder)
    truth = catalog.truth(catalog.ids)
    if not truth:
        raise InputError(
            f"{folder} has no drawn truth; draw one with a seed of its own: "
            f"python -m catalog demo --out {folder} --seed 991"
        )
    rows = [row for row, id_ in enumerate(catalog.ids) if id_ in truth]
    return look(encoder, catalog.vectors[rows]), [
        drawn_truth(truth[catalog.ids[row]]) for row in rows
    ]


def run(
    data: Path | None = None, catalog: Path | None = None, out: Path = FILE, alpha: float = ALPHA
) -> dict:
    """Fit the thresholds for the encoder in use, write them to `out` and return the record.

    Args:
        data: The folder of photos.
        catalog: A drawn catalogue of another seed than any that figures are reported on.
        out: The file to write.
        alpha: The greatest share of shown items that may break an explicit "no".

    Raises InputError if the photos are missing or the catalogue has no truth.
    """
    settings = load_settings(data_dir=data)
    encoder = load_encoder(settings.encoder, settings.device)
    domains = {"photo": _photos(settings.data_dir, encoder)}
    if catalog is not None:
        domains["drawn"] = _drawn(catalog, encoder)
    record = fit(domains, encoder.fingerprint, alpha)
    out.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return record


def fit(
    domains: Mapping[str, tuple[Look, list[dict[str, frozenset[str]]]]],
    fingerprint: str,
    alpha: float = ALPHA,
) -> dict:
    """Return the record of thresholds.json from each domain's pictures and their truth."""
    fitted = {
        name: {
            key: ops
            for facet in vocabulary.ATTRIBUTE_FACETS
            for key, ops in bands(
                gather(seen, truth, facet), facet, alpha, EXCLUSION_POLICIES[name]
            ).items()
        }
        for name, (seen, truth) in domains.items()
    }
    counts = ", ".join(f"{len(truth)} {_ORIGIN[name]}" for name, (_, truth) in domains.items())
    origin = (
        f"python -m training thresholds, {date.today().isoformat()}: {counts}; alpha {alpha:g}, "
        f"at most {CONFIRMED_SHARE * alpha:.1%} (where too few examples carry that, {alpha:.1%}) "
        "broken among those let pass"
    )
    return {
        "origin": origin,
        "alpha": alpha,
        "encoder": fingerprint,
        "default": DEFAULT,
        "domains": fitted,
    }

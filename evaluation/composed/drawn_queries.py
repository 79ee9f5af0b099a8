"""Composed queries on a drawn catalogue, judged by what was drawn.

Each query makes one to three changes, which may be exclusions and comparatives.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import vocabulary
from catalog.store import Catalog
from composer import shades
from encoders import Encoder
from errors import InputError
from evaluation.composed.gallery import Gallery
from evaluation.composed.product_queries import ComposedQuery
from vocabulary import STEPS
from vocabulary.wish import Constraint

Truth = Mapping[str, Sequence[str]]
"""Facet -> the values that were drawn."""

KEPT_FACETS = ("category", "gender", "color", "pattern")
"""Facets that a hit shares with the reference, unless they are changed."""
VALUES = {
    "color": ("black", "white", "navy", "red", "grey", "pink", "green", "brown", "blue", "yellow"),
    "pattern": ("striped", "checked", "floral", "polka dot", "solid"),
    "sleeve_length": ("sleeveless", "short", "long"),
    "length": ("mini", "midi", "maxi"),
    "neckline": ("v-neck", "crew", "collar"),
    "details": ("pockets", "hood", "buttons", "zipper", "belt", "ruffle"),
}
"""Facet -> the values that a change may name."""
COMPARED = {
    ("sleeve_length", "length"): {"more": "longer sleeves", "less": "shorter sleeves"},
    ("length", "length"): {"more": "longer", "less": "shorter"},
    ("color", "dark"): {"more": "darker", "less": "lighter"},
}
_WANTED = {
    "color": "in {}",
    "pattern": "{}",
    "sleeve_length": "with {} sleeves",
    "length": "{} length",
    "neckline": "with a {} neck",
    "details": "with {}",
}
_WORDINGS = {
    "sleeveless": "sleeveless",
    "v-neck": "with a v-neck",
    "collar": "with a collar",
    "crew": "with a crew neck",
    "mini": "mini",
    "midi": "midi",
    "maxi": "maxi",
    "hood": "with a hood",
    "zipper": "with a zip",
    "belt": "with a belt",
    "solid": "plain",
}
_UNWANTED = {
    "striped": "no stripes",
    "checked": "no checks",
    "floral": "no flowers",
    "polka dot": "no polka dots",
    "solid": "not plain",
    "hood": "no hood",
    "zipper": "no zip",
    "sleeveless": "not sleeveless",
    "long": "no long sleeves",
    "short": "no short sleeves",
    "v-neck": "no v-neck",
    "collar": "no collar",
    "crew": "no crew neck",
}


@dataclass(frozen=True)
class DrawnQuery(ComposedQuery):
    """A query with its changes as the constraints that a perfect reader would read."""

    constraints: tuple[Constraint, ...] = ()


def drawn_gallery(catalog: Catalog, encoder: Encoder) -> tuple[Gallery, list[Truth]]:
    """Return the catalogue's pictures and what was drawn in each.

    Raises InputError if the catalogue has no drawn truth or was embedded by another encoder.
    """
    truth = catalog.truth(catalog.ids)
    if len(truth) < len(catalog.ids):
        raise InputError(
            f"{catalog.folder} has no drawn truth to judge by; "
            "draw one: python -m catalog demo --out DIR"
        )
    if catalog.manifest["encoder"]["fingerprint"] != encoder.fingerprint:
        raise InputError(
            f"{catalog.folder} was embedded by another encoder; "
            f"embed it anew: python -m catalog embed {catalog.folder}"
        )
    vectors = np.asarray(catalog.vectors, dtype=np.float32)
    return Gallery(tuple(catalog.ids), vectors, encoder), [truth[id_] for id_ in catalog.ids]


def drawn_queries(
    truth: Sequence[Truth], changes: int, count: int, seed: int, tries: int = 60
) -> list[DrawnQuery]:
    """Return up to `count` queries with the given number of changes that have a hit.

    One change in four is an exclusion, one in four a comparison.
    """
    rng = np.random.default_rng([seed, changes])
    kinds: dict[str, list[int]] = {}
    for row, item in enumerate(truth):
        kinds.setdefault(str(item["category"][0]), []).append(row)
    queries: dict[tuple[Any, ...], DrawnQuery] = {}
    for _ in range(count * tries):
        row = int(rng.integers(len(truth)))
        asked = _changes(truth[row], changes, rng)
        key = (row, tuple(c.key for c in asked))
        if len(asked) < changes or key in queries:
            continue
        facets = tuple(dict.fromkeys(c.facet for c in asked))
        hits = frozenset(
            other
            for other in kinds[str(truth[row]["category"][0])]
            if other != row and _hit(truth[row], truth[other], asked, facets)
        )
        if hits:
            phrase = "like this but " + ", ".join(wording(c) for c in asked)
            queries[key] = DrawnQuery(f"{changes} changes", row, phrase, hits, (), facets, asked)
        if len(queries) == count:
            break
    return list(queries.values())


def _changes(item: Truth, count: int, rng: np.random.Generator) -> tuple[Constraint, ...]:
    category = str(item["category"][0])
    facets = [
        f for f in VALUES if vocabulary.applicable(f, category) and (f == "details" or item.get(f))
    ]
    chosen = [facets[place] for place in rng.permutation(len(facets))[:count]]
    constraints = (_change(item, facet, category, rng) for facet in chosen)
    return tuple(c for c in constraints if c is not None)


def _change(item: Truth, facet: str, category: str, rng: np.random.Generator) -> Constraint | None:
    """Return one change of a facet, or None if no change is possible.

    One in four moves away from a value, one in four along an axis, the others to another value.
    """
    own, form = item.get(facet, ()), int(rng.integers(4))
    if form == 0:
        known = [
            v
            for v in own
            if v in VALUES[facet] and v in (*_UNWANTED, *VALUES["color"], *VALUES["details"])
        ]
        return (
            Constraint(facet=facet, op="exclude", value=str(rng.choice(known))) if known else None
        )
    axes = [value for place, value in COMPARED if place == facet]
    if form == 1 and axes:
        return Constraint(facet=facet, op=str(rng.choice(["more", "less"])), value=axes[0])
    other = [
        v
        for v in VALUES[facet]
        if not _has(item, facet, v)
        and (facet != "details" or vocabulary.applicable(facet, category, v))
    ]
    return Constraint(facet=facet, op="require", value=str(rng.choice(other))) if other else None


def wording(c: Constraint) -> str:
    """Return a change as a shopper would type it."""
    value = str(c.value)
    if c.op in ("more", "less"):
        return COMPARED[c.facet, value][c.op]
    if c.op == "exclude":
        return _UNWANTED.get(value, f"no {value}")
    return _WORDINGS.get(value, _WANTED[c.facet].format(value))


def _has(item: Truth, facet: str, value: str) -> bool:
    return any(vocabulary.covers(facet, value, own) for own in item.get(facet, ()))


def _hit(
    reference: Truth, other: Truth, asked: Sequence[Constraint], changed: Sequence[str]
) -> bool:
    unchanged = all(
        _plain(reference, facet) & _plain(other, facet) or not _plain(reference, facet)
        for facet in KEPT_FACETS
        if facet not in changed
    )
    return unchanged and all(met(c, other, reference) for c in asked)


def _plain(item: Truth, facet: str) -> set[str]:
    return set(item.get(facet, ())) - set(vocabulary.SHADES)


def met(c: Constraint, item: Truth, reference: Truth) -> bool:
    """Return whether what was drawn meets a change; comparatives refer to the reference."""
    value = str(c.value)
    if c.op in ("require", "exclude"):
        return _has(item, c.facet, value) == (c.op == "require")
    here, there = (_position(c.facet, value, drawn) for drawn in (item, reference))
    return (
        here is not None
        and there is not None
        and (here > there if c.op == "more" else here < there)
    )


def _position(facet: str, value: str, item: Truth) -> float | None:
    places = [
        shades.position(value, name) if facet == "color" else STEPS[facet, value].get(name)
        for name in sorted(_plain(item, facet))
    ]
    known = [place for place in places if place is not None]
    return float(np.mean(known)) if known else None

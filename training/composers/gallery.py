"""Galleries that queries are mined from: items with vectors and known attributes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

import vocabulary
from catalog.store import Catalog
from composer import shades
from datasets.photos import Photo, read_photos
from encoders import Encoder
from errors import InputError
from metrics.encoder.photos import encode_photos
from vocabulary import STEPS

CORE = ("category", "color", "pattern", "gender")
"""Facets that a target shares with its reference if known and not changed by the wish."""
FINER = ("sleeve_length", "length", "neckline", "fit", "material")
"""Facets that rank one target above another."""
_SHOP = {"category": "article", "color": "base", "pattern": "shop_pattern", "gender": "audience"}
CHOOSE_PERCENT = 15
"""Percentage of a drawn catalogue's designs that choose."""


@dataclass(frozen=True)
class Known:
    """Known attributes of one item.

    all_of: {facet: all its values}. one_of: {facet: values of which one holds}. details: {detail:
    whether it is present}. exact: {facet: name that decides what counts as "the same"}, finer than
    the vocabulary's values.
    """

    all_of: Mapping[str, frozenset[str]]
    one_of: Mapping[str, frozenset[str]]
    details: Mapping[str, bool]
    exact: Mapping[str, str]


@dataclass(frozen=True)
class Gallery:
    """Items of one origin. vectors: (n, dim) float32, in the order of `items`."""

    name: str
    vectors: np.ndarray
    items: tuple[Known, ...]
    _facts: dict[tuple[str, str], np.ndarray] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def fact(self, facet: str, value: str) -> np.ndarray:
        """Return (n,) int8: 1 if the item has the value, 0 if it does not, -1 if unknown.

        An item has a value if it has one that the value covers.
        """
        if (facet, value) not in self._facts:
            self._facts[facet, value] = np.array(
                [_holds(item, facet, value) for item in self.items], dtype=np.int8
            )
        return self._facts[facet, value]

    @cached_property
    def codes(self) -> dict[str, np.ndarray]:
        """Codes by facet, (n,) int32: equal codes for equal attributes, -1 for unknown."""
        table = {}
        for facet in (*CORE, *FINER):
            names = [_exact(item, facet) for item in self.items]
            numbers = {name: n for n, name in enumerate(sorted({name for name in names if name}))}
            table[facet] = np.array([numbers.get(name, -1) for name in names], dtype=np.int32)
        return table

    def position(self, facet: str, value: str) -> np.ndarray:
        """Return (n,): each item's position on the axis of "more" and "less"; NaN if unknown."""
        return np.array([_place(item, facet, value) for item in self.items], dtype=np.float64)

    def of(self, rows: Sequence[int], name: str) -> Gallery:
        """Return a gallery of the items in `rows`."""
        return Gallery(name, self.vectors[list(rows)], tuple(self.items[row] for row in rows))


def _values(item: Known, facet: str) -> frozenset[str]:
    return item.all_of.get(facet) or item.one_of.get(facet) or frozenset()


def _holds(item: Known, facet: str, value: str) -> int:
    if facet == "details" and facet not in item.all_of:
        known = [item.details[d] for d in vocabulary.descendants(facet, value) if d in item.details]
        return 1 if any(known) else 0 if known else -1
    if facet in item.all_of:
        return int(any(vocabulary.covers(facet, value, one) for one in item.all_of[facet]))
    options = [vocabulary.covers(facet, value, one) for one in item.one_of.get(facet, ())]
    return -1 if not options or (any(options) and not all(options)) else int(all(options))


def _exact(item: Known, facet: str) -> str:
    if facet in item.exact:
        return item.exact[facet]
    if facet in item.all_of:
        return "+".join(sorted(item.all_of[facet] - set(vocabulary.SHADES)))
    options = item.one_of.get(facet, frozenset())
    return next(iter(options)) if len(options) == 1 else ""


def _place(item: Known, facet: str, value: str) -> float:
    names = _values(item, facet)
    table = STEPS.get((facet, value))
    places = [
        shades.position(value, n) if facet == "color" else (table or {}).get(n)
        for n in names
        if n not in vocabulary.SHADES
    ]
    known = [place for place in places if place is not None]
    if not places or len(known) < len(places) or (facet != "color" and len(names) > 1):
        return float("nan")
    return float(np.mean(known))


def photo_galleries(data: Path, encoder: Encoder, cache: Path) -> tuple[Gallery, Gallery]:
    """Return the product photos of the designs that train and of those that choose.

    Raises InputError if a folder of photos is missing.
    """
    photos = [photo for photo in read_photos(data) if photo.source == "product"]
    by_role = []
    for role in ("train", "choose"):
        part = [photo for photo in photos if photo.role == role]
        vectors = _encoded(encoder, data, part, cache)
        by_role.append(
            Gallery(
                f"photos of the designs that {role}",
                vectors,
                tuple(_photo(photo) for photo in part),
            )
        )
    return by_role[0], by_role[1]


def _photo(photo: Photo) -> Known:
    exact = {facet: photo.shop[name] for facet, name in _SHOP.items() if photo.shop.get(name)}
    return Known({}, photo.sets, photo.details, exact)


def _encoded(encoder: Encoder, data: Path, photos: Sequence[Photo], cache: Path) -> np.ndarray:
    """Return the vectors (n, dim) of the original pictures.

    They are cached in `cache` under the encoder's fingerprint and a hash of the photos' ids.
    """
    digest = hashlib.blake2b("".join(p.id for p in photos).encode(), digest_size=6).hexdigest()
    path = cache / f"vectors-{encoder.fingerprint}-{digest}.npy"
    if path.is_file():
        return np.load(path)
    vectors = encode_photos(encoder, data, photos).astype(np.float32)
    cache.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part.npy")
    np.save(part, vectors)
    part.replace(path)
    return vectors


def drawn_galleries(folder: Path, encoder: Encoder) -> tuple[Gallery, Gallery]:
    """Return a drawn catalogue's items: those of designs that train, and of designs that choose.

    Raises InputError if another encoder embedded the catalogue or if it has no drawn truth.
    """
    catalog = Catalog.open(folder)
    made_by = catalog.manifest.get("encoder", {}).get("fingerprint")
    if made_by != encoder.fingerprint:
        raise InputError(
            f"{folder} was embedded by encoder {made_by}, not by {encoder.fingerprint}: "
            f"`python -m catalog embed {folder}` embeds it anew"
        )
    path = folder / "truth.jsonl"
    if not path.is_file():
        raise InputError(
            f"{folder} has no truth.jsonl: name a drawn catalogue (`python -m catalog demo --out "
            "DIR --seed 11`)"
        )
    truth = {
        row["id"]: row["truth"]
        for row in map(json.loads, path.read_text(encoding="utf-8").splitlines())
    }
    items = tuple(_drawn(truth[id_]) for id_ in catalog.ids)
    whole = Gallery(
        f"drawn items of {folder.name}", np.asarray(catalog.vectors, dtype=np.float32), items
    )
    chooses = [
        int(hashlib.md5(group.encode()).hexdigest(), 16) % 100 < CHOOSE_PERCENT
        for group in catalog.groups
    ]
    parts = [[row for row, at in enumerate(chooses) if at == wanted] for wanted in (False, True)]
    catalog.close()
    return whole.of(parts[0], whole.name), whole.of(parts[1], f"{whole.name} that choose")


def _drawn(truth: Mapping[str, Sequence[str]]) -> Known:
    """Return the attributes of a drawing, which shows all it has: what is not named is absent."""
    return Known(
        {facet: frozenset(truth.get(facet, ())) for facet in vocabulary.ATTRIBUTE_FACETS},
        {},
        {},
        {},
    )

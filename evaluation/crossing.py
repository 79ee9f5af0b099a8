"""From a shopper's photo to the shop: does a photo taken at home find its own kind among the catalogue's first ten?

The photos are the validation split; a hit is an item of a kind that the photo's label allows (a "longsleeve" may be a
T-shirt, a sweater or a cardigan). Pictures only, three ways: the category slice alone, the whole query as a composer makes
it of a picture without words, and the whole agent with guard and listings.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from tqdm import tqdm

import vocabulary
from agent.stylist import Stylist
from composer import compose
from datasets.photos import FOLDERS, Photo, read_photos
from evaluation.composed.gallery import encode_files
from evaluation.report.show import finish, machine, table
from metrics.intervals import estimate
from settings import load_settings
from vocabulary.wish import Wish

PAGE = 10
Found = Callable[[int], Sequence[str]]
"""Number of a photo -> ids of the first ten."""


def photos_at_home(data: Path) -> list[Photo]:
    """The validation photos whose kind says a category. Raises InputError without the folder."""
    return [
        p
        for p in read_photos(data)
        if p.source == "shopper" and p.role == "report" and p.sets.get("category")
    ]


def precision(
    found: Sequence[str], allowed: frozenset[str], kinds: dict[str, tuple[str, ...]]
) -> float:
    """The share of found items of an allowed kind; a kind's children are of that kind."""
    wide = allowed | {
        child for value in allowed for child in vocabulary.descendants("category", value)
    }
    return sum(bool(wide & set(kinds[id_])) for id_ in found) / PAGE


def run(
    catalog: Path | None = None,
    data: Path | None = None,
    limit: int | None = None,
    out: Path | None = None,
) -> dict:
    """P@10 over photos and over kinds, each way; prints tables and one JSON line."""
    settings = load_settings(catalog_dir=catalog, data_dir=data)
    stylist = Stylist.open(settings.catalog_dir, settings=settings)
    photos = photos_at_home(settings.data_dir)[:limit]
    paths = [settings.data_dir / FOLDERS["shopper"] / "images" / photo.id for photo in photos]
    pictures = encode_files(paths, stylist.encoder)
    kinds = _kinds(stylist)
    items, ids = np.asarray(stylist.catalog.vectors, dtype=np.float32), list(stylist.catalog.ids)
    part = stylist.encoder.layout.slice("category")

    def nearest(scores: np.ndarray) -> list[str]:
        return [ids[row] for row in np.argsort(-scores, kind="stable")[:PAGE]]

    def whole(number: int) -> list[str]:
        return nearest(
            items @ compose("image", pictures[number], Wish(), None, stylist.encoder).vector
        )

    def agent(number: int) -> list[str]:
        reply = stylist.chat(stylist.new_session(), "", image=paths[number], k=PAGE)
        return [card.id for card in reply.items]

    ways: dict[str, Found] = {
        "category slice": lambda number: nearest(items[:, part] @ pictures[number][part]),
        "whole picture": whole,
        "whole agent": agent,
    }
    figures = {name: _measured(way, photos, kinds, name) for name, way in ways.items()}
    table(
        f"{len(photos)} shoppers' photos in {settings.catalog_dir.name}: P@10",
        ("way", "P@10 [95%]", "mean over kinds"),
        [(name, str(row["P@10"]), row["macro"]) for name, row in figures.items()],
    )
    by_kind = figures["whole agent"]["kinds"]
    table(
        "whole agent, by kind", ("kind", "P@10"), sorted(by_kind.items(), key=lambda pair: pair[1])
    )
    return finish(
        {
            "benchmark": "crossing",
            "catalog": settings.catalog_dir.name,
            "photos": len(photos),
            "figures": {
                name: {**row, "P@10": row["P@10"].rounded()} for name, row in figures.items()
            },
            "encoder": stylist.encoder.fingerprint,
            "machine": machine(),
        },
        out,
    )


def _kinds(stylist: Stylist) -> dict[str, tuple[str, ...]]:
    """What each item is: the drawn truth where there is one, else the listing."""
    truth = stylist.catalog.truth(stylist.catalog.ids)
    if len(truth) == len(stylist.catalog.ids):
        return {id_: tuple(map(str, held.get("category", ()))) for id_, held in truth.items()}
    return {
        item.id: tuple(item.attributes.get("category", ()))
        for item in stylist.catalog.items(range(len(stylist.catalog)))
    }


def _measured(
    way: Found, photos: Sequence[Photo], kinds: dict[str, tuple[str, ...]], name: str
) -> dict:
    values = [
        precision(way(number), photo.sets["category"], kinds)
        for number, photo in enumerate(tqdm(photos, desc=name, leave=False))
    ]
    names = sorted({photo.shop["kind"] for photo in photos})
    by_kind = {
        kind: round(
            float(
                np.mean([v for v, p in zip(values, photos, strict=True) if p.shop["kind"] == kind])
            ),
            4,
        )
        for kind in names
    }
    return {
        "P@10": estimate(values),
        "macro": round(float(np.mean(list(by_kind.values()))), 4),
        "kinds": by_kind,
    }

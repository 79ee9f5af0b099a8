"""Precision of the first ten shop items found for photos that shoppers took at home.

The photos are those of the validation split. A hit is an item of a kind that the photo's label
allows (a "longsleeve" may be a T-shirt, a sweater or a cardigan). Three ways of searching are
compared, each given only the picture: the category slice alone; the whole query that a composer
makes from a picture without words; and the whole agent with guard and listings.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter
from pathlib import Path

import numpy as np
from tqdm import tqdm

import vocabulary
from agent.stylist import Stylist
from composer import compose
from datasets.photos import FOLDERS, Photo, read_photos
from evaluation.composed.gallery import encode_files
from evaluation.report.show import Figures, finish, machine, table
from metrics.intervals import estimate
from settings import load_settings
from vocabulary.wish import Wish

PAGE = 10
Search = Callable[[int], Sequence[str]]
"""Index of a photo -> ids of the first ten."""


def photos_at_home(data: Path) -> list[Photo]:
    """Return the validation photos whose kind determines a category.

    Raises InputError if the folder is missing.
    """
    return [
        p
        for p in read_photos(data)
        if p.source == "shopper" and p.role == "report" and p.sets.get("category")
    ]


def precision(
    ids: Sequence[str], allowed: frozenset[str], kinds: dict[str, tuple[str, ...]]
) -> float:
    """Return the share of the items that are of an allowed kind, or of a child of one."""
    wide = allowed | {
        child for value in allowed for child in vocabulary.descendants("category", value)
    }
    return sum(bool(wide & set(kinds[id_])) for id_ in ids) / PAGE


def run(
    catalog: Path | None = None,
    data: Path | None = None,
    limit: int | None = None,
    out: Path | None = None,
) -> Figures:
    """Measure P@10 of each way over photos and over kinds; print tables and one JSON line."""
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

    ways: dict[str, Search] = {
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
    by_kind: dict[str, float] = figures["whole agent"]["kinds"]
    table("whole agent, by kind", ("kind", "P@10"), sorted(by_kind.items(), key=itemgetter(1)))
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
    """Return the kinds of each item, from the drawn truth if there is one, else its listing."""
    truth = stylist.catalog.truth(stylist.catalog.ids)
    if len(truth) == len(stylist.catalog.ids):
        return {id_: tuple(map(str, drawn.get("category", ()))) for id_, drawn in truth.items()}
    return {
        item.id: tuple(item.attributes.get("category", ()))
        for item in stylist.catalog.items(range(len(stylist.catalog)))
    }


def _measured(
    way: Search, photos: Sequence[Photo], kinds: dict[str, tuple[str, ...]], name: str
) -> Figures:
    values = [
        precision(way(number), photo.sets["category"], kinds)
        for number, photo in enumerate(tqdm(photos, desc=name, leave=False))
    ]
    by_label: dict[str, list[float]] = {}
    for value, photo in zip(values, photos, strict=True):
        by_label.setdefault(photo.shop["kind"], []).append(value)
    by_kind = {kind: round(float(np.mean(shares)), 4) for kind, shares in sorted(by_label.items())}
    return {
        "P@10": estimate(values),
        "macro": round(float(np.mean(list(by_kind.values()))), 4),
        "kinds": by_kind,
    }

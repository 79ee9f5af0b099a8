"""A contact sheet of good and bad composed queries: the reference, the phrase and the results."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from evaluation.composed.gallery import Gallery, read_wish
from evaluation.composed.methods import Scorer
from evaluation.composed.product_queries import KINDS, ComposedQuery, sample_queries
from evaluation.composed.scores import ranked

SIDE, LABEL = 112, 18
"""Side of a picture and height of a line of text, in pixels."""
SHOWN, QUERIES_PER_KIND = 6, 4
"""Results per query, and queries per kind of change, half of them without a hit."""
HIT, MISS = (40, 140, 70), (190, 190, 190)
Opener = Callable[[int], Image.Image]
"""Row of the gallery -> picture."""


def picked(
    gallery: Gallery, scorer: Scorer, count: int, seed: int
) -> list[tuple[ComposedQuery, np.ndarray]]:
    """Return QUERIES_PER_KIND queries of each kind of change with their results, best first.

    Half of them have a hit among the results shown, half have none, if there are enough.
    """
    chosen = []
    for kind in KINDS:
        results = [
            (query, ranked(scorer(query, read_wish(query)), query.reference, SHOWN))
            for query in sample_queries(gallery.products, kind, count, seed)
        ]
        good, bad = (
            [pair for pair in results if bool(set(pair[1].tolist()) & pair[0].targets) == hit]
            for hit in (True, False)
        )
        half = QUERIES_PER_KIND // 2
        chosen += [*good[: QUERIES_PER_KIND - min(half, len(bad))], *bad[:half]]
    return chosen


def sheet(results: Sequence[tuple[ComposedQuery, np.ndarray]], open_row: Opener) -> Image.Image:
    """Draw one line per query: the reference, then the results, with hits framed in green."""
    height, font = SIDE + LABEL, ImageFont.load_default(12)
    picture = Image.new("RGB", ((SHOWN + 1) * SIDE + 16, height * max(len(results), 1)), "white")
    draw = ImageDraw.Draw(picture)
    for line, (query, rows) in enumerate(results):
        top = line * height
        draw.text((4, top + 2), f"{query.kind}: {query.phrase}", fill="black", font=font)
        for place, row in enumerate((query.reference, *rows.tolist())):
            left = place * SIDE + (16 if place else 0)
            small = open_row(row).convert("RGB").resize((SIDE - 8, SIDE - 8))
            frame = (0, 0, 0) if not place else HIT if row in query.targets else MISS
            draw.rectangle(
                (left + 1, top + LABEL + 1, left + SIDE - 3, top + LABEL + SIDE - 3),
                outline=frame,
                width=3,
            )
            picture.paste(small, (left + 4, top + LABEL + 4))
    return picture


def save_sheet(
    path: Path, gallery: Gallery, scorer: Scorer, open_row: Opener, count: int, seed: int
) -> None:
    """Write the sheet as a PNG, creating the folder.

    Do not publish the sheet: it shows labelled photos, which are not ours to publish.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet(picked(gallery, scorer, count, seed), open_row).save(path)

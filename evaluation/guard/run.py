"""Benchmark of the guard: attributes from pictures, and "no" wishes with and without the guard.

The photos are those labelled by eye that are not used for fitting or calibration. They give the
figures for pictures alone (listings hidden), for listing, picture and both on product photos
(`photos.py`), and the risk-coverage curve (`curve.py`). Wishes such as "shirt, no pockets" go
through the whole agent on a drawn catalogue. They are judged by the drawn truth, which no reply
sees (`no_wishes.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from agent import Stylist
from catalog.item import Item
from catalog.store import Catalog
from datasets.photos import Photo, read_photos
from encoders import Encoder, load_encoder
from errors import InputError
from evaluation.guard import curve as guard_curve
from evaluation.guard import photos as guard_photos
from evaluation.guard.no_wishes import ASKED, no_wishes, through_the_agent
from evaluation.report.plot import require_matplotlib
from evaluation.report.show import Figures, finish, machine, table
from guard import Guard, Look, look
from metrics.encoder.photos import encode_photos
from metrics.intervals import interval
from metrics.ranking import auc
from settings import load_settings
from vocabulary.wish import Constraint

FACETS = ("sleeve_length", "pattern", "neckline", "length")
DETAILS = ("hood", "zipper", "buttons", "pockets")


# -- the picture alone


def looked_report(data: Path, encoder: Encoder) -> tuple[list[Photo], np.ndarray]:
    """Return the photos of the report part and their vectors (n, dim)."""
    photos = [photo for photo in read_photos(data) if photo.looked == "report"]
    return photos, encode_photos(encoder, data, photos)


def picture_alone(photos: Sequence[Photo], seen: Look) -> dict[str, Figures]:
    """Return accuracies of facets and AUCs of details over the photos that have the label.

    Facets without prototypes or labels are omitted.
    """
    return {**_facet_accuracies(photos, seen), **_detail_aucs(photos, seen)}


def _facet_accuracies(photos: Sequence[Photo], seen: Look) -> dict[str, Figures]:
    figures: dict[str, Figures] = {}
    for facet in FACETS:
        rows = [row for row, photo in enumerate(photos) if facet in (photo.seen or {})]
        if not rows or facet not in seen.probabilities:
            continue
        values, p = seen.probabilities[facet]
        hits = [values[int(p[row].argmax())] in (photos[row].seen or {})[facet] for row in rows]
        low, high = interval(hits)
        figures[facet] = {
            "accuracy": round(float(np.mean(hits)), 4),
            "interval": [round(low, 4), round(high, 4)],
            "photos": len(rows),
        }
    return figures


def _detail_aucs(photos: Sequence[Photo], seen: Look) -> dict[str, Figures]:
    figures: dict[str, Figures] = {}
    for detail in DETAILS:
        rows = [row for row, photo in enumerate(photos) if detail in photo.details]
        p = seen.of("details", detail)
        if not rows or p is None:
            continue
        has = np.array([photos[row].details[detail] for row in rows], dtype=bool)
        figures[detail] = {
            "auc": round(auc(p[rows], has), 4),
            "photos": len(rows),
            "with": int(has.sum()),
        }
    return figures


def hidden_listings(photos: Sequence[Photo], vectors: np.ndarray, guard: Guard) -> list[Figures]:
    """Count what passes and what is wrongly hidden for each "no X", on photos without listings."""
    rows = []
    for facet, values in ASKED:
        for value in values:
            known = [
                n
                for n, photo in enumerate(photos)
                if guard_photos.holds(photo, facet, value) is not None
            ]
            has = np.array([guard_photos.holds(photos[n], facet, value) for n in known], dtype=bool)
            if min(has.sum(), (~has).sum()) < guard_photos.MIN_PHOTOS:
                continue
            blank = [Item(id=str(n), title="photo") for n in known]
            judged = guard.judge(
                blank,
                vectors[known],
                [()] * len(known),
                [Constraint(facet=facet, op="exclude", value=value)],
            )
            outcome = np.array([verdicts[0].verdict for verdicts in judged])
            met, broken = outcome == "met", outcome == "broken"
            rows.append(
                {
                    "facet": facet,
                    "value": value,
                    "photos": len(known),
                    "with": int(has.sum()),
                    "passed_broken": int((met & has).sum()),
                    "passed": int(met.sum()),
                    "hidden_good": int((broken & ~has).sum()),
                    "unknown": int((~met & ~broken).sum()),
                    "unknown_broken": int((~met & ~broken & has).sum()),
                }
            )
    return rows


def photo_report(
    photos: Sequence[Photo],
    items: Sequence[Item],
    vectors: np.ndarray,
    guard: Guard,
    alpha: float,
    seed: int = 0,
) -> Figures:
    """Return the figures on photos labelled by eye.

    "sources": listing, picture and both on product photos; "replies": what replies show on product
    photos with their listings hidden; "curve": risk against coverage on all photos.
    """
    listed = [n for n, photo in enumerate(photos) if photo.source != "shopper"]
    products = list(
        guard_photos.cases([photos[n] for n in listed], [items[n] for n in listed], vectors[listed])
    )
    nos = list(
        guard_photos.cases(
            [photos[n] for n in listed],
            [items[n] for n in listed],
            vectors[listed],
            ASKED,
            ("exclude",),
        )
    )
    everything = list(guard_photos.cases(photos, items, vectors, ASKED, ("exclude",)))
    return {
        "photos": len(photos),
        "product_photos": len(listed),
        "sources": guard_photos.by_source(products, guard, seed=seed),
        "replies": guard_photos.hidden(nos, guard, seed),
        "curve": guard_curve.report(everything, guard, alpha),
    }


def run(
    catalog: Path,
    data: Path | None = None,
    seed: int = 0,
    out: Path | None = None,
    wishes: int = 150,
    alpha: float | None = None,
) -> Figures:
    """Print the tables and the JSON line; draw the risk-coverage curve next to `out`.

    alpha: bound on the risk to check, by default the one that the thresholds were fitted for.
    Raises InputError if the catalogue has no drawn truth.
    """
    if out is not None:
        require_matplotlib()
    settings = load_settings(data_dir=data)
    encoder = load_encoder(settings.encoder, settings.device)
    opened = Catalog.open(catalog)
    truth = opened.truth(opened.ids)
    if not truth:
        raise InputError(
            f"{catalog} has no drawn truth to compare with; "
            "draw one: python -m catalog demo --out DIR"
        )
    guard = Guard(encoder)
    alpha = guard.thresholds.alpha if alpha is None else alpha
    photos, vectors = looked_report(settings.data_dir, encoder)
    alone = picture_alone(photos, look(encoder, vectors))
    hidden = hidden_listings(photos, vectors, guard)
    on_photos = photo_report(
        photos, guard_photos.listings(settings.data_dir, photos), vectors, guard, alpha, seed
    )
    no_list = no_wishes(truth, dict(zip(opened.ids, opened.groups, strict=True)), wishes, seed)
    stylist = Stylist.open(catalog, memory=":memory:")
    agent = {
        name: through_the_agent(stylist, no_list, truth, guard=on)
        for name, on in (("guarded", True), ("unguarded", False))
    }
    _print(alone, hidden, agent)
    _print_photos(on_photos)
    if out is not None:
        guard_curve.save(out.with_name("guard_risk_coverage.svg"), on_photos["curve"])
    return finish(
        {
            "benchmark": "guard",
            "machine": machine(),
            "seed": seed,
            "encoder": encoder.fingerprint,
            "alpha": alpha,
            "verifier": settings.verifier,
            "picture_alone": alone,
            "hidden_listings": {"rows": hidden, **totals(hidden)},
            "photos": on_photos,
            "no_wishes": agent,
        },
        out,
    )


def totals(hidden: Sequence[Figures]) -> dict[str, float]:
    """Return the guard's reduction of violations and the share of good photos that it hides."""
    photos, has = sum(r["photos"] for r in hidden), sum(r["with"] for r in hidden)
    before = has / max(photos, 1)
    after = sum(r["passed_broken"] for r in hidden) / max(sum(r["passed"] for r in hidden), 1)
    return {
        "violations_unguarded": round(before, 4),
        "violations_passed": round(after, 4),
        "fall": round(1 - after / max(before, 1e-9), 4),
        "good_hidden": round(sum(r["hidden_good"] for r in hidden) / max(photos - has, 1), 4),
        "unknown": round(sum(r["unknown"] for r in hidden) / max(photos, 1), 4),
    }


def _print(alone: dict[str, Figures], hidden: Sequence[Figures], agent: dict[str, Figures]) -> None:
    table(
        "From the picture alone (photos labelled by looking, report part)",
        ["attribute", "figure", "value", "photos"],
        [
            [
                name,
                "AUC" if "auc" in f else "accuracy",
                f.get("auc", f.get("accuracy")),
                f["photos"],
            ]
            for name, f in alone.items()
        ],
    )
    table(
        '"No X" on photos, listings hidden',
        ["no", "photos", "with X", "passed", "with X passed", "unknown", "without X hidden"],
        [
            [
                r[key]
                for key in (
                    "value",
                    "photos",
                    "with",
                    "passed",
                    "passed_broken",
                    "unknown",
                    "hidden_good",
                )
            ]
            for r in hidden
        ],
    )
    columns = ("wishes", "shown", "broken", "broken_share", "unconfirmed", "slots_filled")
    table(
        '"No X" wishes on the drawn catalogue',
        ["", *columns],
        [[name, *(f[column] for column in columns)] for name, f in agent.items()],
    )


def _print_photos(on_photos: Figures) -> None:
    columns = (
        "precision",
        "violations_shown",
        "interval",
        "good_rejected",
        "left_open",
        "slots_filled",
    )
    rows = [
        [f"{ask}, {mode}", *(figures[ask][column] for column in columns)]
        for ask in ("no", "with")
        for mode, figures in on_photos["sources"].items()
    ]
    table(
        f'Fine attributes on {on_photos["product_photos"]} product photos: "no X" and "with X"',
        ["", *columns],
        rows,
    )
    wishes = on_photos["sources"]["both"]["wishes"]
    table(
        "Precision of what is called fitting, by wish",
        ["", *on_photos["sources"], "good rejected"],
        [
            [
                wish,
                *(
                    figures["wishes"][wish]["precision"]
                    for figures in on_photos["sources"].values()
                ),
                wishes[wish]["good_rejected"],
            ]
            for wish in wishes
        ],
    )
    replies = on_photos["replies"]
    table(
        '"No X", replies from product photos with listings hidden: violations fall by '
        f"{replies['fall']:.0%}",
        ["", *columns],
        [
            [name, *(replies[name][column] for column in columns)]
            for name in ("unchecked", "guarded")
        ],
    )
    curve = on_photos["curve"]
    table(
        f"Promise on photos, pictures alone: at most {curve['alpha']:.0%} of what is shown breaks "
        "a no",
        ["", "coverage", "risk", "interval"],
        [
            [name, *(curve[name][column] for column in ("coverage", "risk", "interval"))]
            for name in ("confirmed", "with_unconfirmed")
        ],
    )

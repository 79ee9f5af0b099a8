"""The guard: what the picture alone tells, and explicit "no" wishes with and without it.

Pictures alone: photos labelled by looking, the part that fits and calibrates nothing, listings hidden. Wishes: "shirt,
no pockets" and the like through the whole agent on a drawn catalogue, against the drawn truth, which no reply sees.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.stats import rankdata
from tqdm import tqdm

from agent import Stylist
from catalog import vocabulary
from catalog.item import Item
from catalog.labelled.photos import Photo, photo_opener, read_photos
from catalog.store import Catalog
from catalog.wish import Constraint
from encoders import Encoder, load_encoder
from errors import InputError
from evaluation.no_wishes import ASKED, no_wishes, through_the_agent
from evaluation.show import finish, interval, machine, table
from guard import Guard, Look, look
from settings import load_settings

FACETS = ("sleeve_length", "pattern", "neckline", "length")
DETAILS = ("hood", "zipper", "buttons", "pockets")
_BATCH = 32


def auc(p: np.ndarray, has: np.ndarray) -> float:
    """Area under the ROC curve of scores p (n,) for has (n,) bool (Mann-Whitney, ties halved)."""
    yes, no = int(has.sum()), int((~has).sum())
    if not yes or not no:
        return float("nan")
    return float((rankdata(p)[has].sum() - yes * (yes + 1) / 2) / (yes * no))


# -- the picture alone

def looked_report(data: Path, encoder: Encoder) -> tuple[list[Photo], np.ndarray]:
    """Photos of the report part and their vectors (n, dim)."""
    photos = [photo for photo in read_photos(data) if photo.looked == "report"]
    openers = {source: photo_opener(data, source) for source in {photo.source for photo in photos}}
    vectors = [encoder.encode_images([openers[photo.source](photo.id).convert("RGB") for photo in photos[n:n + _BATCH]])
               for n in tqdm(range(0, len(photos), _BATCH), desc="looking at photos", unit="batch", leave=False)]
    return photos, np.concatenate(vectors)


def picture_alone(photos: Sequence[Photo], seen: Look) -> dict[str, dict]:
    """Accuracy of a facet's most probable value and AUC of a detail, over the photos that have the label.

    What the encoder has no prototypes for, and what no photo has a label for, is left out.
    """
    figures: dict[str, dict] = {}
    for facet in FACETS:
        rows = [row for row, photo in enumerate(photos) if facet in (photo.seen or {})]
        if not rows or facet not in seen.probabilities:
            continue
        values, p = seen.probabilities[facet]
        hits = [values[int(p[row].argmax())] in photos[row].seen[facet] for row in rows]
        low, high = interval(hits)
        figures[facet] = {"accuracy": round(float(np.mean(hits)), 4), "interval": [round(low, 4), round(high, 4)],
                          "photos": len(rows)}
    for detail in DETAILS:
        rows = [row for row, photo in enumerate(photos) if detail in photo.details]
        p = seen.of("details", detail)
        if not rows or p is None:
            continue
        has = np.array([photos[row].details[detail] for row in rows], dtype=bool)
        figures[detail] = {"auc": round(auc(p[rows], has), 4), "photos": len(rows),
                           "with": int(has.sum())}
    return figures


def _holds(photo: Photo, facet: str, value: str) -> bool | None:
    if facet == "details":
        return photo.details.get(value)
    seen = (photo.seen or {}).get(facet)
    return None if seen is None else bool(seen & vocabulary.descendants(facet, value))


def hidden_listings(photos: Sequence[Photo], vectors: np.ndarray, guard: Guard) -> list[dict]:
    """For "no X" on photos without any listing: how many that break it pass, and how many good ones are hidden."""
    rows = []
    for facet, values in ASKED:
        for value in values:
            known = [n for n, photo in enumerate(photos) if _holds(photo, facet, value) is not None]
            has = np.array([_holds(photos[n], facet, value) for n in known], dtype=bool)
            if has.sum() < 5 or (~has).sum() < 5:
                continue
            blank = [Item(id=str(n), title="photo") for n in known]
            judged = guard.judge(blank, vectors[known], [()] * len(known),
                                 [Constraint(facet=facet, op="exclude", value=value)])
            outcome = np.array([verdicts[0].verdict for verdicts in judged])
            met, broken = outcome == "met", outcome == "broken"
            rows.append({"facet": facet, "value": value, "photos": len(known), "with": int(has.sum()),
                         "passed_broken": int((met & has).sum()), "passed": int(met.sum()),
                         "hidden_good": int((broken & ~has).sum()), "unknown": int((~met & ~broken).sum()),
                         "unknown_broken": int((~met & ~broken & has).sum())})
    return rows


def run(catalog: Path, data: Path | None = None, seed: int = 0, out: Path | None = None, wishes: int = 150) -> dict:
    """The tables on stdout, the result as the last line. Raises InputError where the catalogue has no truth."""
    settings = load_settings(data_dir=data)
    encoder = load_encoder(settings.encoder, settings.device)
    photos, vectors = looked_report(settings.data_dir, encoder)
    alone = picture_alone(photos, look(encoder, vectors))
    hidden = hidden_listings(photos, vectors, Guard(encoder))
    opened = Catalog.open(catalog)
    truth = opened.truth(opened.ids)
    if not truth:
        raise InputError(f"{catalog} has no drawn truth to compare with; draw one: python -m catalog demo --out DIR")
    asked = no_wishes(truth, dict(zip(opened.ids, opened.groups, strict=True)), wishes, seed)
    stylist = Stylist.open(catalog, memory=":memory:")
    agent = {name: through_the_agent(stylist, asked, truth, guard=on)
             for name, on in (("guarded", True), ("unguarded", False))}
    _print(alone, hidden, agent)
    return finish({"benchmark": "guard", "machine": machine(), "seed": seed, "encoder": encoder.fingerprint,
                   "picture_alone": alone, "hidden_listings": {"rows": hidden, **totals(hidden)},
                   "no_wishes": agent}, out)


def totals(hidden: Sequence[dict]) -> dict[str, float]:
    """How far violations fall by the guard, and the share of good photos hidden, over all values."""
    photos, has = sum(r["photos"] for r in hidden), sum(r["with"] for r in hidden)
    before = has / max(photos, 1)
    after = sum(r["passed_broken"] for r in hidden) / max(sum(r["passed"] for r in hidden), 1)
    return {"violations_unguarded": round(before, 4), "violations_passed": round(after, 4),
            "fall": round(1 - after / max(before, 1e-9), 4),
            "good_hidden": round(sum(r["hidden_good"] for r in hidden) / max(photos - has, 1), 4),
            "unknown": round(sum(r["unknown"] for r in hidden) / max(photos, 1), 4)}


def _print(alone: dict[str, dict], hidden: Sequence[dict], agent: dict[str, dict]) -> None:
    table("From the picture alone (photos labelled by looking, report part)",
          ["attribute", "figure", "value", "photos"],
          [[name, "AUC" if "auc" in f else "accuracy", f.get("auc", f.get("accuracy")), f["photos"]]
           for name, f in alone.items()])
    table("\"No X\" on photos, listings hidden",
          ["no", "photos", "with X", "passed", "with X passed", "unknown", "without X hidden"],
          [[r[key] for key in ("value", "photos", "with", "passed", "passed_broken", "unknown", "hidden_good")]
           for r in hidden])
    columns = ("wishes", "shown", "broken", "broken_share", "unconfirmed", "slots_filled")
    table("\"No X\" wishes on the drawn catalogue", ["", *columns],
          [[name, *(f[column] for column in columns)] for name, f in agent.items()])

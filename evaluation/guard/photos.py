"""The guard on photos labelled by eye: the contributions of listing, picture and both.

The wishes are "no X" and "with X" for the fine attributes. Each is tested on the same photos in
four modes: unchecked, judged by the listing alone, by the picture alone, and by both. As in the
agent, a reply takes ten of thirty ranked photos: fitting ones first, then unconfirmed ones, most
likely first. Half of the rankings are random, and half are by similarity to a photo that has the
attribute.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import vocabulary
from catalog.entries import Ledger
from catalog.feeds.fashion import read_listings, shipped_tables
from catalog.feeds.values import ValueReader
from catalog.item import Item
from datasets.photos import FOLDERS, Photo
from encoders import Space
from evaluation.report.show import Figures
from guard import Guard, read_claims
from metrics.intervals import interval
from vocabulary.wish import Constraint

FINE = (
    ("sleeve_length", ("sleeveless", "short", "long")),
    ("details", ("pockets", "hood", "buttons", "zipper")),
    ("neckline", ("crew", "v-neck", "collar")),
    ("length", ("mini", "maxi")),
    ("pattern", ("striped", "checked", "graphic", "patterned")),
)
MODES = ("unchecked", "listing", "picture", "both")
MIN_PHOTOS = 5
"""An attribute is tested if at least this many photos have it and at least this many do not."""
K, POOL, RANKINGS = 10, 30, 12
"""Items per reply, ranked photos to choose from, and replies per wish."""


@dataclass(frozen=True)
class Case:
    """A wish on n photos; truth (n,) bool: whether each meets it; vectors: (n, dim)."""

    wish: Constraint
    items: tuple[Item, ...]
    vectors: np.ndarray
    truth: np.ndarray


@dataclass(frozen=True)
class Judged:
    """The guard's judgement of n photos.

    status (n,): "ok", "unconfirmed" or "broken"; chance (n,): probability that an unconfirmed photo
    meets the wish.
    """

    status: np.ndarray
    chance: np.ndarray


def holds(photo: Photo, facet: str, value: str) -> bool | None:
    """Return whether the photo shows the value according to its label, or None without a label."""
    if facet == "details":
        return photo.details.get(value)
    seen = (photo.seen or {}).get(facet)
    return None if seen is None else bool(seen & vocabulary.descendants(facet, value))


def listings(data: Path, photos: Sequence[Photo]) -> list[Item]:
    """Return each photo's item from its listing, or a bare one without (shoppers' photos)."""
    by_id: dict[tuple[str, str], Item] = {}
    for source in {photo.source for photo in photos} & {"product", "small"}:
        reader = ValueReader(shipped_tables()[0])
        by_id |= {
            (source, listing.item.id): listing.item
            for listing in read_listings(data / FOLDERS[source], reader, Ledger())
        }
    return [
        by_id.get((photo.source, photo.id)) or Item(id=photo.id, title="photo") for photo in photos
    ]


def cases(
    photos: Sequence[Photo],
    items: Sequence[Item],
    vectors: np.ndarray,
    attributes: Sequence[tuple[str, Sequence[str]]] = FINE,
    ops: Sequence[str] = ("exclude", "require"),
) -> Iterator[Case]:
    """Yield every wish that enough photos meet and enough photos do not meet."""
    for facet, values in attributes:
        for value in values:
            known = [n for n, photo in enumerate(photos) if holds(photo, facet, value) is not None]
            has = np.array([holds(photos[n], facet, value) for n in known], dtype=bool)
            if min(has.sum(), (~has).sum()) < MIN_PHOTOS:
                continue
            for op in ops:
                yield Case(
                    Constraint(facet=facet, op=op, value=value),
                    tuple(items[n] for n in known),
                    vectors[known],
                    ~has if op == "exclude" else has,
                )


class _Blind:
    """A vector space without prototypes, so that only the listing counts."""

    def __init__(self, space: Space) -> None:
        self.fingerprint, self.dim = "blind", space.dim
        self.layout, self.facet_slice = space.layout, space.facet_slice

    def prototypes(self, facet: str) -> None:
        return None


def judge(case: Case, guard: Guard, mode: str) -> Judged:
    """Judge every photo in one of MODES."""
    if mode == "unchecked":
        return Judged(np.full(len(case.items), "ok", dtype=object), np.ones(len(case.items)))
    judging = Guard(_Blind(guard.encoder), guard.thresholds) if mode == "listing" else guard
    items = (
        [Item(id=item.id, title="photo") for item in case.items]
        if mode == "picture"
        else list(case.items)
    )
    claims = [() if mode == "picture" else read_claims(item) for item in items]
    judgement = judging.judge(items, case.vectors, claims, [case.wish])
    return Judged(
        np.array([judgement.status(n) for n in range(len(items))], dtype=object),
        np.array([verdicts[0].confidence for verdicts in judgement]),
    )


def replies(case: Case, judged: Judged, seed: int = 0) -> Iterator[np.ndarray]:
    """Yield the rows that each of RANKINGS replies shows, at most K of POOL."""
    rng = np.random.default_rng(seed)
    having = np.flatnonzero(~case.truth if case.wish.op == "exclude" else case.truth)
    for number in range(RANKINGS):
        if number % 2:
            reference = case.vectors[rng.choice(having)]
            order = np.argsort(-(case.vectors @ reference), kind="stable")[1:]
        else:
            order = rng.permutation(len(case.items))
        order = order[:POOL]
        fits = [row for row in order if judged.status[row] == "ok"][:K]
        left = sorted(
            (row for row in order if judged.status[row] == "unconfirmed"),
            key=lambda row: -judged.chance[row],
        )
        yield np.array([*fits, *left[: K - len(fits)]], dtype=int)


@dataclass
class Tally:
    """Sums over the wishes of one mode."""

    shown: list[bool]
    met: list[bool]
    slots: int = 0
    good: int = 0
    rejected: int = 0
    open: int = 0
    photos: int = 0

    def add(self, case: Case, judged: Judged, seed: int) -> None:
        """Count one wish: the verdicts on all photos, and what the replies show."""
        self.photos += len(case.items)
        self.good += int(case.truth.sum())
        self.rejected += int(((judged.status == "broken") & case.truth).sum())
        self.open += int((judged.status == "unconfirmed").sum())
        self.met += case.truth[judged.status == "ok"].tolist()
        for rows in replies(case, judged, seed):
            self.shown += case.truth[rows].tolist()
            self.slots += min(K, len(case.items))

    def figures(self) -> Figures:
        """Return the shares.

        precision: among photos judged as fitting; violations_shown: among all photos that replies
        show, including unconfirmed ones.
        """
        low, high = interval([not right for right in self.shown])
        return {
            "precision": _mean(self.met),
            "violations_shown": _mean([not right for right in self.shown]),
            "interval": [round(low, 4), round(high, 4)],
            "slots_filled": round(len(self.shown) / max(self.slots, 1), 4),
            "good_rejected": round(self.rejected / max(self.good, 1), 4),
            "left_open": round(self.open / max(self.photos, 1), 4),
        }


def _mean(values: Sequence[bool]) -> float | None:
    return round(float(np.mean(values)), 4) if len(values) else None


def by_source(
    cases: Sequence[Case], guard: Guard, modes: Sequence[str] = MODES, seed: int = 0
) -> dict[str, Figures]:
    """Return mode -> {"no": figures, "with": figures, "wishes": {wish: figures}}."""
    report: dict[str, Figures] = {}
    for mode in modes:
        total = {"exclude": Tally([], []), "require": Tally([], [])}
        single: dict[str, Figures] = {}
        for case in cases:
            judged = judge(case, guard, mode)
            own = Tally([], [])
            for tally in (total[case.wish.op], own):
                tally.add(case, judged, seed)
            name = f"{'no' if case.wish.op == 'exclude' else 'with'} {case.wish.value}"
            single[name] = own.figures()
        report[mode] = {
            "no": total["exclude"].figures(),
            "with": total["require"].figures(),
            "wishes": single,
        }
    return report


def hidden(cases: Sequence[Case], guard: Guard, seed: int = 0) -> Figures:
    """Compare "no X" wishes unchecked and judged by the picture alone, with listings hidden."""
    exclusions = [case for case in cases if case.wish.op == "exclude"]
    report = by_source(exclusions, guard, ("unchecked", "picture"), seed)
    before, after = report["unchecked"]["no"], report["picture"]["no"]
    fall = 1 - (after["violations_shown"] or 0.0) / max(before["violations_shown"] or 0.0, 1e-9)
    return {"unchecked": before, "guarded": after, "fall": round(fall, 4)}

"""Reader of uploaded pictures: opens, stores and embeds them once, and reads soft wishes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import vocabulary
from agent.memory.store import Memory
from agent.state import Clock, Seen
from agent.wish.merge import worn
from catalog.pictures import open_picture, picture_hash
from encoders import Encoder, SliceLayout
from guard import look
from vocabulary.wish import Constraint, required_kinds

MIN_REQUIRED_KIND = 0.95
"""Calibrated probability above which a photo's kind is required."""
MIN_JOINT, MAX_KINDS, MIN_RELATIVE, MIN_PLACE = 0.9, 5, 0.05, 0.5
"""Bounds on the kinds that are searched for a photo.

They limit the joint probability, the number of kinds, each kind's probability relative to the
first, and the probability of the place where they are worn.
"""
MIN_WISH = {"category": 0.4, "details": 0.9}
MIN_WISH_DEFAULT = 0.5
"""Probability from which a value becomes a wish, by facet."""
SHAPING_DETAILS = frozenset(
    {
        "pockets",
        "hood",
        "buttons",
        "zipper",
        "belt",
        "ruffle",
        "bow",
        "slit",
        "straps",
        "spaghetti straps",
        "fringe",
        "cutout",
    }
)
"""Details that concern a garment's shape.

Shoppers rarely look for what is printed or sewn on a photographed piece.
"""
FACETS_READ = (
    "category",
    "color",
    "pattern",
    "sleeve_length",
    "length",
    "neckline",
    "fit",
    "material",
    "details",
    "gender",
)
_MAX_SIDE = 1024


class PhotoReader:
    """Reader of uploaded pictures. A picture that the session already has is not embedded again."""

    def __init__(self, memory: Memory, encoder: Encoder) -> None:
        self.memory, self.encoder = memory, encoder

    def see(self, session: str, image: Any, clock: Clock) -> Seen:
        """Look at a new picture: a path, bytes or a PIL picture.

        Raises BadImageError if it is not a usable picture.
        """
        with clock.stage("decode"):
            picture = open_picture(image, longest=_MAX_SIDE)
            name = picture_hash(picture.tobytes())
        known = self.memory.upload(session, name)
        if known is None or known.encoder != self.encoder.fingerprint:
            with clock.stage("encode"):
                vector = self.encoder.encode_images([picture])[0]
            with clock.stage("store"):
                known = self.memory.remember(
                    session, name, picture, self.encoder.fingerprint, vector
                )
        return self._seen(known.hash, known.vector, known.corrections, clock)

    def recall(self, session: str, names: str, clock: Clock, layout: SliceLayout) -> Seen | None:
        """Return a stored picture, or the blend of several ("hash,hash"); None if they are gone."""
        photos = [
            seen
            for name in names.split(",")
            if (seen := self._recall_one(session, name, clock)) is not None
        ]
        return blend(photos, layout) if photos else None

    def ask(self, session: str, seen: Seen, garment: str, clock: Clock) -> Seen:
        """Look at one garment in a photo ("the jeans"), or at all of it if that is impossible."""
        base = seen.hash.partition("@")[0]
        known = self.memory.upload(session, base)
        if known is None or not known.path.exists() or not getattr(self.encoder, "may_ask", False):
            return seen
        with clock.stage("encode"):
            vector = self.encoder.encode_images(
                [open_picture(known.path, longest=_MAX_SIDE)], [garment]
            )[0]
        return self._seen(f"{base}@{garment}", vector, known.corrections, clock)

    def _recall_one(self, session: str, name: str, clock: Clock) -> Seen | None:
        """Return one stored picture by its hash, or by "hash@garment".

        The picture is embedded again if another encoder is now in use.
        """
        name, _, garment = name.partition("@")
        if garment:
            seen = self._recall_one(session, name, clock)
            return seen and self.ask(session, seen, garment, clock)
        known = self.memory.upload(session, name)
        if known is None or not known.path.exists():
            return None
        if known.encoder != self.encoder.fingerprint:
            return self.see(session, known.path, clock)
        return self._seen(name, known.vector, known.corrections, clock)

    def stored(self, session: str, name: str) -> Path | None:
        """Return the path of a picture, or of the first picture of a combination, or None."""
        known = self.memory.upload(session, re.split("[;,@]", name)[0])
        return known.path if known else None

    def _seen(
        self, name: str, vector: np.ndarray, corrections: dict[str, str | None], clock: Clock
    ) -> Seen:
        with clock.stage("look"):
            attributes = look(self.encoder, vector[None]).attributes(0)
        return Seen(name, vector, attributes, corrections)


def blend(seen: Sequence[Seen], layout: SliceLayout) -> Seen:
    """Combine photos: take the mean of each slice at unit length, and of each probability."""
    if len(seen) == 1:
        return seen[0]
    mean = np.mean([photo.vector for photo in seen], axis=0).astype(np.float32)
    for name in layout.names:
        part = layout.slice(name)
        mean[part] /= max(float(np.linalg.norm(mean[part])), 1e-8)
    facets = dict.fromkeys(facet for photo in seen for facet in photo.attributes)
    attributes = {f: _mean([photo.attributes.get(f, {}) for photo in seen]) for f in facets}
    corrections = {f: value for photo in seen for f, value in photo.corrections.items()}
    return Seen(",".join(photo.hash for photo in seen), mean, attributes, corrections)


def _mean(probabilities: Sequence[dict[str, float]]) -> dict[str, float]:
    values = dict.fromkeys(value for p in probabilities for value in p)
    return {
        value: sum(p.get(value, 0.0) for p in probabilities) / len(probabilities)
        for value in values
    }


def top(seen: Seen, facet: str) -> list[tuple[str, float]]:
    """Return the values that count as seen, with probabilities, likeliest first.

    The shopper's corrections take precedence.
    """
    if facet in seen.corrections:
        corrected = seen.corrections[facet]
        return [] if corrected is None else [(corrected, 1.0)]
    ranked = sorted(seen.attributes.get(facet, {}).items(), key=lambda pair: (-pair[1], pair[0]))
    likely = [
        (value, p)
        for value, p in ranked
        if p >= MIN_WISH.get(facet, MIN_WISH_DEFAULT)
        and (facet != "details" or value in SHAPING_DETAILS)
    ]
    return likely[:2] if facet == "details" else likely[:1]


def likely_kinds(seen: Seen) -> tuple[str, ...]:
    """Return the fewest kinds with a joint probability of MIN_JOINT, likeliest first.

    There are at most MAX_KINDS, and none is much less likely than the first. All are worn in the
    place where the garment is most probably worn: a doubtful cardigan is not a cap.
    """
    if "category" in seen.corrections:
        return tuple(value for value, _ in top(seen, "category"))
    chances = seen.attributes.get("category", {})
    places: dict[str | None, float] = {}
    for value, p in chances.items():
        places[_place(value)] = places.get(_place(value), 0.0) + p
    place = max(places, key=lambda name: places[name], default=None)
    if not places or places[place] < MIN_PLACE:
        return ()
    kinds: list[str] = []
    joint = 0.0
    for value, p in sorted(chances.items(), key=lambda pair: (-pair[1], pair[0])):
        if (
            _place(value) != place
            or (kinds and p < MIN_RELATIVE * chances[kinds[0]])
            or len(kinds) == MAX_KINDS
        ):
            continue
        kinds.append(value)
        joint += p
        if joint >= MIN_JOINT * places[place]:
            break
    return tuple(kinds)


def _place(kind: str) -> str | None:
    """Return where a kind is worn; for an accessory, its broadest kind (a cap is a hat)."""
    roots = [v for v in vocabulary.ancestors("category", kind) if v != "accessories"]
    return worn(roots[-1])


def _tells(facet: str, kinds: Sequence[str]) -> bool:
    """Return whether this facet of a photo expresses a wish; the length of a shirt does not."""
    if not kinds:
        return facet not in ("length", "neckline", "sleeve_length", "details")
    return vocabulary.applicable(facet, kinds[0]) and (
        facet != "length" or kinds[0] in vocabulary.LENGTH_VARIES
    )


def wishes(seen: Seen, stated: Iterable[Constraint]) -> tuple[Constraint, ...]:
    """Return what a photo asks for, unless `stated` (words, buttons) changes or excludes it.

    Each value becomes `prefer` with its probability. The kind becomes `require` above
    MIN_REQUIRED_KIND, or if the shopper corrected it.
    """
    stated = tuple(stated)
    taken = {c.facet for c in stated if c.op in ("require", "more", "less")}
    kinds = list(required_kinds(stated)) or [kind for kind, _ in top(seen, "category")]
    source = {facet: "button" if facet in seen.corrections else "photo" for facet in FACETS_READ}
    return tuple(
        Constraint(
            facet=facet,
            op="require" if facet == "category" and p > MIN_REQUIRED_KIND else "prefer",
            value=value,
            source=source[facet],
            confidence=min(p, 1.0),
        )
        for facet in FACETS_READ
        if facet not in taken and _tells(facet, kinds)
        for value, p in top(seen, facet)
        if not _excluded(stated, facet, value)
    )


def _excluded(stated: Iterable[Constraint], facet: str, value: str) -> bool:
    return any(
        c.op == "exclude" and c.facet == facet and vocabulary.covers(facet, str(c.value), value)
        for c in stated
    )

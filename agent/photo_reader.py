"""Pictures that shoppers upload: opened, stored, embedded once, and read into soft wishes."""

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
from encoders import Encoder
from guard import look
from vocabulary.wish import Constraint, required_kinds

SURE = 0.95
"""Calibrated probability above which a photo's kind is required."""
SURE_TOGETHER, MOST_KINDS, FAR, HALF = 0.9, 5, 0.05, 0.5
"""A photo's kinds that are searched: together this probable, at most so many, none less than FAR as likely as the first."""
LIKELY = {"category": 0.4, "details": 0.9}
"""Probability from which a value becomes a wish, by facet; 0.5 for the others."""
PLAIN = frozenset(
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
"""Details that make a shape; what is printed or sewn on a photographed piece is rarely what is looked for."""
READ = (
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
_SIDE = 1024


class PhotoReader:
    """Sees uploaded pictures; a picture that the session knows is not embedded again."""

    def __init__(self, memory: Memory, encoder: Encoder) -> None:
        self.memory, self.encoder = memory, encoder

    def see(self, session: str, image: Any, clock: Clock) -> Seen:
        """A new picture: a path, bytes or a PIL picture. Raises BadImageError."""
        with clock.stage("decode"):
            picture = open_picture(image, longest=_SIDE)
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

    def recall(self, session: str, names: str, clock: Clock, layout: Any) -> Seen | None:
        """What earlier turns showed: one picture, or several ("hash,hash") as one; None where they are gone."""
        found = [
            seen
            for name in names.split(",")
            if (seen := self._recalled(session, name, clock)) is not None
        ]
        return blend(found, layout) if found else None

    def ask(self, session: str, seen: Seen, garment: str, clock: Clock) -> Seen:
        """The same photo, asked for one of the garments in it ("the jeans"); as it is where the encoder cannot be asked."""
        base = seen.hash.partition("@")[0]
        known = self.memory.upload(session, base)
        if known is None or not known.path.exists() or not getattr(self.encoder, "may_ask", False):
            return seen
        with clock.stage("encode"):
            vector = self.encoder.encode_images(
                [open_picture(known.path, longest=_SIDE)], [garment]
            )[0]
        return self._seen(f"{base}@{garment}", vector, known.corrections, clock)

    def _recalled(self, session: str, name: str, clock: Clock) -> Seen | None:
        """A stored picture, embedded anew where another encoder is in use, asked for a garment where one was named."""
        name, _, garment = name.partition("@")
        if garment:
            seen = self._recalled(session, name, clock)
            return seen and self.ask(session, seen, garment, clock)
        known = self.memory.upload(session, name)
        if known is None or not known.path.exists():
            return None
        if known.encoder != self.encoder.fingerprint:
            return self.see(session, known.path, clock)
        return self._seen(name, known.vector, known.corrections, clock)

    def stored(self, session: str, name: str) -> Path | None:
        """Where a picture (of several: the first) of the session is kept."""
        known = self.memory.upload(session, re.split("[;,@]", name)[0])
        return known.path if known else None

    def _seen(
        self, name: str, vector: np.ndarray, corrections: dict[str, str | None], clock: Clock
    ) -> Seen:
        with clock.stage("look"):
            attributes = look(self.encoder, vector[None]).attributes(0)
        return Seen(name, vector, attributes, corrections)


def blend(seen: Sequence[Seen], layout: Any) -> Seen:
    """Several photos as one: the mean of each slice at unit length, and of each probability."""
    if len(seen) == 1:
        return seen[0]
    mean = np.mean([photo.vector for photo in seen], axis=0).astype(np.float32)
    for name in layout.names:
        part = layout.slice(name)
        mean[part] /= max(float(np.linalg.norm(mean[part])), 1e-8)
    facets = dict.fromkeys(facet for photo in seen for facet in photo.attributes)
    attributes = {f: _mean_of([photo.attributes.get(f, {}) for photo in seen]) for f in facets}
    corrections = {f: value for photo in seen for f, value in photo.corrections.items()}
    return Seen(",".join(photo.hash for photo in seen), mean, attributes, corrections)


def _mean_of(probabilities: Sequence[dict[str, float]]) -> dict[str, float]:
    values = dict.fromkeys(value for p in probabilities for value in p)
    return {
        value: sum(p.get(value, 0.0) for p in probabilities) / len(probabilities)
        for value in values
    }


def top(seen: Seen, facet: str) -> list[tuple[str, float]]:
    """The values of a facet that count as seen, with their probability, likeliest first; corrections win."""
    if facet in seen.corrections:
        corrected = seen.corrections[facet]
        return [] if corrected is None else [(corrected, 1.0)]
    ranked = sorted(seen.attributes.get(facet, {}).items(), key=lambda pair: (-pair[1], pair[0]))
    likely = [
        (value, p)
        for value, p in ranked
        if p >= LIKELY.get(facet, 0.5) and (facet != "details" or value in PLAIN)
    ]
    return likely[:2] if facet == "details" else likely[:1]


def likely_kinds(seen: Seen) -> tuple[str, ...]:
    """The fewest kinds that the photo shows one of with SURE_TOGETHER probability, likeliest first, at most MOST_KINDS.

    Only kinds that are worn where the photo's garment most probably is: a doubtful cardigan is no cap. Kinds FAR less
    likely than the first are left out.
    """
    if "category" in seen.corrections:
        return tuple(value for value, _ in top(seen, "category"))
    chances = seen.attributes.get("category", {})
    places: dict[str | None, float] = {}
    for value, p in chances.items():
        places[_place(value)] = places.get(_place(value), 0.0) + p
    place = max(places, key=lambda name: places[name], default=None)
    if not places or places[place] < HALF:
        return ()
    kinds, whole = [], 0.0
    for value, p in sorted(chances.items(), key=lambda pair: (-pair[1], pair[0])):
        if (
            _place(value) != place
            or (kinds and p < FAR * chances[kinds[0]])
            or len(kinds) == MOST_KINDS
        ):
            continue
        kinds.append(value)
        whole += p
        if whole >= SURE_TOGETHER * places[place]:
            break
    return tuple(kinds)


def _place(kind: str) -> str | None:
    """Where a kind is worn; accessories by the widest kind that they are one of (a cap is a hat)."""
    roots = [v for v in vocabulary.ancestors("category", kind) if v != "accessories"]
    return worn(roots[-1])


def _tells(facet: str, kinds: Sequence[str]) -> bool:
    """Whether a photo of such a kind says anything by this facet: the length of a shirt is no wish."""
    if not kinds:
        return facet not in ("length", "neckline", "sleeve_length", "details")
    return vocabulary.applicable(facet, kinds[0]) and (
        facet != "length" or kinds[0] in vocabulary.LENGTH_VARIES
    )


def wishes(seen: Seen, said: Iterable[Constraint]) -> tuple[Constraint, ...]:
    """What a photo asks for, unless `said` (words, buttons) changes or excludes it.

    Everything is `prefer` with its probability; the kind is `require` above SURE, or when the shopper corrected it.
    """
    said = tuple(said)
    taken = {c.facet for c in said if c.op in ("require", "more", "less")}
    kinds = list(required_kinds(said)) or [v for v, _ in top(seen, "category")]
    found = []
    for facet in READ:
        if facet in taken or not _tells(facet, kinds):
            continue
        for value, p in top(seen, facet):
            if any(
                c.op == "exclude"
                and c.facet == facet
                and vocabulary.covers(facet, str(c.value), value)
                for c in said
            ):
                continue
            op = "require" if facet == "category" and p > SURE else "prefer"
            source = "button" if facet in seen.corrections else "photo"
            found.append(
                Constraint(facet=facet, op=op, value=value, source=source, confidence=min(p, 1.0))
            )
    return tuple(found)

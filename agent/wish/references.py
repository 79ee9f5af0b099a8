"""References that results should resemble: photos, items, and compositions of them.

A composed reference has a name that the session keeps: `BASE;color=SOURCE;pattern=SOURCE`. BASE and
SOURCE are `item:ID` or hashes of photos: several with commas stand for their mean, `HASH@jeans` for
the jeans in a photo.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import vocabulary
from agent.language import Mention, Part
from agent.language.resolving import at_ordinal, resolve
from agent.photo_reader import PhotoReader, blend
from agent.state import Clock, Seen
from agent.tools import Tools
from catalog.item import Item
from guard import look
from vocabulary.wish import Constraint

ITEM = "item:"


class References:
    """Finds and composes what words and sessions refer to."""

    def __init__(self, tools: Tools, eyes: PhotoReader) -> None:
        self.tools, self.eyes = tools, eyes

    def of_item(self, item: Item) -> Seen:
        """Return an item as if it were a photo; what is stated overrides what its picture shows."""
        vector = self.tools.vector(item.id)
        seen = look(self.tools.encoder, vector[None]).attributes(0)
        stated = {
            facet: dict.fromkeys(values, 1.0)
            for facet, values in item.attributes.items()
            if facet in seen and values
        }
        return Seen(f"{ITEM}{item.id}", vector, {**seen, **stated})

    def recall(self, session: str, name: str, clock: Clock) -> Seen | None:
        """Return the reference of a name; None if its garment is gone.

        A part that is gone is left out.
        """
        base, *rest = name.split(";")
        garment = self._named(session, base, clock)
        if garment is None:
            return None
        for part in rest:
            facet, _, source = part.partition("=")
            seen = self._named(session, source, clock)
            garment = garment if seen is None else self._with(garment, (facet,), seen)
        return garment

    def together(
        self,
        parts: Sequence[Part],
        mentions: Sequence[Mention],
        photos: Sequence[Seen],
        page: Sequence[Item],
        current: Seen | None,
    ) -> Seen | None:
        """Return the garment that the parts describe, or None where one of them points nowhere.

        The garment to change is the part without facets, else what another pointer names, else the
        photo that no part names, else what the conversation is about.
        """
        taken = [
            (part.facets, self._pointed(part.of, photos, page)) for part in parts if part.facets
        ]
        whole = next(
            (self._pointed(part.of, photos, page) for part in parts if not part.facets), None
        )
        if whole is None:
            whole = next(
                (seen for m in mentions if (seen := self._pointed(m, photos, page)) is not None),
                None,
            )
        if whole is None and len(photos) > 1:
            sources = {seen.hash for _, seen in taken if seen is not None}
            whole = next((photo for photo in photos if photo.hash not in sources), None)
        whole = whole or current
        if whole is None:
            return None
        for facets, seen in taken:
            source = self._other(whole, photos, page) if seen is None and facets else seen
            if source is None:
                return None
            whole = self._with(whole, facets, source)
        return whole

    def _pointed(
        self, mention: Mention, photos: Sequence[Seen], page: Sequence[Item]
    ) -> Seen | None:
        """Return the photo or shown item that a mention points at; None for "the other one"."""
        if mention.constraints:
            photo = next((p for p in photos if _photo_shows(p, mention.constraints)), None)
        elif not mention.ordinal:
            return None
        elif mention.kind == "photo" or len(photos) > 1:
            return at_ordinal(photos, mention.ordinal)
        else:
            photo = None
        item = next(iter(resolve(mention, page)), None)
        return photo or (None if item is None else self.of_item(item))

    def _other(self, whole: Seen, photos: Sequence[Seen], page: Sequence[Item]) -> Seen | None:
        """Return "the other one", if there are just two."""
        if len(photos) == 2:
            return next((photo for photo in photos if photo.hash != whole.hash), None)
        left = [item for item in page if f"{ITEM}{item.id}" != whole.hash]
        return self.of_item(left[0]) if len(page) == 2 and len(left) == 1 else None

    def _with(self, garment: Seen, facets: Sequence[str], source: Seen) -> Seen:
        """Return the garment with these facets of another.

        A slice that a facet has to itself moves with it.
        """
        encoder = self.tools.encoder
        vector, attributes, corrections = (
            garment.vector.copy(),
            dict(garment.attributes),
            dict(garment.corrections),
        )
        name = garment.hash
        for facet in facets:
            attributes[facet] = source.attributes.get(facet, {})
            corrections.pop(facet, None)
            if facet in source.corrections:
                corrections[facet] = source.corrections[facet]
            part = encoder.facet_slice.get(facet)
            if (
                part is not None
                and sum(owner == part for owner in encoder.facet_slice.values()) == 1
            ):
                where = encoder.layout.slice(part)
                vector[where] = source.vector[where]
            name += f";{facet}={source.hash.partition(';')[0]}"
        return replace(
            garment, hash=name, vector=vector, attributes=attributes, corrections=corrections
        )

    def _named(self, session: str, name: str, clock: Clock) -> Seen | None:
        if name.startswith(ITEM):
            return next(
                (self.of_item(item) for item in self.tools.known([name.removeprefix(ITEM)])), None
            )
        return self.eyes.recall(session, name, clock, self.tools.encoder.layout)

    def photos(self, session: str, name: str | None, clock: Clock) -> list[Seen]:
        """Return the photos behind a name, each by itself, in order."""
        photos = (
            self.eyes.recall(session, photo_hash, clock, self.tools.encoder.layout)
            for photo_hash in photo_hashes(name)
        )
        return [photo for photo in photos if photo is not None]

    def blended(self, photos: Sequence[Seen]) -> Seen | None:
        """Return several photos as one, or None for none."""
        return blend(photos, self.tools.encoder.layout) if photos else None


def _photo_shows(photo: Seen, constraints: Sequence[Constraint]) -> bool:
    """Return whether the likeliest values that a photo shows are the required ones."""
    for c in constraints:
        chances = photo.attributes.get(c.facet, {})
        likeliest = max(chances, key=lambda value: chances[value], default=None)
        if likeliest is None or not vocabulary.covers(c.facet, str(c.value), likeliest):
            return False
    return True


def photo_hashes(name: str | None) -> tuple[str, ...]:
    """Return the hashes of the photos in a reference's name, in order, without repeats."""
    sources = [part.rpartition("=")[2] for part in (name or "").split(";")]
    hashes = [
        photo_hash.partition("@")[0]
        for source in sources
        if not source.startswith(ITEM)
        for photo_hash in source.split(",")
        if photo_hash
    ]
    return tuple(dict.fromkeys(hashes))


def borrowed_facets(name: str) -> tuple[str, ...]:
    """Return the facets that a reference has from another picture."""
    return tuple(part.partition("=")[0] for part in name.split(";")[1:])


def item_ids(name: str | None) -> tuple[str, ...]:
    """Return the ids of the items in a reference's name."""
    sources = [part.rpartition("=")[2] for part in (name or "").split(";")]
    return tuple(source.removeprefix(ITEM) for source in sources if source.startswith(ITEM))

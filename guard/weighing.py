"""Evidence on one constraint: an item's listing weighed against its picture."""

from __future__ import annotations

import numpy as np

import vocabulary
from catalog.listing.statements import ListingStatements
from guard.evidence import Evidence, listed, stated_category, stated_color
from guard.picture import Look
from guard.shades import bounds
from guard.thresholds import Thresholds
from vocabulary.wish import Constraint

MIN_DOUBT = 0.98
"""A picture that contradicts a claim of the text alone makes it doubtful above this probability."""
MIN_DOUBT_IMPLIED = {"color": 0.2, "material": 0.5}
"""The same for an absence that only follows from other stated values.

On the calibration part of the photos that were labelled by looking, 0.2 doubts 5% of what the
shop's one colour says rightly and 42% of what it hides.
"""
MIN_WITHIN_PARENT = 0.85
"""How probable one of the stated value's children must be before it counts as shown."""


class PictureEvidence:
    """What the pictures of all items show about one constraint's value."""

    def __init__(
        self, constraint: Constraint, seen: Look, thresholds: Thresholds, fingerprint: str
    ) -> None:
        self.facet, self.value = constraint.facet, str(constraint.value)
        self.seen = seen
        self.band = thresholds.band(self.facet, self.value, constraint.op, fingerprint)
        self.applicable = seen.can_have(self.facet, self.value)
        self.is_shade = self.facet == "color" and self.value in vocabulary.SHADES
        self._limits: dict[str | None, tuple[np.ndarray, np.ndarray] | None] = {}

    def probability(
        self, row: int, statements: ListingStatements, within: str | None
    ) -> tuple[float, float] | None:
        """Return the least and the greatest probability that item `row` has the value.

        within: a stated parent of the value, on which the probability is conditioned. None where
        pictures cannot tell.
        """
        if self.is_shade:
            within = _stated_color_value(statements)
        if within not in self._limits:
            self._limits[within] = self._limits_within(within)
        limits = self._limits[within]
        if limits is None:
            return None
        applicable = 1.0
        if self.applicable is not None and not stated_category(statements):
            applicable = float(self.applicable[row])
        return float(limits[0][row]) * applicable, float(limits[1][row]) * applicable

    def _limits_within(self, within: str | None) -> tuple[np.ndarray, np.ndarray] | None:
        if self.is_shade:
            return bounds(self.seen, self.value, within)
        p = self.seen.of(self.facet, self.value, within)
        return None if p is None else (p, p)

    def evidence(self, row: int, statements: ListingStatements, within: str | None) -> Evidence:
        """Return whether the picture of item `row` shows the value, its absence, or neither."""
        limits = self.probability(row, statements, within)
        if limits is None:
            return Evidence()
        least, greatest = limits
        # The bands were fitted on plain probabilities. One that is conditioned on a parent
        # ("jacket": is it a blazer?) is larger.
        high = self.band.high if within is None else max(self.band.high, MIN_WITHIN_PARENT)
        if least >= high:
            return Evidence(True, "picture", least)
        if greatest <= self.band.low:
            return Evidence(False, "picture", 1 - greatest)
        return Evidence(None, "picture", (least + greatest) / 2)


def weigh(
    constraint: Constraint, pictures: PictureEvidence, row: int, statements: ListingStatements
) -> Evidence:
    """Return the listing's evidence, or the picture's where the listing is silent.

    A picture that contradicts the listing with high probability makes it doubtful: then nothing is
    decided.
    """
    stated = listed(constraint.facet, str(constraint.value), statements)
    if stated.has is None:
        return pictures.evidence(row, statements, stated.within)
    if stated.source == "listing" and not stated.implied:
        return stated
    limits = pictures.probability(row, statements, None)
    if limits is None:
        return stated
    least, greatest = limits
    against = 1 - greatest if stated.has else least
    min_doubt = (
        MIN_DOUBT_IMPLIED.get(constraint.facet, MIN_DOUBT)
        if stated.implied and constraint.op == "exclude"
        else MIN_DOUBT
    )
    may_doubt = stated.source == "text" or constraint.op == "exclude"
    if against > min_doubt and may_doubt:
        return Evidence(None, "picture", (least + greatest) / 2)
    return stated


def _stated_color_value(statements: ListingStatements) -> str | None:
    """Return the main colour of the listing; a shade is judged within it."""
    statement = stated_color(statements)
    return None if statement is None else statement.value

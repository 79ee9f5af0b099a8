"""A verdict for every item on every constraint, from its listing first, then from its picture."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np

import vocabulary
from catalog.item import Item
from catalog.listing.claims import Claim
from catalog.listing.reader import read_claims
from catalog.listing.statements import ListingStatements, Statement, statements
from encoders import Space
from guard import exact, relative
from guard.cascade import Cascade
from guard.evidence import Evidence, listed, stated_category
from guard.picture import Look, look
from guard.screen import fit_probability
from guard.shades import bounds
from guard.thresholds import Domain, Thresholds, load_thresholds
from guard.verdict import Judgement, Verdict
from vocabulary.wish import Constraint

log = logging.getLogger(__name__)

STRONG = 0.98
"""A picture this sure makes a claim of the text alone doubtful."""
SURE_WITHIN = 0.85
"""How probable one of the stated value's children must be before it counts as shown."""
DOUBTS_IMPLIED = {"color": 0.2, "material": 0.5}
"""A picture this sure makes an absence doubtful that only follows from other stated values. On the calibration part of
the photos labelled by looking, 0.2 doubts 5% of what the shop's one colour says rightly and 42% of what it hides."""
_KEPT = 10_000
"""Listings whose statements are kept."""


class Guard:
    """Judges items against constraints. Holds its encoder, thresholds, and readings of listings that it has seen.

    domain: whether the items' pictures are photos or drawings; thresholds: in place of the shipped ones; cascade: a
    second look at what stays open.
    """

    def __init__(
        self,
        encoder: Space,
        thresholds: Thresholds | None = None,
        domain: Domain = "photo",
        cascade: Cascade | None = None,
    ):
        self.encoder, self.cascade = encoder, cascade
        self.thresholds = load_thresholds(domain=domain) if thresholds is None else thresholds
        self._kept: dict[int, tuple[Item, Sequence[Claim], ListingStatements]] = {}

    def judge(
        self,
        items: Sequence[Item],
        vectors: np.ndarray,
        claims: Sequence[Sequence[Claim]],
        constraints: Sequence[Constraint],
        reference_vector: np.ndarray | None = None,
        anchor: Item | None = None,
    ) -> Judgement:
        """Verdicts on n items, a tuple an item in the constraints' order.

        vectors (n, dim) as stored; claims: what `read_claims` found, an entry an item; reference_vector (dim,) and
        anchor: the picture and the item that `more` and `less` compare with.
        Whatever goes wrong inside, numbers that are not finite included, gives a failed Judgement: every verdict
        unknown with source "none", nothing to be shown. It is logged with its traceback.
        """
        items, constraints = list(items), tuple(constraints)
        try:
            return Judgement(
                self._judged(items, vectors, claims, constraints, reference_vector, anchor)
            )
        except (
            Exception
        ) as error:  # the last line of defence: an unchecked item must never pass for a checked one
            log.exception("the guard failed; nothing is shown")
            unknown = tuple(Verdict.on(c, "unknown", "none", 0.0, failed=True) for c in constraints)
            return Judgement((unknown,) * len(items), failed=f"{type(error).__name__}: {error}")

    def fit_probability(
        self,
        vectors: np.ndarray,
        groups: Sequence[Sequence[Constraint]],
        confirmed: Sequence[Sequence[np.ndarray]],
    ) -> np.ndarray:
        """`guard.screen.promise` with this guard's encoder and thresholds."""
        return fit_probability(self.encoder, self.thresholds, vectors, groups, confirmed)

    def _judged(
        self,
        items: list[Item],
        vectors: np.ndarray,
        claims: Sequence[Sequence[Claim]],
        constraints: tuple[Constraint, ...],
        reference_vector: np.ndarray | None,
        anchor: Item | None,
    ) -> tuple[tuple[Verdict, ...], ...]:
        if not items:
            return ()
        if not len(items) == len(vectors) == len(claims):
            raise ValueError(
                f"{len(items)} items, {len(vectors)} vectors, {len(claims)} lists of claims"
            )
        facets = tuple(
            dict.fromkeys(
                (
                    "category",
                    *(c.facet for c in constraints if c.facet in vocabulary.ATTRIBUTE_FACETS),
                )
            )
        )
        seen = look(self.encoder, vectors, facets)
        told = [self._said(item, said) for item, said in zip(items, claims, strict=True)]
        reference = (
            None if reference_vector is None else look(self.encoder, reference_vector, facets)
        )
        columns = [self._column(c, items, told, seen, reference, anchor) for c in constraints]
        verdicts = tuple(zip(*columns, strict=True)) if columns else ((),) * len(items)
        if self.cascade is None:
            return verdicts
        kinds = [stated.value if (stated := stated_category(said)) else None for said in told]
        return self.cascade.settle(items, np.asarray(vectors), kinds, verdicts)

    def _said(self, item: Item, claims: Sequence[Claim]) -> ListingStatements:
        """`statements`, kept as long as the same objects are given: a catalogue keeps its items."""
        kept = self._kept.get(id(item))
        if kept is None or kept[0] is not item or kept[1] is not claims:
            if len(self._kept) >= _KEPT:
                self._kept = {}
            self._kept[id(item)] = kept = (item, claims, statements(item, claims))
        return kept[2]

    def _column(
        self,
        constraint: Constraint,
        items: list[Item],
        told: list[ListingStatements],
        seen: Look,
        reference: Look | None,
        anchor: Item | None,
    ) -> list[Verdict]:
        """One constraint's verdict on every item."""
        if constraint.op in ("more", "less"):
            found = self._compared(constraint, items, told, seen, reference, anchor)
            return [_verdict(constraint, evidence) for evidence in found]
        if constraint.facet in vocabulary.OPEN_FACETS:
            return [_verdict(constraint, exact.stated(item, constraint)) for item in items]
        pictures = _Pictures(constraint, seen, self.thresholds, self.encoder.fingerprint)
        return [
            _verdict(constraint, _weighed(constraint, pictures, row, listing))
            for row, listing in enumerate(told)
        ]

    def _compared(
        self,
        constraint: Constraint,
        items: list[Item],
        told: list[ListingStatements],
        seen: Look,
        reference: Look | None,
        anchor: Item | None,
    ) -> list[Evidence]:
        if constraint.facet == "price":
            return [relative.cheaper_or_dearer(constraint, item, anchor) for item in items]
        if constraint.facet not in vocabulary.ATTRIBUTE_FACETS or (
            anchor is None and reference is None
        ):
            return [Evidence()] * len(items)
        base_told = statements(anchor, read_claims(anchor)) if anchor is not None else ()
        base, base_source = relative.degrees(constraint, reference or Look(), [base_told])[0]
        compared = []
        for degree, source in relative.degrees(constraint, seen, told):
            more = relative.compare(constraint, degree, base)
            if more is None or degree is None or base is None:
                compared.append(Evidence())
                continue
            weakest = "picture" if "picture" in (source, base_source) else source
            compared.append(Evidence(more, weakest, min(1.0, 0.5 + abs(degree - base) / 2)))
        return compared


class _Pictures:
    """What the pictures of all items say about one constraint's value."""

    def __init__(
        self, constraint: Constraint, seen: Look, thresholds: Thresholds, fingerprint: str
    ):
        self.facet, self.value = constraint.facet, str(constraint.value)
        self.seen = seen
        self.band = thresholds.band(self.facet, self.value, constraint.op, fingerprint)
        self.able = seen.can_have(self.facet, self.value)
        self.shade = self.facet == "color" and self.value in vocabulary.SHADES
        self._known: dict[str | None, tuple[np.ndarray, np.ndarray] | None] = {}

    def probability(
        self, row: int, statements: Sequence[Statement], within: str | None
    ) -> tuple[float, float] | None:
        """Least and greatest probability that the item has the value.

        None where pictures cannot tell.
        """
        if self.shade:
            within = next(
                (
                    s.value
                    for s in statements
                    if s.facet == "color"
                    and s.present
                    and not s.conflicting
                    and s.value not in vocabulary.SHADES
                ),
                None,
            )
        if within not in self._known:
            self._known[within] = self._columns(within)
        found = self._known[within]
        if found is None:
            return None
        able = 1.0 if self.able is None or stated_category(statements) else float(self.able[row])
        return float(found[0][row]) * able, float(found[1][row]) * able

    def _columns(self, within: str | None) -> tuple[np.ndarray, np.ndarray] | None:
        if self.shade:
            return bounds(self.seen, self.value, within)
        p = self.seen.of(self.facet, self.value, within)
        return None if p is None else (p, p)

    def evidence(self, row: int, statements: Sequence[Statement], within: str | None) -> Evidence:
        """Shown, shown to be absent, or not to be told."""
        found = self.probability(row, statements, within)
        if found is None:
            return Evidence()
        least, greatest = found
        # the bands were fitted on plain probabilities; one among a parent's kinds alone ("jacket": a blazer?) is larger
        high = self.band.high if within is None else max(self.band.high, SURE_WITHIN)
        if least >= high:
            return Evidence(True, "picture", least)
        if greatest <= self.band.low:
            return Evidence(False, "picture", 1 - greatest)
        return Evidence(None, "picture", (least + greatest) / 2)


def _weighed(
    constraint: Constraint, pictures: _Pictures, row: int, statements: ListingStatements
) -> Evidence:
    """The listing's word, unless a very sure picture makes it doubtful.

    The picture's where the listing is silent.
    """
    said = listed(constraint.facet, str(constraint.value), statements)
    if said.has is None:
        return pictures.evidence(row, statements, said.within)
    if said.source == "listing" and not said.implied:
        return said
    found = pictures.probability(row, statements, None)
    if found is None:
        return said
    against = 1 - found[1] if said.has else found[0]
    limit = (
        DOUBTS_IMPLIED.get(constraint.facet, STRONG)
        if said.implied and constraint.op == "exclude"
        else STRONG
    )
    doubtful = against > limit and (said.source == "text" or constraint.op == "exclude")
    return Evidence(None, "picture", (found[0] + found[1]) / 2) if doubtful else said


def _verdict(constraint: Constraint, evidence: Evidence) -> Verdict:
    excluded = constraint.op == "exclude"
    if evidence.has is None:
        chance = (
            1 - evidence.confidence
            if excluded and evidence.source == "picture"
            else evidence.confidence
        )
        return Verdict.on(constraint, "unknown", evidence.source, chance)
    met = evidence.has != excluded
    return Verdict.on(constraint, "met" if met else "broken", evidence.source, evidence.confidence)

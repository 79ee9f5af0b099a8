"""Verdict for every item on every constraint, from its listing first, then from its picture."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np

import vocabulary
from catalog.item import Item
from catalog.listing.claims import Claim
from catalog.listing.reader import read_claims
from catalog.listing.statements import ListingStatements, statements
from encoders import Space
from guard import exact, relative
from guard.cascade import Cascade
from guard.evidence import Evidence, stated_category
from guard.picture import Look, look
from guard.screen import fit_probability
from guard.thresholds import Domain, Thresholds, load_thresholds
from guard.verdict import Judgement, Verdict
from guard.weighing import PictureEvidence, weigh
from vocabulary.wish import Constraint

logger = logging.getLogger(__name__)

MAX_CACHED_LISTINGS = 10_000


class Guard:
    """Judges items against constraints; caches the statements of the listings that it has seen.

    thresholds: used instead of the shipped ones. domain: whether the items' pictures are photos or
    drawings. cascade: a second look at what stays open.
    """

    def __init__(
        self,
        encoder: Space,
        thresholds: Thresholds | None = None,
        domain: Domain = "photo",
        cascade: Cascade | None = None,
    ) -> None:
        self.encoder, self.cascade = encoder, cascade
        self.thresholds = load_thresholds(domain=domain) if thresholds is None else thresholds
        self._statements: dict[int, tuple[Item, Sequence[Claim], ListingStatements]] = {}

    def judge(
        self,
        items: Sequence[Item],
        vectors: np.ndarray,
        claims: Sequence[Sequence[Claim]],
        constraints: Sequence[Constraint],
        reference_vector: np.ndarray | None = None,
        anchor: Item | None = None,
    ) -> Judgement:
        """Return verdicts on n items, one tuple per item in the order of the constraints.

        vectors: (n, dim) as stored. claims: what `read_claims` returned for each item.
        reference_vector: (dim,) and anchor: the picture and the item that `more` and `less`
        compare with.
        Any error inside, numbers that are not finite included, is logged with its traceback and
        gives a failed Judgement: every verdict unknown with source "none", nothing to be shown.
        """
        items, constraints = list(items), tuple(constraints)
        try:
            return Judgement(
                self._judged(items, vectors, claims, constraints, reference_vector, anchor)
            )
        # The last line of defence: an unchecked item must never pass for a checked one.
        except Exception as error:
            logger.exception("the guard failed; nothing is shown")
            unknown = tuple(Verdict.on(c, "unknown", "none", 0.0, failed=True) for c in constraints)
            return Judgement((unknown,) * len(items), failed=f"{type(error).__name__}: {error}")

    def fit_probability(
        self,
        vectors: np.ndarray,
        groups: Sequence[Sequence[Constraint]],
        confirmed: Sequence[Sequence[np.ndarray]],
    ) -> np.ndarray:
        """Return `guard.screen.fit_probability` with this guard's encoder and thresholds."""
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
        constrained = (c.facet for c in constraints if c.facet in vocabulary.ATTRIBUTE_FACETS)
        facets = tuple(dict.fromkeys(("category", *constrained)))
        seen = look(self.encoder, vectors, facets)
        listings = [
            self._statements_of(item, read) for item, read in zip(items, claims, strict=True)
        ]
        reference = (
            None if reference_vector is None else look(self.encoder, reference_vector, facets)
        )
        columns = [self._column(c, items, listings, seen, reference, anchor) for c in constraints]
        verdicts = tuple(zip(*columns, strict=True)) if columns else ((),) * len(items)
        if self.cascade is None:
            return verdicts
        categories = [stated_category(listing) for listing in listings]
        kinds = [None if category is None else category.value for category in categories]
        return self.cascade.settle(items, np.asarray(vectors), kinds, verdicts)

    def _statements_of(self, item: Item, claims: Sequence[Claim]) -> ListingStatements:
        """Return `statements`, cached by identity: a catalogue keeps its items and claims."""
        cached = self._statements.get(id(item))
        if cached is None or cached[0] is not item or cached[1] is not claims:
            if len(self._statements) >= MAX_CACHED_LISTINGS:
                self._statements = {}
            self._statements[id(item)] = cached = (item, claims, statements(item, claims))
        return cached[2]

    def _column(
        self,
        constraint: Constraint,
        items: list[Item],
        listings: list[ListingStatements],
        seen: Look,
        reference: Look | None,
        anchor: Item | None,
    ) -> list[Verdict]:
        """Return the verdicts of one constraint on every item."""
        if constraint.op in ("more", "less"):
            compared = self._compared(constraint, items, listings, seen, reference, anchor)
            return [_verdict(constraint, evidence) for evidence in compared]
        if constraint.facet in vocabulary.OPEN_FACETS:
            return [_verdict(constraint, exact.stated(item, constraint)) for item in items]
        pictures = PictureEvidence(constraint, seen, self.thresholds, self.encoder.fingerprint)
        return [
            _verdict(constraint, weigh(constraint, pictures, row, listing))
            for row, listing in enumerate(listings)
        ]

    def _compared(
        self,
        constraint: Constraint,
        items: list[Item],
        listings: list[ListingStatements],
        seen: Look,
        reference: Look | None,
        anchor: Item | None,
    ) -> list[Evidence]:
        """Return the evidence on a `more` or `less`, which compares with the reference."""
        if constraint.facet == "price":
            return [relative.cheaper_or_dearer(constraint, item, anchor) for item in items]
        if constraint.facet not in vocabulary.ATTRIBUTE_FACETS or (
            anchor is None and reference is None
        ):
            return [Evidence()] * len(items)
        base_listing = (
            ListingStatements() if anchor is None else statements(anchor, read_claims(anchor))
        )
        base, base_source = relative.degrees(constraint, reference or Look(), [base_listing])[0]
        evidence = []
        for degree, source in relative.degrees(constraint, seen, listings):
            more = relative.compare(constraint, degree, base)
            if more is None or degree is None or base is None:
                evidence.append(Evidence())
                continue
            weakest = "picture" if "picture" in (source, base_source) else source
            evidence.append(Evidence(more, weakest, min(1.0, 0.5 + abs(degree - base) / 2)))
        return evidence


def _verdict(constraint: Constraint, evidence: Evidence) -> Verdict:
    """Return the verdict that the evidence on a constraint's value gives."""
    excluded = constraint.op == "exclude"
    if evidence.has is None:
        absence_counts = excluded and evidence.source == "picture"
        met_probability = 1 - evidence.confidence if absence_counts else evidence.confidence
        return Verdict.on(constraint, "unknown", evidence.source, met_probability)
    met = evidence.has != excluded
    return Verdict.on(constraint, "met" if met else "broken", evidence.source, evidence.confidence)

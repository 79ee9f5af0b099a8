"""A turn's constraints merged into the session's wish.

The newest words win; every explicit "no" and the budget stay. In order:

1. What the shopper withdraws ("any colour", "forget the stripes") goes.
2. Another kind of item removes the old one's shape (sleeves, length, neckline, fit, details) and
   the comparisons. If it is worn elsewhere (shoes after a dress), only refusals, the budget and
   the audience stay.
3. Leanings of a vibe, a photo or a memory go where an earlier "no" bans them.
4. What contradicts the new words goes: a requirement of another value of the same facet, a refusal
   that would ban it, a requirement that a new refusal bans, the opposite comparison.
5. The new constraints are added, with `any` numbers that are not in use yet.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import vocabulary
from vocabulary import covers
from vocabulary.wish import Constraint, PriceRange, next_group, required_kinds

SHAPE = frozenset({"sleeve_length", "length", "neckline", "fit", "details"})
"""Facets that end with the kind of item they were said of."""
LASTING = frozenset({"price", "gender"})
"""Facets that outlive a change to another kind of item."""
ADDITIVE = frozenset({"details", "style"})
"""Facets of which a further requirement joins the earlier ones."""
COMPARATIVES = frozenset({"more", "less"})
_LENGTHS = ("length", "sleeve_length")

Constraints = tuple[Constraint, ...]


class TakenBack(Protocol):
    """What no longer matters: a facet, a value, or a value of a facet."""

    @property
    def facet(self) -> str | None:
        """The facet, or None for any."""

    @property
    def value(self) -> str | None:
        """The value, or None for all of the facet."""


def merge(
    old: Constraints, new: Iterable[Constraint], drop: Iterable[TakenBack] = ()
) -> Constraints:
    """Return the constraints after adding the new ones.

    drop: what the shopper withdraws
    """
    kept, fresh = old, _renumbered(old, tuple(new))
    for taken_back in drop:
        kept = tuple(c for c in kept if not _dropped(c, taken_back.facet, taken_back.value))
    kept = _after_another_kind(kept, fresh)
    fresh = tuple(_with_open_end(c, kept) for c in fresh)
    fresh = tuple(c for c in fresh if not _against_a_no(c, kept))
    kept = tuple(c for c in kept if not any(_displaces(n, c, fresh) for n in fresh))
    return _unique((*kept, *fresh))


def worn(category: str | None) -> str | None:
    """Return where a kind of item is worn: "body", "feet", or which kind of accessory it is."""
    return None if category is None else vocabulary.place(category)


def _against_a_no(new: Constraint, kept: Constraints) -> bool:
    """Return whether a vibe, a photo or a memory leans towards what an earlier "no" bans."""
    if new.op != "prefer" or new.source in ("words", "button"):
        return False
    refused = (c for c in kept if c.op == "exclude" and c.facet == new.facet)
    return any(covers(c.facet, str(c.value), str(new.value)) for c in refused)


def _dropped(c: Constraint, facet: str | None, value: str | None) -> bool:
    if facet is not None and c.facet != facet:
        return False
    if value is not None:
        return not isinstance(c.value, PriceRange) and covers(c.facet, value, str(c.value))
    return facet is not None and (c.op != "exclude" or facet == "price")


def _after_another_kind(kept: Constraints, fresh: Constraints) -> Constraints:
    """Return what outlives a change to another kind of item; everything where the kind stays."""
    new = required_kinds(fresh)
    old = [str(c.value) for c in kept if c.facet == "category" and c.op in ("require", "prefer")]
    if not new or not old or any(_related(n, o) for n in new for o in old):
        return kept
    same_place = not {worn(n) for n in new}.isdisjoint(worn(o) for o in old)
    return tuple(c for c in kept if _outlives(c, same_place))


def _outlives(c: Constraint, same_place: bool) -> bool:
    """Return whether a constraint outlives a change to a kind worn in the same place, or not."""
    if c.op == "exclude":
        return True
    return c.op not in COMPARATIVES and (c.facet not in SHAPE if same_place else c.facet in LASTING)


def _related(kind: str, other: str) -> bool:
    return covers("category", kind, other) or covers("category", other, kind)


def _displaces(new: Constraint, old: Constraint, fresh: Constraints) -> bool:
    """Return whether a new constraint removes an earlier one.

    fresh: all new constraints
    """
    if new.facet != old.facet:
        return False
    if new.key == old.key:
        return True
    if new.op == "require":
        return _required_over(new, old, fresh)
    if new.op == "exclude":
        return old.op in ("require", "prefer", "more") and _covers(new, old)
    if new.op == "prefer":
        leaning = old.op == "prefer" and old.source == "photo"
        return leaning and vocabulary.exclusive(new.facet)
    if old.op in COMPARATIVES:
        return _against(new, old)
    return old.op == "require" and _moves_off(new, old)


def _required_over(new: Constraint, old: Constraint, fresh: Constraints) -> bool:
    """Return whether a new requirement removes what was said earlier about its facet."""
    if old.op == "exclude":
        return _covers(old, new)
    if old.op in COMPARATIVES:
        return True
    if new.facet in ADDITIVE:
        from_photo = old.op == "prefer" and old.source == "photo"
        return from_photo or vocabulary.contrasting(new.facet, str(new.value), str(old.value))
    if new.facet == "color":
        colors = {str(c.value) for c in fresh if c.facet == "color" and c.op == "require"}
        return not colors <= set(vocabulary.SHADES) or str(old.value) in vocabulary.SHADES
    return True


def _covers(wide: Constraint, narrow: Constraint) -> bool:
    if isinstance(wide.value, PriceRange) or isinstance(narrow.value, PriceRange):
        return False
    return covers(wide.facet, wide.value, narrow.value)


def _moves_off(new: Constraint, old: Constraint) -> bool:
    """Return whether a comparison leaves what was required.

    Examples: "shorter" after "maxi", "tighter" after "loose".
    """
    if new.facet in _LENGTHS:
        return True
    if new.op == "less":
        return new.facet != "price" and new.value == old.value
    if new.facet == "fit":
        return new.value != old.value
    return vocabulary.contrasting(new.facet, str(new.value), str(old.value))


def _against(new: Constraint, old: Constraint) -> bool:
    """Return whether two comparisons of one facet cannot both hold, or say the same."""
    if new.facet == "price" or new.facet in _LENGTHS or new.value == old.value:
        return True
    contrast = vocabulary.contrasting(new.facet, str(new.value), str(old.value))
    return new.op == old.op and contrast


def _with_open_end(new: Constraint, kept: Constraints) -> Constraint:
    """Close a price range: "under 50" after "over 20" means 20 to 50, if that leaves anything."""
    if new.op != "require" or not isinstance(new.value, PriceRange):
        return new
    for c in kept:
        if c.facet == "price" and c.op == "require" and isinstance(c.value, PriceRange):
            low = c.value.min if new.value.min is None else new.value.min
            high = c.value.max if new.value.max is None else new.value.max
            if low is None or high is None or low < high:
                return new.model_copy(update={"value": PriceRange(min=low, max=high)})
    return new


def _renumbered(old: Constraints, new: Constraints) -> Constraints:
    """Return the new constraints with `any` numbers that no old one has."""
    first = next_group(old)
    numbers = dict.fromkeys(c.any for c in new if c.any is not None)
    table = {number: first + position for position, number in enumerate(numbers)}
    return tuple(c if c.any is None else c.model_copy(update={"any": table[c.any]}) for c in new)


def _unique(constraints: Constraints) -> Constraints:
    """Return the constraints without repeats; of two alike, the last in the first's position."""
    return tuple({(c.key, c.any): c for c in constraints}.values())

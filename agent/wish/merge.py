"""A turn's reading merged into the session's wish: the newest words win, every explicit "no" and the budget stay.

Rules, in the order in which they are applied:
1. what the shopper takes back ("any colour", "forget the stripes") goes;
2. another kind of item takes the old one's shape (sleeves, length, neckline, fit, details) and the comparatives away,
   and where it is worn elsewhere (shoes after a dress) all but the noes, the budget and whom it is for;
3. what only a mood, a photo or a memory leans towards goes where an earlier "no" bans it;
4. what contradicts the new words goes: a require for another value of the same facet, an exclude that would ban it,
   a require that a new exclude bans, the opposite comparative;
5. the new constraints are added, their `any` numbers made unique.
"""

from __future__ import annotations

from collections.abc import Iterable

import vocabulary
from vocabulary import covers
from vocabulary.wish import Constraint, PriceRange, next_group, required_kinds

SHAPE = frozenset({"sleeve_length", "length", "neckline", "fit", "details"})
LASTING = frozenset({"price", "gender"})
"""Facets that outlive a change to another kind of item."""
ADDITIVE = frozenset({"details", "style"})
"""Facets of which a further require joins the earlier ones."""
COMPARATIVES = frozenset({"more", "less"})

Constraints = tuple[Constraint, ...]


def merge(old: Constraints, new: Iterable[Constraint], drop: Iterable = ()) -> Constraints:
    """The constraints in force after the new ones. `drop`: things with .facet and .value (each may be None)."""
    kept, fresh = old, _renumbered(old, tuple(new))
    for taken_back in drop:
        kept = tuple(c for c in kept if not _dropped(c, taken_back.facet, taken_back.value))
    kept = _after_kind(kept, fresh)
    fresh = tuple(_with_open_end(c, kept) for c in fresh)
    fresh = tuple(c for c in fresh if not _against_a_no(c, kept))
    kept = tuple(c for c in kept if not any(_displaces(n, c, fresh) for n in fresh))
    return _unique((*kept, *fresh))


def _against_a_no(new: Constraint, kept: Constraints) -> bool:
    """Whether a mood, a photo or a memory leans towards what an earlier "no" bans: the explicit word wins."""
    return (
        new.op == "prefer"
        and new.source not in ("words", "button")
        and any(
            c.op == "exclude"
            and c.facet == new.facet
            and covers(c.facet, str(c.value), str(new.value))
            for c in kept
        )
    )


def worn(category: str | None) -> str | None:
    """Where a kind of item is worn: "body", "feet", or what kind of accessory it is."""
    if category is None:
        return None
    return vocabulary.place(category)


def kind(constraints: Iterable[Constraint]) -> str | None:
    """The kind of item that is required, where it is one."""
    kinds = required_kinds(constraints)
    return kinds[0] if len(kinds) == 1 else None


def _dropped(c: Constraint, facet: str | None, value: object | None) -> bool:
    if facet is not None and c.facet != facet:
        return False
    if value is not None:
        return not isinstance(c.value, PriceRange) and covers(c.facet, str(value), str(c.value))
    return facet is not None and (c.op != "exclude" or facet == "price")


def _after_kind(kept: Constraints, fresh: Constraints) -> Constraints:
    new = required_kinds(fresh)
    old = [str(c.value) for c in kept if c.facet == "category" and c.op in ("require", "prefer")]
    if not new or not old or any(_related("category", n, o) for n in new for o in old):
        return kept
    if {worn(n) for n in new} & {worn(o) for o in old}:
        return tuple(
            c
            for c in kept
            if c.op == "exclude" or (c.facet not in SHAPE and c.op not in COMPARATIVES)
        )
    return tuple(
        c for c in kept if c.op == "exclude" or (c.facet in LASTING and c.op not in COMPARATIVES)
    )


def _related(facet: str, one: str, other: str) -> bool:
    return covers(facet, one, other) or covers(facet, other, one)


def _displaces(n: Constraint, c: Constraint, fresh: Constraints) -> bool:
    """Whether the new constraint `n` takes the earlier `c` away."""
    if n.facet != c.facet:
        return False
    if n.key == c.key:
        return True
    if n.op == "require":
        return _required_over(n, c, fresh)
    if n.op == "exclude":
        return c.op in ("require", "prefer", "more") and _covers(n, c)
    if n.op in ("more", "less"):
        return (
            _against(n, c) if c.op in ("more", "less") else c.op == "require" and _moves_off(n, c)
        )
    return (
        n.op == "prefer"
        and c.op == "prefer"
        and c.source == "photo"
        and vocabulary.exclusive(n.facet)
    )


def _required_over(n: Constraint, c: Constraint, fresh: Constraints) -> bool:
    if c.op == "exclude":
        return _covers(c, n)
    if c.op in ("more", "less"):
        return True
    if n.facet in ADDITIVE:
        return (c.op == "prefer" and c.source == "photo") or vocabulary.contrasting(
            n.facet, str(n.value), str(c.value)
        )
    if n.facet == "color":
        shades = {str(f.value) for f in fresh if f.facet == "color" and f.op == "require"} <= set(
            vocabulary.SHADES
        )
        return not shades or str(c.value) in vocabulary.SHADES
    return True


def _covers(wide: Constraint, narrow: Constraint) -> bool:
    if isinstance(wide.value, PriceRange) or isinstance(narrow.value, PriceRange):
        return False
    return covers(wide.facet, wide.value, narrow.value)


def _moves_off(n: Constraint, c: Constraint) -> bool:
    """Whether a comparative leaves what was required: "shorter" after "maxi", "tighter" after "loose"."""
    if n.facet in ("length", "sleeve_length"):
        return True
    if n.op == "less":
        return n.facet != "price" and n.value == c.value
    if n.facet == "fit":
        return n.value != c.value
    return vocabulary.contrasting(n.facet, str(n.value), str(c.value))


def _against(n: Constraint, c: Constraint) -> bool:
    """Two comparatives of one facet that cannot both hold, or that say the same."""
    if n.facet in ("price", "length", "sleeve_length") or n.value == c.value:
        return True
    return n.op == c.op and vocabulary.contrasting(n.facet, str(n.value), str(c.value))


def _with_open_end(n: Constraint, kept: Constraints) -> Constraint:
    """ "under 50" after "over 20" means 20 to 50, where the two leave anything."""
    if n.op != "require" or not isinstance(n.value, PriceRange):
        return n
    for c in kept:
        if c.facet == "price" and c.op == "require" and isinstance(c.value, PriceRange):
            low = n.value.min if n.value.min is not None else c.value.min
            high = n.value.max if n.value.max is not None else c.value.max
            if low is None or high is None or low < high:
                return n.model_copy(update={"value": PriceRange(min=low, max=high)})
    return n


def _renumbered(old: Constraints, new: Constraints) -> Constraints:
    """The new constraints with `any` numbers that no old one has; one alternative alone needs no number."""
    first = next_group(old)
    numbers = list(dict.fromkeys(c.any for c in new if c.any is not None))
    table = {number: first + place for place, number in enumerate(numbers)}
    return tuple(c if c.any is None else c.model_copy(update={"any": table[c.any]}) for c in new)


def _unique(constraints: Constraints) -> Constraints:
    found: dict[tuple, Constraint] = {}
    for c in constraints:
        found[(*c.key, c.any)] = c
    return tuple(found.values())

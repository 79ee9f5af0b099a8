"""Effects of the page's buttons on the wish: removing a chip, correcting a photo's reading."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import vocabulary
from agent.wish.merge import merge
from errors import InputError
from vocabulary.wish import Constraint, PriceRange, Wish


def to_remove(wish: Wish, facet: str, op: str, value: Any) -> tuple[Constraint, ...]:
    """Return the constraints that a chip stands for.

    A requirement that was given up is shown as `prefer`, so the chip's operation may differ from
    the constraint's. Raises InputError if there are no such constraints.

    value: the constraint's value; a price range may be given as {"min", "max"}.
    """
    wanted = str(_comparable(value))
    alike = [
        c for c in wish.constraints if c.facet == facet and str(_comparable(c.value)) == wanted
    ]
    matching = [c for c in alike if c.op == op] or (alike if op == "prefer" else [])
    if not matching:
        raise InputError(
            f"the wish has no constraint {facet} {op} {wanted}; it has: "
            f"{', '.join(' '.join(c.key) for c in wish.constraints) or 'none'}"
        )
    return tuple(matching)


def corrected(wish: Wish, facet: str, value: str | None) -> tuple[Constraint, ...]:
    """Return the wish's constraints with a photo's facet corrected to this value (None: ignore it).

    Raises InputError if the facet has no such value, or if the wish has no photo.
    """
    if facet not in vocabulary.ATTRIBUTE_FACETS or (
        value is not None and value not in vocabulary.values(facet)
    ):
        raise InputError(
            f"a photo's {facet!r} cannot be {value!r}; facets: "
            f"{', '.join(vocabulary.ATTRIBUTE_FACETS)}"
        )
    if wish.reference_photo is None:
        raise InputError("there is no reference photo in this conversation; upload one first")
    others = tuple(
        c for c in wish.constraints if not (c.facet == facet and c.source in ("photo", "button"))
    )
    if value is None:
        return others
    op = "require" if facet == "category" else "prefer"
    return merge(others, (Constraint(facet=facet, op=op, value=value, source="button"),))


def _comparable(value: Any) -> Any:
    """Return a value for comparison; a price range from JSON or Python becomes (min, max)."""
    if isinstance(value, Mapping):
        return value.get("min"), value.get("max")
    return (value.min, value.max) if isinstance(value, PriceRange) else value

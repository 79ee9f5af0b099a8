"""From findings to constraints: alternatives numbered, repeats and contradictions settled (the later word wins)."""

from __future__ import annotations

from dataclasses import replace

from agent.language.cues import Found
from vocabulary import SHADES, covers
from vocabulary.wish import Constraint


def _groups(found: list[Found]) -> dict[int, int]:
    """Position in `found` -> number of its group of alternatives ("grey or navy", "black, navy or grey")."""
    numbers: dict[int, int] = {}
    for index, item in enumerate(found):
        both = item.join == "and" and item.facet == "category" and item.op == "require"
        if not (item.join == "or" or both) or item.op not in ("require", "prefer"):
            continue
        partner = _partner(found, index)
        if partner is None or (both and found[partner].facet != "category"):
            continue
        number = numbers.get(partner, max(numbers.values(), default=0) + 1)
        numbers[index] = numbers[partner] = number
        while found[partner].join == "comma" and partner > 0 and _alike(found[partner - 1], item):
            partner -= 1
            numbers[partner] = number
    return numbers


def _alike(one: Found, other: Found) -> bool:
    return one.facet == other.facet and one.op == other.op


def _partner(found: list[Found], index: int) -> int | None:
    """What the item at `index` is an alternative to: the nearest of its facet, else its neighbour."""
    item = found[index]
    for before in range(index - 1, max(-1, index - 5), -1):
        if _alike(found[before], item):
            return before
    return index - 1 if index and found[index - 1].op == item.op else None


def _narrower_said(item: Found, found: list[Found]) -> bool:
    """Whether a narrower value says the same better: "floral pattern", "a tank top shirt"."""
    if item.op != "require" or item.facet not in ("category", "pattern"):
        return False
    if item.value == "patterned" and any(
        other.op in ("more", "less") and other.facet == "pattern" for other in found
    ):
        return True
    return any(
        other.op in ("require", "more", "prefer")
        and other.facet == item.facet
        and other.value != item.value
        and covers(item.facet, item.value, other.value)
        for other in found
    )


def _shades_lean(found: list[Found]) -> list[Found]:
    """ "black or dark blue": the shade belongs to one alternative alone, so it only leans; its "or" goes to the colour."""
    result = list(found)
    for index in range(len(found) - 1):
        shade, color = result[index], result[index + 1]
        named = color.facet == "color" and color.value not in SHADES
        if shade.join == "or" and shade.value in SHADES and named and not color.join:
            result[index] = replace(
                shade, op="prefer" if shade.op == "require" else shade.op, join=""
            )
            result[index + 1] = replace(color, join="or")
    return result


def _bound(item: Found, found: list[Found]) -> bool:
    """Whether "not too short" only bounds a "shorter" of the same sentence."""
    return any(not other.mild and _contradicts(other, item) for other in found)


def _another_kind(item: Found, later: list[Found]) -> bool:
    """Whether a later noun says what kind it really is: "the shirt is a tank top", "a blouse dress"."""
    return (
        item.facet == "category"
        and item.op == "require"
        and any(
            other.facet == "category" and other.op == "require" and other.value != item.value
            for other in later
        )
    )


def to_constraints(found: list[Found]) -> tuple[Constraint, ...]:
    """The findings as constraints, once each.

    A require that a later exclude bans, or the other way round, goes; so does the wider of two kinds that name one
    item ("a tank top shirt"); a more/less pair on one value keeps the later.
    """
    found = _shades_lean(found)
    numbers = _groups(found)
    numbered = [(item, numbers.get(index)) for index, item in enumerate(found)]
    kept: list[tuple[Found, int | None]] = []
    for index, (item, number) in enumerate(numbered):
        later = [other for other, _ in numbered[index + 1 :]]
        if any(_contradicts(other, item) and not other.mild for other in later) or (
            item.mild and _bound(item, found)
        ):
            continue
        if number is None and (_narrower_said(item, found) or _another_kind(item, later)):
            continue
        if any(
            (k.facet, k.op, k.value) == (item.facet, item.op, item.value)
            or (
                item.op == "more"
                and (k.facet, k.op, k.value) == (item.facet, "require", item.value)
            )
            for k, _ in kept
        ):
            continue
        kept.append((item, number))
    alone = {n for n in {n for _, n in kept} if sum(1 for _, m in kept if m == n) == 1}
    return tuple(
        Constraint(
            facet=i.facet,
            op=i.op,
            value=i.value,
            confidence=i.confidence,
            weight=i.weight,
            any=None if n in alone else n,
        )
        for i, n in kept
    )


def _contradicts(later: Found, item: Found) -> bool:
    if later.facet != item.facet:
        return False
    if {later.op, item.op} == {"more", "less"}:
        return later.value == item.value
    if {later.op, item.op} == {"require", "exclude"}:
        return later.value == item.value
    return False

"""Conversion of findings to constraints; resolves alternatives, repeats and contradictions."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from agent.language.cues import Finding
from vocabulary import SHADES, covers
from vocabulary.wish import Constraint

PARTNER_REACH = 4
"""How many findings back an "or" may refer to."""


def _groups(findings: list[Finding]) -> dict[int, int]:
    """Return {index: group number} for alternatives such as "black, navy or grey"."""
    groups: dict[int, int] = {}
    for index, finding in enumerate(findings):
        partner = _partner(findings, index) if _joins(finding) else None
        if partner is None or (finding.join == "and" and findings[partner].facet != "category"):
            continue
        group = groups.get(partner, max(groups.values(), default=0) + 1)
        groups[index] = groups[partner] = group
        while (
            findings[partner].join == "comma"
            and partner > 0
            and _alike(findings[partner - 1], finding)
        ):
            partner -= 1
            groups[partner] = group
    return groups


def _joins(finding: Finding) -> bool:
    """Return whether a finding may be an alternative to the one before it.

    Two kinds joined by "and" are alternatives too, because no item is both a shirt and a blouse.
    """
    if finding.join == "or":
        return finding.op in ("require", "prefer")
    return (finding.join, finding.facet, finding.op) == ("and", "category", "require")


def _alike(one: Finding, other: Finding) -> bool:
    return one.facet == other.facet and one.op == other.op


def _partner(findings: list[Finding], index: int) -> int | None:
    """Return the index of the finding that this one is an alternative to.

    It is the nearest finding of the same facet, otherwise the neighbour.
    """
    finding = findings[index]
    for before in range(index - 1, max(-1, index - PARTNER_REACH - 1), -1):
        if _alike(findings[before], finding):
            return before
    return index - 1 if index and findings[index - 1].op == finding.op else None


def _lean_shades(findings: list[Finding]) -> list[Finding]:
    """Turn a shade that belongs to only one alternative into a preference: "black or dark blue".

    The "or" in front of the shade then belongs to its colour.
    """
    result = list(findings)
    for index in range(len(findings) - 1):
        shade, color = result[index], result[index + 1]
        has_color = color.facet == "color" and color.value not in SHADES
        if shade.join == "or" and shade.value in SHADES and has_color and not color.join:
            op = "prefer" if shade.op == "require" else shade.op
            result[index] = replace(shade, op=op, join="")
            result[index + 1] = replace(color, join="or")
    return result


def to_constraints(findings: list[Finding]) -> tuple[Constraint, ...]:
    """Return the findings of one sentence as constraints, without repeats.

    - If a value is both required and excluded, or wanted both more and less, the later one wins.
    - If two kinds name one item ("a tank top shirt"), the broader one is dropped.
    - If only one alternative of a group remains, its `any` number is removed.
    """
    findings = _lean_shades(findings)
    groups = _groups(findings)
    kept: list[tuple[Finding, int | None]] = []
    for index, finding in enumerate(findings):
        group = groups.get(index)
        if not (
            _taken_back(finding, findings, index)
            or (group is None and _said_better(finding, findings, index))
            or any(_repeats(finding, earlier) for earlier, _ in kept)
        ):
            kept.append((finding, group))
    sizes = Counter(group for _, group in kept)
    return tuple(
        Constraint(
            facet=finding.facet,
            op=finding.op,
            value=finding.value,
            confidence=finding.confidence,
            weight=finding.weight,
            any=group if sizes[group] > 1 else None,
        )
        for finding, group in kept
    )


def _taken_back(finding: Finding, findings: list[Finding], index: int) -> bool:
    """Return whether a later finding contradicts this one, or this one only bounds another.

    "Not too short" (a mild finding) only bounds a "shorter" of the same sentence.
    """
    opponents = findings if finding.mild else findings[index + 1 :]
    return any(not other.mild and _contradict(other, finding) for other in opponents)


def _said_better(finding: Finding, findings: list[Finding], index: int) -> bool:
    """Return whether other words of the sentence say the same thing more precisely."""
    return _has_narrower(finding, findings) or _has_later_kind(finding, findings[index + 1 :])


def _has_narrower(finding: Finding, findings: list[Finding]) -> bool:
    """Return whether a narrower value says the same: "floral pattern", "a tank top shirt"."""
    if finding.op != "require" or finding.facet not in ("category", "pattern"):
        return False
    others = [other for other in findings if other.facet == finding.facet]
    if finding.value == "patterned" and any(other.op in ("more", "less") for other in others):
        return True
    return any(
        other.op in ("require", "more", "prefer")
        and other.value != finding.value
        and covers(finding.facet, finding.value, other.value)
        for other in others
    )


def _has_later_kind(finding: Finding, later: list[Finding]) -> bool:
    """Return whether a later noun names the actual kind: "the shirt is a tank top"."""
    return (finding.facet, finding.op) == ("category", "require") and any(
        _alike(other, finding) and other.value != finding.value for other in later
    )


def _repeats(finding: Finding, earlier: Finding) -> bool:
    """Return whether an earlier finding already says this; a required value needs no "more"."""
    same = (earlier.facet, earlier.value) == (finding.facet, finding.value)
    return same and (earlier.op == finding.op or (earlier.op == "require" and finding.op == "more"))


def _contradict(one: Finding, other: Finding) -> bool:
    same = (one.facet, one.value) == (other.facet, other.value)
    return same and {one.op, other.op} in ({"more", "less"}, {"require", "exclude"})

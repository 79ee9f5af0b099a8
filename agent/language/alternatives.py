"""From findings to constraints: alternatives, repeats and contradictions are settled."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from agent.language.cues import Finding
from vocabulary import SHADES, covers
from vocabulary.wish import Constraint

PARTNER_REACH = 4
"""Findings back that an "or" may refer to."""


def _groups(findings: list[Finding]) -> dict[int, int]:
    """Return {index: number of its group} for the alternatives of "black, navy or grey"."""
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

    Two kinds that are joined by "and" are alternatives too: no item is both a shirt and a blouse.
    """
    if finding.join == "or":
        return finding.op in ("require", "prefer")
    return (finding.join, finding.facet, finding.op) == ("and", "category", "require")


def _alike(one: Finding, other: Finding) -> bool:
    return one.facet == other.facet and one.op == other.op


def _partner(findings: list[Finding], index: int) -> int | None:
    """Return what a finding is an alternative to: the nearest of its facet, else its neighbour."""
    finding = findings[index]
    for before in range(index - 1, max(-1, index - PARTNER_REACH - 1), -1):
        if _alike(findings[before], finding):
            return before
    return index - 1 if index and findings[index - 1].op == finding.op else None


def _lean_shades(findings: list[Finding]) -> list[Finding]:
    """Make the shade of one alternative alone a preference: "black or dark blue".

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

    - Of a requirement and an exclusion of one value, or of more and less of it, the later stays.
    - The wider of two kinds that name one item goes ("a tank top shirt").
    - An alternative that is left alone has no number under `any`.
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
    """Return whether a later finding contradicts this one, or it only bounds another one.

    "Not too short" (a mild finding) only bounds a "shorter" of the same sentence.
    """
    opponents = findings if finding.mild else findings[index + 1 :]
    return any(not other.mild and _contradict(other, finding) for other in opponents)


def _said_better(finding: Finding, findings: list[Finding], index: int) -> bool:
    """Return whether other words of the sentence say more exactly what this one says."""
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
    """Return whether a later noun tells the real kind: "the shirt is a tank top"."""
    return (finding.facet, finding.op) == ("category", "require") and any(
        _alike(other, finding) and other.value != finding.value for other in later
    )


def _repeats(finding: Finding, earlier: Finding) -> bool:
    """Return whether an earlier finding says this already; a required value needs no "more"."""
    same = (earlier.facet, earlier.value) == (finding.facet, finding.value)
    return same and (earlier.op == finding.op or (earlier.op == "require" and finding.op == "more"))


def _contradict(one: Finding, other: Finding) -> bool:
    same = (one.facet, one.value) == (other.facet, other.value)
    return same and {one.op, other.op} in ({"more", "less"}, {"require", "exclude"})

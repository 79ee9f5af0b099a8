"""Composed queries on drawn truth: what a change means, what hits, and what the planner reads."""

from __future__ import annotations

from itertools import product

import pytest

from agent.language import read
from evaluation.composed.drawn_queries import COMPARED, DrawnQuery, drawn_queries, met, wording
from tests.composer.tiny_world import wish

SLEEVES, COLORS, PATTERNS = (
    ("sleeveless", "short", "long"),
    ("black", "navy", "white"),
    ("striped", "solid"),
)
TRUTH = [
    {
        "category": [kind],
        "gender": ["women"],
        "color": [color, "light" if color == "white" else "dark"],
        "pattern": [pattern],
        "sleeve_length": [sleeve],
        "details": ["pockets"] if color == "navy" else [],
    }
    for kind, color, pattern, sleeve in product(("dress", "shirt"), COLORS, PATTERNS, SLEEVES)
]


def change(line: str):
    return wish(line).constraints[0]


@pytest.mark.parametrize(
    "line, item, reference, holds",
    [
        ("require color blue", {"color": ["navy"]}, {}, True),
        ("exclude color blue", {"color": ["navy"]}, {}, False),
        ("exclude details pockets", {"details": []}, {}, True),
        (
            "more sleeve_length length",
            {"sleeve_length": ["long"]},
            {"sleeve_length": ["short"]},
            True,
        ),
        (
            "less sleeve_length length",
            {"sleeve_length": ["long"]},
            {"sleeve_length": ["short"]},
            False,
        ),
        ("more sleeve_length length", {}, {"sleeve_length": ["short"]}, False),
        ("more color dark", {"color": ["navy", "dark"]}, {"color": ["white", "light"]}, True),
        ("less color dark", {"color": ["navy"]}, {"color": ["white"]}, False),
    ],
)
def test_drawn_truth_meets_a_change(line: str, item: dict, reference: dict, holds: bool) -> None:
    assert met(change(line), item, reference) == holds


@pytest.mark.parametrize("changes", [1, 2, 3])
def test_queries_have_the_requested_changes_and_true_hits(changes: int) -> None:
    queries = drawn_queries(TRUTH, changes, 40, seed=0)
    assert len(queries) >= 20 and queries == drawn_queries(TRUTH, changes, 40, seed=0)
    for query in queries:
        reference = TRUTH[query.reference]
        assert (
            len(query.constraints) == changes
            and query.reference not in query.targets
            and query.targets
        )
        for hit in (TRUTH[row] for row in query.targets):
            assert hit["category"] == reference["category"]
            assert all(met(c, hit, reference) for c in query.constraints)
            assert all(
                set(hit[f]) & set(reference[f])
                for f in ("color", "pattern")
                if f not in query.changed
            )


def test_exclusions_and_comparatives_are_drawn() -> None:
    ops = {c.op for query in drawn_queries(TRUTH, 2, 60, seed=1) for c in query.constraints}
    assert ops == {"require", "exclude", "more", "less"}


def test_the_planner_reads_most_phrases_as_meant() -> None:
    queries: list[DrawnQuery] = [q for n in (1, 2, 3) for q in drawn_queries(TRUTH, n, 30, seed=0)]
    right = [
        {c.key for c in read(q.phrase).constraints} == {c.key for c in q.constraints}
        for q in queries
    ]
    assert sum(right) > 0.8 * len(right), [
        q.phrase for q, ok in zip(queries, right, strict=True) if not ok
    ][:5]


def test_every_comparison_has_words_both_ways() -> None:
    for (facet, value), words in COMPARED.items():
        assert {op: wording(change(f"{op} {facet} {value}")) for op in ("more", "less")} == words

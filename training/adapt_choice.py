"""Choice of each slice's version by held-out log loss: unchanged, new prototypes, or new map."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from encoders import Prototypes
from guard.fitted import SliceMap
from training.adapt_slice import Teacher, fit_slice
from training.calibrate import HOLD, Labelled, calibrate, loss, refit

MIN_IMPROVEMENT = 0.01
"""Relative fall of the held-out log loss below which nothing is changed."""


@dataclass(frozen=True)
class Choice:
    """The version of a slice with the lowest held-out log loss.

    `map` is None if the slice stays as it is; `prototypes` holds the facets whose prototypes
    change.
    """

    map: SliceMap | None
    prototypes: dict[str, Prototypes]
    report: dict[str, dict]


def choose(teacher: Teacher, name: str, facets: tuple[str, ...]) -> Choice:
    """Return the version of slice `name` with the lowest log loss, summed over its facets."""
    heads = {facet: _best_prototypes(teacher, facet) for facet in facets}
    best_heads = sum(cost for _, cost, _ in heads.values())
    refitted = fit_slice(teacher, name, facets)
    tuned = {
        facet: calibrate(table, teacher.labels(facet, table.values, teacher.held_out, refitted.map))
        for facet, table in refitted.prototypes.items()
    }
    costs = {
        facet: price(
            tuned[facet],
            teacher.labels(facet, tuned[facet].values, teacher.held_out, refitted.map),
        )
        for facet in facets
    }
    before = {
        facet: price(start, teacher.labels(facet, start.values, teacher.held_out))
        for facet in facets
        for start in [teacher.encoder.prototypes(facet)]
    }
    if sum(costs.values()) < (1 - MIN_IMPROVEMENT) * best_heads:
        report = {
            facet: _record(teacher, facet, "slice fitted anew", before[facet], costs[facet])
            for facet in facets
        }
        return Choice(refitted.map, tuned, report)
    return Choice(
        None,
        {facet: table for facet, (table, _, chosen) in heads.items() if chosen != "as it is"},
        {
            facet: _record(teacher, facet, chosen, before[facet], cost)
            for facet, (_, cost, chosen) in heads.items()
        },
    )


def price(table: Prototypes, data: Labelled) -> float:
    """Return the mean of -log p(the values that the listing allows)."""
    logits = table.scale * data.slices @ torch.from_numpy(table.vectors).T + torch.from_numpy(
        table.bias
    )
    return float(loss(logits, data, table.exclusive))


def _best_prototypes(teacher: Teacher, facet: str) -> tuple[Prototypes, float, str]:
    """Return the facet's best prototypes in the unchanged slice, their log loss and their name.

    Candidates: as they are, calibrated, refitted and calibrated.
    """
    start = teacher.encoder.prototypes(facet)
    fitting = teacher.labels(facet, start.values, ~teacher.held_out)
    checking = teacher.labels(facet, start.values, teacher.held_out)
    candidates = {"calibrated": calibrate(start, checking)}
    candidates |= {
        f"prototypes fitted (hold {hold:g})": calibrate(refit(start, fitting, hold), checking)
        for hold in HOLD
    }
    costs = {name: price(table, checking) for name, table in candidates.items()}
    best, unchanged = min(costs, key=lambda name: costs[name]), price(start, checking)
    if costs[best] > (1 - MIN_IMPROVEMENT) * unchanged:
        return start, unchanged, "as it is"
    return candidates[best], costs[best], best


def _record(teacher: Teacher, facet: str, chosen: str, before: float, after: float) -> dict:
    """Return the facet's entry in the report; log losses are held-out."""
    values = teacher.encoder.prototypes(facet).values
    checking = len(teacher.labels(facet, values, teacher.held_out).slices)
    fitting = len(teacher.labels(facet, values, ~teacher.held_out).slices)
    return {
        "chosen": chosen,
        "labels": fitting + checking,
        "held": checking,
        "log_loss_before": round(before, 4),
        "log_loss_after": round(after, 4),
    }

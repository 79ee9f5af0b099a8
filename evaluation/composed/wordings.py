"""Robustness to wording: the same changes in six wordings each.

The wordings were written by somebody who did not know the planner. PinPoint (arXiv 2603.04598)
reports that the best published systems vary by 25% over such paraphrases.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from errors import InputError
from evaluation.composed.gallery import Gallery, known_wish, read_wish
from evaluation.composed.methods import Scorer
from evaluation.composed.product_queries import KINDS, MORE_KINDS, sample_queries, worded
from evaluation.composed.scores import query_rows
from evaluation.report.show import Figures
from metrics.intervals import estimate, spread
from vocabulary.wish import Wish

WORDINGS = Path(__file__).with_name("paraphrases.toml")
PRINTED = {"graphic": "printed"}
"""The word for the shop's "Print" in the wordings, which the vocabulary may read as any pattern."""
Wordings = dict[str, tuple[str, ...]]
"""Kind of change -> its templates, with {color}, {type} and {pattern}."""


def read_wordings(path: Path = WORDINGS) -> Wordings:
    """Read the templates of a TOML file.

    Raises InputError if the file is faulty, naming the fault.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path} holds no wordings: {error}") from None
    allowed = (*KINDS, *MORE_KINDS)
    if (
        not table
        or set(table) - set(allowed)
        or not all(isinstance(t, list) and len(t) > 1 for t in table.values())
    ):
        raise InputError(
            f"{path}: expected two or more templates for each of some of {', '.join(allowed)}"
        )
    return {kind: tuple(templates) for kind, templates in table.items()}


def over_wordings(
    gallery: Gallery, scorer: Scorer, wordings: Wordings, count: int, seed: int
) -> dict[str, Figures]:
    """Return R@10 of every wording on the same queries, by kind of change.

    Returns {kind: {"queries", "known", "wordings": [{"wording", "R@10", "read_as_meant"}],
    "spread"}}. "known" is R@10 if the change is given and nothing has to be read; "read_as_meant"
    is the share of queries whose constraints the planner read exactly.
    """
    by_kind: dict[str, Figures] = {}
    for kind, templates in wordings.items():
        queries = sample_queries(gallery.products, kind, count, seed)
        if not queries:
            continue
        known = [known_wish(query) for query in queries]
        rows: list[Figures] = []
        for template in templates:
            reworded = [worded(query, template, PRINTED) for query in queries]
            wishes = [read_wish(query) for query in reworded]
            recall = query_rows(gallery, reworded, wishes, scorer)["R@10"]
            meant = [_keys(wish) == _keys(right) for wish, right in zip(wishes, known, strict=True)]
            rows.append(
                {
                    "wording": template,
                    "R@10": estimate(recall).rounded(),
                    "read_as_meant": round(float(np.mean(meant)), 4),
                }
            )
        by_kind[kind] = {
            "queries": len(queries),
            "known": estimate(query_rows(gallery, queries, known, scorer)["R@10"]).rounded(),
            "wordings": rows,
            "spread": round(spread([row["R@10"][0] for row in rows]), 4),
        }
    return by_kind


def _keys(wish: Wish) -> set[tuple[str, str, str]]:
    return {
        (c.facet, c.op, "graphic" if c.value == "patterned" else str(c.value))
        for c in wish.constraints
    }


def overall(by_kind: dict[str, Figures], kinds: Sequence[str] = KINDS) -> float:
    """Return the spread of the mean over these kinds, taking the nth wordings of all together."""
    entries = [by_kind[kind]["wordings"] for kind in kinds if kind in by_kind]
    means = [
        float(np.mean([entry[n]["R@10"][0] for entry in entries]))
        for n in range(min(map(len, entries), default=0))
    ]
    return round(spread(means), 4) if means else 0.0

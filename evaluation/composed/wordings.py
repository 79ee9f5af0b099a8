"""Does it matter how a shopper puts it? The same changes in six wordings each, by somebody who did not know the planner.

PinPoint (arXiv 2603.04598) reports that the best published systems vary by 25% over such paraphrases.
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
from metrics.intervals import estimate, spread
from vocabulary.wish import Wish

WORDINGS = Path(__file__).with_name("paraphrases.toml")
PRINTED = {"graphic": "printed"}
"""The wordings' word for the shop's "Print"; in the vocabulary that is any pattern, which is as good a reading of it."""
Wordings = dict[str, tuple[str, ...]]
"""Kind of change -> its templates, with {color}, {type} and {pattern}."""


def read_wordings(path: Path = WORDINGS) -> Wordings:
    """The templates of a TOML file, {kind: [template]}. Raises InputError that names what is wrong with it."""
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
) -> dict[str, dict]:
    """R@10 of every wording on the same queries, a kind of change at a time.

    {kind: {queries, known (the change given, nothing to read), wordings [{wording, R@10, read as meant}], spread}}.
    `read as meant` is the share of queries whose hard constraints the planner read exactly.
    """
    found = {}
    for kind, templates in wordings.items():
        queries = sample_queries(gallery.products, kind, count, seed)
        if not queries:
            continue
        known = [known_wish(query) for query in queries]
        rows = []
        for template in templates:
            said = [worded(query, template, PRINTED) for query in queries]
            wishes = [read_wish(query) for query in said]
            recall = query_rows(gallery, said, wishes, scorer)["R@10"]
            meant = [_keys(wish) == _keys(right) for wish, right in zip(wishes, known, strict=True)]
            rows.append(
                {
                    "wording": template,
                    "R@10": estimate(recall).rounded(),
                    "read_as_meant": round(float(np.mean(meant)), 4),
                }
            )
        found[kind] = {
            "queries": len(queries),
            "known": estimate(query_rows(gallery, queries, known, scorer)["R@10"]).rounded(),
            "wordings": rows,
            "spread": round(spread([row["R@10"][0] for row in rows]), 4),
        }
    return found


def _keys(wish: Wish) -> set[tuple[str, str, str]]:
    return {
        (c.facet, c.op, "graphic" if c.value == "patterned" else str(c.value))
        for c in wish.constraints
    }


def overall(found: dict[str, dict], kinds: Sequence[str] = KINDS) -> float:
    """The spread of the mean over these kinds, the nth wording of each taken together, as many as all of them have."""
    entries = [found[kind]["wordings"] for kind in kinds if kind in found]
    means = [
        float(np.mean([entry[n]["R@10"][0] for entry in entries]))
        for n in range(min(map(len, entries), default=0))
    ]
    return round(spread(means), 4) if means else 0.0

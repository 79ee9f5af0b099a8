"""Choices made on the designs kept for choosing: mixes of the static fusions, the best composer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from tqdm import tqdm

from errors import InputError
from evaluation.composed.gallery import Gallery, Words, read_wish
from evaluation.composed.methods import MIXED, MIXES, Methods
from evaluation.composed.product_queries import KINDS, ComposedQuery, sample_queries
from evaluation.composed.scores import Rows, query_rows


def settle(
    gallery: Gallery, words: Words, queries: int, seed: int, kinds: Sequence[str] | None = None
) -> tuple[dict[str, float], str]:
    """Return (mix of each static fusion, name of the best composer) on this gallery.

    Changes are read from the phrases. Raises InputError if `kinds` names baselines alone.
    """
    asked = {kind: sample_queries(gallery.products, kind, queries, seed) for kind in KINDS}
    plain = Methods(gallery, words)
    thetas = [name for name in plain.names(kinds) if name in plain.thetas]
    if not thetas:
        raise InputError(
            f"--kinds {', '.join(kinds or ())} names baselines alone; name one or more of "
            f"{', '.join(plain.thetas)}"
        )
    mixes = {
        name: _best_mix(plain, name, asked)
        for name in tqdm(MIXED, desc="mixes of the static fusions", leave=False)
    }
    best = max(thetas, key=lambda name: worth(_rows(plain, name, asked)))
    return mixes, best


def _best_mix(methods: Methods, name: str, asked: Mapping[str, Sequence[ComposedQuery]]) -> float:
    return max(
        MIXES, key=lambda mix: worth(_rows(replace(methods, mixes={name: mix}), name, asked))
    )


def _rows(
    methods: Methods, name: str, asked: Mapping[str, Sequence[ComposedQuery]]
) -> dict[str, Rows]:
    scorer = methods.scorer(name)
    return {
        kind: query_rows(methods.gallery, chosen, [read_wish(q) for q in chosen], scorer)
        for kind, chosen in asked.items()
    }


def worth(by_kind: Mapping[str, Rows]) -> float:
    """Return the mean over the kinds of change of R@10 + P@10 / 2.

    P@10 breaks ties: R@10 alone moves in steps of a whole query.
    """
    return float(
        np.mean([np.mean(rows["R@10"]) + np.mean(rows["P@10"]) / 2 for rows in by_kind.values()])
    )

"""The contribution of every ranker: leave-one-out, fitted against equal weights, rare values.

There are four benches: composed queries on held-out product photos (pictures only), wishes in words
on a drawn catalogue with its listings, the same wishes with the listings hidden, and changes to one
of the catalogue's items. Weights are fitted on the choosing designs and on one half of the drawn
wishes, and reported on the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from tqdm import tqdm

from catalog.store import Catalog
from encoders import Encoder, load_encoder
from evaluation.composed.drawn_queries import Truth, drawn_gallery
from evaluation.composed.gallery import Gallery, Words, read_gallery
from evaluation.ensemble.wishes import (
    Bench,
    GroupedListings,
    Unlisted,
    bench,
    drawn_asks,
    like_asks,
    photo_asks,
    rare_asks,
    rare_values,
)
from evaluation.report.show import Figures, finish, machine, notice, table
from metrics.intervals import Estimate, difference, estimate, short
from retrieval import RankerWeights, load_ranker_weights, save_ranker_weights
from retrieval.fusion import SHIPPED, Pool
from settings import load_settings

GRID: dict[str, tuple[float, ...]] = {
    "slice": (0.0, 0.05, 0.1, 0.15, 0.25, 0.4, 0.6, 1.0),
    "kind": (0.0, 0.15, 0.3, 0.6, 1.0, 1.5),
    "text": (0.0, 0.1, 0.2, 0.4, 0.7, 1.0),
}
"""Weights to try. The composed vector keeps weight 1, since only proportions matter.

Taste is absent because it plays no part in these wishes.
"""
ROUNDS = 2
EQUAL = RankerWeights(slice=1.0, kind=1.0, text=1.0, taste=1.0)
SPECIALISTS = (
    "color",
    "pattern",
    "sleeve_length",
    "length",
    "neckline",
    "fit",
    "material",
    "details",
    "gender",
    "style",
)
LEFT_OUT: dict[str, frozenset[str]] = {
    "composed vector": frozenset({"composed"}),
    "kind": frozenset({"kind", "category", "maybe category", "not category"}),
    "text": frozenset({"text"}),
    "all specialists": frozenset(
        f"{prefix}{facet}" for facet in SPECIALISTS for prefix in ("", "not ", "maybe ")
    ),
    **{
        f"specialist of {facet}": frozenset({facet, f"not {facet}", f"maybe {facet}"})
        for facet in ("color", "pattern", "details", "sleeve_length", "neckline", "material")
    },
}
Pooled = tuple[Bench, list[Pool | None]]


def fit(benches: Mapping[str, Pooled], start: RankerWeights) -> RankerWeights:
    """Fit the weights by coordinate descent on the mean recall@10 over the benches."""
    best, reached = start, score(benches, start)
    for name in tqdm(
        list(GRID) * ROUNDS, desc="fitting the rankers' weights", unit="weight", leave=False
    ):
        for value in GRID[name]:
            tried = best.model_copy(update={name: value})
            if tried != best and (recall := score(benches, tried)) > reached + 1e-9:
                best, reached = tried, recall
    return best


def score(benches: Mapping[str, Pooled], weights: RankerWeights) -> float:
    """Return the mean over the benches of their mean recall@10."""
    return float(
        np.mean([np.mean(wishes.recall(pools, weights)) for wishes, pools in benches.values()])
    )


def leave_one_out(benches: Mapping[str, Pooled], weights: RankerWeights) -> dict[str, Figures]:
    """Return {left out: {bench: {"R@10", "loss"}}}.

    loss: the paired gain of the whole ensemble over the reduced one, as [mean, low, high].
    """
    whole = {name: wishes.recall(pools, weights) for name, (wishes, pools) in benches.items()}
    result: dict[str, Figures] = {
        "nothing": {name: {"R@10": estimate(rows).rounded()} for name, rows in whole.items()}
    }
    for left, names in tqdm(LEFT_OUT.items(), desc="leaving rankers out", leave=False):
        result[left] = {}
        for bench_name, (wishes, _) in benches.items():
            rows = wishes.recall(wishes.pools(names), weights)
            result[left][bench_name] = {
                "R@10": estimate(rows).rounded(),
                "loss": difference(whole[bench_name], rows).rounded(),
            }
    return result


def rare_lift(benches: Mapping[str, Pooled], weights: RankerWeights) -> dict[str, Figures]:
    """Return {bench: {"wishes", "with", "without", "lift"}} for rare values.

    "with" and "without" refer to the specialists.
    """
    result: dict[str, Figures] = {}
    for name, (wishes, _) in benches.items():
        rare = wishes.only_rare()
        if not rare.asks:
            continue
        with_all, without = (
            rare.recall(rare.pools(left_out), weights)
            for left_out in (frozenset[str](), LEFT_OUT["all specialists"])
        )
        result[name] = {
            "wishes": len(rare.asks),
            "with": estimate(with_all).rounded(),
            "without": estimate(without).rounded(),
            "lift": difference(with_all, without).rounded(),
        }
    return result


def drawn_benches(
    catalog: Catalog, gallery: Gallery, truth: Sequence[Truth], words: Words, count: int, seed: int
) -> tuple[dict[str, Bench], dict[str, Bench], dict[str, Bench]]:
    """Return three sets of benches: for fitting, for the report, and of rare values.

    Each set has benches with the listings and with the listings hidden.
    """
    asks, likes = (make(truth, catalog.groups, 2 * count, seed) for make in (drawn_asks, like_asks))
    hidden = Unlisted(gallery.vectors, catalog.ids, catalog.groups)
    listings: dict[str, GroupedListings] = {"drawn": catalog, "drawn, listings hidden": hidden}
    fitting, report, rare = (
        {name: bench(shop, gallery, part, words) for name, shop in listings.items()}
        for part in (asks[::2], asks[1::2], rare_asks(truth, catalog.groups))
    )
    fitting["drawn, like an item"] = bench(catalog, gallery, likes[::2], words)
    report["drawn, like an item"] = bench(catalog, gallery, likes[1::2], words)
    return fitting, report, rare


def photo_bench(
    data: Path, role: str, encoder: Encoder, words: Words, count: int, seed: int
) -> Bench:
    """Return the bench of composed queries on the product photos whose designs have this role."""
    gallery = read_gallery(data, role, encoder)
    ids = [product.id for product in gallery.products]
    return bench(
        Unlisted(gallery.vectors, ids, ids), gallery, photo_asks(gallery, count, seed), words
    )


def run(
    data: Path | None = None,
    catalog: Path | None = None,
    queries: int = 150,
    seed: int = 0,
    write: bool = False,
    out: Path | None = None,
) -> Figures:
    """Print all tables and one JSON line.

    write: save the fitted weights for retrieval if they are surely no worse on the report part.
    """
    settings = load_settings(data_dir=data, catalog_dir=catalog)
    encoder = load_encoder(settings.encoder, settings.device)
    words, opened = Words(encoder), Catalog.open(settings.catalog_dir)
    gallery, truth = drawn_gallery(opened, encoder)
    fitting, report, rare = drawn_benches(opened, gallery, truth, words, queries, seed)
    fitting["photos"] = photo_bench(settings.data_dir, "choose", encoder, words, queries, seed + 1)
    report["photos"] = rare["photos"] = photo_bench(
        settings.data_dir, "report", encoder, words, queries, seed
    )
    pooled = {
        part: {name: (wishes, wishes.pools()) for name, wishes in benches.items()}
        for part, benches in (("fitting", fitting), ("report", report), ("rare", rare))
    }
    shipped = load_ranker_weights()
    fitted = fit(pooled["fitting"], shipped)
    candidates = {"equal": EQUAL, "shipped": shipped, "fitted": fitted}
    against = weighed(pooled, candidates)
    holds = fitted != shipped and against["fitted"]["report"]["difference_to_shipped"][1] >= 0
    if write and holds:
        save_ranker_weights(
            fitted,
            SHIPPED,
            encoder.fingerprint,
            f"fitted on {sum(len(b.asks) for b in fitting.values())} "
            "wishes of the choosing designs and of a drawn catalogue, held on others",
        )
    elif write:
        notice(
            "the shipped weights stay: the fitted ones are not surely as good on the report's part "
            f"({SHIPPED.name})"
        )
    ablation, lift = leave_one_out(pooled["report"], shipped), rare_lift(pooled["rare"], shipped)
    values = [f"{facet}: {value}" for facet, value in rare_values(truth)]
    _print(against, candidates, ablation, lift, values)
    return finish(
        {
            "benchmark": "ensemble",
            "encoder": encoder.name,
            "fingerprint": encoder.fingerprint,
            "seed": seed,
            "wishes": {name: len(wishes.asks) for name, wishes in report.items()},
            "weights": {name: w.model_dump(exclude={"without"}) for name, w in candidates.items()},
            "weighed": against,
            "written": bool(write and holds),
            "leave_one_out": ablation,
            "rare_values": values,
            "rare": lift,
            "machine": machine(),
        },
        out and out / "ensemble.json",
    )


def weighed(
    pooled: Mapping[str, Mapping[str, Pooled]], candidates: Mapping[str, RankerWeights]
) -> dict[str, Figures]:
    """Compare sets of weights on the fitting and report parts.

    Returns {weights: {part: {bench or "mean": R@10, "difference_to_equal",
    "difference_to_shipped"}}}.
    """
    result: dict[str, Figures] = {name: {} for name in candidates}
    for part in ("fitting", "report"):
        rows = {
            name: {key: b.recall(pools, weights) for key, (b, pools) in pooled[part].items()}
            for name, weights in candidates.items()
        }
        for name in candidates:
            result[name][part] = {
                **{key: estimate(values).rounded() for key, values in rows[name].items()},
                "mean": estimate(rows[name]).rounded(),
                "difference_to_equal": difference(rows[name], rows["equal"]).rounded(),
                "difference_to_shipped": difference(rows[name], rows["shipped"]).rounded(),
            }
    return result


def _print(
    against: dict[str, Figures],
    candidates: Mapping[str, RankerWeights],
    ablation: dict[str, Figures],
    lift: dict[str, Figures],
    values: Sequence[str],
) -> None:
    parts = list(ablation["nothing"])
    table(
        "Weights of the rankers: recall@10 [95%] on wishes that nothing was fitted on",
        ["weights", "slice, kind, text", *parts, "mean", "less equal", "less shipped"],
        [
            [
                name,
                f"{w.slice:g}, {w.kind:g}, {w.text:g}",
                *(
                    Estimate(*against[name]["report"][key])
                    for key in (*parts, "mean", "difference_to_equal", "difference_to_shipped")
                ),
            ]
            for name, w in candidates.items()
        ],
        width=150,
    )
    table(
        "Leave one out, shipped weights: recall@10, and what is lost [95%, paired]",
        ["left out", *parts],
        [
            [
                left,
                *(
                    short(e[part]["R@10"][0])
                    + (f"; {Estimate(*e[part]['loss'])}" if "loss" in e[part] else "")
                    for part in parts
                ),
            ]
            for left, e in ablation.items()
        ],
    )
    table(
        f"Values that under 1% of the items have ({', '.join(values)}): recall@10 [95%]",
        ["wishes", "number", "all rankers", "without specialists", "lift"],
        [
            [name, e["wishes"], *(Estimate(*e[key]) for key in ("with", "without", "lift"))]
            for name, e in lift.items()
        ],
    )

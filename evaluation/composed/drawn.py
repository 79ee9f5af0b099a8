"""The composed benchmark on a drawn catalogue, for every composer and the whole agent."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from tqdm import tqdm

from agent import Stylist
from agent.language import read
from catalog.store import Catalog
from encoders import Encoder
from evaluation.composed.drawn_queries import DrawnQuery, drawn_gallery, drawn_queries
from evaluation.composed.gallery import Gallery, Words, read_wish
from evaluation.composed.methods import Methods
from evaluation.composed.product_queries import ComposedQuery
from evaluation.composed.scores import Rows, add_ranking, query_rows, summary
from evaluation.report.show import Figures, table
from metrics.intervals import Estimate, short

CHANGES = (1, 2, 3)
AGENT = "whole agent, listings too"
AGENT_QUERIES = 60
"""Queries per number of changes, since a turn takes a hundred times as long as a score."""


def on_drawn(
    folder: Path,
    encoder: Encoder,
    words: Words,
    mixes: dict[str, float],
    names: Sequence[str],
    queries: int,
    seed: int,
) -> Figures:
    """Measure every method by the number of changes, and how often the planner reads them exactly.

    Prints a table. Raises InputError if the folder holds no catalogue, no drawn truth, or vectors
    of another encoder.
    """
    catalog = Catalog.open(folder)
    gallery, truth = drawn_gallery(catalog, encoder)
    asked = {f"{n} change{'s' * (n > 1)}": drawn_queries(truth, n, queries, seed) for n in CHANGES}
    methods = Methods(gallery, words, mixes)
    words.learn(query.phrase for chosen in asked.values() for query in chosen)
    figures: dict[str, Figures] = {}
    for name in tqdm(names, desc="composers on drawn pictures", leave=False):
        scorer = methods.scorer(name)
        figures[name] = {
            part: summary(query_rows(gallery, chosen, [read_wish(q) for q in chosen], scorer))
            for part, chosen in asked.items()
        }
    figures[AGENT] = {
        part: summary(through_the_agent(folder, gallery, chosen[:AGENT_QUERIES]))
        for part, chosen in asked.items()
    }
    reading = {
        part: round(float(np.mean([_as_meant(q) for q in chosen])), 4)
        for part, chosen in asked.items()
    }
    table(
        "Composed retrieval on the drawn catalogue, judged by what was drawn: "
        "R@10 [95%]; P@10; drift",
        [
            "composer",
            *(
                f"{part} ({len(chosen)}, {short(reading[part])} read as meant)"
                for part, chosen in asked.items()
            ),
        ],
        [
            [
                name,
                *(
                    f"{Estimate(*f['R@10'])}; {short(f['P@10'][0])}; {short(f['drift'][0])}"
                    for f in by_part.values()
                ),
            ]
            for name, by_part in figures.items()
        ],
    )
    return {
        "catalog": len(gallery.products),
        "queries": {part: len(chosen) for part, chosen in asked.items()},
        "read_as_meant": reading,
        "figures": figures,
    }


def _as_meant(query: DrawnQuery) -> bool:
    return {c.key for c in read(query.phrase).constraints} == {c.key for c in query.constraints}


def through_the_agent(folder: Path, gallery: Gallery, queries: Sequence[ComposedQuery]) -> Rows:
    """Return the figures of the agent's cards, with confirmed ones first.

    Turns point at the reference as a shopper does.
    """
    stylist = Stylist.open(folder, memory=":memory:")
    row_of = {id_: row for row, id_ in enumerate(gallery.products)}
    rows: Rows = {name: [] for name in ("R@1", "R@10", "R@50", "P@10", "drift")}
    for query in tqdm(queries, desc="turns of the agent", leave=False):
        session = stylist.new_session()
        reply = stylist.chat(session, query.phrase, like=gallery.products[query.reference], k=10)
        shown = [row_of[card.id] for card in (*reply.items, *reply.unconfirmed)]
        add_ranking(rows, gallery, query, np.array(shown, dtype=np.int64))
        stylist.forget(session)
    return {name: values for name, values in rows.items() if name != "R@50"}

"""The attribute-to-product tasks of the Marqo-FashionCLIP leaderboard, on held-out photos.

The query is just a name (a category, a sub-category, a fine category or a colour of the shop), and
a hit is a product that has it. The protocol follows github.com/marqo-ai/marqo-FashionCLIP,
LEADERBOARD.md and configs/KAGL.json: every name is one query, documents are 0.9 picture + 0.1 title
and ranked by cosine, and the figures are P@1, P@10 and MRR of the first ten. The published figures
cover the whole of that data set (KAGL). Ours cover only the few held-out designs, from the domain
that the built-in encoder was trained on, and are for orientation only.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from agent.language import read
from composer import compose
from datasets.photos import FOLDERS
from datasets.splits import design_role
from encoders import Encoder, load_encoder
from errors import InputError
from evaluation.composed.gallery import Words, encode_files
from evaluation.report.show import Figures, finish, machine, table
from metrics.intervals import Estimate, estimate, short
from settings import load_settings
from vocabulary.wish import Wish

TASKS = {
    "category": "masterCategory",
    "sub-category": "subCategory",
    "fine category": "articleType",
    "color": "baseColour",
}
"""Task -> the shop's column."""
DEPTH = 10
TITLE = 0.1
"""Weight of the title in a document."""
FIGURES = ("P@1", "P@10", "MRR")
PUBLISHED: dict[str, dict[str, tuple[float, float, float]]] = {
    "Marqo-FashionSigLIP": {
        "category": (0.571, 0.686, 0.643),
        "sub-category": (0.711, 0.687, 0.756),
        "fine category": (0.704, 0.629, 0.763),
        "color": (0.587, 0.502, 0.664),
    },
    "Marqo-FashionCLIP": {
        "category": (0.714, 0.571, 0.714),
        "sub-category": (0.667, 0.613, 0.691),
        "fine category": (0.725, 0.613, 0.772),
        "color": (0.500, 0.496, 0.614),
    },
    "FashionCLIP2.0": {
        "category": (0.714, 0.686, 0.714),
        "sub-category": (0.600, 0.571, 0.627),
        "fine category": (0.634, 0.577, 0.694),
        "color": (0.413, 0.443, 0.518),
    },
}
"""P@1, P@10 and MRR on the whole of KAGL, from the leaderboard of 2024-08-09."""
NOTE = (
    "our test set is smaller ({photos} photos of held-out designs) and of the domain that the "
    "built-in encoder was trained on; the published figures are on the whole data set, for "
    "orientation"
)


def held_out(data: Path) -> list[dict[str, str]]:
    """Return the shop's rows of the product photos with held-out designs.

    Raises InputError if the folder is missing.
    """
    path = data / FOLDERS["product"] / "products.csv"
    if not path.is_file():
        raise InputError(
            f"no {path}; name the folder that holds {FOLDERS['product']} with --data or DATA_DIR"
        )
    with path.open(encoding="utf-8", newline="") as lines:
        return [
            row
            for row in csv.DictReader(lines)
            if design_role(row["productDisplayName"]) == "report"
        ]


def relevance(rows: Sequence[Mapping[str, str]], column: str) -> dict[str, np.ndarray]:
    """Return {name: (n,) bool, whether each product has it} for every name in the column."""
    values = np.array([row[column] for row in rows])
    return {name: values == name for name in sorted(set(values.tolist()) - {""})}


def scored(ranking: np.ndarray, relevant: np.ndarray) -> tuple[float, float, float]:
    """Return P@1, P@10 and the reciprocal rank of the first hit among ten.

    ranking: rows, best first; relevant: (n,) bool. As on the leaderboard, P@10 divides by ten even
    if fewer products have the name.
    """
    hits = relevant[ranking[:DEPTH]]
    first = int(np.argmax(hits)) if hits.any() else -1
    return (
        float(hits[:1].sum()),
        float(hits.sum()) / DEPTH,
        1.0 / (first + 1) if first >= 0 else 0.0,
    )


def mixed(pictures: np.ndarray, titles: np.ndarray, share: float = TITLE) -> np.ndarray:
    """Return unit documents (n, dim): the weighted sum of unit pictures and titles (n, dim)."""
    return _unit((1 - share) * _unit(pictures) + share * _unit(titles))


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)


def by_wish(encoder: Encoder, words: Words, name: str) -> np.ndarray:
    """Return the query (dim,) as the shop builds it: read by the planner and composed in slices."""
    reading = read(name)
    wish = Wish(constraints=reading.constraints, words=" ".join(reading.unknown))
    return compose("delta", None, wish, words.of(name), encoder).vector


def run_task(
    relevant: Mapping[str, np.ndarray], queries: Mapping[str, np.ndarray], documents: np.ndarray
) -> Figures:
    """Return {P@1, P@10, MRR: [mean, low, high]} over the names.

    relevant: name -> (n,) bool; queries: name -> (dim,); documents: (n, dim).
    """
    rows = [
        scored(np.argsort(-(documents @ queries[name]), kind="stable"), has_it)
        for name, has_it in relevant.items()
    ]
    return {
        figure: estimate(values).rounded()
        for figure, values in zip(FIGURES, zip(*rows, strict=True), strict=True)
    }


def run(
    data: Path | None = None, encoder: Encoder | None = None, out: Path | None = None
) -> Figures:
    """Run all tasks with three kinds of queries; print a table and one JSON line."""
    settings = load_settings(data_dir=data)
    rows = held_out(settings.data_dir)
    encoder = encoder or load_encoder(settings.encoder, settings.device)
    words = Words(encoder)
    folder = settings.data_dir / FOLDERS["product"] / "images"
    pictures = encode_files([folder / f"{row['id']}.jpg" for row in rows], encoder)
    titles = [row["productDisplayName"] for row in rows]
    words.learn(titles)
    documents = mixed(pictures, np.stack([words.embedding(title) for title in titles]))
    relevant = {task: relevance(rows, column) for task, column in TASKS.items()}
    words.learn(name for by_name in relevant.values() for name in by_name)
    figures: dict[str, Figures] = {}
    for task, by_name in relevant.items():
        texts = {name: words.embedding(name) for name in by_name}
        wishes = {name: by_wish(encoder, words, name) for name in by_name}
        for way, queries, targets in (
            ("text tower, picture + title", texts, documents),
            ("text tower, picture", texts, _unit(pictures)),
            ("planner, slices, picture", wishes, pictures),
        ):
            figures.setdefault(way, {})[task] = run_task(by_name, queries, targets)
    names = {
        task: {
            "names": len(by_name),
            "with_ten": int(sum(int(has_it.sum()) >= DEPTH for has_it in by_name.values())),
        }
        for task, by_name in relevant.items()
    }
    note = NOTE.format(photos=len(rows))
    _show(figures, names, note)
    return finish(
        {
            "benchmark": "marqo",
            "encoder": encoder.name,
            "fingerprint": encoder.fingerprint,
            "photos": len(rows),
            "names": names,
            "figures": figures,
            "published": PUBLISHED,
            "note": note,
            "machine": machine(),
        },
        out and out / "marqo.json",
    )


def _show(figures: dict[str, Figures], names: dict[str, dict[str, int]], note: str) -> None:
    table(
        f"A name as the query: P@10 [95%]; P@1; MRR. {note[0].upper()}{note[1:]}",
        [
            "way",
            *(
                f"{task} ({n['names']} names, {n['with_ten']} on ten or more)"
                for task, n in names.items()
            ),
        ],
        [
            *([way, *(_cell(by_task[task]) for task in TASKS)] for way, by_task in figures.items()),
            *(
                [
                    f"{model} (published)",
                    *("{1}; {0}; {2}".format(*map(short, by_task[task])) for task in TASKS),
                ]
                for model, by_task in PUBLISHED.items()
            ),
        ],
    )


def _cell(figures: Mapping[str, list[float]]) -> str:
    return f"{Estimate(*figures['P@10'])}; {short(figures['P@1'][0])}; {short(figures['MRR'][0])}"

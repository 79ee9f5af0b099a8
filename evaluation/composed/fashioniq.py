"""FashionIQ by its official protocol: a garment, two captions of a difference, one right answer.

Wu et al., "Fashion IQ: A New Dataset Towards Retrieving Images by Natural Language Feedback", CVPR
2021 (github.com/XiaoxiaoGuo/fashion-iq). The benchmark uses the validation part, with each category
on its own and both captions joined. R@10 and R@50 are measured among all pictures of the category's
split, including the reference ("full"), and among those that the captions name ("VAL", after Chen
et al., "Image Search with Text Feedback by Visiolinguistic Attention Learning", CVPR 2020), which
is easier.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from encoders import Encoder, load_encoder
from errors import InputError
from evaluation.composed.gallery import Gallery, Words, encode_files, read_wish
from evaluation.composed.methods import Methods, Scorer
from evaluation.composed.product_queries import ComposedQuery
from evaluation.report.show import Figures, finish, machine, table
from metrics.intervals import estimate
from settings import load_settings

FOLDER = "fashioniq"
"""Its folder within the folder of labelled photos."""
CATEGORIES = ("dress", "shirt", "toptee")
CUTS = (10, 50)
SETS = ("full", "VAL")
Recalls = dict[str, list[float]]
"""Figure -> one number per query."""
ENDINGS = (".jpg", ".png", ".jpeg")

PUBLISHED: dict[str, tuple[tuple[float, float], ...]] = {
    "TIRG (Vo et al., CVPR 2019; ResNet-18)": ((14.87, 34.66), (18.26, 37.89), (19.08, 39.62)),
    "CLIP4Cir (Baldrati et al., CVPR Workshops 2022)": (
        (33.81, 59.40),
        (39.99, 60.45),
        (41.41, 65.37),
    ),
    "CLIP4Cir (Baldrati et al., TOMM 2023)": ((39.46, 64.55), (44.41, 65.26), (47.48, 70.98)),
    "MagicLens-L, CLIP (Zhang et al., ICML 2024; zero-shot)": (
        (25.5, 46.1),
        (32.7, 53.8),
        (34.0, 57.7),
    ),
    "MagicLens-L, CoCa (Zhang et al., ICML 2024; zero-shot)": (
        (32.3, 52.7),
        (40.5, 59.2),
        (41.4, 63.0),
    ),
    "SPRC (Bai et al., ICLR 2024)": ((49.18, 72.43), (55.64, 73.89), (59.35, 78.58)),
}
"""Published (R@10, R@50) in percent by category, as later papers quote them.

TIRG is quoted as in the comparisons since Chen et al. 2020, whose candidate set may be the smaller
one; the others use the full one. All but MagicLens are trained on FashionIQ's training part.
"""


@dataclass(frozen=True)
class Part:
    """A category: queries as (reference, target, joined captions), and its candidate pictures."""

    category: str
    queries: tuple[tuple[str, str, str], ...]
    candidates: tuple[str, ...]

    @property
    def named(self) -> tuple[str, ...]:
        """The pictures that the captions name, in order."""
        return tuple(
            dict.fromkeys(
                id_ for reference, target, _ in self.queries for id_ in (reference, target)
            )
        )


def _files(folder: Path, category: str) -> tuple[Path, Path]:
    return (
        folder / "captions" / f"cap.{category}.val.json",
        folder / "image_splits" / f"split.{category}.val.json",
    )


def missing(folder: Path) -> str:
    """Return a sentence on what is missing and where it belongs, or "" if nothing is missing."""
    absent = [
        path for category in CATEGORIES for path in _files(folder, category) if not path.is_file()
    ]
    if not (folder / "images").is_dir():
        absent.append(folder / "images")
    if not absent:
        return ""
    return (
        f"no {absent[0]} ({len(absent)} of 7 parts are missing). FashionIQ belongs into {folder}: "
        "captions/cap.CATEGORY.val.json, image_splits/split.CATEGORY.val.json and images/ID.jpg "
        f"(or .png) for the categories {', '.join(CATEGORIES)}; captions and splits: "
        "github.com/XiaoxiaoGuo/fashion-iq, pictures: by the links that it names. "
        "Another folder: --folder"
    )


def read_part(folder: Path, category: str) -> Part:
    """Read the validation part of one category.

    Raises InputError if a file is missing or malformed.
    """
    captions, split = _files(folder, category)
    try:
        records, candidates = (
            json.loads(path.read_text(encoding="utf-8")) for path in (captions, split)
        )
        queries = tuple(
            (str(r["candidate"]), str(r["target"]), joined(r["captions"])) for r in records
        )
    except OSError:
        raise InputError(missing(folder)) from None
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{captions} or {split} is not FashionIQ's ({type(error).__name__}: {error}); expected "
            'a list of {"candidate", "target", "captions"} and a list of ids'
        ) from None
    return Part(category, queries, tuple(dict.fromkeys(map(str, candidates))))


def joined(captions: Sequence[str]) -> str:
    """Join both captions into one sentence."""
    return " and ".join(caption.strip(" .,?!") for caption in captions if caption.strip())


def _picture(folder: Path, id_: str) -> Path | None:
    return next(
        (path for end in ENDINGS if (path := folder / "images" / f"{id_}{end}").is_file()), None
    )


def _galleries(folder: Path, part: Part, encoder: Encoder) -> dict[str, Gallery]:
    """Return {set: gallery}, encoding every picture once.

    Raises InputError if pictures are missing.
    """
    ids = tuple(dict.fromkeys((*part.candidates, *part.named)))
    paths = {id_: _picture(folder, id_) for id_ in ids}
    absent = [id_ for id_, path in paths.items() if path is None]
    if absent:
        raise InputError(
            f"{len(absent)} of {len(ids)} {part.category} pictures are not in {folder / 'images'} "
            f"({', '.join(absent[:3])}, ...); the protocol needs all of them, as ID.jpg or ID.png"
        )
    vectors = encode_files([path for path in paths.values() if path is not None], encoder)
    row_of = {id_: row for row, id_ in enumerate(ids)}
    return {
        "full": Gallery(ids, vectors, encoder),
        "VAL": Gallery(part.named, vectors[[row_of[id_] for id_ in part.named]], encoder),
    }


def recall_rows(gallery: Gallery, part: Part, scorer: Scorer) -> dict[str, list[float]]:
    """Return {R@10, R@50: 1.0 or 0.0 per query}, for whether the target is among the first.

    The reference remains among the candidates.
    """
    row_of = {id_: row for row, id_ in enumerate(gallery.products)}
    rows: dict[str, list[float]] = {f"R@{cut}": [] for cut in CUTS}
    for reference, target, words in part.queries:
        query = ComposedQuery("fashioniq", row_of[reference], words, frozenset({row_of[target]}))
        best = np.argsort(-scorer(query, read_wish(query)), kind="stable")[: max(CUTS)]
        for cut in CUTS:
            rows[f"R@{cut}"].append(float(row_of[target] in best[:cut]))
    return rows


def evaluate(
    folder: Path, encoder: Encoder, words: Words, names: Sequence[str], mixes: dict[str, float]
) -> dict[str, Figures]:
    """Return {set: {method: {category or mean: {R@10, R@50: [mean, low, high]}}}}; print tables."""
    recalls: dict[str, dict[str, dict[str, Recalls]]] = {name: {} for name in SETS}
    for category in CATEGORIES:
        part = read_part(folder, category)
        for kind, gallery in _galleries(folder, part, encoder).items():
            methods = Methods(gallery, words, mixes)
            for name in names:
                recalls[kind].setdefault(name, {})[category] = recall_rows(
                    gallery, part, methods.scorer(name)
                )
    result = {
        kind: {name: _summary(by_category) for name, by_category in by_name.items()}
        for kind, by_name in recalls.items()
    }
    for kind, by_name in result.items():
        _print(kind, by_name)
    return result


def _summary(by_category: dict[str, Recalls]) -> Figures:
    """Return {category or mean: {R@10, R@50: [mean, low, high]}} of one method."""
    summary = {
        category: {cut: estimate(values).rounded() for cut, values in rows.items()}
        for category, rows in by_category.items()
    }
    summary["mean"] = {
        f"R@{cut}": estimate({c: rows[f"R@{cut}"] for c, rows in by_category.items()}).rounded()
        for cut in CUTS
    }
    return summary


def _print(kind: str, by_name: Figures) -> None:
    ours = [
        [
            name,
            *(
                f"{100 * f[part]['R@10'][0]:.1f} {100 * f[part]['R@50'][0]:.1f}"
                for part in (*CATEGORIES, "mean")
            ),
        ]
        for name, f in by_name.items()
    ]
    others = [
        [
            name,
            *(
                f"{first:.1f} {deep:.1f}"
                for first, deep in (*by_category, tuple(np.mean(by_category, axis=0)))
            ),
        ]
        for name, by_category in PUBLISHED.items()
    ]
    table(
        f"FashionIQ, validation part, {kind} candidates: R@10 R@50 in percent; "
        "published figures below",
        ["method", *CATEGORIES, "mean"],
        [*ours, *others],
    )


def run(
    folder: Path | None = None,
    data: Path | None = None,
    kinds: Sequence[str] | None = None,
    out: Path | None = None,
) -> Figures:
    """Run FashionIQ alone; print tables and one JSON line.

    Raises InputError if its files are missing.
    """
    settings = load_settings(data_dir=data)
    where = folder or settings.data_dir / FOLDER
    if lacking := missing(where):
        raise InputError(lacking)
    encoder = load_encoder(settings.encoder, settings.device)
    words = Words(encoder)
    names = Methods(
        Gallery((), np.zeros((0, encoder.dim), dtype=np.float32), encoder), words
    ).names(kinds)
    figures = evaluate(where, encoder, words, names, {})
    return finish(
        {
            "benchmark": "fashioniq",
            "encoder": encoder.name,
            "fingerprint": encoder.fingerprint,
            "figures": figures,
            "published": PUBLISHED,
            "machine": machine(),
        },
        out and out / "fashioniq.json",
    )

"""Composed retrieval on real product photos, pictures only: every composer under one protocol."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from tqdm import tqdm

from agent.language import read
from catalog import vocabulary
from catalog.wish import Constraint, Wish
from composer import KINDS as COMPOSERS
from composer import Weights, compose, load_weights
from encoders import Encoder, load_encoder
from evaluation.product_queries import FACETS, KINDS, ComposedQuery, Product, photo_path, read_products, sample_queries
from evaluation.show import finish, interval, machine, table
from settings import load_settings

CUTS = (1, 10, 50)
BATCH = 32
SLICES = {"category": "category", "color": "color", "pattern": "pattern", "gender": "audience"}
"""Facet -> the slice it is told by, for the change in question and for drift."""


@dataclass(frozen=True)
class Gallery:
    """Products and their vectors (n, dim) float32, row by row."""

    products: tuple[Product, ...]
    vectors: np.ndarray
    encoder: Encoder


def read_gallery(data: Path, role: str, encoder: Encoder) -> Gallery:
    """The products whose designs play this role, encoded."""
    products = read_products(data, role)
    parts = []
    for start in tqdm(range(0, len(products), BATCH), desc="encoding photos", unit="batch"):
        pictures = [Image.open(photo_path(data, p)).convert("RGB") for p in products[start:start + BATCH]]
        parts.append(encoder.encode_images(pictures))
    return Gallery(tuple(products), np.concatenate(parts).astype(np.float32), encoder)


def known_wish(query: ComposedQuery) -> Wish:
    """The change as it is, nothing to parse: the upper bound of any planner."""
    facet = FACETS[query.kind]
    value = vocabulary.find(facet, query.value) or query.value.lower()
    return Wish(constraints=(Constraint(facet=facet, op="require", value=value),), words=query.phrase)


def read_wish(query: ComposedQuery) -> Wish:
    """The change as the offline planner reads the phrase."""
    return Wish(constraints=read(query.phrase).constraints, words=query.phrase)


class ClassifyEditFilter:
    """No fusion at all: classify everything, edit the reference's labels, keep what has them.

    Among equal numbers of fitting labels the order is drawn with a seed.
    """

    def __init__(self, gallery: Gallery, seed: int = 0) -> None:
        self.prototypes = {facet: gallery.encoder.prototypes(facet) for facet in SLICES}
        self.labels = {facet: self._classify(gallery, facet) for facet in SLICES}
        self.order = np.random.default_rng(seed).permutation(len(gallery.products))

    def _classify(self, gallery: Gallery, facet: str) -> np.ndarray:
        span = gallery.encoder.layout.slice(gallery.encoder.facet_slice[facet])
        return np.argmax(self.prototypes[facet].probabilities(gallery.vectors[:, span]), axis=1)

    def scores(self, query: ComposedQuery, wish: Wish) -> np.ndarray:
        """(n,) number of labels that fit, less than one for the order."""
        wanted = {facet: {int(labels[query.reference])} for facet, labels in self.labels.items()}
        required = [c for c in wish.of("require") if c.facet in wanted]
        for facet in {c.facet for c in required}:
            covered = {v for c in required if c.facet == facet for v in vocabulary.descendants(facet, str(c.value))}
            wanted[facet] = {n for n, value in enumerate(self.prototypes[facet].values) if value in covered}
        fitting = sum(np.isin(self.labels[facet], list(rows)).astype(float) for facet, rows in wanted.items())
        return fitting + self.order / (2 * len(self.order))


Scorer = Callable[[ComposedQuery, Wish], np.ndarray]


def scorers(gallery: Gallery, spoken: dict[str, np.ndarray], weights: Weights) -> dict[str, Scorer]:
    """Name -> (query, wish) -> (n,) scores, for every composer; the static fusions with the words' embedding and, as
    "in slices", with the wanted values' prototypes."""
    def composed(kind: str, with_words: bool) -> Scorer:
        def score(query: ComposedQuery, wish: Wish) -> np.ndarray:
            words = spoken.get(query.phrase) if with_words else None
            return gallery.vectors @ compose(kind, gallery.vectors[query.reference], wish, words, gallery.encoder,
                                             weights).vector
        return score

    found = {kind: composed(kind, True) for kind in COMPOSERS}
    found |= {f"{kind} in slices": composed(kind, False) for kind in ("text", "sum", "slerp")}
    return found | {"classify, edit, filter": ClassifyEditFilter(gallery).scores}


def ranked(scores: np.ndarray, reference: int, depth: int) -> np.ndarray:
    """The `depth` best rows, best first, equal scores by row; the reference itself is not in the gallery."""
    scores = scores.copy()
    scores[reference] = -np.inf
    return np.argsort(-scores, kind="stable")[:depth]


def measure(gallery: Gallery, queries: Sequence[ComposedQuery], wishes: Sequence[Wish], scorer: Scorer) -> dict:
    """R@1/10/50, precision@10 and drift with 95% bootstrap intervals: {name: [mean, low, high]}.

    drift: mean over the ten best of 1 - cosine to the reference in the slices (of category, colour, pattern, audience)
    that the change leaves alone.
    """
    spans = {facet: gallery.encoder.layout.slice(gallery.encoder.facet_slice[facet]) for facet in SLICES}
    rows: dict[str, list[float]] = {f"R@{cut}": [] for cut in CUTS} | {"P@10": [], "drift": []}
    for query, wish in zip(queries, wishes, strict=True):
        best = ranked(scorer(query, wish), query.reference, max(CUTS))
        hits = np.isin(best, list(query.targets))
        for cut in CUTS:
            rows[f"R@{cut}"].append(float(hits[:cut].any()))
        rows["P@10"].append(float(hits[:10].mean()))
        untouched = [span for facet, span in spans.items() if facet != FACETS[query.kind]]
        moved = [1 - gallery.vectors[best[:10], span] @ gallery.vectors[query.reference, span] for span in untouched]
        rows["drift"].append(float(np.mean(moved)))
    return {name: [round(float(np.mean(values)), 4), *(round(end, 4) for end in interval(values))]
            for name, values in rows.items()}


def embed_phrases(encoder: Encoder, queries: Sequence[ComposedQuery]) -> dict[str, np.ndarray]:
    """phrase -> (dim,) embedding."""
    phrases = sorted({query.phrase for query in queries})
    parts = [encoder.encode_texts(phrases[start:start + 64]) for start in range(0, len(phrases), 64)]
    return dict(zip(phrases, np.concatenate(parts).astype(np.float32), strict=True))


def run(data: Path | None = None, encoder: Encoder | None = None, queries: int = 300, seed: int = 0,
        role: str = "report", weights: Weights | None = None, out: Path | None = None) -> dict:
    """Every composer on the held-out designs, the change once known and once read from the phrase; prints a table and
    one JSON line."""
    settings = load_settings(data_dir=data)
    encoder = encoder or load_encoder(settings.encoder, settings.device)
    gallery = read_gallery(settings.data_dir, role, encoder)
    asked = {kind: sample_queries(gallery.products, kind, queries, seed) for kind in KINDS}
    spoken = embed_phrases(encoder, [q for chosen in asked.values() for q in chosen])
    figures: dict[str, dict] = {}
    for name, scorer in scorers(gallery, spoken, weights or load_weights()).items():
        figures[name] = {source: {kind: measure(gallery, chosen, [wish_of(q) for q in chosen], scorer)
                                  for kind, chosen in asked.items()}
                         for source, wish_of in (("known", known_wish), ("words", read_wish))}
    for source in ("known", "words"):
        table(f"Composed retrieval, {len(gallery.products)} held-out photos, change {source}; R@10 [95%]; P@10; drift",
              ["composer", *(f"{kind} ({len(asked[kind])})" for kind in KINDS)],
              [[name, *(_cell(by_source[source][kind]) for kind in KINDS)] for name, by_source in figures.items()])
    return finish({"benchmark": "composed", "gallery": len(gallery.products), "encoder": encoder.name,
                   "fingerprint": encoder.fingerprint, "queries": {k: len(v) for k, v in asked.items()}, "seed": seed,
                   "figures": figures, "machine": machine()}, out)


def _cell(figures: dict) -> str:
    recall, precision, drift = figures["R@10"], figures["P@10"], figures["drift"]
    return f"{recall[0]:.2f} [{recall[1]:.2f} {recall[2]:.2f}] {precision[0]:.2f} {drift[0]:.2f}"

"""What an encoder with trained slices knows, measured on photos that no fitting and no choosing has seen."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from tqdm import tqdm

import vocabulary
from datasets import splits
from datasets.photos import Photo, photo_opener, read_photos
from encoders.encoder import Encoder
from encoders.prototypes import Prototypes
from errors import InputError

LEAST = 20
"""Items of `product_photos` that make a shop class one of the reported ones."""
_KIN = {"teal": "green", "turquoise": "blue"}


def share(right: Sequence[bool] | np.ndarray) -> dict[str, float | int]:
    """Share with Wilson's 95% interval."""
    n, k = len(right), int(np.sum(right))
    if n == 0:
        return {"value": float("nan"), "low": float("nan"), "high": float("nan"), "n": 0}
    z, p = 1.96, k / n
    middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return {
        "value": p,
        "low": (middle - half) / (1 + z * z / n),
        "high": (middle + half) / (1 + z * z / n),
        "n": n,
    }


def auc(scores: np.ndarray, present: np.ndarray) -> dict[str, float | int]:
    """Area under the ROC curve by ranks (ties shared), with Hanley and McNeil's 95% interval (Radiology 1982)."""
    m, n = int(present.sum()), int((~present).sum())
    if not m or not n:
        return {"value": float("nan"), "low": float("nan"), "high": float("nan"), "n": m + n}
    gap = scores[present][:, None] - scores[~present][None]
    a = float((gap > 0).mean() + 0.5 * (gap == 0).mean())
    q1, q2 = a / (2 - a), 2 * a * a / (1 + a)
    se = math.sqrt(
        max(0.0, (a * (1 - a) + (m - 1) * (q1 - a * a) + (n - 1) * (q2 - a * a)) / (m * n))
    )
    return {"value": a, "low": max(0.0, a - 1.96 * se), "high": min(1.0, a + 1.96 * se), "n": m + n}


def calibration_error(confidence: np.ndarray, right: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error over equally filled bins (Guo et al., arXiv 1706.04599, with quantile bins)."""
    parts = np.array_split(np.argsort(confidence), bins)
    return float(
        sum(
            len(part) * abs(confidence[part].mean() - right[part].mean())
            for part in parts
            if len(part)
        )
        / max(1, len(right))
    )


def encode_photos(
    encoder: Encoder, data: Path, photos: Sequence[Photo], asked: bool = False
) -> np.ndarray:
    """(n, dim) from the original pictures; `asked`: the encoder is told the kind that the labels name."""
    openers: dict[str, Callable] = {
        source: photo_opener(data, source) for source in {p.source for p in photos}
    }
    parts = []
    for start in tqdm(
        range(0, len(photos), 64),
        desc="encoding photos",
        unit="batch",
        mininterval=2,
        disable=len(photos) < 128,
    ):
        batch = photos[start : start + 64]
        kinds = [min(p.sets.get("category", ()), default=None) if asked else None for p in batch]
        parts.append(
            encoder.encode_images([openers[p.source](p.id).convert("RGB") for p in batch], kinds)
        )
    return np.concatenate(parts) if parts else np.zeros((0, encoder.dim), dtype=np.float32)


def chances(encoder: Encoder, vectors: np.ndarray, name: str) -> tuple[Prototypes, np.ndarray]:
    """The prototypes of a facet, or of shop classes (`shop/article`), and (n, V) probabilities."""
    prototypes = encoder.prototypes(name)
    if prototypes is None:
        raise InputError(
            f"encoder {encoder.name!r} has no classes {name!r}; these figures are for the built-in model"
        )
    part = encoder.layout.slice(SHOP_SLICES.get(name) or encoder.facet_slice[name])
    return prototypes, prototypes.probabilities(vectors[:, part])


SHOP_SLICES = {
    "shop/article": "category",
    "shop/kind": "category",
    "shop/base": "color",
    "shop/shop_pattern": "pattern",
    "shop/audience": "audience",
    "shop/usage": "appearance",
}


def shop_figures(
    encoder: Encoder,
    vectors: np.ndarray,
    photos: Sequence[Photo],
    head: str,
    classes: Sequence[str],
) -> dict:
    """Accuracy among `classes` on the photos that have one of them: micro with interval, macro over classes."""
    prototypes, p = chances(encoder, vectors, f"shop/{head}")
    columns = [prototypes.values.index(value) for value in classes if value in prototypes.values]
    names = [prototypes.values[c] for c in columns]
    rows = [i for i, photo in enumerate(photos) if photo.shop.get(head) in set(classes)]
    if not rows or not columns:
        return {**share([]), "macro": float("nan"), "classes": len(classes)}
    best = [names[j] for j in p[np.ix_(rows, columns)].argmax(1)]
    truth = [photos[i].shop[head] for i in rows]
    right = np.array([a == b for a, b in zip(best, truth, strict=True)])
    macro = np.mean([right[[t == value for t in truth]].mean() for value in sorted(set(truth))])
    return {**share(right), "macro": float(macro), "classes": len(classes)}


def root(color: str) -> str:
    """The colour's outermost parent; teal counts as green, turquoise as blue."""
    top = vocabulary.ancestors("color", color)[-1]
    return _KIN.get(top, top)


def looked_figures(
    encoder: Encoder, vectors: np.ndarray, photos: Sequence[Photo]
) -> dict[str, dict]:
    """Facets against labels by looking, for photos of one source."""
    figures: dict[str, dict] = {}
    for facet in ("color", "pattern", "sleeve_length", "neckline", "length"):
        prototypes, p = chances(encoder, vectors, facet)
        rows = [i for i, photo in enumerate(photos) if facet in (photo.seen or {})]
        best = [prototypes.values[j] for j in p[rows].argmax(1)]
        figures[facet] = share(
            [b in photos[i].seen[facet] for b, i in zip(best, rows, strict=True)]
        )
        if facet == "color":
            figures["color with parents"] = share(
                [
                    root(b) in {root(c) for c in photos[i].seen["color"]}
                    for b, i in zip(best, rows, strict=True)
                ]
            )
    details, p = chances(encoder, vectors, "details")
    for name in ("hood", "zipper", "buttons", "pockets"):
        rows = [i for i, photo in enumerate(photos) if name in photo.details and photo.looked]
        present = np.array([photos[i].details[name] for i in rows], dtype=bool)
        figures[f"{name} (AUC)"] = auc(p[rows, details.values.index(name)], present)
    return figures


def slice_calibration(
    encoder: Encoder, vectors: np.ndarray, photos: Sequence[Photo]
) -> dict[str, dict]:
    """Slice -> expected calibration error of its facets' most probable values (of each detail: present or not)."""
    gathered: dict[str, tuple[list[float], list[bool]]] = {}
    for facet, where in encoder.facet_slice.items():
        prototypes, p = chances(encoder, vectors, facet)
        confidence, right = gathered.setdefault(where, ([], []))
        for i, photo in enumerate(photos):
            if facet == "details":
                for name, present in photo.details.items() if photo.looked else ():
                    chance = float(p[i, prototypes.values.index(name)])
                    confidence.append(max(chance, 1 - chance))
                    right.append((chance > 0.5) == present)
            elif facet in (
                labels := photo.seen if photo.looked and facet in (photo.seen or {}) else photo.sets
            ):
                confidence.append(float(p[i].max()))
                right.append(prototypes.values[int(p[i].argmax())] in labels[facet])
    return {
        where: {"value": calibration_error(np.array(c), np.array(r, dtype=float)), "n": len(r)}
        for where, (c, r) in gathered.items()
        if r
    }


def text_retrieval(
    encoder: Encoder, vectors: np.ndarray, photos: Sequence[Photo], least: int = 5
) -> dict[str, dict]:
    """Precision at 10 of phrases against photos: a kind, a colour, a colour and a kind; judged by the shop's labels."""
    queries: dict[str, dict[str, dict[str, str]]] = {
        "category": {},
        "color": {},
        "color and category": {},
    }
    for photo in photos:
        one = {
            f: next(iter(photo.sets[f]))
            for f in ("category", "color")
            if len(photo.sets.get(f, ())) == 1
        }
        if "category" in one:
            queries["category"][one["category"]] = {"category": one["category"]}
        if "color" in one:
            queries["color"][f"{one['color']} clothes"] = {"color": one["color"]}
        if len(one) == 2:
            queries["color and category"][f"{one['color']} {one['category']}"] = one
    figures = {}
    for kind, asked in queries.items():
        words = encoder.encode_texts(list(asked))
        hits: list[float] = []
        for text, wants in zip(words, asked.values(), strict=True):
            relevant = np.array(
                [
                    all(value in photo.sets.get(f, ()) for f, value in wants.items())
                    for photo in photos
                ]
            )
            if relevant.sum() < least:
                continue
            score = sum(
                vectors[:, encoder.layout.slice(encoder.facet_slice[f])]
                @ text[encoder.layout.slice(encoder.facet_slice[f])]
                for f in wants
            )
            k = min(10, int(relevant.sum()))
            hits.append(float(relevant[np.argsort(-score)[:k]].mean()))
        spread = 1.96 * float(np.std(hits)) / math.sqrt(max(1, len(hits)))
        middle = float(np.mean(hits)) if hits else float("nan")
        figures[kind] = {
            "value": middle,
            "low": middle - spread,
            "high": middle + spread,
            "n": len(hits),
        }
    return figures


def reported_classes(photos: Sequence[Photo]) -> dict[str, list[str]]:
    """The classes of the split's rule: article types and base colours with 20 or more items in `product_photos`."""
    shop = [photo.shop for photo in photos if photo.source == "product"]
    classes = {}
    for head in ("article", "base"):
        values = [row[head] for row in shop if head in row]
        classes[head] = sorted(v for v in set(values) if values.count(v) >= LEAST)
    for head in ("shop_pattern", "audience"):
        classes[head] = sorted({row[head] for row in shop if head in row})
    return classes


def measure(encoder: Encoder, data: Path) -> dict:
    """All figures on the reported parts of the folders in `data`: {"shop", "asked" (the kind is named), "shopper",
    "looked", "calibration", "text"}."""
    photos = read_photos(data)
    classes = reported_classes(photos)
    products = [p for p in photos if p.source == "product" and p.role == "report"]
    shoppers = [p for p in photos if p.source == "shopper" and p.role == "report"]
    looked = [p for p in photos if p.looked == "report"]
    vectors = encode_photos(encoder, data, products)
    shopper_vectors, looked_vectors = (
        encode_photos(encoder, data, shoppers),
        encode_photos(encoder, data, looked),
    )
    kinds = sorted({p.shop["kind"] for p in photos if p.source == "shopper"})
    parts = {
        source: [i for i, p in enumerate(looked) if p.source == source]
        for source in ("product", "shopper")
    }
    trained = {
        splits.design(p.title) for p in photos if p.source != "shopper" and p.role == "train"
    }
    parts["product, design never trained on"] = [
        i for i in parts["product"] if splits.design(looked[i].title) not in trained
    ]
    everything = [*products, *looked]
    asked = encode_photos(encoder, data, products, asked=True)
    return {
        "encoder": encoder.name,
        "fingerprint": encoder.fingerprint,
        "side": encoder.side,
        "shop": {
            head: shop_figures(encoder, vectors, products, head, values)
            for head, values in classes.items()
        },
        "asked": {
            head: shop_figures(encoder, asked, products, head, classes[head])
            for head in ("base", "shop_pattern")
        },
        "shopper": {"kind": shop_figures(encoder, shopper_vectors, shoppers, "kind", kinds)},
        "looked": {
            part: looked_figures(encoder, looked_vectors[rows], [looked[i] for i in rows])
            for part, rows in parts.items()
        }
        | {"all": looked_figures(encoder, looked_vectors, looked)},
        "calibration": slice_calibration(
            encoder, np.concatenate([vectors, looked_vectors]), everything
        ),
        "text": text_retrieval(encoder, vectors, products),
    }

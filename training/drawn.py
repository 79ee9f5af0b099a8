"""Drawn garments for training, rendered once with their own seeds and cached beside the photos."""

from __future__ import annotations

import json
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
from tqdm import tqdm

import vocabulary
from datasets.photos import Photo
from demo import render_training
from encoders.layout import FACET_SLICE

SIDE = 192
SEED = 4711
"""Seed of the drawings. Demo catalogues use small numbers, so none of them has this seed."""

DETAILS = vocabulary.leaf_values("details")


def drawn_pictures(cache: Path, count: int, seed: int = SEED) -> tuple[list[Photo], np.ndarray]:
    """Return `count` drawn pictures' labels and their pixels (count, 192, 192, 3) uint8.

    Pictures that the cache lacks are rendered into it.
    """
    folder = cache / f"drawn-{SIDE}-{seed}-{count}"
    if not (folder / "truth.jsonl").exists():
        _render(folder, count, seed)
    truths = [
        json.loads(line)
        for line in (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    return [drawn_photo(row, truth) for row, truth in enumerate(truths)], np.load(
        folder / "pictures.npy", mmap_mode="r"
    )


def _render(folder: Path, count: int, seed: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    pictures = np.lib.format.open_memmap(
        folder / "pictures.npy", "w+", np.uint8, (count, SIDE, SIDE, 3)
    )
    lines = []
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        drawn = pool.map(partial(_draw, seed), range(count), chunksize=16)
        for row, (picture, truth) in enumerate(
            tqdm(drawn, total=count, desc="drawing garments", unit="picture", mininterval=5)
        ):
            pictures[row] = picture
            lines.append(json.dumps(truth, sort_keys=True))
    pictures.flush()
    # written last: its presence marks the folder as complete
    (folder / "truth.jsonl").write_text("\n".join(lines), encoding="utf-8")


def _draw(seed: int, row: int) -> tuple[np.ndarray, dict[str, list[str]]]:
    picture, truth = render_training(np.random.default_rng([seed, row]), size=SIDE)
    return np.asarray(picture.convert("RGB")), truth


def drawn_photo(row: int, truth: dict[str, list[str]]) -> Photo:
    """Return the truth as label sets.

    A drawing shows every detail that it has, so the others are absent.
    """
    sets = {}
    for facet in FACET_SLICE:
        values = frozenset(truth.get(facet, ())) & frozenset(vocabulary.leaf_values(facet))
        if values and facet != "details":
            sets[facet] = values
    category = next(iter(truth.get("category", ())), None)
    have = {
        ancestor
        for detail in truth.get("details", ())
        for ancestor in vocabulary.ancestors("details", detail)
    }
    details = {
        detail: detail in have
        for detail in DETAILS
        if vocabulary.applicable("details", category, detail)
    }
    return Photo("drawn", str(row), "train", sets, details, {}, "")

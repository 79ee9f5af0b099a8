"""Recorded conversations on vectors and pictures with a little noise: only near-ties change places.

The noise stands for another processor, and is far larger than that: processors differ by about
1e-6 of a vector and by one level in a few of a million pixels (docs/numerics.md).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from agent import Stylist
from agent.memory.store import IN_RAM, Memory
from agent.replay import pictures, player, transcripts
from agent.replay.comparison import NEAR_TIE, differences
from agent.replies import Reply
from catalog.files import VECTORS
from catalog.store import Catalog
from encoders import load_encoder

FOLDER = Path(__file__).parent / "transcripts"
NOISE = 1e-3


@pytest.fixture
def noisy_catalog(demo_dir: Path, tmp_path: Path) -> Catalog:
    """The drawn catalogue with noise of NOISE times each vector's length added to it."""
    folder = tmp_path / "noisy"
    shutil.copytree(demo_dir, folder)
    vectors = np.load(folder / VECTORS).astype(np.float32)
    noise = np.random.default_rng(16).standard_normal(vectors.shape).astype(np.float32)
    noise *= np.linalg.norm(vectors, axis=1, keepdims=True) / np.linalg.norm(
        noise, axis=1, keepdims=True
    )
    np.save(folder / VECTORS, (vectors + NOISE * noise).astype(np.float16))
    return Catalog.open(folder)


@pytest.fixture
def noisy_drawings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every level of every drawing that is uploaded goes one up or down."""
    drawn = pictures.drawing

    def drawing(name: str) -> tuple[Image.Image, dict[str, list[str]]]:
        picture, truth = drawn(name)
        levels = np.asarray(picture).astype(np.int16)
        levels += np.random.default_rng(17).choice([-1, 1], levels.shape).astype(np.int16)
        return Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8)), truth

    monkeypatch.setattr(pictures, "drawing", drawing)


@pytest.fixture
def scored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replies carry the unrounded scores of all their cards, {id: score}, as `scores`."""
    expectation = player.expectation

    def noted(reply: Reply | None) -> dict:
        record = expectation(reply)
        record["scores"] = {} if reply is None else {card.id: card.score for card in reply.cards}
        return record

    monkeypatch.setattr(player, "expectation", noted)


def swapped(recorded: list[str], found: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the pairs of ids that changed places, where both lists hold the same ids."""
    places = {id_: place for place, id_ in enumerate(recorded)}
    if places.keys() == set(found):
        for first, second in combinations(found, 2):
            if places[first] > places[second]:
                yield first, second


def without_near_ties(recorded: dict, found: dict) -> tuple[dict, list[str]]:
    """Put near-ties of `found` back into the recorded order, and say which they were."""
    mended, ties = dict(found), []
    scores = mended.pop("scores", {})
    for part in ("items", "unconfirmed"):
        ids, theirs = (
            [card["id"] if part == "items" else card for card in record.get(part, ())]
            for record in (recorded, found)
        )
        pairs = {(a, b): abs(scores[a] - scores[b]) for a, b in swapped(ids, theirs)}
        if pairs and max(pairs.values()) <= NEAR_TIE:
            ties += [f"{a} and {b}, gap {size:.1e}" for (a, b), size in pairs.items()]
            by_id = dict(zip(theirs, found[part], strict=True))
            mended[part] = [by_id[id_] for id_ in ids]
    return mended, ties


def shown(record: dict) -> dict:
    """Leave out all but the items: what is read in a photo may be at the edge of being sure."""
    return {
        "items": [{"id": card["id"], "score": card["score"]} for card in record.get("items", ())],
        "unconfirmed": record.get("unconfirmed"),
    }


@pytest.mark.slow
def test_a_little_noise_swaps_near_ties_alone(
    noisy_catalog: Catalog,
    noisy_drawings: None,
    scored: None,
    record_property,
) -> None:
    encoder = load_encoder()
    problems, ties = [], []
    for path in transcripts.find([FOLDER]):
        transcript = transcripts.read(path)
        outcome = player.replay(
            transcript,
            lambda settings: Stylist(noisy_catalog, encoder, Memory(IN_RAM), settings),
        )
        drawing = any("image" in turn["ask"] for turn in transcript.turns)
        for number, (recorded, now) in enumerate(
            zip(transcript.turns, outcome.turns, strict=True), 1
        ):
            where = f"{path.stem}, turn {number}"
            expected, found = recorded["expect"], now["expect"]
            mended, near = without_near_ties(expected, found)
            ties += [f"{where}: {line}" for line in near]
            if drawing:
                expected, mended = shown(expected), shown(mended)
            problems += [f"{where}: {line}" for line in differences(expected, mended)]
    print("near-ties that changed places:", *ties or ["none"], sep="\n  ")
    record_property("near_ties", ties)
    assert not problems, "\n".join(problems)


def test_a_pair_is_a_near_tie_by_its_gap_alone() -> None:
    recorded = {"items": [], "unconfirmed": ["a", "b", "c"]}
    found = {"items": [], "unconfirmed": ["b", "a", "c"]}
    close, apart = {"a": 0.1, "b": 0.101, "c": 0}, {"a": 0.1, "b": 0.102, "c": 0}
    mended, ties = without_near_ties(recorded, {**found, "scores": close})
    assert mended == recorded and ties == ["b and a, gap 1.0e-03"]
    assert without_near_ties(recorded, {**found, "scores": apart}) == (found, [])
    fewer = {**found, "unconfirmed": ["b", "a"], "scores": close}
    assert without_near_ties(recorded, fewer)[1] == []

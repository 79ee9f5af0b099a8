"""Tokens, phrases, the text tower's losses, heads and calibration; the commands' errors."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

import vocabulary
from encoders.layout import FACET_SLICE
from encoders.prototypes import Prototypes, unit
from encoders.torchvision_ops import import_open_clip
from training.calibrate import Labelled, calibrate, loss, refit
from training.phrases import meaning, plain_phrases, random_phrase
from training.tokens import learn_merges, vocabulary_size, write_merges

ROOT = Path(__file__).resolve().parent.parent.parent


def test_frequent_words_become_one_token(tmp_path: Path) -> None:
    open_clip = import_open_clip(with_transformers=False)
    merges = learn_merges(["navy shirt"] * 20 + ["navy shorts"] * 10 + ["hat"], merges=30)
    write_merges(tmp_path / "bpe.txt.gz", merges)
    tokenizer = open_clip.SimpleTokenizer(bpe_path=str(tmp_path / "bpe.txt.gz"), context_length=8)
    assert tokenizer.vocab_size == vocabulary_size(len(merges))
    assert len(tokenizer.encode("navy shirt")) == 2
    assert tokenizer.decode(tokenizer.encode("a hat")).strip() == "a hat"


def test_merges_do_not_depend_on_the_order_of_texts() -> None:
    texts = ["blue shirt", "blue skirt", "red shirt", "green shorts"]
    assert learn_merges(texts, 20) == learn_merges(texts[::-1], 20)


def test_an_abstract_value_means_what_it_covers() -> None:
    assert "boots" in meaning("category", "shoes") and "shoes" not in meaning("category", "shoes")
    assert "solid" not in meaning("pattern", "patterned") and meaning("color", "blue") == {"blue"}


def test_phrases_are_seeded_and_mean_leaves() -> None:
    one, two = (random_phrase(np.random.default_rng(5)) for _ in range(2))
    assert one == two and one.text
    for phrase in [random_phrase(np.random.default_rng(i)) for i in range(50)] + plain_phrases():
        assert phrase.wants
        for facet, values in phrase.wants.items():
            assert values and values <= set(vocabulary.leaf_values(facet)) and facet in FACET_SLICE


def _separable(n: int, noise: float, seed: int = 0) -> tuple[Prototypes, Labelled]:
    rng = np.random.default_rng(seed)
    truth = unit(rng.normal(size=(4, 8)))
    labels = rng.integers(0, 4, n)
    slices = unit(truth[labels] + noise * rng.normal(size=(n, 8)))
    allowed = torch.zeros(n, 4, dtype=torch.bool)
    allowed[torch.arange(n), torch.from_numpy(labels)] = True
    start = Prototypes(
        ("a", "b", "c", "d"),
        unit(truth + 0.5 * rng.normal(size=truth.shape)),
        40.0,
        np.zeros(4, dtype=np.float32),
    )
    return start, Labelled(
        torch.from_numpy(slices), allowed, torch.ones_like(allowed), torch.ones(n)
    )


def _price(table: Prototypes, data: Labelled) -> float:
    return float(
        loss(torch.from_numpy(np.log(table.probabilities(data.slices.numpy()) + 1e-9)), data, True)
    )


def test_calibration_cools_an_overconfident_table() -> None:
    start, data = _separable(300, noise=0.6)
    tuned = calibrate(start, data)
    assert tuned.scale < start.scale and _price(tuned, data) < _price(start, data)
    assert np.array_equal(tuned.vectors, start.vectors)


def test_refitting_moves_prototypes_within_their_hold() -> None:
    start, data = _separable(300, noise=0.4)
    loose, tight = refit(start, data, 1.0), refit(start, data, 1e5)
    assert _price(loose, data) < _price(start, data)
    assert (
        np.abs(tight.vectors - start.vectors).max()
        < 0.05
        < np.abs(loose.vectors - start.vectors).max()
    )


def test_too_few_examples_change_nothing() -> None:
    start, data = _separable(6, noise=0.4)
    assert refit(start, data, 1.0) is start and calibrate(start, data) is start


def test_details_are_judged_independently() -> None:
    allowed, known = (
        torch.tensor([[True, False], [False, True]]),
        torch.tensor([[True, False], [True, True]]),
    )
    data = Labelled(torch.zeros(2, 3), allowed, known, torch.ones(2))
    right = float(loss(torch.tensor([[9.0, 9.0], [-9.0, 9.0]]), data, False))
    wrong = float(loss(torch.tensor([[-9.0, 9.0], [-9.0, 9.0]]), data, False))
    assert right < 1e-3 < 1 < wrong


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["encoder", "--data", "/nowhere"], "looked_at"),
        (["encoder", "--data", "/nowhere", "--epochs", "1"], "give 3 numbers"),
        (["calibrate", "--out", "/nowhere"], "no open_clip_config.json"),
    ],
)
def test_the_command_names_what_is_missing(arguments: list[str], says: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "training", *arguments, "--cache", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (
        done.returncode == 2
        and says in done.stderr
        and "Traceback" not in done.stderr
        and not done.stdout
    )

"""Calls of many threads in shared passes: own vectors, own errors, the same as alone."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from encoders import load_encoder
from encoders.batching import BatchedEncoder, MicroBatcher


class Counting:
    """Embeds numbers as themselves; holds a pass until released, and records its size."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.entered, self.go = threading.Event(), threading.Event()

    def __call__(self, numbers: list[float]) -> np.ndarray:
        self.sizes.append(len(numbers))
        self.entered.set()
        assert self.go.wait(30)
        if any(number < 0 for number in numbers):
            raise ValueError(f"negative among {numbers}")
        return np.array(numbers, dtype=np.float32)[:, None]


def run(embed: Counting, inputs: list[list[float]], most: int = 64) -> list:
    """What each of several callers gets: the first alone, the others while it is being served."""
    together = MicroBatcher(embed, most)
    with ThreadPoolExecutor(len(inputs)) as pool:
        calls = [pool.submit(together, inputs[0])]
        assert embed.entered.wait(30)
        calls += [pool.submit(together, part) for part in inputs[1:]]
        while len(together._waiting) < len(inputs) - 1:
            pass
        embed.go.set()
        return [call.exception(30) or call.result()[:, 0].tolist() for call in calls]


def test_who_arrives_during_a_pass_shares_the_next_one_and_gets_the_own_rows() -> None:
    embed, inputs = Counting(), [[1.0], [2.0, 3.0], [], [4.0], [5.0, 6.0, 7.0]]
    assert run(embed, inputs) == inputs
    assert embed.sizes == [1, 6]


def test_a_pass_has_an_end() -> None:
    embed, inputs = Counting(), [[1.0], *([float(n)] for n in range(10))]
    assert run(embed, inputs, most=4) == inputs
    assert embed.sizes[0] == 1 and max(embed.sizes) == 4 and sum(embed.sizes) == 11


def test_a_callers_error_reaches_nobody_else() -> None:
    embed, inputs = Counting(), [[1.0], [2.0], [-3.0], [4.0]]
    first, second, third, fourth = run(embed, inputs)
    assert (first, second, fourth) == ([1.0], [2.0], [4.0])
    assert isinstance(third, ValueError) and str(third) == "negative among [-3.0]"


def test_the_real_encoder_gives_the_same_vectors_together_as_alone() -> None:
    encoder = load_encoder("builtin", "cpu")
    batched = BatchedEncoder(encoder)
    rng = np.random.default_rng(0)
    pictures = [
        Image.fromarray(rng.integers(0, 256, (96, 64, 3), dtype=np.uint8)) for _ in range(6)
    ]
    garments = [None, "jeans", None, "shirt", None, "hat"]
    alone = [
        encoder.encode_images([picture], [garment])
        for picture, garment in zip(pictures, garments, strict=True)
    ]
    phrases = ("a red dress", "navy", "boots", "no stripes")
    with ThreadPoolExecutor(6) as pool:
        together = list(
            pool.map(lambda n: batched.encode_images([pictures[n]], [garments[n]]), range(6))
        )
        words = list(pool.map(lambda text: batched.encode_texts([text]), phrases))
    np.testing.assert_allclose(np.concatenate(together), np.concatenate(alone), atol=2e-4)
    np.testing.assert_allclose(np.concatenate(words), encoder.encode_texts(phrases), atol=2e-4)
    assert (
        batched.fingerprint == encoder.fingerprint
        and batched.dim == encoder.dim
        and batched.may_ask
    )
    assert batched.encode_images([]).shape == (0, encoder.dim)


@pytest.mark.parametrize("garments", [["jeans"], ["jeans", "shirt", "hat"]])
def test_a_garment_for_each_picture_or_none(garments: list[str]) -> None:
    batched = BatchedEncoder(load_encoder("builtin", "cpu"))
    with pytest.raises(ValueError):
        batched.encode_images([Image.new("RGB", (64, 64))] * 2, garments)

"""Unknown moods: the nearest known one only if that is certain, and never over explicit words."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from agent.language import read
from agent.language.nearest import Nearest, candidates, read_as
from agent.language.sentences import SentenceEncoder, weights_file
from agent.language.vibes import lexicon

NAMES = {
    entry.name: [" ".join(w) for w, e in lexicon().items() if e.name == entry.name]
    for entry in lexicon().values()
}


def embed(texts: Sequence[str]) -> np.ndarray:
    """Give every text its own direction: "zorblax" near cottagecore, "blurgh" between two moods."""

    def one(text: str) -> np.ndarray:
        if "zorblax" in text:
            return sum(one(name) for name in NAMES["cottagecore"])
        if "blurgh" in text:
            return sum(one(name) for name in NAMES["cottagecore"] + NAMES["goth"])
        return np.random.default_rng(zlib.crc32(text.encode())).standard_normal(384)

    vectors = np.array([one(text) for text in texts])
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def find() -> Nearest:
    return Nearest(embed)


@pytest.fixture
def low_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    """These vectors are random: their cosines are lower than a sentence encoder's."""
    monkeypatch.setattr("agent.language.nearest.MIN_COSINE", 0.3)


def test_a_mood_near_a_known_one_is_read_as_that_and_said_so(find: Nearest, low_bar: None) -> None:
    reading, notes = read_as(read("zorblax vibes, a long dress"), find)
    assert [(v.name, v.text) for v in reading.vibes] == [
        ("cottagecore", "zorblax")
    ] and not reading.unknown_vibes
    assert notes == (f"I read “zorblax” as “cottagecore”: {lexicon()[('cottagecore',)].reason}.",)
    wanted = {(c.facet, c.op, c.value) for c in reading.constraints}
    assert ("pattern", "prefer", "floral") in wanted and ("category", "require", "dress") in wanted
    assert not any(
        c.facet == "length" and c.op == "prefer" for c in reading.constraints
    )  # long was said in words


def test_explicit_words_win(find: Nearest, low_bar: None) -> None:
    reading, _ = read_as(read("zorblax vibes but no flowers"), find)
    assert not any(c.value == "floral" and c.op == "prefer" for c in reading.constraints)


def test_what_is_not_sure_stays_a_question(find: Nearest, low_bar: None) -> None:
    for text in ("blurgh vibes", "quuxly vibes"):  # between two entries; near to none
        reading, notes = read_as(read(text), find)
        assert reading.unknown_vibes and not reading.vibes and not notes
    assert read_as(read("zorblax vibes"), None) == (read("zorblax vibes"), ())


def test_candidates_are_moods_and_short_messages_that_nothing_else_reads() -> None:
    assert candidates(read("zorblax vibes")) == ("zorblax",)
    assert candidates(read("kletzing in Ibaro!")) == ("kletzing in Ibaro",)
    assert candidates(read("red dress for kletzing")) != ("red dress for kletzing",)
    assert candidates(read("no laces or buckles")) == ()
    assert candidates(read("spring mattress")) == ()  # a name of the lexicon with another meaning


def test_names_held_out_are_scored_without_themselves(find: Nearest) -> None:
    found = find.held_out()
    assert len(found) == sum(map(len, NAMES.values())) and all(
        near.score < 0.9 for _, near in found
    )


def test_the_encoder_reads_the_archive_of_its_package(tmp_path: Path) -> None:
    """A tiny model of the same class, built on the spot."""
    import torch
    from safetensors.torch import save
    from tokenizers import Tokenizer, models, pre_tokenizers

    from encoders.torchvision_ops import import_torchvision

    import_torchvision()
    from transformers import BertConfig, BertModel

    config = {
        "vocab_size": 8,
        "hidden_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 16,
        "max_position_embeddings": 80,
    }
    torch.manual_seed(0)
    weights = BertModel(BertConfig.from_dict(config)).state_dict()
    words = Tokenizer(
        models.WordLevel({"[UNK]": 0, "[PAD]": 1, "moor": 2, "walk": 3}, unk_token="[UNK]")
    )
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    with zipfile.ZipFile(tmp_path / "model.zip", "w") as files:
        files.writestr("config.json", json.dumps(config))
        files.writestr("model.safetensors", save(weights))
        files.writestr("tokenizer.json", words.to_str())
    encode = SentenceEncoder(tmp_path / "model.zip")
    alone, longer = encode(["moor"])[0], encode(["moor", "moor walk moor walk"])[0]
    assert alone.shape == (16,) and np.linalg.norm(alone) == pytest.approx(1, abs=1e-5)
    assert np.allclose(alone, longer, atol=1e-5)  # padding does not count


@pytest.mark.skipif(
    weights_file() is None, reason="the sentence encoder's package is not installed"
)
def test_nine_of_ten_held_out_names_find_their_entry() -> None:
    from agent.language.nearest import nearest

    sure = [near.entry.name == entry.name for entry, near in nearest().held_out() if near.sure]
    assert len(sure) > 200 and sum(sure) / len(sure) >= 0.9

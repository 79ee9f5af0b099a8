"""Embedding benchmark: every precision and thread count is timed, and its loss reported."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
import torch

from encoders import SliceLayout
from evaluation.latency import embedding


class Fake:
    """Two slices; less exact in bf16."""

    device, bf16 = "cpu", False
    layout = SliceLayout(("color", "pattern"), (2, 2))
    threads_used: ClassVar[list[int]] = []

    def encode_images(self, pictures):
        self.threads_used.append(torch.get_num_threads())
        turned = 0.1 if self.bf16 else 0.0
        one = np.array([np.cos(turned), np.sin(turned), 1.0, 0.0], dtype=np.float32)
        return np.tile(one, (len(pictures), 1))


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "load_encoder", lambda name, device: Fake())
    monkeypatch.setattr(embedding, "find_spec", lambda name: None)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(embedding.os, "cpu_count", lambda: 2)
    Fake.threads_used = []


def test_every_configuration_is_timed_and_its_loss_reported(
    alone: None, demo_dir: Path, tmp_path: Path
) -> None:
    before = torch.get_num_threads()
    report = embedding.run(demo_dir, models=["ViT-B-32"], out=tmp_path / "embedding.json")
    assert [(way["precision"], way["threads"]) for way in report["measured"]] == [
        ("fp32", 1),
        ("fp32", 2),
        ("bf16", 2),
    ]
    assert [way["cosine"] for way in report["measured"]] == [
        1.0,
        1.0,
        pytest.approx(np.cos(0.1), abs=1e-4),
    ]
    assert all(way["items_s"] > 0 for way in report["measured"]) and set(
        report["decoding_items_s"]
    ) == {1, 2}
    assert {1, 2} <= set(Fake.threads_used) and torch.get_num_threads() == before
    assert report["fastest"]["ViT-B-32"] == max(report["measured"], key=lambda way: way["items_s"])


def test_missing_packages_and_hardware_are_reported(
    alone: None, demo_dir: Path, capsys: pytest.CaptureFixture
) -> None:
    report = embedding.run(demo_dir, models=["builtin"])
    assert any("onnxruntime, onnx, onnxscript not installed" in note for note in report["notes"])
    assert any("no GPU" in note for note in report["notes"]) and "no GPU" in capsys.readouterr().err

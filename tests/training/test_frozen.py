"""Regression of the frozen baseline."""

from __future__ import annotations

import torch

from training.frozen import regression


def test_the_regression_separates_separable_classes_and_shrinks_with_its_penalty() -> None:
    generator = torch.Generator().manual_seed(0)
    centres = torch.eye(3, 8) * 4
    labels = torch.arange(90) % 3
    inputs = centres[labels] + 0.3 * torch.randn(90, 8, generator=generator)
    weights, bias = regression(inputs, labels, 3, 1e-3)
    assert torch.equal((inputs @ weights + bias).argmax(1), labels)
    small, _ = regression(inputs, labels, 3, 1.0)
    assert small.norm() < weights.norm() / 2

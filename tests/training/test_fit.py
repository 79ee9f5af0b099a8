"""Training loop on a made-up folder: it learns, and a resumed run gives the same result."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from datasets.photos import read_photos
from encoders.garment import BODY, GarmentLite0
from encoders.layout import SLICES
from encoders.torchvision_ops import import_torchvision
from errors import InputError
from training.augment import Strength, augment, plain
from training.fit import Trainer
from training.pixels import cached_arrays
from training.recipe import Recipe, Stage
from training.table import Table, accuracy, epoch_rows, shop_classes
from training.tower import SliceTower, set_loss

RECIPE = Recipe(
    stages=(Stage("one", 2, 32, 0, looked=1), Stage("two", 1, 32, 0, looked=1, rate=0.5)),
    batch=12,
    warmup=2,
    least=4,
    save_every=1,
)


@pytest.fixture(scope="module")
def table(made_up: Path, tmp_path_factory: pytest.TempPathFactory) -> Table:
    photos = read_photos(made_up)
    arrays = cached_arrays(made_up, tmp_path_factory.mktemp("cache"), photos)
    return Table(photos, arrays, shop_classes(photos, RECIPE.least))


def trainer(table: Table, folder: Path) -> Trainer:
    import_torchvision()
    import timm

    torch.manual_seed(1)
    model = SliceTower(GarmentLite0(timm.create_model(BODY, num_classes=0)), table.classes, seed=1)
    return Trainer(model, table, RECIPE, folder / "checkpoint.pt", "cpu")


class InterruptionError(Exception):
    """A stand-in for a killed process."""


def test_a_resumed_run_gives_the_result_of_an_uninterrupted_one(
    table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = trainer(table, tmp_path / "whole").run().state_dict()
    step, calls = Trainer._step, []

    def breaks(self, *args):
        calls.append(1)
        if len(calls) == 5:
            raise InterruptionError
        return step(self, *args)

    with monkeypatch.context() as patch, pytest.raises(InterruptionError):
        patch.setattr(Trainer, "_step", breaks)
        trainer(table, tmp_path / "cut").run()
    again = trainer(table, tmp_path / "cut")
    assert again.resume() and again.stage == 0 and 0 < again.step < 10
    resumed = again.run().state_dict()
    for name, tensor in whole.items():
        assert torch.allclose(tensor.float(), resumed[name].float(), atol=1e-4), name


def test_a_finished_run_is_not_run_again(table: Table, tmp_path: Path) -> None:
    first = trainer(table, tmp_path)
    first.stage = len(RECIPE.stages)
    first.save()
    second = trainer(table, tmp_path)
    assert second.resume()
    second.run(lambda *_: pytest.fail("an epoch ran"))


def test_a_checkpoint_of_other_classes_is_refused(table: Table, tmp_path: Path) -> None:
    first = trainer(table, tmp_path)
    first.model.classes = {**first.model.classes, "article": ["Other"]}
    first.save()
    with pytest.raises(InputError, match="another run"):
        trainer(table, tmp_path).resume()


def test_frozen_stages_stay_as_they_were(table: Table, tmp_path: Path) -> None:
    run = trainer(table, tmp_path)
    before = run.model.tower.body.conv_stem.weight.clone()
    later = run.model.tower.body.conv_head.weight.clone()
    rows = epoch_rows(table, RECIPE.stages[0], np.random.default_rng(0))
    run._step(RECIPE.stages[0], rows[:8], 0, 10, dict.fromkeys(table.classes, 0.5))
    assert torch.equal(before, run.model.tower.body.conv_stem.weight)
    assert not torch.equal(later, run.model.tower.body.conv_head.weight)


def test_an_epoch_holds_training_photos_only(table: Table) -> None:
    rows = epoch_rows(table, RECIPE.stages[0], np.random.default_rng(0))
    assert set(table.role[rows]) == {"train"} and len(rows) > 20


def test_slices_are_of_unit_length_and_figures_are_shares(table: Table, tmp_path: Path) -> None:
    run = trainer(table, tmp_path)
    slices = run.model.eval()(torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(0)))
    assert {name: part.shape[1] for name, part in slices.items()} == SLICES
    assert all(
        torch.allclose(part.norm(dim=1), torch.ones(2), atol=1e-4) for part in slices.values()
    )
    figures = accuracy(run.model, table, np.arange(len(table.photos)), 32, "cpu")
    assert figures.keys() >= {"article", "base", "category", "color"} and all(
        0 <= v <= 1 for v in figures.values()
    )


def test_the_set_loss_asks_only_for_the_set() -> None:
    allowed = torch.tensor([[True, True, False], [False, False, False]])
    inside = set_loss(torch.tensor([[9.0, -9.0, -9.0], [0.0, 0.0, 9.0]]), allowed, smoothing=0.0)
    outside = set_loss(torch.tensor([[-9.0, -9.0, 9.0], [0.0, 0.0, 9.0]]), allowed, smoothing=0.0)
    assert inside < 1e-3 and outside > 10


def test_augmentation_is_seeded_and_keeps_its_range(table: Table) -> None:
    pixels = torch.from_numpy(np.array(table.arrays["product"][:4]))
    pale = torch.tensor([False, True, False, True])
    one, two, other = (
        augment(pixels, 40, pale, Strength(), torch.Generator().manual_seed(s)) for s in (3, 3, 4)
    )
    assert torch.equal(one, two) and not torch.equal(one, other)
    assert one.shape == plain(pixels, 40).shape == (4, 3, 40, 40) and float(one.abs().max()) <= 1

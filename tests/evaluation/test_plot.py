"""Charts: what is drawn, where, and that the same figures give the same bytes."""

from __future__ import annotations

import importlib.util
import math
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from errors import WorkError
from evaluation.report.plot import MIN_LABEL_DISTANCE, bars, curves, new_chart, save, svg
from metrics.intervals import Estimate

FIGURES = {
    "sum & more": {"recolour": Estimate(0.5, 0.4, 0.6), "retype": Estimate(1.0, 1.0, 1.0)},
    "delta": {"recolour": Estimate(0.25, 0.2, 0.3)},
}
LINES = {
    "a": [(10.0, 1.0), (100.0, 10.0), (1000.0, 100.0)],
    "b": [(10.0, 1.0), (1000.0, 100.0)],
}


def test_bars_show_every_figure_with_its_interval() -> None:
    axes = bars("R@10", FIGURES, goals=(0.85,)).axes[0]
    assert [patch.get_width() for patch in axes.patches] == [0.5, 0.25, 1.0]
    intervals = [
        segment[:, 0].tolist()
        for collection in axes.collections
        for segment in collection.get_segments()
    ]
    assert np.concatenate(intervals) == pytest.approx([0.4, 0.6, 0.2, 0.3, 1.0, 1.0])
    assert [line.get_xdata()[0] for line in axes.lines if line.get_linestyle() == "--"] == [0.85]


def test_a_saved_chart_is_well_formed_and_its_text_is_text(tmp_path: Path) -> None:
    path = tmp_path / "new" / "chart.svg"
    save(path, bars("R@10", FIGURES))
    texts = [text.text for text in ElementTree.parse(path).iter("{http://www.w3.org/2000/svg}text")]
    assert {"R@10", "sum & more", "delta", "recolour", "retype"} <= set(texts)


def test_the_same_figures_give_the_same_bytes() -> None:
    assert svg(curves("t", "items", "ms", LINES)) == svg(curves("t", "items", "ms", LINES))


def test_curves_lie_on_logarithmic_axes() -> None:
    chart = curves("t", "items", "ms", LINES)
    chart.draw_without_rendering()
    axes = chart.axes[0]
    (x0, y0), (x1, y1), (x2, y2) = axes.transData.transform(axes.lines[0].get_xydata())
    assert x1 - x0 == pytest.approx(x2 - x1) and y1 - y0 == pytest.approx(y2 - y1)
    assert [label.get_text() for label in axes.get_xticklabels()] == ["10", "100", "1,000"]


def test_labels_do_not_overlap() -> None:
    labels = curves("t", "items", "ms", LINES).axes[0].texts
    assert [label.get_text() for label in labels] == ["a, 100", "b, 100"]
    heights = [label.xyann[1] for label in labels]
    assert math.isclose(heights[0] - heights[1], MIN_LABEL_DISTANCE)


def test_a_missing_matplotlib_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(WorkError, match=r"pip install -r requirements-evaluation\.txt"):
        new_chart("t", 1, 1)

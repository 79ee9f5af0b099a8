"""The page's markup is the one that was recorded (`python -m tests.ui.views` records it anew)."""

from __future__ import annotations

import pytest

from tests.ui.views import SNAPSHOTS, readable, views


@pytest.fixture(scope="module")
def markup() -> dict[str, str]:
    return dict(views())


def test_every_view_has_a_snapshot(markup) -> None:
    assert {path.stem for path in SNAPSHOTS.glob("*.html")} == set(markup)


@pytest.mark.parametrize("name", sorted(path.stem for path in SNAPSHOTS.glob("*.html")))
def test_a_view_is_what_was_recorded(markup, name) -> None:
    assert readable(markup[name]) == (SNAPSHOTS / f"{name}.html").read_text(encoding="utf-8")

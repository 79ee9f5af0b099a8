"""Fixtures of the catalogue's tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from shopfront import encoded, made, swatch
from updates_world import dress


@pytest.fixture
def images(tmp_path) -> Path:
    folder = tmp_path / "images"
    folder.mkdir()
    for name in ("a.jpg", "b.png", "c.webp"):
        kind = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP"}[name[2:]]
        (folder / name).write_bytes(encoded(swatch(), kind))
    (folder / "broken.jpg").write_bytes(b"no picture")
    return folder


@pytest.fixture
def folder(tmp_path) -> Path:
    """A shop of six dresses, to be updated."""
    path = tmp_path / "shop"
    made(path, [dress(f"d{n}", 10.0 + n) for n in range(6)]).close()
    return path

"""Fixtures of the catalogue's tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from shopfront import encoded, swatch


@pytest.fixture
def images(tmp_path) -> Path:
    folder = tmp_path / "images"
    folder.mkdir()
    for name in ("a.jpg", "b.png", "c.webp"):
        kind = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP"}[name[2:]]
        (folder / name).write_bytes(encoded(swatch(), kind))
    (folder / "broken.jpg").write_bytes(b"no picture")
    return folder

"""Updates beside readers, beside one another, and beside whatever else changes a catalogue."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from shopfront import MeanColour
from updates_world import applied, dress

from catalog import files
from catalog import update as updating
from catalog.build import re_embed
from catalog.compact import compact
from catalog.comparison import FeedComparison
from catalog.store import Catalog
from catalog.swap import exclusive_access
from errors import WorkError

READER = """
import sys
from pathlib import Path
sys.path.insert(0, {root!r})
from catalog.store import Catalog
folder, seen = Path(sys.argv[1]), set()
print("reading", flush=True)
while not (folder.parent / "stop").exists():
    catalog = Catalog.open(folder)
    prices = frozenset(item.price for item in catalog.items(catalog.alive.nonzero()[0]))
    if prices not in seen:
        seen.add(prices)
        print(*prices, flush=True)
"""


def test_readers_never_see_half(folder):
    """All prices change together: a reader that saw two of them has seen half an update."""
    applied(folder, [dress(f"d{n}", 0.0) for n in range(6)])
    root = str(Path(updating.__file__).resolve().parents[1])
    with subprocess.Popen(
        [sys.executable, "-c", READER.format(root=root), str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as reader:
        reader.stdout.readline()
        for step in range(1, 9):
            applied(folder, [dress(f"d{n}", float(step)) for n in range(6)])
            if step in (3, 6):
                compact(folder)
        time.sleep(0.2)
        (folder.parent / "stop").touch()
        seen, complaints = reader.communicate(timeout=30)
    lines = [line.split() for line in seen.splitlines()]
    assert reader.returncode == 0, complaints
    assert len(lines) > 1 and all(len(line) == 1 for line in lines) and lines[-1] == ["8.0"]


def test_a_catalogue_that_was_replaced_meanwhile_is_left_alone(folder, monkeypatch):
    """If something ignored the lock, no row may be named in another catalogue's manifest."""
    compare = FeedComparison.finish

    def replaced(self, *given):
        compare(self, *given)
        (folder / files.MANIFEST).rename(folder / "aside.json")
        (folder / files.MANIFEST).write_text((folder / "aside.json").read_text())

    monkeypatch.setattr(FeedComparison, "finish", replaced)
    with pytest.raises(WorkError, match="was replaced while it was being updated"):
        applied(folder, [dress(f"d{n}", 70.0 + n) for n in range(6)])
    assert {item.price for item in Catalog.open(folder).items(range(6))} == {
        10.0 + n for n in range(6)
    }


def test_embedding_anew_keeps_updates_out(folder):
    failed = []

    class Slow(MeanColour):
        fingerprint = "another"

        def encode_images(self, images):
            thread = threading.Thread(target=lambda: failed.append(_refused(folder)))
            thread.start()
            thread.join()
            return super().encode_images(images)

    re_embed(folder, Slow())
    assert failed and all("being changed by another command" in why for why in failed)


def _refused(folder) -> str:
    try:
        applied(folder, [dress("d0")])
    except WorkError as error:
        return str(error)
    return ""


def test_one_update_at_a_time(folder):
    failed = []

    def other():
        try:
            applied(folder, [dress("d0")])
        except WorkError as error:
            failed.append(str(error))

    with exclusive_access(folder):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert failed and "being changed by another command" in failed[0]

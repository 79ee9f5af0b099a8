"""Builds are atomic and reproducible, and never overwrite anything but a catalogue."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
from shopfront import MeanColour, OtherEncoder, encoded, entry, made, no_claims, swatch

from catalog.build import BATCH, build, embed_batch, re_embed
from catalog.checkpoint import EmbeddingCheckpoint
from catalog.entries import MAX_PICTURE_SIDE, Ledger, Origin, to_jpeg
from catalog.store import Catalog
from errors import InputError, WorkError

ORIGIN = Origin("demo", "python -m catalog demo --out x")
ROOT = Path(__file__).resolve().parents[2]


def beside(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.parent.iterdir() if p.suffix != ".lock")


def test_vectors_are_those_of_the_stored_pictures(tmp_path):
    colors = [(200, 30, 30), (30, 200, 30), (30, 30, 200)] * 50  # more than one batch
    catalog = made(tmp_path / "c", [entry(str(n), color) for n, color in enumerate(colors)])
    assert catalog.vectors.shape == (150, 3)
    np.testing.assert_allclose(catalog.vectors[:3], np.array(colors[:3]) / 255, atol=0.02)


def test_same_entries_same_content(tmp_path):
    entries = [entry("a", truth={"color": ["red"]}), entry("b", price=3.0)]
    first, second = made(tmp_path / "1", entries), made(tmp_path / "2", entries)
    assert first.manifest == second.manifest
    third = made(tmp_path / "3", [entries[0], entry("b", price=4.0)])
    assert third.manifest["content"] != first.manifest["content"]


def test_a_rebuild_replaces_and_open_readers_stay_alive(tmp_path):
    old = made(tmp_path / "c", [entry("a")])
    new = made(tmp_path / "c", [entry("b"), entry("c")])
    assert new.ids == ["b", "c"] and [i.id for i in old.items([0])] == ["a"]
    assert beside(tmp_path / "c") == ["c"]


def test_a_failed_build_leaves_the_old_one(tmp_path):
    made(tmp_path / "c", [entry("a")])

    def broken():
        yield entry("b")
        raise WorkError("the pencil broke")

    with pytest.raises(WorkError, match="pencil"):
        build(tmp_path / "c", broken(), MeanColour, no_claims, ORIGIN)
    assert Catalog.open(tmp_path / "c").ids == ["a"]
    assert beside(tmp_path / "c") == ["c"]


def test_no_item_at_all_is_an_error_with_the_first_reason(tmp_path):
    ledger = Ledger(rejected=[{"line": 2, "id": "", "reason": "title: Field required"}])
    with pytest.raises(WorkError, match="line 2: title"):
        build(tmp_path / "c", [], MeanColour, no_claims, ORIGIN, ledger)
    assert not (tmp_path / "c").exists()


def test_something_else_is_never_replaced(tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "letter.txt").write_text("dear")
    with pytest.raises(InputError, match="no catalogue"):
        build(tmp_path / "home", [entry("a")], MeanColour, no_claims, ORIGIN)
    assert (tmp_path / "home" / "letter.txt").read_text() == "dear"
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError):
        build(tmp_path / "file", [entry("a")], MeanColour, no_claims, ORIGIN)


def test_an_empty_folder_may_be_filled(tmp_path):
    (tmp_path / "c").mkdir()
    assert made(tmp_path / "c", [entry("a")]).ids == ["a"]


def test_a_killed_build_shows_nothing_and_the_next_one_clears_up(tmp_path):
    out = tmp_path / "c"
    script = textwrap.dedent(f"""
        import sys, time
        sys.path.insert(0, {str(Path(__file__).parent)!r})
        from pathlib import Path
        from shopfront import MeanColour, entry, no_claims
        from catalog.build import build
        from catalog.entries import Origin
        def slowly():
            yield entry("a")
            print("under way", flush=True)
            time.sleep(60)
        build(Path({str(out)!r}), slowly(), MeanColour, no_claims, Origin("demo", "x"))
    """)
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout.readline() == "under way\n"
    assert not out.exists() and len(beside(out)) == 1
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    process.stdout.close()
    assert not out.exists() and beside(out) == [f".c.building-{process.pid}"]
    assert made(out, [entry("b")]).ids == ["b"]
    assert beside(out) == ["c"]


def test_a_catalogue_set_aside_by_a_kill_between_two_renames_comes_back(tmp_path):
    made(tmp_path / "c", [entry("a")]).close()
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait(10)
    (tmp_path / "c").rename(tmp_path / f".c.old-{gone.pid}")
    with pytest.raises(WorkError):
        build(tmp_path / "c", [], MeanColour, no_claims, ORIGIN)
    assert Catalog.open(tmp_path / "c").ids == ["a"]


def test_swapping_works_without_the_system_call_too(tmp_path, monkeypatch):
    monkeypatch.setattr("catalog.swap._exchange", lambda one, other: False)
    made(tmp_path / "c", [entry("a")]).close()
    assert made(tmp_path / "c", [entry("b")]).ids == ["b"]
    assert beside(tmp_path / "c") == ["c"]


def test_another_build_at_work_is_left_alone(tmp_path):
    busy = tmp_path / f".c.building-{os.getppid()}"
    busy.mkdir()
    made(tmp_path / "c", [entry("a")])
    assert busy.is_dir()


def test_embedding_anew_keeps_all_but_the_vectors(tmp_path):
    catalog = made(tmp_path / "c", [entry("a", truth={"color": ["red"]}), entry("b")])

    class Brighter(OtherEncoder):
        def encode_images(self, images):
            return super().encode_images(images) + 1

    manifest = re_embed(tmp_path / "c", Brighter())
    anew = Catalog.open(tmp_path / "c")
    anew.check_encoder(OtherEncoder())
    assert manifest["content"] == catalog.manifest["content"] and anew.truth(
        ["a"]
    ) == catalog.truth(["a"])
    np.testing.assert_allclose(
        anew.vectors.astype(float), catalog.vectors.astype(float) + 1, atol=0.01
    )
    assert anew.image_path(1).is_file() and beside(tmp_path / "c") == ["c"]


def anew_script(folder: Path, stop_after: int) -> str:
    """Return a program that re-embeds and waits to be killed before batch number `stop_after`."""
    return textwrap.dedent(f"""
        import sys, time
        sys.path.insert(0, {str(Path(__file__).parent)!r})
        from pathlib import Path
        from shopfront import OtherEncoder
        from catalog.build import re_embed
        class Slow(OtherEncoder):
            batches = 0
            def encode_images(self, images):
                if self.batches == {stop_after}:
                    print("under way", flush=True)
                    time.sleep(60)
                self.batches += 1
                return super().encode_images(images)
        re_embed(Path({str(folder)!r}), Slow())
    """)


class Counting(OtherEncoder):
    """Remembers how many pictures it saw."""

    def __init__(self) -> None:
        self.seen = 0

    def encode_images(self, images):
        self.seen += len(images)
        return super().encode_images(images)


def test_embedding_anew_goes_on_after_a_kill(tmp_path):
    out = tmp_path / "c"
    made(out, [entry(str(n), (n, 30, 200)) for n in range(3 * BATCH + 10)]).close()
    before = np.load(out / "vectors.npy")
    process = subprocess.Popen(
        [sys.executable, "-c", anew_script(out, 2)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout.readline() == "under way\n"
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    process.stdout.close()
    assert Catalog.open(out).manifest["encoder"]["name"] == "mean-colour"  # the old one is whole
    encoder = Counting()
    re_embed(out, encoder)
    assert encoder.seen == BATCH + 10
    np.testing.assert_array_equal(
        np.load(out / "vectors.npy"), before
    )  # the two encoders see alike
    assert Catalog.open(out).manifest["encoder"]["name"] == "another" and beside(out) == ["c"]


def test_what_another_encoder_left_half_done_is_not_taken_up(tmp_path):
    out = tmp_path / "c"
    catalog = made(out, [entry(str(n), (n, 30, 200)) for n in range(BATCH)])
    wrong = np.zeros((BATCH, 3), dtype=np.float16)

    class Blind(OtherEncoder):
        fingerprint = "blind"

        def encode_images(self, images):
            return wrong

    embed_batch(
        Blind(),
        catalog.items(range(BATCH)),
        [catalog.image_path(row).read_bytes() for row in range(BATCH)],
        EmbeddingCheckpoint(out, "blind"),
    )
    assert beside(out) == [".c.embedding-blind", "c"]
    encoder = Counting()
    re_embed(out, encoder)
    assert encoder.seen == BATCH and not (np.load(out / "vectors.npy") == 0).all(axis=1).any()
    assert beside(out) == ["c"]


def test_a_damaged_batch_is_made_again(tmp_path):
    kept = EmbeddingCheckpoint(tmp_path / "c", "f")
    ones = np.ones((2, 3), dtype=np.float16)
    kept.batch("k", ones.shape, lambda: ones)
    (kept.folder / "k.npy").write_bytes(b"")
    np.testing.assert_array_equal(kept.batch("k", ones.shape, lambda: ones * 2), ones * 2)
    np.testing.assert_array_equal(kept.batch("k", ones.shape, lambda: ones * 3), ones * 2)


class Same(Counting):
    name, fingerprint = MeanColour.name, MeanColour.fingerprint


def test_a_build_that_broke_off_finds_its_vectors_again_only_for_the_same_entries(tmp_path):
    entries = [entry(str(n), (n, 30, 200)) for n in range(2 * BATCH)]

    def breaking():
        yield from entries[: BATCH + 5]
        raise WorkError("the pencil broke")

    with pytest.raises(WorkError, match="pencil"):
        build(tmp_path / "c", breaking(), MeanColour, no_claims, ORIGIN)
    other, again = Same(), Same()
    build(tmp_path / "d", entries, MeanColour, no_claims, ORIGIN)
    build(tmp_path / "c", [entry("new"), *entries[1:]], lambda: other, no_claims, ORIGIN)
    assert other.seen == 2 * BATCH
    with pytest.raises(WorkError, match="pencil"):
        build(tmp_path / "c", breaking(), MeanColour, no_claims, ORIGIN)
    build(tmp_path / "c", entries, lambda: again, no_claims, ORIGIN)
    assert again.seen == BATCH
    assert (tmp_path / "c" / "vectors.npy").read_bytes() == (
        tmp_path / "d" / "vectors.npy"
    ).read_bytes()
    assert beside(tmp_path / "c") == ["c", "d"]


def test_odd_ids_get_plain_file_names_of_their_own(tmp_path):
    ids = ["../../x", "a/b", "a:b", "a b", "ü", "con", "x" * 150]
    catalog = made(tmp_path / "c", [entry(i) for i in ids])
    files = [catalog.image_path(row) for row in range(len(ids))]
    assert len(set(files)) == len(ids) and all(
        f.is_file() and f.parent == tmp_path / "c" / "images" for f in files
    )


def test_manifest_holds_no_time(tmp_path):
    made(tmp_path / "c", [entry("a")])
    manifest = json.loads((tmp_path / "c" / "info.json").read_text())
    assert not {key for key in manifest if "time" in key or "date" in key}


def test_large_pictures_are_kept_smaller():
    from catalog.pictures import open_picture

    assert open_picture(to_jpeg(swatch(size=(3000, 1500)))).size == (
        MAX_PICTURE_SIDE,
        MAX_PICTURE_SIDE // 2,
    )
    assert encoded(swatch()) != b""

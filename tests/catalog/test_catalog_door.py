"""python -m catalog: results on stdout, the rest on stderr, exit codes 0, 1 and 2."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from shopfront import MeanColour, encoded, entry, made, swatch

import catalog.__main__ as door
from catalog.store import Catalog
from demo import plan_items
from demo.entries import draw

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def run(monkeypatch, capsys):
    """Runs the door with the tiny encoder; gives exit code, stdout, stderr."""
    monkeypatch.setattr(door, "_loader", lambda name: MeanColour)

    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["catalog", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            door.main()
        out = capsys.readouterr()
        return int(end.value.code or 0), out.out, out.err

    return call


@pytest.fixture
def feed(tmp_path) -> Path:
    (tmp_path / "a.jpg").write_bytes(encoded(swatch()))
    (tmp_path / "feed.csv").write_text(
        "id,title,image_link,price,color,product_type\n"
        "1,Red dress,a.jpg,10 EUR,Red,Dresses\n2,Odd,a.jpg,10 EUR,Zorb,Hats\n"
        "3,Bad,a.jpg,ten,Red,Hats\n"
    )
    return tmp_path / "feed.csv"


def test_import_info_show(run, feed, tmp_path):
    out = tmp_path / "c"
    code, stdout, stderr = run("import", feed, "--out", out)
    assert (code, stdout) == (0, "")
    assert "2 items, 1 rejected" in stderr and "unknown color values: zorb (1)" in stderr
    assert json.loads((out / "unknown_values.json").read_text()) == {"color": {"zorb": 1}}
    (rejected,) = map(json.loads, (out / "rejected.jsonl").read_text().splitlines())
    assert (
        rejected["line"] == 4 and rejected["id"] == "3" and rejected["reason"].startswith("price:")
    )

    code, stdout, _ = run("info", out)
    info = json.loads(stdout)
    assert (
        code == 0
        and info["items"] == 2
        and info["rejected"] == 1
        and info["dimensions"] == 3
        and info["index"]
    )

    code, stdout, _ = run("show", out, "2", "1")
    shown = [json.loads(line) for line in stdout.splitlines()]
    assert [item["id"] for item in shown] == ["2", "1"]
    assert shown[1]["attributes"] == {"color": ["red"], "category": ["dress"]}
    assert shown[1]["price"] == 10.0 and "truth" not in shown[1]


def test_a_map_and_an_images_folder(run, feed, tmp_path):
    (tmp_path / "map.toml").write_text('[color]\nzorb = "teal"\n')
    code, _, stderr = run(
        "import",
        feed,
        "--out",
        tmp_path / "c",
        "--map",
        tmp_path / "map.toml",
        "--images",
        tmp_path,
    )
    assert code == 0 and "unknown" not in stderr
    assert Catalog.open(tmp_path / "c").items([1])[0].attributes["color"] == ("teal",)


def test_show_has_the_truth_where_there_is_one(run, tmp_path):
    made(tmp_path / "c", [entry("a", truth={"color": ["red"]}), entry("b")])
    _, stdout, _ = run("show", tmp_path / "c", "a", "b")
    first, second = map(json.loads, stdout.splitlines())
    assert first["truth"] == {"color": ["red"]} and "truth" not in second


@pytest.mark.parametrize(
    "arguments, words",
    [
        (("info", "{tmp}/none"), "no such folder"),
        (("show", "{tmp}/none", "1"), "python -m catalog demo --out"),
        (("import", "{tmp}/none.tsv", "--out", "{tmp}/c"), "none.tsv does not exist"),
        (("import", "{tmp}/feed.csv", "--out", "{tmp}"), "left alone"),
        (("import", "{tmp}/feed.csv", "--out", "{tmp}/c", "--format", "parquet"), "parquet"),
        (("import", "{tmp}/feed.csv", "--out", "{tmp}/c", "--map", "{tmp}/feed.csv"), "TOML"),
        (("demo", "--out", "{tmp}/c", "--items", "0"), "items"),
        (("demo",), "--out"),
        (("dance",), "dance"),
    ],
)
def test_wrong_use_is_two_with_a_clear_line(run, feed, tmp_path, arguments, words):
    code, stdout, stderr = run(*[argument.format(tmp=tmp_path) for argument in arguments])
    assert code == 2 and stdout == "" and words in stderr and "Traceback" not in stderr
    assert not (tmp_path / "c").exists()


def test_an_unknown_id_is_named_before_anything_is_shown(run, tmp_path):
    made(tmp_path / "c", [entry("a")])
    code, stdout, stderr = run("show", tmp_path / "c", "a", "nope")
    assert (code, stdout) == (2, "") and "no item 'nope'" in stderr


def test_a_feed_without_a_usable_row_is_one(run, tmp_path):
    (tmp_path / "feed.csv").write_text("id,title,image_link\n1,T,none.jpg\n")
    code, _, stderr = run("import", tmp_path / "feed.csv", "--out", tmp_path / "c")
    assert code == 1 and "not one usable item" in stderr and "line 2" in stderr
    assert not (tmp_path / "c").exists()


def test_embed_rebuilds_the_vectors(run, tmp_path):
    made(tmp_path / "c", [entry("a")])
    assert run("embed", tmp_path / "c")[0] == 0
    assert run("embed", tmp_path / "none")[0] == 2


def test_the_door_opens_as_a_program_without_torch(tmp_path):
    made(tmp_path / "c", [entry("a")])
    script = (
        "import sys; sys.argv = ['catalog', 'info', sys.argv[1]]\nimport runpy\n"
        "try: runpy.run_module('catalog', run_name='__main__')\n"
        "finally: assert 'torch' not in sys.modules"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "c")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["items"] == 1


def test_the_same_seed_draws_the_same_catalogue(run, tmp_path):
    code, _, stderr = run("demo", "--out", tmp_path / "c", "--items", 8, "--seed", 5)
    assert code == 0 and "8 items" in stderr
    drawn = Catalog.open(tmp_path / "c")
    again = made(tmp_path / "again", draw(plan_items(8, 5)))  # here, not in worker processes
    assert again.manifest["content"] == drawn.manifest["content"]
    assert all(drawn.truth(drawn.ids)[id_]["category"] for id_ in drawn.ids)
    assert drawn.manifest["command"].endswith("--items 8 --seed 5")
    assert [one.item for one in plan_items(8, 6)] != [one.item for one in plan_items(8, 5)]

"""The app from any folder: odd names, a read-only checkout, data elsewhere, no HOME."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import app
from errors import WorkError
from settings import ROOT, load_settings

SOURCES = ("vocabulary", "catalog", "demo", "datasets", "encoders", "metrics", "composer")
SOURCES += ("retrieval", "guard", "agent", "ui", "training", "app.py", "settings.py", "errors.py")
READ_ONLY = ("setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override")
"""Runs a command for which file permissions count even where it is root's."""
PATIENCE_S = 240


def without_home(**environment: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "OPENBLAS_NUM_THREADS")}
    return kept | {"PYTHONDONTWRITEBYTECODE": "1"} | environment


def test_data_moves_all_that_is_written() -> None:
    settings = load_settings({"DATA": "/srv/shop data"})
    assert settings.catalog_dir == Path("/srv/shop data/demo")
    assert settings.memory == Path("/srv/shop data/memory.sqlite")
    assert settings.milvus_uri == str(Path("/srv/shop data/milvus.db"))
    named = load_settings({"DATA": "/srv", "MEMORY": "/tmp/m.sqlite", "CATALOG": "/tmp/c"})
    assert (named.memory, named.catalog_dir) == (Path("/tmp/m.sqlite"), Path("/tmp/c"))
    assert load_settings({}).catalog_dir == ROOT / "data" / "demo"


def test_the_demo_catalogue_is_drawn_where_data_is(tmp_path: Path) -> None:
    assert app.check_catalog(load_settings({"DATA": str(tmp_path)})) is True


def test_a_folder_that_cannot_be_written_is_named_with_the_setting(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for environ, draw in (
        ({"DATA": str(tmp_path / "file")}, True),
        ({"MEMORY": str(tmp_path / "file" / "m.sqlite")}, False),
    ):
        with pytest.raises(WorkError, match=r"cannot write in .*file .*DATA="):
            app.check_writable(load_settings(environ), draw)
    app.check_writable(load_settings({"DATA": str(tmp_path / "new")}), draw=True)
    app.check_writable(load_settings({"MEMORY": ":memory:"}), draw=False)


def test_the_app_says_in_one_line_where_it_cannot_write(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    elsewhere = tmp_path / "mes données été"
    elsewhere.mkdir()
    done = subprocess.run(
        [sys.executable, str(ROOT / "app.py"), "--no-browser", "--port", "0"],
        cwd=elsewhere,
        env=without_home(DATA=str(tmp_path / "file")),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 1 and len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert "DATA=" in done.stderr


@pytest.mark.slow
@pytest.mark.skipif(
    os.geteuid() == 0 and not shutil.which("setpriv"), reason="root may write everywhere"
)
def test_the_shop_opens_from_a_read_only_folder_of_an_odd_name_without_home(
    demo_dir: Path, tmp_path: Path
) -> None:
    checkout, data = tmp_path / "mes données été", tmp_path / "les données"
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, checkout / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, checkout / name)
    shutil.copytree(demo_dir, data / "demo")
    subprocess.run(["chmod", "-R", "a-w", str(checkout)], check=True)
    guard = READ_ONLY if os.geteuid() == 0 else ()
    assert subprocess.run([*guard, "touch", str(checkout / "x")], check=False).returncode
    with subprocess.Popen(
        [*guard, sys.executable, str(checkout / "app.py"), "--no-browser", "--port", "0"],
        cwd=tmp_path,
        env=without_home(DATA=str(data), WORKERS="1"),
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        late = threading.Timer(PATIENCE_S, process.kill)
        late.start()
        lines = []
        for line in process.stderr:
            lines.append(line)
            if "The shop is open" in line:
                break
        process.send_signal(signal.SIGTERM)
        process.communicate()
        late.cancel()
        subprocess.run(["chmod", "-R", "u+w", str(checkout)], check=True)
    assert any("The shop is open" in line for line in lines), "".join(lines)
    assert (data / "memory.sqlite").is_file()

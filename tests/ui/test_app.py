"""The entrance: what it refuses, with which words and exit code."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

import agent
import app
from errors import CatalogMissingError, InputError, WorkError
from settings import cores, load_settings
from ui.shop import Shop

ROOT = Path(app.__file__).parent


def start(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "app.py", "--no-browser", *arguments]
    return subprocess.run(
        command,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, **environment},
    )


def test_a_missing_catalogue_is_named_with_the_command_that_makes_it(tmp_path):
    done = start("--catalog", str(tmp_path / "none"))
    assert done.returncode == 2
    assert "python -m catalog demo --out" in done.stderr and "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1 and done.stdout == ""


def test_a_port_in_use_is_named(tmp_path):
    (tmp_path / "info.json").write_text("{}")
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        done = start("--catalog", str(tmp_path), PORT=str(port), HOST="127.0.0.1")
    assert done.returncode == 1
    assert (
        str(port) in done.stderr
        and "PORT=" in done.stderr
        and len(done.stderr.strip().splitlines()) == 1
    )


def test_a_port_that_is_none_is_refused():
    done = start(PORT="shop")
    assert done.returncode == 2 and "PORT" in done.stderr and "Traceback" not in done.stderr


def test_only_the_demo_catalogue_is_drawn(tmp_path):
    assert app.check_catalog(load_settings({})) is not app.present(load_settings({}).catalog_dir)
    with pytest.raises(CatalogMissingError):
        app.check_catalog(load_settings({}, catalog_dir=tmp_path))
    (tmp_path / "info.json").write_text("{}")
    assert app.check_catalog(load_settings({}, catalog_dir=tmp_path)) is False


@pytest.mark.parametrize(
    ("given", "found"), [(None, min(cores(), 8)), ("auto", min(cores(), 8)), ("1", 1), ("3", 3)]
)
def test_workers_are_as_many_as_asked_for_or_as_there_are_cores(given, found):
    assert load_settings({"WORKERS": given} if given else {}).workers == found


@pytest.mark.parametrize(
    ("name", "given"), [("WORKERS", "0"), ("WORKERS", "many"), ("WORKERS", "65"), ("WAITING", "0")]
)
def test_workers_and_waiting_that_cannot_be_are_refused_by_name(name, given):
    with pytest.raises(InputError, match=name):
        load_settings({name: given})


@pytest.mark.parametrize(("workers", "serving"), [(1, "Stylist"), (2, "StylistPool")])
def test_one_worker_is_the_pages_own_process_and_more_are_a_pool(monkeypatch, workers, serving):
    for name in ("Stylist", "StylistPool"):
        opened = SimpleNamespace(
            open=lambda *_, name=name, **__: SimpleNamespace(name=name, close=lambda: None)
        )
        monkeypatch.setattr(agent, name, opened, raising=False)
    shop = Shop()
    app.open_shop(shop, load_settings({}, workers=workers), draw=False)
    assert shop.failure is None and shop.stylist.name == serving


def test_port_zero_finds_a_free_one():
    assert app.check_port("127.0.0.1", 0) > 0


def test_a_drawing_that_fails_says_why(tmp_path):
    lines = []
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(WorkError, match="could not be drawn"):
        app.draw_demo(tmp_path / "file", lines.append)
    assert lines


def test_the_page_goes_over_to_a_catalogues_new_state_and_outlives_a_bad_one(monkeypatch):
    monkeypatch.setattr(app, "RETRY_AFTER_S", 0.01)
    states = iter([None, WorkError("embedded by another encoder"), "new"])
    shop, ended = Shop(), threading.Event()
    fresh = SimpleNamespace(renewed=ended.set, catalog=SimpleNamespace(live=7))

    def renewed():
        state = next(states)
        if isinstance(state, Exception):
            raise state
        return fresh if state else None

    shop.open(SimpleNamespace(renewed=renewed))
    app.watch_catalog(shop, ended, every=0.01)
    assert shop.stylist is fresh

"""Shared fixtures: one drawn catalogue for the whole run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
for name in (
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "ENCODER",
    "CATALOG",
    "PLANNER",
    "MEMORY",
    "VOCABULARY",
    "INDEX",
    "MILVUS_URI",
    "MILVUS_TOKEN",
):
    os.environ.pop(name, None)  # a developer's own settings must not reach the tests


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="run the tests marked slow too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--slow"):
        skip = pytest.mark.skip(reason="slow: run with --slow")
        for item in items:
            if "slow" in item.keywords:
                item.add_marker(skip)


@pytest.fixture(scope="session")
def demo_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalogue of 200 drawn items with the built-in encoder, drawn once for the whole run.

    TEST_CATALOG names one that was drawn before with the same items and seed, to save time.
    """
    out = tmp_path_factory.mktemp("catalogue") / "demo"
    if drawn := os.environ.get("TEST_CATALOG"):
        shutil.copytree(drawn, out)
        return out
    command = [sys.executable, "-m", "catalog", "demo", "--out", str(out)]
    command += ["--items", "200", "--seed", "7"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    return out


@pytest.fixture(scope="session")
def stylist(demo_dir: Path):
    """The real agent over the drawn catalogue, its memory in RAM."""
    from agent import Stylist

    return Stylist.open(demo_dir, memory=":memory:")


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real photos; the test is skipped where DATA_DIR names none."""
    given = os.environ.get("DATA_DIR")
    if not given or not Path(given).is_dir():
        pytest.skip("DATA_DIR is not set: real photos are not part of the repository")
    return Path(given)

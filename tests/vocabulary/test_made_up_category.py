"""A new kind of item is one entry in one TOML file: it can be shopped for at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import vocabulary

ROOT = Path(__file__).resolve().parent.parent.parent
ENTRY = """
[category]
"poncho" = { of = "outerwear", words = ["ruana", "ponchoo"] }
"""
WANTED = "ponchos with long sleeves"
UNWANTED = "outerwear, no ponchos"
MISSPELT = "a ponchoo"
NOT_SLEEVELESS = "something with long sleeves, no ruanas"


@pytest.fixture(scope="module")
def replies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What a fresh process that reads the entry answers to each message."""
    folder = tmp_path_factory.mktemp("ponchos")
    further = folder / "further.toml"
    further.write_text(ENTRY, encoding="utf-8")
    messages = [WANTED, UNWANTED, MISSPELT, NOT_SLEEVELESS]
    done = subprocess.run(
        [sys.executable, "-m", "tests.vocabulary.poncho_shop", str(folder / "shop"), *messages],
        cwd=ROOT,
        env={**os.environ, "VOCABULARY": str(further)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return dict(zip(messages, json.loads(done.stdout), strict=True))


def shown(reply: dict[str, Any]) -> set[str]:
    return {item["id"] for item in (*reply["items"], *reply["unconfirmed"])}


def test_the_built_in_vocabulary_knows_no_ponchos() -> None:
    assert vocabulary.find("category", "poncho") is None


def test_it_is_found_with_its_sleeves(replies: dict[str, dict[str, Any]]) -> None:
    assert {item["id"] for item in replies[WANTED]["items"]} == {"long", "ruana"}
    assert "sleeveless" not in replies[WANTED]["reply"]


def test_a_misspelling_finds_all_of_it(replies: dict[str, dict[str, Any]]) -> None:
    assert shown(replies[MISSPELT]) == {"long", "bare", "ruana"}


def test_it_is_left_out_where_unwanted(replies: dict[str, dict[str, Any]]) -> None:
    assert shown(replies[UNWANTED]) == {"jacket"}
    assert shown(replies[NOT_SLEEVELESS]) == {"jacket", "dress"}


def test_replies_word_it_in_the_plural(replies: dict[str, dict[str, Any]]) -> None:
    assert "ponchos with long sleeves" in replies[WANTED]["reply"]
    assert "without ponchos" in replies[UNWANTED]["reply"]

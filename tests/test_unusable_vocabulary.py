"""A wrong file in VOCABULARY ends every door with one clear line and exit 2."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOORS = {
    "agent": ["-m", "agent", "plan", "--jsonl"],
    "app": ["app.py", "--no-browser", "--port", "0"],
    "catalog": ["-m", "catalog", "demo", "--out", "OUT"],
    "evaluation": ["-m", "evaluation", "vibes"],
    "guard": ["-m", "guard", "look", "photo.png"],
    "training": ["-m", "training", "adapt", "OUT"],
}


@pytest.mark.parametrize("door", DOORS)
def test_one_line_and_exit_2(door: str, tmp_path: Path) -> None:
    further = tmp_path / "further.toml"
    further.write_text('[category]\n"poncho" = { of = "nothing" }\n', encoding="utf-8")
    command = [part.replace("OUT", str(tmp_path / "out")) for part in DOORS[door]]
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, "VOCABULARY": str(further), "DATA": str(tmp_path / "data")},
        input='{"id": 1, "text": "red dresses"}\n',
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 2, done.stderr
    lines = [line for line in done.stderr.splitlines() if str(further) in line]
    assert len(lines) == 1 and "no value 'nothing' in the same table" in lines[0]
    assert "Traceback" not in done.stderr

"""How threads wait is set before torch and faiss are loaded; a person's own choice stands."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE = (
    "import os, sys, agent.stylist; "
    "print(os.environ['OMP_WAIT_POLICY'], *(m for m in ('torch', 'faiss') if m in sys.modules))"
)


@pytest.mark.parametrize(("given", "found"), [(None, "PASSIVE"), ("ACTIVE", "ACTIVE")])
def test_threads_that_wait_do_not_spin(given: str | None, found: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"}
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env=environment | ({"OMP_WAIT_POLICY": given} if given else {}),
    )
    assert done.stdout.split() == [found]

"""An update or a compaction that is killed at any moment leaves the old state or the new one."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from shopfront import entry, made

from catalog.store import Catalog

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import sys
from pathlib import Path
sys.path[:0] = [{root!r}, {here!r}]
from shopfront import MeanColour, entry, no_claims
from catalog.entries import Ledger
from catalog.compact import compact
from catalog.update import update
folder, price = Path(sys.argv[1]), float(sys.argv[2])
print("begun", flush=True)
update(folder, [entry(f"i{{n}}", price=price) for n in range(300)], MeanColour, no_claims, Ledger())
compact(folder)
"""


@pytest.mark.slow
def test_a_killed_update_leaves_the_old_state_or_the_new_one(tmp_path: Path) -> None:
    folder, rng = tmp_path / "shop", random.Random(0)
    made(folder, [entry(f"i{n}", price=0.0) for n in range(300)]).close()
    program = PROGRAM.format(root=str(ROOT), here=str(Path(__file__).parent))
    killed = 0
    for step in range(1, 16):
        with subprocess.Popen(
            [sys.executable, "-c", program, str(folder), str(step)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as work:
            work.stdout.readline()
            time.sleep(rng.uniform(0, 0.6))
            work.kill()
        killed += work.wait() == -signal.SIGKILL
        now = Catalog.open(folder)
        prices = {item.price for item in now.items(now.alive.nonzero()[0])}
        assert (
            len(prices) == 1
            and prices <= {float(s) for s in range(step + 1)}
            and int(now.alive.sum()) == 300
        )
        assert len(now.text_search("item", 400)) == 300
        now.close()
    assert killed >= 5
    subprocess.run(
        [sys.executable, "-c", program, str(folder), "99"], check=True, capture_output=True
    )
    last = Catalog.open(folder)
    assert len(last) == 300 and {item.price for item in last.items(range(300))} == {99.0}
    assert {path.name for path in tmp_path.iterdir()} <= {"shop", ".shop.lock"}

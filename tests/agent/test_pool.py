"""Turns in worker processes: one at a time and in order for each shopper, whatever happens to a
process.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from agent import StylistPool
from errors import BusyError, InputError, WorkError
from settings import ROOT, load_settings
from tests.agent import pool_world

SETTINGS = load_settings({}, workers=2, waiting=3)
EXIT_WITHIN_S = 20.0


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pool")


@pytest.fixture(scope="module")
def pool(shop_dir: Path, home: Path) -> Iterator[StylistPool]:
    pool = StylistPool.open(
        shop_dir, memory=home / "m.sqlite", settings=SETTINGS, opener=pool_world.scripted
    )
    yield pool
    pool.close()


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as executor:
        yield executor


def pid(reply) -> int:
    return int(reply.reply.split()[0])


def test_two_turns_run_at_the_same_time_in_two_processes(
    pool: StylistPool, threads: ThreadPoolExecutor
) -> None:
    replies = list(threads.map(lambda name: pool.chat(name, "meet 1"), ("a1", "b1")))
    assert all(reply.reply.endswith("met") for reply in replies)
    assert len({pid(reply) for reply in replies} | {os.getpid()}) == 3


def test_events_come_as_they_happen_and_the_reply_last(pool: StylistPool) -> None:
    events = list(pool.stream("c1", "a red dress"))
    assert [event.kind for event in events] == ["step", "reply"] and events[
        -1
    ].reply.reply.endswith("a red dress")


def test_turns_of_one_session_keep_their_order_and_what_all_processes_wrote_is_read_here(
    pool: StylistPool, home: Path, threads: ThreadPoolExecutor
) -> None:
    first = threads.submit(pool.chat, "d1", "hold d1")
    pool_world.holding(home, "d1")
    second = threads.submit(pool.chat, "d1", "second")
    assert pool.chat("e1", "another shopper").turn == 1  # who waits for nobody overtakes
    (home / "go-d1").touch()
    assert (first.result().turn, second.result().turn) == (1, 2)
    assert [turn.text for turn in pool.history("d1")] == ["hold d1", "second"]
    assert [turn.text for turn in pool.history("d1", last=1)] == ["second"]


def test_a_full_queue_is_busy_and_reading_never_waits(
    pool: StylistPool, home: Path, threads: ThreadPoolExecutor
) -> None:
    turns = [threads.submit(pool.chat, f"f{n}", f"hold f{n}") for n in range(2)]
    for n in range(2):
        pool_world.holding(home, f"f{n}")
    waiting = [pool.stream(f"g{n}", "patient") for n in range(SETTINGS.waiting)]
    with pytest.raises(BusyError):
        pool.chat("h", "impatient")
    assert pool.history("h") == []
    pool.feedback("h", pool.catalog.ids[0], "save")
    assert [item.id for item in pool.saved("h")] == [pool.catalog.ids[0]]
    for n in range(2):
        (home / f"go-f{n}").touch()
    assert [list(events)[-1].reply.session for events in waiting] == ["g0", "g1", "g2"]
    assert all(turn.result().reply.endswith("held") for turn in turns)


def test_errors_come_back_as_what_they_are(pool: StylistPool) -> None:
    with pytest.raises(InputError, match="no such thing"):
        pool.chat("i", "refuse")
    with pytest.raises(RuntimeError, match="LookupError: broken on purpose"):
        pool.chat("i", "break")
    with pytest.raises(InputError, match="no item"):
        pool.feedback("i", "NONE", "save")
    with pytest.raises(WorkError, match="pickle"):
        pool.chat("i", "a picture", image=lambda: None)
    assert pool.remove("i", "color", "require", "red").reply == "without color require red"


def test_a_worker_that_dies_takes_no_other_turn_with_it(
    pool: StylistPool, home: Path, threads: ThreadPoolExecutor
) -> None:
    turn = threads.submit(pool.chat, "j", "hold j")
    pool_world.holding(home, "j")
    with pytest.raises(WorkError, match="send your message again"):
        pool.chat("k", "die")
    assert pool.chat("k", "again").reply.endswith("again")
    (home / "go-j").touch()
    assert turn.result().reply.endswith("held")


def test_a_worker_killed_while_idle_is_replaced_without_a_word(
    pool: StylistPool, threads: ThreadPoolExecutor
) -> None:
    before = {
        pid(reply) for reply in threads.map(lambda name: pool.chat(name, "meet 2"), ("a2", "b2"))
    }
    for worker in before:
        os.kill(worker, signal.SIGKILL)
    after = {
        pid(reply) for reply in threads.map(lambda name: pool.chat(name, "meet 3"), ("a3", "b3"))
    }
    assert len(after) == 2 and not after & before


def each(pool: StylistPool, threads: ThreadPoolExecutor, order: str) -> dict[int, int]:
    """Return what each of the two processes answers to an order, by process id."""
    answers: dict[int, int] = {}
    while len(answers) < 2:
        for reply in threads.map(lambda name: pool.chat(name, order), ("n", "o", "p")):
            answers[pid(reply)] = int(reply.reply.split()[1])
    return answers


def test_a_forgotten_sessions_words_are_dropped_in_every_process(
    pool: StylistPool, threads: ThreadPoolExecutor
) -> None:
    before = each(pool, threads, "dropped")
    pool.chat("q", "something personal")
    pool.chat("q", "forget me")
    once = each(pool, threads, "dropped")
    assert pool.history("q") == [] and {p: once[p] - before[p] for p in once} == dict.fromkeys(
        once, 1
    )
    pool.forget("q")
    twice = each(pool, threads, "dropped")
    assert {p: twice[p] - once[p] for p in twice} == dict.fromkeys(once, 1)


def test_every_process_moves_to_a_catalogues_new_state(
    shop_dir: Path, tmp_path: Path, threads: ThreadPoolExecutor
) -> None:
    folder = Path(shutil.copytree(shop_dir, tmp_path / "shop"))
    pool = StylistPool.open(
        folder, memory=tmp_path / "m.sqlite", settings=SETTINGS, opener=pool_world.scripted
    )
    list(threads.map(lambda name: pool.chat(name, "meet 7"), ("a", "b")))
    before = pool.catalog
    assert pool.renewed() is None and pool.catalog is before
    manifest = folder / "info.json"
    manifest.replace(folder / "old.json")
    manifest.write_text((folder / "old.json").read_text())
    assert pool.renewed() is pool and pool.catalog is not before and pool.renewed() is None
    deadline = time.monotonic() + 60
    # one worker after the other, while turns are answered
    while set(each(pool, threads, "state").values()) != {1}:
        assert time.monotonic() < deadline
    pool.close()


def test_what_keeps_the_first_worker_from_opening_is_raised(shop_dir: Path) -> None:
    with pytest.raises(InputError, match="another encoder"):
        StylistPool.open(shop_dir, settings=SETTINGS, opener=pool_world.refusing)
    with pytest.raises(WorkError, match=r"while it opened.*WORKERS=1"):
        StylistPool.open(shop_dir, settings=SETTINGS, opener=pool_world.dying)


def test_a_memory_in_ram_becomes_a_file_that_is_deleted_with_the_pool(shop_dir: Path) -> None:
    pool = StylistPool.open(
        shop_dir, memory=":memory:", settings=SETTINGS, opener=pool_world.scripted
    )
    assert pool.chat("r", "hello").turn == 1 and len(pool.history("r")) == 1
    folder = pool._temporary.name
    pool.close()
    assert not Path(folder).exists()
    with pytest.raises(WorkError, match="closing"):
        pool.chat("r", "anybody there?")


PARENT = """
import os, sys, time
from agent import StylistPool
from settings import load_settings
from tests.agent import pool_world
if __name__ == "__main__":
    settings = load_settings({}, workers=2)
    pool = StylistPool.open(
        sys.argv[1], memory=sys.argv[2], settings=settings, opener=pool_world.scripted
    )
    print(*{pool.chat(f"s{n}", "hello").reply.split()[0] for n in range(20)}, flush=True)
    time.sleep(60)
"""


def test_workers_end_when_their_parent_is_killed(shop_dir: Path, tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    command = [sys.executable, str(script), str(shop_dir), str(tmp_path / "m.sqlite")]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as parent:
        workers = [int(number) for number in parent.stdout.readline().split()]
        assert workers
        parent.kill()
    end = time.monotonic() + EXIT_WITHIN_S
    while (
        left := [number for number in workers if Path(f"/proc/{number}").exists()]
    ) and time.monotonic() < end:
        time.sleep(0.05)
    assert not left


@pytest.mark.slow
def test_the_real_stylists_answers_are_the_same(demo_dir: Path, stylist, tmp_path: Path) -> None:
    pool = StylistPool.open(
        demo_dir, memory=tmp_path / "m.sqlite", settings=load_settings({}, workers=2)
    )
    for text in ("a red dress without pockets", "cheaper", "why this one?"):
        alone, here = (s.chat("same-words", text).public() for s in (stylist, pool))
        assert {**alone, "ms": None} == {**here, "ms": None}
    stylist.forget("same-words")
    pool.close()

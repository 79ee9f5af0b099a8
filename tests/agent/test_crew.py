"""The crew: turns in worker processes, one at a time and in order for each shopper, whatever happens to a process."""

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
from tests.agent import crew_world

SETTINGS = load_settings({}, workers=2, waiting=3)
GONE_WITHIN_S = 20.0


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("crew")


@pytest.fixture(scope="module")
def crew(shop_dir: Path, home: Path) -> Iterator[StylistPool]:
    crew = StylistPool.open(
        shop_dir, memory=home / "m.sqlite", settings=SETTINGS, opener=crew_world.doer
    )
    yield crew
    crew.close()


@pytest.fixture
def many() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as pool:
        yield pool


def pid(reply) -> int:
    return int(reply.reply.split()[0])


def test_two_turns_run_at_the_same_time_in_two_processes(
    crew: StylistPool, many: ThreadPoolExecutor
) -> None:
    replies = list(many.map(lambda name: crew.chat(name, "meet 1"), ("a1", "b1")))
    assert all(reply.reply.endswith("met") for reply in replies)
    assert len({pid(reply) for reply in replies} | {os.getpid()}) == 3


def test_events_come_as_they_happen_and_the_reply_last(crew: StylistPool) -> None:
    events = list(crew.stream("c1", "a red dress"))
    assert [event.kind for event in events] == ["step", "reply"] and events[
        -1
    ].reply.reply.endswith("a red dress")


def test_turns_of_one_session_keep_their_order_and_what_all_processes_wrote_is_read_here(
    crew: StylistPool, home: Path, many: ThreadPoolExecutor
) -> None:
    first = many.submit(crew.chat, "d1", "hold d1")
    crew_world.holding(home, "d1")
    second = many.submit(crew.chat, "d1", "second")
    assert crew.chat("e1", "another shopper").turn == 1  # who waits for nobody overtakes
    (home / "go-d1").touch()
    assert (first.result().turn, second.result().turn) == (1, 2)
    assert [turn.text for turn in crew.history("d1")] == ["hold d1", "second"]
    assert [turn.text for turn in crew.history("d1", last=1)] == ["second"]


def test_a_full_line_is_busy_and_reading_never_waits(
    crew: StylistPool, home: Path, many: ThreadPoolExecutor
) -> None:
    held = [many.submit(crew.chat, f"f{n}", f"hold f{n}") for n in range(2)]
    for n in range(2):
        crew_world.holding(home, f"f{n}")
    waiting = [crew.stream(f"g{n}", "patient") for n in range(SETTINGS.waiting)]
    with pytest.raises(BusyError):
        crew.chat("h", "impatient")
    assert crew.history("h") == []
    crew.feedback("h", crew.catalog.ids[0], "save")
    assert [item.id for item in crew.saved("h")] == [crew.catalog.ids[0]]
    for n in range(2):
        (home / f"go-f{n}").touch()
    assert [list(events)[-1].reply.session for events in waiting] == ["g0", "g1", "g2"]
    assert all(turn.result().reply.endswith("held") for turn in held)


def test_errors_come_back_as_what_they_are(crew: StylistPool) -> None:
    with pytest.raises(InputError, match="no such thing"):
        crew.chat("i", "refuse")
    with pytest.raises(RuntimeError, match="LookupError: broken on purpose"):
        crew.chat("i", "break")
    with pytest.raises(InputError, match="no item"):
        crew.feedback("i", "NONE", "save")
    with pytest.raises(WorkError, match="pickle"):
        crew.chat("i", "a picture", image=lambda: None)
    assert crew.remove("i", "color", "require", "red").reply == "without color require red"


def test_a_worker_that_dies_takes_no_other_turn_with_it(
    crew: StylistPool, home: Path, many: ThreadPoolExecutor
) -> None:
    held = many.submit(crew.chat, "j", "hold j")
    crew_world.holding(home, "j")
    with pytest.raises(WorkError, match="send your message again"):
        crew.chat("k", "die")
    assert crew.chat("k", "again").reply.endswith("again")
    (home / "go-j").touch()
    assert held.result().reply.endswith("held")


def test_a_worker_killed_while_idle_is_replaced_without_a_word(
    crew: StylistPool, many: ThreadPoolExecutor
) -> None:
    before = {
        pid(reply) for reply in many.map(lambda name: crew.chat(name, "meet 2"), ("a2", "b2"))
    }
    for one in before:
        os.kill(one, signal.SIGKILL)
    after = {pid(reply) for reply in many.map(lambda name: crew.chat(name, "meet 3"), ("a3", "b3"))}
    assert len(after) == 2 and not after & before


def each(crew: StylistPool, many: ThreadPoolExecutor, order: str) -> dict[int, int]:
    """What either process answers to an order, by its id."""
    found: dict[int, int] = {}
    while len(found) < 2:
        for reply in many.map(lambda name: crew.chat(name, order), ("n", "o", "p")):
            found[pid(reply)] = int(reply.reply.split()[1])
    return found


def test_words_of_who_is_forgotten_are_dropped_in_every_process(
    crew: StylistPool, many: ThreadPoolExecutor
) -> None:
    before = each(crew, many, "dropped")
    crew.chat("q", "something personal")
    crew.chat("q", "forget me")
    once = each(crew, many, "dropped")
    assert crew.history("q") == [] and {p: once[p] - before[p] for p in once} == dict.fromkeys(
        once, 1
    )
    crew.forget("q")
    twice = each(crew, many, "dropped")
    assert {p: twice[p] - once[p] for p in twice} == dict.fromkeys(once, 1)


def test_every_process_goes_over_to_a_catalogues_new_state(
    shop_dir: Path, tmp_path: Path, many: ThreadPoolExecutor
) -> None:
    folder = Path(shutil.copytree(shop_dir, tmp_path / "shop"))
    crew = StylistPool.open(
        folder, memory=tmp_path / "m.sqlite", settings=SETTINGS, opener=crew_world.doer
    )
    list(many.map(lambda name: crew.chat(name, "meet 7"), ("a", "b")))
    before = crew.catalog
    assert crew.renewed() is None and crew.catalog is before
    manifest = folder / "info.json"
    manifest.replace(folder / "old.json")
    manifest.write_text((folder / "old.json").read_text())
    assert crew.renewed() is crew and crew.catalog is not before and crew.renewed() is None
    deadline = time.monotonic() + 60
    while set(each(crew, many, "state").values()) != {
        1
    }:  # one worker after the other, while turns are answered
        assert time.monotonic() < deadline
    crew.close()


def test_what_keeps_the_first_worker_from_opening_is_raised(shop_dir: Path) -> None:
    with pytest.raises(InputError, match="another encoder"):
        StylistPool.open(shop_dir, settings=SETTINGS, opener=crew_world.refusing)
    with pytest.raises(WorkError, match="while it opened.*WORKERS=1"):
        StylistPool.open(shop_dir, settings=SETTINGS, opener=crew_world.dying)


def test_a_memory_in_ram_becomes_a_file_that_goes_with_the_crew(shop_dir: Path) -> None:
    crew = StylistPool.open(shop_dir, memory=":memory:", settings=SETTINGS, opener=crew_world.doer)
    assert crew.chat("r", "hello").turn == 1 and len(crew.history("r")) == 1
    folder = crew._temporary.name
    crew.close()
    assert not Path(folder).exists()
    with pytest.raises(WorkError, match="closing"):
        crew.chat("r", "anybody there?")


PARENT = """
import os, sys, time
from agent import StylistPool
from settings import load_settings
from tests.agent import crew_world
if __name__ == "__main__":
    crew = StylistPool.open(sys.argv[1], memory=sys.argv[2], settings=load_settings({}, workers=2), opener=crew_world.doer)
    print(*{crew.chat(f"s{n}", "hello").reply.split()[0] for n in range(20)}, flush=True)
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
    end = time.monotonic() + GONE_WITHIN_S
    while (
        left := [number for number in workers if Path(f"/proc/{number}").exists()]
    ) and time.monotonic() < end:
        time.sleep(0.05)
    assert not left


@pytest.mark.slow
def test_the_real_stylists_answers_are_the_same(demo_dir: Path, stylist, tmp_path: Path) -> None:
    crew = StylistPool.open(
        demo_dir, memory=tmp_path / "m.sqlite", settings=load_settings({}, workers=2)
    )
    for text in ("a red dress without pockets", "cheaper", "why this one?"):
        alone, here = (s.chat("same-words", text).public() for s in (stylist, crew))
        assert {**alone, "ms": None} == {**here, "ms": None}
    stylist.forget("same-words")
    crew.close()

"""A scripted stylist for tests of the pool: it does what the words say, and remembers like the real
one.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from agent.memory.store import Memory
from agent.replies import Event, Reply
from agent.serving.worker import WorkerConfig
from errors import InputError

TIMEOUT_S = 30.0


class ScriptedStylist:
    """Obeys "meet N", "hold NAME", "die", "break", "refuse", "forget me", "dropped" and "state";
    repeats other words.
    """

    def __init__(self, config: WorkerConfig, state: int = 0) -> None:
        self.config, self.state = config, state
        self.memory, self.folder = Memory(config.memory), config.memory.parent
        self.forgotten = self.dropped = 0

    def stream(self, session: str, text: str, *_: object) -> Iterator[Event]:
        yield Event(kind="step", step="thought", text=text)
        order, _, name = text.partition(" ")
        answer = getattr(self, f"_{order}", lambda _: text)(name)
        if text == "forget me":
            self.forget(session)
            yield Event(kind="reply", reply=Reply(session=session, turn=1, reply="forgotten"))
            return
        state = self.memory.load(session)
        reply = Reply(session=session, turn=state.turn + 1, reply=f"{os.getpid()} {answer}")
        self.memory.record(state.model_copy(update={"turn": reply.turn}), text, (), reply)
        yield Event(kind="reply", reply=reply)

    def remove(self, session: str, facet: str, op: str, value: str) -> Reply:
        return Reply(session=session, turn=1, reply=f"without {facet} {op} {value}")

    def forget(self, session: str) -> None:
        self.memory.forget(session)
        self.forgotten += 1
        self.drop_words()

    def drop_words(self) -> None:
        self.dropped += 1

    def renewed(self) -> ScriptedStylist:
        return ScriptedStylist(self.config, self.state + 1)

    def _state(self, _: str) -> str:
        return str(self.state)

    def _dropped(self, _: str) -> str:
        return str(self.dropped)

    def _meet(self, number: str) -> str:
        """Wait until two processes are here at the same time."""
        (self.folder / f"at-{number}-{os.getpid()}").touch()
        _until(lambda: len(list(self.folder.glob(f"at-{number}-*"))) >= 2)
        return "met"

    def _hold(self, name: str) -> str:
        """Wait for a file, and announce it by another one."""
        (self.folder / f"holding-{name}").touch()
        _until((self.folder / f"go-{name}").exists)
        return "held"

    def _die(self, _: str) -> str:
        os._exit(3)

    def _break(self, _: str) -> str:
        raise LookupError("broken on purpose")

    def _refuse(self, _: str) -> str:
        raise InputError("no such thing")


def _until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + TIMEOUT_S
    while not done():
        if time.monotonic() > end:
            raise TimeoutError("nobody came")
        time.sleep(0.01)


def scripted(config: WorkerConfig) -> ScriptedStylist:
    """Open at once."""
    return ScriptedStylist(config)


def refusing(config: WorkerConfig) -> ScriptedStylist:
    """Fail to open, with a reason."""
    raise InputError("this catalogue is of another encoder")


def dying(config: WorkerConfig) -> ScriptedStylist:
    """End while opening."""
    os._exit(9)


def holding(folder: Path, name: str) -> None:
    """Return once a worker holds at `name`."""
    _until((folder / f"holding-{name}").exists)

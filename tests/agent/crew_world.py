"""What workers of the crew's tests serve: a stylist that does what the words say, and remembers like the real one."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

from agent.memory.store import Memory
from agent.replies import Event, Reply
from agent.serving.worker import Post
from errors import InputError

LONGEST_S = 30.0


class Doer:
    """Words are orders: "meet N", "hold NAME", "die", "break", "refuse", "forget me", "dropped", "state"; others are repeated."""

    def __init__(self, post: Post, state: int = 0) -> None:
        self.post, self.state = post, state
        self.memory, self.folder = Memory(post.memory), post.memory.parent
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

    def renewed(self) -> Doer:
        return Doer(self.post, self.state + 1)

    def _state(self, _: str) -> str:
        return str(self.state)

    def _dropped(self, _: str) -> str:
        return str(self.dropped)

    def _meet(self, number: str) -> str:
        """Waits until so many processes are at this place at the same time."""
        (self.folder / f"at-{number}-{os.getpid()}").touch()
        _until(lambda: len(list(self.folder.glob(f"at-{number}-*"))) >= 2)
        return "met"

    def _hold(self, name: str) -> str:
        """Waits for a file, and tells by another one that it does."""
        (self.folder / f"holding-{name}").touch()
        _until((self.folder / f"go-{name}").exists)
        return "held"

    def _die(self, _: str) -> str:
        os._exit(3)

    def _break(self, _: str) -> str:
        raise LookupError("broken on purpose")

    def _refuse(self, _: str) -> str:
        raise InputError("no such thing")


def _until(done) -> None:
    end = time.monotonic() + LONGEST_S
    while not done():
        if time.monotonic() > end:
            raise TimeoutError("nobody came")
        time.sleep(0.01)


def doer(post: Post) -> Doer:
    """Opens at once."""
    return Doer(post)


def refusing(post: Post) -> Doer:
    """Cannot open, for a reason."""
    raise InputError("this catalogue is of another encoder")


def dying(post: Post) -> Doer:
    """Ends while it opens."""
    os._exit(9)


def holding(folder: Path, name: str) -> None:
    """Returns once a worker holds at `name`."""
    _until((folder / f"holding-{name}").exists)

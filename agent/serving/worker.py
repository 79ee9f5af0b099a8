"""A worker: a process of its own with a stylist of its own, which answers one turn at a time.

Nothing heavy is imported before the process knows how many threads are its share.
"""

from __future__ import annotations

import logging
import os
import signal
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.serving.freezing import settle
from agent.serving.turn_queue import Job, Message
from errors import StylistError
from settings import Settings

if TYPE_CHECKING:
    from agent.stylist import Stylist

LOG = logging.getLogger(__name__)
RENEWAL = "renewed"
"""The method of a job that a worker does to its own stylist: it gives way to one on the catalogue's new state."""
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True)
class Post:
    """What a worker serves: the catalogue's folder, the memory's file, settings, and its share of the cores."""

    directory: Path
    memory: Path
    settings: Settings
    threads: int


Opener = Callable[[Post], Any]
"""Makes the stylist of a worker's process; a function of a module, since it travels by name."""


def open_stylist(post: Post) -> Stylist:
    """The stylist of a post, warmed up, within its share of the cores."""
    from agent.stylist import Stylist  # before torch: the encoders' room says how its threads wait
    import torch  # isort: skip

    torch.set_num_threads(post.threads)
    return Stylist.open(post.directory, memory=post.memory, settings=post.settings)


def work(post: Post, pipe: Connection, opener: Opener) -> None:
    """A worker's whole life: opens, says so, answers, and ends when told to (None) or when nobody listens any more."""
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C reaches every process of the terminal; the page ends its workers
    logging.basicConfig(
        level=logging.WARNING, format="%(levelname)s %(processName)s %(name)s: %(message)s"
    )
    os.environ.update(dict.fromkeys(THREADS, str(post.threads)))
    try:
        stylist = opener(post)
        pipe.send(Message("ready"))
        while (job := pipe.recv()) is not None:
            if job.method == RENEWAL:
                stylist, message = _renewed(stylist)
                pipe.send(message)
                continue
            if not job.quiet:
                pipe.send(Message("begun"))
            message = _serve(stylist, job, pipe)
            if not job.quiet:  # a message that nobody waits for would be taken for the next turn's
                pipe.send(message)
            elif message.kind == "error":
                LOG.error("%s: %s", job.method, message.value)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return  # the page has ended
    except Exception as error:  # a door: whoever waits for this worker is told
        pipe.send(_failed(error))


def _renewed(stylist: Any) -> tuple[Any, Message]:
    """The stylist on the catalogue's new state; the one that there is, and why, where that cannot be opened."""
    try:
        fresh = stylist.renewed()
    except Exception as error:  # a door: shoppers chat on over the state that is open
        return stylist, _failed(error)
    if fresh is None:
        return stylist, Message("value")
    settle()
    return fresh, Message("value")


def _serve(stylist: Any, job: Job, pipe: Connection) -> Message:
    """Does a job, events on their way at once; returns its last message."""
    before = stylist.forgotten
    try:
        value = getattr(stylist, job.method)(*job.arguments)
        if job.streamed:
            for event in value:
                pipe.send(Message("event", event))
            value = None
    except (BrokenPipeError, ConnectionResetError):
        raise
    except (
        Exception
    ) as error:  # a door: the error belongs to whoever sent the job, not to this process
        return _failed(error)
    return Message("value", value, forgot=stylist.forgotten > before)


def _failed(error: Exception) -> Message:
    """An error on its way: those meant for people as they are, others as their traceback, since not every one can travel."""
    if isinstance(error, StylistError):
        return Message("error", error)
    return Message(
        "error", RuntimeError("in a worker:\n" + "".join(traceback.format_exception(error)))
    )

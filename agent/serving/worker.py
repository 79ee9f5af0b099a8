"""A worker: a process with a stylist of its own, which answers one turn at a time.

Nothing heavy is imported before the process knows its share of the cores.
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

from agent.serving.freezing import freeze_heap
from agent.serving.turn_queue import Job, Message
from errors import StylistError
from settings import Settings

if TYPE_CHECKING:
    from agent.stylist import Stylist

LOG = logging.getLogger(__name__)
RENEW = Job("renewed")
"""The job that makes a worker replace its stylist with one on the catalogue's new state."""
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True)
class WorkerConfig:
    """What a worker opens: the catalogue's folder, the memory file, settings, and its share of the
    cores.
    """

    directory: Path
    memory: Path
    settings: Settings
    threads: int


Opener = Callable[[WorkerConfig], Any]
"""Makes the stylist of a worker's process.

Must be a module-level function: it is pickled by name.
"""


def open_stylist(config: WorkerConfig) -> Stylist:
    """Open a warmed-up stylist within the worker's share of the cores."""
    # the stylist before torch: importing the encoders sets how torch's threads wait
    from agent.stylist import Stylist
    import torch  # isort: skip

    torch.set_num_threads(config.threads)
    return Stylist.open(config.directory, memory=config.memory, settings=config.settings)


def work(config: WorkerConfig, pipe: Connection, opener: Opener) -> None:
    """Run a worker: open the stylist, report it, and answer jobs until None arrives or the pipe
    closes.
    """
    # Ctrl-C reaches every process of the terminal; the page ends its workers itself
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.basicConfig(
        level=logging.WARNING, format="%(levelname)s %(processName)s %(name)s: %(message)s"
    )
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, str(config.threads)))
    try:
        stylist = opener(config)
        pipe.send(Message("ready"))
        while (job := pipe.recv()) is not None:
            if job == RENEW:
                stylist, message = _renewed(stylist)
                pipe.send(message)
            elif job.quiet:
                # no message: the supervisor would take it for one of the next turn
                message = _answer(stylist, job, pipe)
                if message.kind == "error":
                    LOG.error("%s: %s", job.method, message.value)
            else:
                pipe.send(Message("begun"))
                pipe.send(_answer(stylist, job, pipe))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return  # the parent process has ended
    except Exception as error:  # top of the process: the supervisor must learn why it ends
        pipe.send(_error_message(error))


def _renewed(stylist: Any) -> tuple[Any, Message]:
    """Return the stylist on the catalogue's new state; the old one and the error if that cannot be
    opened.
    """
    try:
        fresh = stylist.renewed()
    except Exception as error:  # whatever is wrong with the new state, the old one still serves
        return stylist, _error_message(error)
    if fresh is None:
        return stylist, Message("value")
    freeze_heap()
    return fresh, Message("value")


def _answer(stylist: Any, job: Job, pipe: Connection) -> Message:
    """Do a job, sending its events at once; return its last message."""
    forgotten = stylist.forgotten
    try:
        value = getattr(stylist, job.method)(*job.arguments)
        if job.streamed:
            for event in value:
                pipe.send(Message("event", event))
            value = None
    except (BrokenPipeError, ConnectionResetError):
        raise
    except Exception as error:  # it belongs to the sender of the job, not to this process
        return _error_message(error)
    return Message("value", value, forgot=stylist.forgotten > forgotten)


def _error_message(error: Exception) -> Message:
    """Pack an error: one meant for people as it is, any other as its traceback, which can always be
    pickled.
    """
    if isinstance(error, StylistError):
        return Message("error", error)
    text = "in a worker:\n" + "".join(traceback.format_exception(error))
    return Message("error", RuntimeError(text))

"""Errors that a person can act on: what was given, what is accepted, what to do next.

Each class carries the exit code that a door (`python -m ROOM`) returns for it.
Any other exception that escapes is a bug and keeps its traceback.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import TracebackType
from typing import NoReturn


class StylistError(Exception):
    """Base of all errors whose message is written for people."""

    exit_code = 1


class WorkError(StylistError):
    """The work itself failed (exit 1)."""


class BusyError(StylistError):
    """Too many turns are waiting; the same turn can be sent again in a few seconds."""


class InputError(StylistError):
    """Wrong usage or unusable input (exit 2)."""

    exit_code = 2


class CatalogMissingError(InputError):
    """The named folder holds no catalogue."""


class EncoderMismatchError(InputError):
    """The catalogue was embedded by another encoder than the one in use."""


class BadImageError(InputError):
    """A picture that cannot be used: not an image, too large, or damaged."""


def run_door(door: Callable[[], object]) -> None:
    """Run a room's command line.

    A `StylistError` becomes one line on stderr and the process exits with the error's code.
    """
    try:
        door()
    except StylistError as error:
        _exit_with(error)


def report_uncaught(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Do what `run_door` does for an error at import, before any door is open.

    A hook for `sys.excepthook`. Any other exception keeps its traceback.
    """
    if isinstance(error, StylistError):
        _exit_with(error)
    sys.__excepthook__(kind, error, trace)


def _exit_with(error: StylistError) -> NoReturn:
    print(f"error: {error}", file=sys.stderr)
    sys.exit(error.exit_code)

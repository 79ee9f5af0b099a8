"""Errors that a person can act on: what was given, what is allowed, what to do.

The class carries the exit code that a door (`python -m ROOM`) returns for it.
Everything else that escapes is a bug and keeps its traceback.
"""

from __future__ import annotations

import sys
from collections.abc import Callable


class StylistError(Exception):
    """Base of all errors with a message meant for people."""

    exit_code = 1


class WorkError(StylistError):
    """The work itself failed (exit 1)."""


class Busy(StylistError):
    """Too many turns are waiting; the same turn may be sent again in a few seconds."""


class InputError(StylistError):
    """Wrong usage or unusable input (exit 2)."""

    exit_code = 2


class CatalogMissing(InputError):
    """The folder named holds no catalogue."""


class EncoderMismatch(InputError):
    """The catalogue was embedded by another encoder than the one in use."""


class BadImage(InputError):
    """A picture that cannot be used: not an image, too large, or damaged."""


def run_door(door: Callable[[], object]) -> None:
    """Runs a room's command line; an error meant for people becomes one line on stderr and its exit code."""
    try:
        door()
    except StylistError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)

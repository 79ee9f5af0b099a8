"""Gradio with less to do for every message.

A turn is a handful of messages, each with all parts of the page, most of them left as they are. As it comes, Gradio builds
such a part anew (1 ms each, 9 a message), sends the last message of a stream twice, summarizes its own past events in a
data frame after each of them, and looks for Matplotlib twice a message. Together that costs more than the answer itself.
"""

from __future__ import annotations

import copy
import functools
import importlib.util
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr

_NEVER = str(10**9)
EVENTS_KEPT = "100"
LOOK_S = 0.005
TAKE_TEXT = (gr.HTML, gr.BrowserState)
"""Parts that send a text as it is; Gradio takes each through a thread, and keeps a copy of it for every tab."""


def spare() -> None:
    """To be called before Blocks are made: no summaries of past events, no search for a Matplotlib that is not there."""
    os.environ.setdefault(
        "GRADIO_ANALYTICS_CACHE_FREQUENCY", _NEVER
    )  # read when a queue is made; in events
    os.environ.setdefault("GRADIO_ANALYTICS_MAX_EVENTS", EVENTS_KEPT)
    if "matplotlib" not in sys.modules and importlib.util.find_spec("matplotlib") is None:
        sys.modules["matplotlib"] = None  # type: ignore[assignment]  # Python's own way to say "not there", at once


class Blocks(gr.Blocks):
    """Blocks whose text and skipped outputs cost nothing, and whose queue is looked into less often."""

    def queue(self, *arguments: Any, **named: Any) -> Blocks:
        """As it is, but for the pause between two looks: at Gradio's own, an idle page takes a twentieth of a core."""
        super().queue(*arguments, **named)
        self._queue.sleep_when_free = LOOK_S
        return self

    async def postprocess_data(self, block_fn: Any, predictions: Any, state: Any) -> list[Any]:
        """What goes to the browser, one value an output. `gr.skip()` and text of parts that take text go as they are."""
        given = list(predictions) if isinstance(predictions, tuple | list) else []
        ready = [
            value == gr.skip() or (isinstance(value, str) and isinstance(part, TAKE_TEXT))
            for value, part in zip(given, block_fn.outputs, strict=False)
        ]
        left = [value for value, is_ready in zip(given, ready, strict=False) if not is_ready]
        if (
            len(given) != len(block_fn.outputs)
            or not any(ready)
            or (len(left) == 1 and isinstance(left[0], dict))
        ):
            return await super().postprocess_data(block_fn, predictions, state)
        less = copy.copy(block_fn)
        less.outputs = [
            part for part, is_ready in zip(block_fn.outputs, ready, strict=True) if not is_ready
        ]
        done = iter(
            await super().postprocess_data(less, left if len(left) > 1 else left[0], state)
            if left
            else ()
        )
        return [
            value if is_ready else next(done) for value, is_ready in zip(given, ready, strict=True)
        ]


def ended(handler: Callable[..., Iterator[Any]], last: Any) -> Callable[..., Iterator[Any]]:
    """The handler with `last` (nothing but skips) after what it yields: Gradio sends a stream's last message twice."""

    @functools.wraps(handler)
    def streamed(*arguments: Any, **named: Any) -> Iterator[Any]:
        yield from handler(*arguments, **named)
        yield last

    return streamed

"""Gradio with less work per message: all use of its private names, for one tested version.

A turn sends a handful of messages, each with all parts of the page, most of them unchanged. For
every message Gradio rebuilds the unchanged parts (1 ms each, nine a message), sends the last
message of a stream twice, summarizes its past events in a data frame and looks for Matplotlib
twice. Together that costs more than the answer itself.

On any other version than `TESTED_VERSION` the page runs on plain Gradio: slower, but the same.
"""

from __future__ import annotations

import copy
import functools
import importlib.util
import logging
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr

LOG = logging.getLogger(__name__)
TESTED_VERSION = "6.31.0"
MAX_EVENTS_KEPT = 100
QUEUE_POLL_S = 0.005
"""Pause between two looks at the queue. With Gradio's own an idle page takes 5% of a core."""
TEXT_PARTS = (gr.HTML, gr.BrowserState)
"""Parts that send text as it is. Gradio passes each through a thread, and copies it per tab."""
_NEVER = str(10**9)


def supported() -> bool:
    """Whether this is the version of Gradio that the patches were tested with."""
    return gr.__version__ == TESTED_VERSION


def blocks(**options: Any) -> gr.Blocks:
    """Return Blocks that do less work per message, or plain ones on an untested version.

    options: arguments of `gr.Blocks`.
    """
    if not supported():
        LOG.warning(
            "Gradio %s instead of %s: the page works, but each message costs more",
            gr.__version__,
            TESTED_VERSION,
        )
        return gr.Blocks(**options)
    _skip_statistics()
    return LeanBlocks(**options)


def _skip_statistics() -> None:
    """Switch off the summaries of past events and the search for an absent Matplotlib.

    Gradio reads the variables when a queue is made, so this comes before any Blocks.
    """
    os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", _NEVER)
    os.environ.setdefault("GRADIO_ANALYTICS_MAX_EVENTS", str(MAX_EVENTS_KEPT))
    if "matplotlib" not in sys.modules and importlib.util.find_spec("matplotlib") is None:
        # None is Python's own mark for "cannot be imported", and is found at once.
        sys.modules["matplotlib"] = None  # type: ignore[assignment]


class LeanBlocks(gr.Blocks):
    """Blocks whose text and skipped outputs cost nothing, and whose queue is polled less often."""

    def queue(self, *arguments: Any, **options: Any) -> LeanBlocks:
        """Queue events as `gr.Blocks` does, with a longer pause between two looks."""
        super().queue(*arguments, **options)
        self._queue.sleep_when_free = QUEUE_POLL_S
        return self

    async def postprocess_data(self, block_fn: Any, predictions: Any, state: Any) -> list[Any]:
        """Return what is sent to the browser, one value per output.

        `gr.skip()`, and text for parts that take text, are sent as they are.
        """
        values = list(predictions) if isinstance(predictions, tuple | list) else []
        if len(values) != len(block_fn.outputs):
            return await super().postprocess_data(block_fn, predictions, state)
        ready = list(map(_sent_as_is, values, block_fn.outputs))
        remaining = [value for value, done in zip(values, ready, strict=True) if not done]
        # Gradio reads a single dictionary as a table of outputs, so it must not stand alone.
        if not any(ready) or (len(remaining) == 1 and isinstance(remaining[0], dict)):
            return await super().postprocess_data(block_fn, predictions, state)
        if not remaining:
            return values
        smaller = copy.copy(block_fn)
        smaller.outputs = [
            part for part, done in zip(block_fn.outputs, ready, strict=True) if not done
        ]
        passed = remaining if len(remaining) > 1 else remaining[0]
        processed = iter(await super().postprocess_data(smaller, passed, state))
        return [
            value if done else next(processed) for value, done in zip(values, ready, strict=True)
        ]


def _sent_as_is(value: Any, part: Any) -> bool:
    return value == gr.skip() or (isinstance(value, str) and isinstance(part, TEXT_PARTS))


def ending_with(last: Any, handler: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
    """Return `handler` with `last` after what it yields, because Gradio sends a last message twice.

    last: a view that changes nothing. On an untested version the handler is returned as it is.
    """
    if not supported():
        return handler

    @functools.wraps(handler)
    def streamed(*arguments: Any, **options: Any) -> Iterator[Any]:
        yield from handler(*arguments, **options)
        yield last

    return streamed


def event_data(event: gr.EventData) -> dict[str, Any]:
    """Return what the page's script sent with an event; {} for anything but a dictionary."""
    data = getattr(event, "_data", None)
    return data if isinstance(data, dict) else {}

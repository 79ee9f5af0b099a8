"""Less work for Gradio: the browser gets the same, and another version goes unpatched."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor

import gradio as gr
import pytest
from gradio.helpers import special_args
from gradio.state_holder import SessionState

from tests.ui.fake import FakeStylist
from ui import gradio_patches
from ui.gradio_patches import LeanBlocks
from ui.handlers import View
from ui.page import build
from ui.shop import Shop


def open_page() -> gr.Blocks:
    shop = Shop()
    shop.open(FakeStylist())
    return build(shop)


@pytest.fixture(scope="module")
def page() -> gr.Blocks:
    return open_page()


def handler(page: gr.Blocks, name: str):
    return next(function for function in page.fns.values() if function.name == name)


def sent(page: gr.Blocks, kind: type[gr.Blocks], values: tuple) -> list:
    """What a browser is sent for the values of one view, by Blocks of this kind."""
    page.limiter = None
    state, say = SessionState(page), handler(page, "say")
    # Another thread, since a browser's test may have left an event loop in this one.
    with ThreadPoolExecutor(1) as thread:
        coroutine = kind.postprocess_data(page, say, values, state)
        return thread.submit(asyncio.run, coroutine).result()


@pytest.mark.parametrize(
    "view",
    [
        View(),
        View(live="at work"),
        View(live="done", box=None),
        View(token="t", feed="f", wish="", dock=gr.update(visible=True)),
        View(clock=gr.update(active=False)),
        View(live="busy", box={"text": "kept", "files": []}),
        View(
            *"abcdef", {"text": "", "files": []}, gr.update(visible=True), gr.update(active=False)
        ),
    ],
)
def test_the_browser_gets_what_gradio_would_send(page, view) -> None:
    # Gradio takes the mark of a skipped HTML part for one of its properties.
    mark = {"props": gr.skip(), **gr.skip()}
    ours, theirs = (
        [gr.skip() if value == mark else value for value in sent(page, kind, tuple(view))]
        for kind in (LeanBlocks, gr.Blocks)
    )
    assert ours == theirs


def test_an_unchanged_part_is_not_built_anew(page, monkeypatch) -> None:
    def built(*_: object, **__: object) -> None:
        raise AssertionError("a part was built anew")

    monkeypatch.setattr(gr.HTML, "__init__", built)
    assert sent(page, LeanBlocks, tuple(View(live="at work")))[3] == "at work"


def test_a_stream_ends_with_nothing_new() -> None:
    def numbers(first: int, event: gr.EventData):
        yield first
        yield 2

    wrapped = gradio_patches.ending_with("skips", numbers)
    assert list(wrapped(1, event=None)) == [1, 2, "skips"] and wrapped.__name__ == "numbers"


def test_the_page_sends_each_view_once_and_events_find_their_data(page) -> None:
    message = {"text": " ", "files": []}
    assert list(handler(page, "say").fn(None, message))[-1] == View()
    event = gr.EventData(None, {"do": "x"})
    arguments = special_args(handler(page, "act").fn, [None], event_data=event)[0]
    assert isinstance(arguments[1], gr.EventData)
    assert gradio_patches.event_data(event) == {"do": "x"}


@pytest.mark.parametrize("data", [None, "text", ["a"]])
def test_an_event_without_a_dictionary_has_no_data(data) -> None:
    assert gradio_patches.event_data(gr.EventData(None, data)) == {}


def test_the_tested_version_is_the_required_one_and_is_patched(page, caplog) -> None:
    assert gradio_patches.supported()
    assert isinstance(page, LeanBlocks)
    page.queue(max_size=None)
    assert page._queue.sleep_when_free == gradio_patches.QUEUE_POLL_S


def test_another_version_goes_unpatched_and_says_so_once(monkeypatch, caplog) -> None:
    monkeypatch.setattr(gr, "__version__", "6.99.0")
    with caplog.at_level(logging.WARNING):
        page = open_page()
    assert type(page) is gr.Blocks
    (line,) = [r.getMessage() for r in caplog.records if r.name == gradio_patches.LOG.name]
    assert "6.99.0" in line and gradio_patches.TESTED_VERSION in line
    # The page works: a message is answered, and its views reach the browser.
    views = list(handler(page, "say").fn("x" * 32, {"text": "navy", "files": []}))
    assert "turn-1" in views[-1].feed and len(views) > 1
    assert sent(page, type(page), tuple(views[-1]))[2] == views[-1].feed

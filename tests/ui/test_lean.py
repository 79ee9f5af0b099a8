"""What Gradio is spared, and that the browser gets the same for it."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import gradio as gr
import pytest
from gradio.state_holder import SessionState

from tests.ui.fake import FakeStylist
from ui import lean
from ui.handlers import View
from ui.page import build
from ui.shop import Shop


@pytest.fixture(scope="module")
def page() -> lean.Blocks:
    shop = Shop()
    shop.open(FakeStylist())
    return build(shop)


def say(page: lean.Blocks):
    return next(fn for fn in page.fns.values() if fn.name == "say")


def sent(blocks: lean.Blocks, kind: type, values: tuple) -> list:
    blocks.limiter = None
    with ThreadPoolExecutor(1) as thread:  # a browser's test may have left a loop in this one
        done = thread.submit(
            lambda: asyncio.run(
                kind.postprocess_data(blocks, say(blocks), values, SessionState(blocks))
            )
        )
    return done.result()


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
    mark = {
        "props": gr.skip(),
        **gr.skip(),
    }  # Gradio takes the mark of a skipped HTML part for one of its properties
    ours, theirs = (
        [gr.skip() if value == mark else value for value in sent(page, kind, tuple(view))]
        for kind in (lean.Blocks, gr.Blocks)
    )
    assert ours == theirs


def test_a_part_that_is_left_as_it_is_is_not_built_anew(page, monkeypatch) -> None:
    def built(*_: object, **__: object) -> None:
        raise AssertionError("a part was built anew")

    monkeypatch.setattr(gr.HTML, "__init__", built)
    assert sent(page, lean.Blocks, tuple(View(live="at work")))[3] == "at work"


def test_a_stream_ends_with_nothing_new() -> None:
    def handler(first: int, event: gr.EventData):
        yield first
        yield 2

    ended = lean.ended(handler, "skips")
    assert list(ended(1, event=None)) == [1, 2, "skips"] and ended.__name__ == "handler"


def test_the_page_sends_each_view_once_and_events_find_their_data(page) -> None:
    assert [
        list(fn.fn(None, {"text": " ", "files": []}))[-1]
        for fn in page.fns.values()
        if fn.name == "say"
    ] == [View()]
    act = next(fn for fn in page.fns.values() if fn.name == "act")
    from gradio.helpers import special_args

    assert isinstance(
        special_args(act.fn, [None], event_data=gr.EventData(None, {"do": "x"}))[0][1], gr.EventData
    )

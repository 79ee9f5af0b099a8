"""The page: its parts, and which handler answers which event."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from ui import gradio_patches, panels, photos
from ui.handlers import PageHandlers, View
from ui.shop import Shop
from ui.theme import CSS, EVENT_SCRIPT, HEAD, theme

PICTURES = "/pictures"
TOKEN_KEY = "stylist-session"
TOKEN_WRAP = "kept in this browser"
"""BrowserState scrambles what it stores with this. It must survive a restart and is no secret."""
UPLOADS_KEPT_S = 600
"""The page's own copies of uploads are deleted later, not at once: shoppers who send the same photo
share one. The session's memory has a copy of its own."""
READING_THREADS = 32
"""Threads for what needs no turn: opening the page, hearts, pieces of answers."""
MAX_TABS_KEPT = 200
"""Gradio keeps what each tab shows. Nothing reads it, so a dropped tab goes on."""
MAX_PASTED_CHARS = 1_000_000
"""Longer pasted text would become a file, not a message that is refused and stays in the box."""


def build(shop: Shop, max_turns: int | None = None) -> gr.Blocks:
    """Return the page over `shop`; it opens at once and shows the collection when there is one.

    max_turns: turns that may run at the same time; None where a `StylistPool` queues them itself.
    """
    handlers = PageHandlers(shop, PICTURES)
    with gradio_patches.blocks(
        title=panels.NAME,
        fill_width=True,
        analytics_enabled=False,
        delete_cache=(UPLOADS_KEPT_S, UPLOADS_KEPT_S),
    ) as page:
        token = gr.BrowserState(None, storage_key=TOKEN_KEY, secret=TOKEN_WRAP)
        masthead = _html("masthead", panels.masthead())
        feed = _html("feed", panels.preparing(()))
        live = _html("live")
        with gr.Column(elem_id="dock", visible=False) as dock:
            wish = _html("wish")
            box = _message_box()
        drawer = _html("drawer")
        dialog = _html("dialog", panels.dialog())
        clock = gr.Timer(1.0)
        parts = View(token, masthead, feed, live, wish, drawer, box, dock, clock)
        _connect(page, handlers, parts, dialog, max_turns)
    return page


def _html(elem_id: str, value: str = "") -> gr.HTML:
    return gr.HTML(
        value, elem_id=elem_id, js_on_load=EVENT_SCRIPT, apply_default_css=False, padding=False
    )


def _message_box() -> gr.MultimodalTextbox:
    return gr.MultimodalTextbox(
        file_count="multiple",
        file_types=photos.FILE_TYPES,
        sources=["upload"],
        max_lines=5,
        show_label=False,
        label="Your message",
        placeholder="Words, a photo, or both…",
        elem_id="box",
        autofocus=False,
        max_plain_text_length=MAX_PASTED_CHARS,
        container=False,
    )


def _connect(
    page: gr.Blocks, handlers: PageHandlers, parts: View, dialog: gr.HTML, max_turns: int | None
) -> None:
    reading: dict[str, Any] = {
        "outputs": list(parts),
        "show_progress": "hidden",
        "api_visibility": "private",
        "concurrency_limit": None,
    }
    turn: dict[str, Any] = {
        **reading,
        "concurrency_limit": max_turns,
        "concurrency_id": "turn",
        "trigger_mode": "once",
    }
    say = gradio_patches.ending_with(View(), handlers.say)
    act = gradio_patches.ending_with(View(), handlers.act)
    clickable = (parts.masthead, parts.feed, parts.live, parts.wish, parts.drawer, dialog)
    page.load(handlers.arrive, [parts.token], **reading)
    parts.clock.tick(handlers.arrive, [parts.token], **reading)
    parts.box.submit(say, [parts.token, parts.box], **turn)
    gr.on([part.click for part in clickable], act, [parts.token], **turn)
    for part in (parts.feed, parts.drawer):
        part.mark(handlers.mark, [parts.token], **reading, trigger_mode="multiple")


def launch_options(catalog: Path, max_turns: int = 8) -> dict[str, Any]:
    """Return the arguments of `Blocks.launch`: looks, limits, and the catalogue's pictures.

    Nothing else of the catalogue is served. max_turns: turns that may run or wait, one thread each.
    """
    pictures = Mount(
        PICTURES, StaticFiles(directory=catalog / "images", check_dir=False), name="pictures"
    )
    return {
        "theme": theme(),
        "css": CSS,
        "head": HEAD,
        "footer_links": [],
        "run_history": False,
        "ssr_mode": False,
        "max_file_size": photos.MAX_FILE_SIZE,
        "show_error": True,
        "app_kwargs": {"routes": [pictures]},
        "quiet": True,
        "enable_monitoring": False,
        "share": False,
        "pwa": False,
        "max_threads": max_turns + READING_THREADS,
        "state_session_capacity": MAX_TABS_KEPT,
    }

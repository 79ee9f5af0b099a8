"""The page: its parts, and which handler answers what. `build` makes the Blocks, `launch_options` the rest."""

from __future__ import annotations

from pathlib import Path

import gradio as gr
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from ui import lean, panels, photos
from ui.handlers import PageHandlers, View
from ui.shop import Shop
from ui.theme import CSS, HEAD, TAPS, theme

PICTURES = "/pictures"
TOKEN_KEY = "stylist-session"
TOKEN_WRAP = "kept in this browser"
"""BrowserState scrambles what it stores with this. It must outlive a restart and is no secret: the token is."""
UPLOADS_KEPT_S = 600
"""The page's own copies of uploads go soon, not at once: shoppers who send the same photo share one. Sessions keep theirs."""
READERS = 32
"""Threads for what needs no turn: pages that open, hearts, pieces of answers."""
TABS_KEPT = 200
"""Gradio keeps what each tab shows. Nothing is read from it: a tab that it has let go goes on as before."""


def _part(elem_id: str, value: str = "") -> gr.HTML:
    return gr.HTML(value, elem_id=elem_id, js_on_load=TAPS, apply_default_css=False, padding=False)


def build(shop: Shop, at_once: int | None = None) -> gr.Blocks:
    """The page over `shop`; it opens at once and shows the collection as soon as there is one.

    at_once: turns that may run at the same time; None where they wait behind the page (`agent.Crew`).
    """
    lean.spare()
    desk = PageHandlers(shop, PICTURES)
    with lean.Blocks(
        title=panels.NAME,
        fill_width=True,
        analytics_enabled=False,
        delete_cache=(UPLOADS_KEPT_S, UPLOADS_KEPT_S),
    ) as page:
        token = gr.BrowserState(None, storage_key=TOKEN_KEY, secret=TOKEN_WRAP)
        masthead = _part("masthead", panels.masthead())
        feed = _part("feed", panels.preparing(()))
        live = _part("live")
        with gr.Column(elem_id="dock", visible=False) as dock:
            wish = _part("wish")
            box = gr.MultimodalTextbox(
                file_count="multiple",
                file_types=photos.FILE_TYPES,
                sources=["upload"],
                max_lines=5,
                show_label=False,
                label="Your message",
                placeholder="Words, a photo, or both…",
                elem_id="box",
                autofocus=False,
                max_plain_text_length=1_000_000,
                container=False,
            )
        drawer = _part("drawer")
        dialog = _part("dialog", panels.dialog())
        clock = gr.Timer(1.0)
        _wire(
            page,
            desk,
            View(token, masthead, feed, live, wish, drawer, box, dock, clock),
            dialog,
            at_once,
        )
    return page


def _wire(
    page: gr.Blocks, desk: PageHandlers, parts: View, dialog: gr.HTML, at_once: int | None
) -> None:
    quiet = {"outputs": list(parts), "show_progress": "hidden", "api_visibility": "private"}
    turn = {**quiet, "concurrency_limit": at_once, "concurrency_id": "turn", "trigger_mode": "once"}
    tapped = (parts.masthead, parts.feed, parts.live, parts.wish, parts.drawer, dialog)
    page.load(desk.arrive, [parts.token], **quiet, concurrency_limit=None)
    parts.clock.tick(desk.arrive, [parts.token], **quiet, concurrency_limit=None)
    parts.box.submit(lean.ended(desk.say, View()), [parts.token, parts.box], **turn)
    gr.on([part.click for part in tapped], lean.ended(desk.act, View()), [parts.token], **turn)
    for part in (parts.feed, parts.drawer):
        part.mark(
            desk.mark, [parts.token], **quiet, concurrency_limit=None, trigger_mode="multiple"
        )


def launch_options(catalog: Path, turns: int = 8) -> dict:
    """Keyword arguments of `Blocks.launch`: looks, limits, and the pictures of the catalogue (nothing else of it).

    turns: those that may run or wait, each on a thread, beside those that read.
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
        "max_threads": turns + READERS,
        "state_session_capacity": TABS_KEPT,
    }

"""Looks: Gradio theme variables, the style sheet, and the few lines of script on the page."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

_HERE = Path(__file__).parent
CSS = (_HERE / "style.css").read_text(encoding="utf-8")
_FAVICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E"
    "%3Crect width='32' height='32' rx='8' fill='%23a4452c'/%3E"
    "%3Cpath d='M16 9a3 3 0 1 1 2 2.8c-1 .5-2 .9-2 2.2L27 22.5H5L16 14' fill='none' "
    "stroke='%23fff' stroke-width='1.8' stroke-linejoin='round'/%3E%3C/svg%3E"
)
HEAD = (
    '<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">'
    f'<link rel="icon" href="{_FAVICON}">'
    f"<script>{(_HERE / 'page.js').read_text(encoding='utf-8')}</script>"
)

EVENT_SCRIPT = """
const send = (from, more) => {
  const data = {...from.dataset, ...more};
  trigger(data.do === 'save' || data.do === 'unsave' ? 'mark' : 'click', data);
};
element.addEventListener('click', (event) => {
  const from = event.target.closest('[data-do]');
  if (from && from.tagName !== 'SELECT' && element.contains(from)) send(from, {});
});
element.addEventListener('change', (event) => {
  if (event.target.matches('select[data-do]')) send(event.target, {value: event.target.value});
});
"""
"""Turns taps inside a part of the page into events, with the `data-` attributes of the element."""

SANS = [
    "Inter",
    "system-ui",
    "-apple-system",
    "Segoe UI",
    "Roboto",
    "Helvetica Neue",
    "Arial",
    "sans-serif",
]


def theme() -> gr.themes.Base:
    """Return the colours for light and dark; fonts are those of the reader, none are downloaded."""
    return gr.themes.Base(
        font=SANS, font_mono=["ui-monospace", "Menlo", "Consolas", "monospace"]
    ).set(
        body_background_fill="#f8f2e8",
        body_background_fill_dark="#171310",
        body_text_color="#2a221c",
        body_text_color_dark="#f1e8dc",
        background_fill_primary="#fffdf9",
        background_fill_primary_dark="#221d19",
        block_background_fill="#fffdf9",
        block_background_fill_dark="#221d19",
        input_background_fill="#fffdf9",
        input_background_fill_dark="#221d19",
        border_color_primary="#e3d6c4",
        border_color_primary_dark="#3b322b",
        color_accent="#a4452c",
        button_primary_background_fill="#a4452c",
        button_primary_text_color="#ffffff",
    )

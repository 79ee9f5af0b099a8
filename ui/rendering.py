"""Markup from Jinja2 templates: every value is escaped, every address is checked.

A view is a macro in `templates/`; `render` calls it with the values to show. What a template needs
beyond plain values is a filter: a Python function marked with `template_filter`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape as escape_html
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension
from markupsafe import Markup

TEMPLATES = Path(__file__).with_name("templates")
Function = TypeVar("Function", bound=Callable[..., object])

_SCRIPT_MARKS = str.maketrans({"`": "&#96;", "$": "&#36;", "{": "&#123;", "}": "&#125;"})
_NEAR_A_TAG = re.compile(r"(?<=[>}])\s*\n\s*|\s*\n\s*(?=[<{])")
_ELSEWHERE = re.compile(r"\s*\n\s*")


def escape(value: object) -> str:
    """Return `value` as text that is safe in an element and in a quoted attribute.

    Braces, backticks and dollar signs become entities too, because Gradio's own HTML templates
    give them a meaning in the browser.
    """
    return escape_html(str(value), quote=True).translate(_SCRIPT_MARKS)


class JoinLines(Extension):
    """Drop the line breaks and the indentation of a template, which are there for its readers.

    A break next to a tag or a brace vanishes, so no space appears between inline elements.
    Any other break becomes one space.
    """

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Return the source as Jinja2 shall read it."""
        return _ELSEWHERE.sub(" ", _NEAR_A_TAG.sub("", source.strip()))


def _finalize(value: object) -> Markup:
    """Escape what a template prints; only the output of another macro is markup already."""
    return value if isinstance(value, Markup) else Markup(escape(value))


ENVIRONMENT = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=True,
    finalize=_finalize,
    undefined=StrictUndefined,
    extensions=[JoinLines],
    auto_reload=False,
)


def template_filter(function: Function) -> Function:
    """Make `function` available to all templates as a filter of the same name."""
    ENVIRONMENT.filters[function.__name__] = function
    return function


def render(template: str, macro: str, **values: object) -> str:
    """Return the markup of one macro of `templates/{template}.html`.

    Raises jinja2.UndefinedError for a name or an attribute that does not exist.
    """
    view = getattr(ENVIRONMENT.get_template(f"{template}.html").module, macro)
    return str(view(**values))


@template_filter
def web_address(address: str) -> str:
    """Return `address` if it is a plain http(s) address, else "" (`javascript:`, `data:`, files)."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return ""
    return address.strip() if parts.scheme in ("http", "https") and parts.netloc else ""


@template_filter
def picture_address(image: str, base: str) -> str:
    """Return the address of a catalogue's picture, or "" where there is none.

    image: a path relative to the catalogue; base: where the catalogue's pictures are served.
    """
    name = image.removeprefix("images/")
    return f"{base}/{quote(name)}" if name else ""


@template_filter
def counted(count: int, noun: str) -> str:
    """Return a count with its noun: "1 piece", "3 pieces"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"

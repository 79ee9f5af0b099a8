"""Markup from Jinja2 templates: every value is escaped, every address is checked.

A view is a macro in `templates/`; `render` calls it with the values to show. What templates compute
stands in `filters.py`.
"""

from __future__ import annotations

import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension
from markupsafe import Markup

from ui.filters import FILTERS

TEMPLATES = Path(__file__).with_name("templates")
_GRADIO_MARKS = {"`": "&#96;", "$": "&#36;", "{": "&#123;", "}": "&#125;"}
"""Gradio's own templates give these a meaning in the browser; ours print none of them."""
_NEAR_A_TAG = re.compile(r"(?<=[>}])\s*\n\s*|\s*\n\s*(?=[<{])")
_ELSEWHERE = re.compile(r"\s*\n\s*")


class JoinLines(Extension):
    """Drop the line breaks and the indentation of a template, which are there for its readers.

    A break next to a tag or a brace vanishes, so no space appears between inline elements.
    Any other break becomes one space.
    """

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Return the source as Jinja2 shall read it."""
        return _ELSEWHERE.sub(" ", _NEAR_A_TAG.sub("", source.strip()))


ENVIRONMENT = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    extensions=[JoinLines],
    auto_reload=False,
)
ENVIRONMENT.filters.update(FILTERS)


def render(template: str, macro: str, **values: object) -> Markup:
    """Return the markup of one macro of `templates/{template}.html`.

    Raises jinja2.UndefinedError for a name or an attribute that does not exist.
    """
    view = getattr(ENVIRONMENT.get_template(f"{template}.html").module, macro)
    return Markup(escape_gradio_marks(str(view(**values))))


def escape_gradio_marks(markup: str) -> str:
    """Return `markup` with entities for what Gradio would take for the code of a template."""
    for mark, entity in _GRADIO_MARKS.items():
        # Looking first is ten times faster than replacing nothing in a long page.
        if mark in markup:
            markup = markup.replace(mark, entity)
    return markup

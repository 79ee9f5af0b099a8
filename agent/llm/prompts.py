"""The prompts for the language model.

Text from the catalogue and the shopper is data; it is fenced and labelled as such.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import vocabulary

Message = dict[str, Any]


def _text(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="utf-8").rstrip("\n")


_PLANNING, _SPEAKING = _text("planning.txt"), _text("speaking.txt")


def vocabulary_text() -> str:
    """Return the facets and values that a plan may use, one line per facet."""
    lines = [
        f"{facet}: {', '.join(vocabulary.values(facet))}" for facet in vocabulary.ATTRIBUTE_FACETS
    ]
    return "\n".join(
        [
            *lines,
            "brand: as the shop has them",
            "size: as the shopper says it",
            "price: min_price, max_price",
        ]
    )


def planning(state: Message, text: str, picture_url: str | None = None) -> list[Message]:
    """Return the messages of the planning call.

    state: wish, shown items, the photo's appearance, stock; JSON-ready
    """
    data = json.dumps(state, ensure_ascii=False, sort_keys=True)
    message = json.dumps(text, ensure_ascii=False)
    words = f"SHOP AND SESSION DATA\n{data}\n\nSHOPPER'S MESSAGE\n{message}"
    content: list[Message] = [{"type": "text", "text": words}]
    if picture_url:
        content.append({"type": "image_url", "image_url": {"url": picture_url}})
    return [
        {"role": "system", "content": f"{_PLANNING}\n\n{vocabulary_text()}"},
        {"role": "user", "content": content},
    ]


def retry(problem: str) -> Message:
    """Return the message that follows an answer that does not have the agreed form."""
    return {
        "role": "user",
        "content": f"That was not the agreed form ({problem}). "
        "Return the plan alone, in that form.",
    }


def speaking(facts: Message, text: str) -> list[Message]:
    """Return the messages of the speaking call.

    facts: only what passed the checks; JSON-ready
    """
    data = json.dumps(facts, ensure_ascii=False, sort_keys=True)
    message = json.dumps(text, ensure_ascii=False)
    return [
        {"role": "system", "content": _SPEAKING},
        {"role": "user", "content": f"FACTS\n{data}\n\nSHOPPER'S MESSAGE\n{message}"},
    ]

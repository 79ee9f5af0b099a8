"""What is recorded of a turn: the reply, and the requests to the model in canonical form."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING

from agent.replay import Json

if TYPE_CHECKING:
    from agent.replies import Reply

HASH_CHARS = 16
RECORDED_FIELDS = ("messages", "response_format", "stream", "tools", "tool_choice")
_DATA_URL = re.compile(r"data:image/[a-z]+;base64,[A-Za-z0-9+/=]+")


def canonical(request: Json) -> Json:
    """Return a model request without what may differ between machines.

    Pictures, schemas and system prompts become hashes; transport fields are left out.
    """
    text = _DATA_URL.sub(
        lambda match: "picture:" + _hash(match.group(0)),
        json.dumps(
            {key: request[key] for key in RECORDED_FIELDS if key in request},
            sort_keys=True,
            ensure_ascii=False,
        ),
    )
    record: Json = json.loads(text)
    # schemas and system prompts are part of the code: a hash shows that they changed
    for key in ("response_format", "tools"):
        if isinstance(record.get(key), dict | list):
            record[key] = _hash(json.dumps(record[key], sort_keys=True))
    for message in record.get("messages", []):
        if message.get("role") == "system":
            message["content"] = "hash:" + _hash(message["content"])
    return record


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:HASH_CHARS]


def expectation(reply: Reply | None) -> Json:
    """Return the parts of a reply that a replay must give again; {} for a button without a reply.

    Scores are rounded to three digits; the confidence of a constraint is left out.
    """
    if reply is None:
        return {}
    public = reply.public()
    cards = [
        {
            "id": card["id"],
            "score": round(card["score"], 3),
            "verdicts": [
                f"{v['facet']} {v['op']} {v['value']}: {v['verdict']}" for v in card["verdicts"]
            ],
        }
        for card in public["items"]
    ]
    constraints = [
        {key: value for key, value in constraint.items() if key != "confidence"}
        for constraint in public["constraints"]
    ]
    return {
        "reply": public["reply"],
        "items": cards,
        "unconfirmed": [card["id"] for card in public["unconfirmed"]],
        "constraints": constraints,
        "question": public["question"],
        "relaxed": public["relaxed"],
        "planner": public["planner"],
        "notes": public["notes"],
    }

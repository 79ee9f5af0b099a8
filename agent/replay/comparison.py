"""Comparison of a recorded turn with the same turn now.

Ids must agree exactly, scores within SCORE_TOLERANCE. Items whose scores are closer than NEAR_TIE
may change places: which of them comes first depends on the processor.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Sequence
from itertools import combinations

from agent.replay import Json

SCORE_TOLERANCE = 0.02
NEAR_TIE = 0.0015
"""Scores this close may come in either order: they differ by one in the last recorded digit."""


def in_recorded_order(recorded: Sequence[Json], cards: Sequence[Json]) -> list[Json]:
    """Return `cards`, in the order of `recorded` if only near-ties changed places."""
    places = {card["id"]: place for place, card in enumerate(recorded)}
    if places.keys() != {card["id"] for card in cards}:
        return list(cards)
    swapped = [
        (first, second)
        for first, second in combinations(cards, 2)
        if places[first["id"]] > places[second["id"]]
    ]
    if any(abs(first["score"] - second["score"]) > NEAR_TIE for first, second in swapped):
        return list(cards)
    return sorted(cards, key=lambda card: places[card["id"]])


def differences(expected: Json, actual: Json) -> list[str]:
    """Return readable lines where two expectations differ.

    Scores within SCORE_TOLERANCE and the order of near-ties count as equal.
    """
    recorded_items, items = expected.get("items", []), actual.get("items", [])
    scores = {card["id"]: card["score"] for card in recorded_items}
    lines = [
        f"score of {card['id']}: {scores[card['id']]} expected, {card['score']} found"
        for card in items
        if abs(scores.get(card["id"], card["score"]) - card["score"]) > SCORE_TOLERANCE
    ]
    before = _without_scores(expected, recorded_items)
    after = _without_scores(actual, in_recorded_order(recorded_items, items))
    return [*lines, *_diff(before, after, "expected", "found")]


def turn_differences(turn: Json, now: Json) -> Iterator[str]:
    """Yield readable lines where a recorded turn and the same turn now differ.

    turn: `ask`, `expect`, and `pictures` and `model` where there are any
    now: `expect`, `pictures` where there are any, and `requests`, those that the model got
    """
    if "pictures" in turn and turn["pictures"] != now.get("pictures"):
        yield f"other pictures: {turn['pictures']} recorded, {now.get('pictures', [])} now"
    calls, requests = turn.get("model", []), now["requests"]
    if len(requests) != len(calls):
        yield f"{len(calls)} model requests expected, {len(requests)} made"
    for call, request in zip(calls, requests, strict=False):
        if call.get("request") != request:
            yield from _diff(call.get("request"), request, "recorded request", "request now")
    yield from differences(turn.get("expect", {}), now["expect"])


def version_changes(recorded: dict[str, str], now: dict[str, str]) -> list[str]:
    """Return a line for each recorded version that is another one now."""
    return [
        f"{name} was {recorded[name]}, is {now.get(name, 'gone')}"
        for name in recorded
        if recorded[name] != now.get(name)
    ]


def _without_scores(record: Json, items: Sequence[Json]) -> Json:
    return {**record, "items": [{**card, "score": 0} for card in items]}


def _diff(before: object, after: object, before_name: str, after_name: str) -> Iterator[str]:
    """Yield the unified diff of two JSON values, without context beyond one line."""
    old, new = (
        json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True).splitlines()
        for value in (before, after)
    )
    return difflib.unified_diff(old, new, before_name, after_name, lineterm="", n=1)

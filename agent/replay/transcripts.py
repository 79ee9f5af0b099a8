"""Recorded conversations, replayed through the real graph.

A transcript is JSONL. First a header, `{"transcript": NAME, "catalog": {"items": N, "seed": S}, "planner": ...}` (of a
catalogue that was not drawn, `{"content": HASH}`), with the versions that it was recorded with; then one line a turn: `ask`
(the shopper's turn or a button), `pictures` (what it uploads), `model` (requests in canonical form and answers, tool calls
among them, for turns that ask a language model) and `expect` (what the reply must be). Ids must agree exactly, scores within
SCORE_TOLERANCE; items whose scores are closer than NEAR_TIE may change places. Pictures are named `drawn:SEED` (a training
drawing of that seed), or are paths beside the transcript; `$2` stands for the second item of the reply before.

Nothing recorded depends on the pixels of a drawing, since a few of them differ between processors
(`docs/numerics.md`): `pictures` names a drawing by its seed and its subject, and a picture file by
the hash of its pixels.

`agent.replay.recording` writes them.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from agent.replay.loopback import MODEL, ScriptedServer
from catalog.pictures import open_picture
from errors import BadImageError, InputError
from settings import load_settings

if TYPE_CHECKING:
    from agent.replies import Reply
    from agent.stylist import Stylist

SCORE_TOLERANCE = 0.02
NEAR_TIE = 0.0015
"""Scores this close may come in either order: they differ by one in the last recorded digit."""
PACKAGES = ("torch", "open_clip_torch", "faiss-cpu", "langgraph", "langchain-openai", "numpy")
DRAWN = "drawn:"
BUTTONS = ("remove", "feedback", "correct_photo")
_DATA_URL = re.compile(r"data:image/[a-z]+;base64,[A-Za-z0-9+/=]+")


@dataclass(frozen=True)
class Transcript:
    """A header and its turns, as read."""

    path: Path
    header: dict
    turns: tuple[dict, ...]

    @property
    def catalog(self) -> tuple[int, int]:
        """(items, seed) of the drawn catalogue it was recorded on."""
        return int(self.header["catalog"]["items"]), int(self.header["catalog"]["seed"])

    @property
    def drawn(self) -> bool:
        """Whether its catalogue can be drawn again."""
        return "seed" in self.header["catalog"]

    @property
    def planner(self) -> str:
        """offline, llm (every turn to a language model) or auto (what is not plain)."""
        return str(self.header.get("planner", "offline"))

    @property
    def asks_model(self) -> bool:
        """Whether its turns may go to a language model."""
        return self.planner in ("llm", "auto")


@dataclass
class Outcome:
    """How a replay went: differences found, the transcript as it would be recorded now, and remarks (other versions)."""

    name: str
    differences: list[str] = field(default_factory=list)
    turns: list[dict] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def header(name: str, stylist: Stylist, planner: str) -> dict:
    """The first line of a new transcript. No key, no address, no session."""
    manifest = stylist.catalog.manifest
    drawn = manifest.get("kind") == "demo"
    catalog = (
        {"items": manifest["items"], "seed": manifest["seed"]}
        if drawn
        else {"content": manifest["content"]}
    )
    return {
        "transcript": name,
        "catalog": catalog,
        "planner": planner,
        "versions": versions(stylist),
    }


def versions(stylist: Stylist) -> dict[str, str]:
    """What a reply depends on besides the code: the encoder's weights and the packages that plan and search."""
    found = {"encoder": stylist.encoder.fingerprint}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # FAISS has another name where it is built for a GPU
            found[name] = "none"
    return found


def pictures_of(ask: dict, folder: Path) -> dict:
    """Return `{"pictures": [...]}`, one entry for each picture that a turn uploads, {} without any.

    A drawing is named, a file is hashed; a file that is not a usable picture is `unreadable`.
    """
    named = ask.get("image")
    names = [named] if isinstance(named, str) else named or []
    pictures = [
        _subject(name) if name.startswith(DRAWN) else _digest(folder / name) for name in names
    ]
    return {"pictures": pictures} if pictures else {}


def _subject(name: str) -> str:
    """Name what a drawing shows, as in "drawn:11 burgundy t-shirt, tie-dye".

    The subject is drawn by lot, not read from pixels.
    """
    truth = _drawing(name)[1]
    return f"{name} {truth['color'][0]} {truth['category'][0]}, {truth['pattern'][0]}"


def _digest(path: Path) -> str:
    """Hash the pixels of a picture file."""
    try:
        pixels = np.asarray(open_picture(path))
    except BadImageError:
        return "unreadable"
    return hashlib.sha256(repr(pixels.shape).encode() + pixels.tobytes()).hexdigest()[:16]


def read(path: Path) -> Transcript:
    """Load one transcript. Raises InputError with the line that cannot be read."""
    lines = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            lines.append(json.loads(line))
        except ValueError as error:
            raise InputError(
                f"{path}:{number}: not a JSON line ({error}); a transcript has one JSON object a line"
            ) from None
    if not lines or "transcript" not in lines[0] or not isinstance(lines[0].get("catalog"), dict):
        raise InputError(f"{path}: the first line must be a header with `transcript` and `catalog`")
    for number, turn in enumerate(lines[1:], 2):
        if not isinstance(turn.get("ask"), dict):
            raise InputError(f"{path}:{number}: a turn needs `ask`")
    return Transcript(path, lines[0], tuple(lines[1:]))


def find(paths: Iterable[Path]) -> list[Path]:
    """Transcript files named, and those in folders named, in order."""
    found: list[Path] = []
    for path in paths:
        if not path.exists():
            raise InputError(f"no transcript at {path}; give a .jsonl file or a folder of them")
        found += sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    return found


def write(transcript: Transcript, turns: list[dict]) -> None:
    """Keep what the turns gave now."""
    lines = [transcript.header, *turns]
    transcript.path.write_text(
        "".join(json.dumps(x, ensure_ascii=False) + "\n" for x in lines), encoding="utf-8"
    )


def canonical(request: dict) -> dict:
    """A model request without what may differ between machines: pictures become hashes, transport fields go."""
    kept = {
        key: request[key]
        for key in ("messages", "response_format", "stream", "tools", "tool_choice")
        if key in request
    }
    text = _DATA_URL.sub(
        lambda m: "picture:" + hashlib.sha256(m.group(0).encode()).hexdigest()[:16],
        json.dumps(kept, sort_keys=True, ensure_ascii=False),
    )
    kept = json.loads(text)
    for key in ("response_format", "tools"):  # schemas are the code's own: a hash tells a change
        if isinstance(kept.get(key), dict | list):
            kept[key] = hashlib.sha256(json.dumps(kept[key], sort_keys=True).encode()).hexdigest()[
                :16
            ]
    for message in kept.get("messages", []):
        if message.get("role") == "system":
            message["content"] = (
                "hash:" + hashlib.sha256(message["content"].encode()).hexdigest()[:16]
            )
    return kept


def picture(name: str, folder: Path) -> Image.Image | Path:
    """The picture that a turn names: `drawn:SEED`, or a path beside the transcript."""
    return _drawing(name)[0] if name.startswith(DRAWN) else folder / name


def _drawing(name: str) -> tuple[Image.Image, dict[str, list[str]]]:
    """Draw the picture named `drawn:SEED`; returns it with its truth."""
    from demo import render_training  # only transcripts with drawings need the drawing code

    return render_training(np.random.default_rng(int(name.removeprefix(DRAWN))))


def _shown_id(name: object, shown: tuple[str, ...]) -> object:
    """The id behind `$2`, anything else as it is."""
    if isinstance(name, str) and re.fullmatch(r"\$\d+", name):
        number = int(name[1:])
        if not 1 <= number <= len(shown):
            raise InputError(f"{name}: the reply before showed {len(shown)} items")
        return shown[number - 1]
    return name


def take(
    stylist: Stylist, session: str, ask: dict, folder: Path, shown: tuple[str, ...] = ()
) -> Reply | None:
    """Do one turn, or press one button. shown: ids of the reply before, for `$N`."""
    for button in BUTTONS:
        if button in ask:
            return getattr(stylist, button)(session, *(_shown_id(a, shown) for a in ask[button]))
    named = ask.get("image")
    images = [picture(n, folder) for n in ([named] if isinstance(named, str) else named or [])]
    return stylist.chat(
        session,
        ask.get("text", ""),
        image=images or None,
        like=_shown_id(ask.get("like"), shown),
        k=ask.get("k", 10),
    )


def expectation(reply: Reply | None) -> dict:
    """What of a reply a replay holds on to."""
    if reply is None:
        return {}
    said = reply.public()
    cards = [
        {
            "id": c["id"],
            "score": round(c["score"], 3),
            "verdicts": [
                f"{v['facet']} {v['op']} {v['value']}: {v['verdict']}" for v in c["verdicts"]
            ],
        }
        for c in said["items"]
    ]
    wish = [{k: v for k, v in c.items() if k != "confidence"} for c in said["constraints"]]
    return {
        "reply": said["reply"],
        "items": cards,
        "unconfirmed": [c["id"] for c in said["unconfirmed"]],
        "constraints": wish,
        "question": said["question"],
        "relaxed": said["relaxed"],
        "planner": said["planner"],
        "notes": said["notes"],
    }


def in_recorded_order(recorded: Sequence[dict], found: Sequence[dict]) -> list[dict]:
    """Return the cards `found`, in the order of `recorded` if only near-ties changed places."""
    places = {card["id"]: place for place, card in enumerate(recorded)}
    if places.keys() != {card["id"] for card in found}:
        return list(found)
    swapped = [
        (first, second)
        for first, second in combinations(found, 2)
        if places[first["id"]] > places[second["id"]]
    ]
    if any(abs(first["score"] - second["score"]) > NEAR_TIE for first, second in swapped):
        return list(found)
    return sorted(found, key=lambda card: places[card["id"]])


def differences(expected: dict, found: dict) -> list[str]:
    """List readable lines where two expectations differ.

    Scores within SCORE_TOLERANCE and the order of near-ties count as equal.
    """

    def without_scores(record: dict, items: Sequence[dict]) -> dict:
        return {**record, "items": [{**card, "score": 0} for card in items]}

    recorded_items, found_items = expected.get("items", []), found.get("items", [])
    scores = {card["id"]: card["score"] for card in recorded_items}
    lines = [
        f"score of {card['id']}: {scores[card['id']]} expected, {card['score']} found"
        for card in found_items
        if abs(scores.get(card["id"], card["score"]) - card["score"]) > SCORE_TOLERANCE
    ]
    before, after = (
        json.dumps(record, indent=1, ensure_ascii=False, sort_keys=True).splitlines()
        for record in (
            without_scores(expected, recorded_items),
            without_scores(found, in_recorded_order(recorded_items, found_items)),
        )
    )
    return lines + list(difflib.unified_diff(before, after, "expected", "found", lineterm="", n=1))


def replay(transcript: Transcript, open_stylist: Callable[..., Stylist]) -> Outcome:
    """Run a transcript. open_stylist(settings) gives a stylist with an empty memory on its catalogue."""
    outcome = Outcome(transcript.header["transcript"])
    answers = [call["answer"] for turn in transcript.turns for call in turn.get("model", [])]
    with ScriptedServer(answers) as server:
        explicit: dict[str, object] = {"planner": "offline", "memory": ":memory:"}
        if transcript.asks_model:
            explicit |= {
                "planner": transcript.planner,
                "openai_base_url": server.url,
                "openai_api_key": "scripted",
                "openai_model": MODEL,
            }
        explicit.update(transcript.header.get("settings", {}))
        stylist = open_stylist(load_settings({}, **explicit))
        outcome.remarks = _other_versions(transcript.header.get("versions", {}), versions(stylist))
        shown: tuple[str, ...] = ()
        for number, turn in enumerate(transcript.turns, 1):
            before = len(server.requests)
            reply = take(
                stylist, transcript.header["transcript"], turn["ask"], transcript.path.parent, shown
            )
            asked = [canonical(r) for r in server.requests[before:]]
            found, seen = expectation(reply), pictures_of(turn["ask"], transcript.path.parent)
            if reply is not None and reply.cards:
                recorded = turn.get("expect", {}).get("items", [])
                items = in_recorded_order(recorded, found["items"])
                shown = (*(card["id"] for card in items), *found["unconfirmed"])
            outcome.differences += [
                f"turn {number}: {line}" for line in _compare(turn, asked, found, seen)
            ]
            outcome.turns.append(_recorded(turn, asked, found, seen))
    return outcome


def _other_versions(before: dict[str, str], now: dict[str, str]) -> list[str]:
    return [
        f"{name} was {before[name]}, is {now.get(name, 'gone')}"
        for name in before
        if before[name] != now.get(name)
    ]


def _compare(turn: dict, asked: list[dict], found: dict, seen: dict) -> Iterator[str]:
    if "pictures" in turn and turn["pictures"] != seen.get("pictures"):
        yield f"other pictures: {turn['pictures']} recorded, {seen.get('pictures', [])} now"
    scripted = turn.get("model", [])
    if len(asked) != len(scripted):
        yield f"{len(scripted)} model requests expected, {len(asked)} made"
    for call, request in zip(scripted, asked, strict=False):
        if call.get("request") != request:
            old, new = (
                json.dumps(r, indent=1, ensure_ascii=False, sort_keys=True).splitlines()
                for r in (call.get("request"), request)
            )
            yield from difflib.unified_diff(
                old, new, "recorded request", "request now", lineterm="", n=1
            )
    yield from differences(turn.get("expect", {}), found)


def _recorded(turn: dict, asked: list[dict], found: dict, seen: dict) -> dict:
    record = {"ask": turn["ask"], **seen, "expect": found}
    if asked or turn.get("model"):
        record["model"] = [
            {"request": request, "answer": call["answer"]}
            for call, request in zip(turn.get("model", []), asked, strict=False)
        ]
    return record

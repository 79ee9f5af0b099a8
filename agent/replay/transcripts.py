"""The transcript format: one recorded conversation in a JSONL file.

The first line is a header with the versions of the recording,
`{"transcript": NAME, "catalog": {"items": N, "seed": S}, "planner": ..., "versions": ...}`.
A catalogue that was not drawn has `{"content": HASH}` instead of items and seed.

Each further line is a turn:

- `ask`: what the shopper sends, or the button that is pressed
- `pictures`: what the turn uploads
- `model`: requests to the language model in canonical form, and its answers with their tool calls
- `expect`: what the reply must be

In `ask`, a picture is `drawn:SEED` (a training drawing of that seed) or a path beside the
transcript, and `$2` stands for the second item of the reply before.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from agent.replay import Json
from errors import InputError

if TYPE_CHECKING:
    from agent.stylist import Stylist

BUTTONS = ("remove", "feedback", "correct_photo")
"""Methods of `Stylist` that a turn may call instead of `chat`, with a list of arguments."""
PACKAGES = ("torch", "open_clip_torch", "faiss-cpu", "langgraph", "langchain-openai", "numpy")


@dataclass(frozen=True)
class Transcript:
    """A header and its turns, as read."""

    path: Path
    header: Json
    turns: tuple[Json, ...]

    @property
    def name(self) -> str:
        """The conversation's name, also the name of its session."""
        return str(self.header["transcript"])

    @property
    def catalog(self) -> tuple[int, int]:
        """(items, seed) of the drawn catalogue that it was recorded on."""
        return int(self.header["catalog"]["items"]), int(self.header["catalog"]["seed"])

    @property
    def drawn(self) -> bool:
        """Whether its catalogue can be drawn again."""
        return "seed" in self.header["catalog"]

    @property
    def planner(self) -> str:
        """offline, llm (every turn goes to a language model) or auto (turns that are not plain)."""
        return str(self.header.get("planner", "offline"))

    @property
    def asks_model(self) -> bool:
        """Whether its turns may go to a language model."""
        return self.planner in ("llm", "auto")


def new_header(name: str, stylist: Stylist, planner: str) -> Json:
    """Return the first line of a new transcript. It holds no key, no address and no session."""
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
    """Return what a reply depends on besides the code: encoder weights and package versions."""
    by_name = {"encoder": stylist.encoder.fingerprint}
    for name in PACKAGES:
        try:
            by_name[name] = version(name)
        except PackageNotFoundError:  # FAISS has another name where it is built for a GPU
            by_name[name] = "none"
    return by_name


def read(path: Path) -> Transcript:
    """Read one transcript. Raises InputError with the line that cannot be read."""
    lines = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            lines.append(json.loads(line))
        except ValueError as error:
            raise InputError(
                f"{path}:{number}: not a JSON line ({error}); "
                "a transcript has one JSON object a line"
            ) from None
    if not lines or "transcript" not in lines[0] or not isinstance(lines[0].get("catalog"), dict):
        raise InputError(f"{path}: the first line must be a header with `transcript` and `catalog`")
    for number, turn in enumerate(lines[1:], 2):
        if not isinstance(turn.get("ask"), dict):
            raise InputError(f"{path}:{number}: a turn needs `ask`")
    return Transcript(path, lines[0], tuple(lines[1:]))


def find(paths: Iterable[Path]) -> list[Path]:
    """Return the files among `paths` and the transcripts in the folders among them, in order.

    Raises InputError for a path that does not exist.
    """
    files: list[Path] = []
    for path in paths:
        if not path.exists():
            raise InputError(f"no transcript at {path}; give a .jsonl file or a folder of them")
        files += sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    return files


def write(transcript: Transcript, turns: Iterable[Json]) -> None:
    """Write the transcript's file with its header and these turns."""
    lines = [transcript.header, *turns]
    transcript.path.write_text(
        "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8"
    )

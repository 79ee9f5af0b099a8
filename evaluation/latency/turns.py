"""Seeded conversations, timed through the whole agent and through retrieval alone.

Every session states a first wish and refines it three times. Every other session begins with a
photo. It is drawn with silhouettes not found in the catalogue, as a JPEG of the size that a
messenger sends.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice

import numpy as np
from PIL import Image

from agent import Stylist
from agent.language import Reading, read
from agent.state import Clock
from agent.wish.merge import merge
from catalog.pictures import open_picture
from demo import render_training
from evaluation.report.show import Figures, percentiles
from vocabulary.wish import Wish

FIRST = (
    "a navy dress with long sleeves",
    "striped shirt for men under 60",
    "black leather jacket",
    "a floral skirt",
    "white sneakers",
    "something for a garden wedding",
    "grey hoodie, no zipper",
    "a warm coat, not black",
)
NEXT = (
    "cheaper",
    "in red instead",
    "no pockets",
    "more like the first",
    "longer",
    "show more",
    "not striped",
    "why this one?",
)
PHOTO = (
    "like this but in navy, no stripes",
    "like this but cheaper",
    "the same in red",
    "like this without pockets",
)
PHOTO_SIZE = (1080, 1440)
"""Size of a shopper's photo in pixels."""
PHOTO_SIDE = 1024
"""Length in pixels of the longer side at which the agent opens it."""
WARM_UP = 2
"""The number of first turns of a process, which are reported separately as cold."""
CANDIDATES = 30
"""Hits that retrieval alone returns, as many as the agent fetches for ten cards."""
BUDGET_MS = 200.0
"""Time in milliseconds that a turn of the paper's fast path may take."""
NOT_WORK = ("total", "memory")
"""A turn's timings that are not work on the wish."""


@dataclass(frozen=True)
class TurnInput:
    """The input of a turn: words, and the bytes of a JPEG or None."""

    text: str
    photo: bytes | None = None


@dataclass(frozen=True)
class TimedTurn:
    """A turn's milliseconds by stage, and `total`; kind: "text" or "photo"."""

    kind: str
    ms: dict[str, float]

    @property
    def overhead(self) -> float:
        """Milliseconds that are not the stages' work: the graph, the memory, the trace."""
        return self.ms["total"] - sum(ms for stage, ms in self.ms.items() if stage not in NOT_WORK)


def conversations(count: int, seed: int) -> list[list[TurnInput]]:
    """Return `count` sessions of four turns; the same seed gives the same words and photos."""
    rng = np.random.default_rng(seed)
    words, refinements, changes = cycle(FIRST), cycle(NEXT), cycle(PHOTO)
    sessions = []
    for number in range(count):
        photo = _jpeg(render_training(rng)[0]) if number % 2 else None
        first = next(changes) if photo is not None else next(words)
        sessions.append(
            [TurnInput(first, photo), *(TurnInput(text) for text in islice(refinements, 3))]
        )
    return sessions


def _jpeg(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.resize(PHOTO_SIZE, Image.Resampling.BICUBIC).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def through_agent(
    stylist: Stylist, sessions: Sequence[Sequence[TurnInput]], planner: str | None = None
) -> list[TimedTurn]:
    """Time every turn through `Stylist.chat`."""
    return [timed for turns in sessions for timed in _chatted(stylist, turns, planner)]


def _chatted(
    stylist: Stylist, turns: Sequence[TurnInput], planner: str | None
) -> Iterator[TimedTurn]:
    session = stylist.new_session()
    for turn in turns:
        start = time.perf_counter()
        reply = stylist.chat(session, turn.text, image=turn.photo, planner=planner)
        total = (time.perf_counter() - start) * 1000
        yield TimedTurn("text" if turn.photo is None else "photo", {**reply.ms, "total": total})
    stylist.forget(session)


def through_retrieval(stylist: Stylist, sessions: Sequence[Sequence[TurnInput]]) -> list[TimedTurn]:
    """Time encode, compose and search alone on the same turns: no planner, guard, graph or memory.

    The words are read beforehand, untimed; turns that need no search are skipped.
    """
    return [timed for turns in sessions for timed in _retrieved(stylist, turns)]


def _retrieved(stylist: Stylist, turns: Sequence[TurnInput]) -> Iterator[TimedTurn]:
    tools, vector, wish, shown = stylist.tools, None, Wish(), None
    tools.forget()
    for turn in turns:
        reading = read(turn.text)
        if not _searches(reading):
            continue
        wish = wish.with_constraints(merge(wish.constraints, reading.constraints, reading.drop))
        if reading.mentions and shown is not None:
            vector = tools.vector(shown)
        clock, start = Clock(seconds=60), time.perf_counter()
        if turn.photo is not None:
            with clock.stage("decode"):
                picture = open_picture(turn.photo, longest=PHOTO_SIDE)
            with clock.stage("encode"):
                vector = stylist.encoder.encode_images([picture])[0]
        hits = tools.search(wish, vector, tools.composer, CANDIDATES, (), None, clock)
        total = (time.perf_counter() - start) * 1000
        shown = hits[0].id if hits else None
        yield TimedTurn("text" if turn.photo is None else "photo", {**clock.ms, "total": total})


def _searches(reading: Reading) -> bool:
    return bool(
        reading.constraints
        or reading.drop
        or reading.vibes
        or reading.intent("show_more", "more_like")
    )


def figures(turns: Sequence[TimedTurn]) -> Figures:
    """Return percentiles in ms of turns and stages, and the share of turns within BUDGET_MS."""
    totals = {
        kind: [turn.ms["total"] for turn in turns if turn.kind == kind]
        for kind in ("text", "photo")
    }
    totals = {kind: ms for kind, ms in totals.items() if ms}
    stages = dict.fromkeys(stage for turn in turns for stage in turn.ms if stage != "total")
    return {
        "turns": len(turns),
        **{f"{kind}_turn_ms": percentiles(ms) for kind, ms in totals.items()},
        "within_200_ms": {
            kind: round(float(np.mean(np.array(ms) <= BUDGET_MS)), 3) for kind, ms in totals.items()
        },
        "stages_ms": {
            stage: percentiles([turn.ms[stage] for turn in turns if stage in turn.ms])
            for stage in stages
        },
    }

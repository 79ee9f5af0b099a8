"""Seeded conversations for timing, and their turns timed through the whole agent and through retrieval alone.

Every session asks a first wish (every other one with a photo, drawn by us with other silhouettes than the catalogue's, as a
JPEG of the size that a messenger sends) and then refines it three times.
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
from evaluation.report.show import percentiles
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
"""Pixels of a shopper's photo."""
LONGEST = 1024
"""The longer side at which the agent opens it."""
WARM_UP = 2
"""First turns of a process that are left out, and reported apart as cold."""
FETCHED = 30
"""Hits that retrieval alone is asked for: what the agent fetches for ten cards."""
BUDGET = 200.0
"""Milliseconds that a turn of the paper's fast path may take."""
NOT_WORK = ("total", "memory")
"""Of a turn's figures, what is neither work on the wish nor part of it."""


@dataclass(frozen=True)
class TurnTiming:
    """A turn on its way in: words, and the bytes of a JPEG or None."""

    text: str
    photo: bytes | None = None


@dataclass(frozen=True)
class Timed:
    """A turn's milliseconds by stage, with `total` as the caller waited; kind: "text" or "photo"."""

    kind: str
    ms: dict[str, float]

    @property
    def overhead(self) -> float:
        """What is not the stages' own work: the graph, the memory, the trace."""
        return self.ms["total"] - sum(ms for stage, ms in self.ms.items() if stage not in NOT_WORK)


def conversations(count: int, seed: int) -> list[list[TurnTiming]]:
    """`count` sessions of four turns; the same seed, the same words and photos."""
    rng = np.random.default_rng(seed)
    words, refinements, changes = cycle(FIRST), cycle(NEXT), cycle(PHOTO)
    talks = []
    for number in range(count):
        photo = _jpeg(render_training(rng)[0]) if number % 2 else None
        first = next(changes) if photo is not None else next(words)
        talks.append(
            [TurnTiming(first, photo), *(TurnTiming(text) for text in islice(refinements, 3))]
        )
    return talks


def _jpeg(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.resize(PHOTO_SIZE, Image.Resampling.BICUBIC).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def through_agent(
    stylist: Stylist, talks: Sequence[Sequence[TurnTiming]], planner: str | None = None
) -> list[Timed]:
    """Every turn through `Stylist.chat`."""
    return [timed for talk in talks for timed in _talked(stylist, talk, planner)]


def _talked(stylist: Stylist, talk: Sequence[TurnTiming], planner: str | None) -> Iterator[Timed]:
    session = stylist.new_session()
    for said in talk:
        start = time.perf_counter()
        reply = stylist.chat(session, said.text, image=said.photo, planner=planner)
        total = (time.perf_counter() - start) * 1000
        yield Timed("text" if said.photo is None else "photo", {**reply.ms, "total": total})
    stylist.forget(session)


def through_retrieval(stylist: Stylist, talks: Sequence[Sequence[TurnTiming]]) -> list[Timed]:
    """The same turns by encode, compose and search alone: no planner, guard, graph or memory.

    What the words mean is read beforehand, and not timed; a turn that asks for no search is left out.
    """
    return [timed for talk in talks for timed in _retrieved(stylist, talk)]


def _retrieved(stylist: Stylist, talk: Sequence[TurnTiming]) -> Iterator[Timed]:
    tools, vector, wish, shown = stylist.tools, None, Wish(), None
    tools.forget()
    for said in talk:
        reading = read(said.text)
        if not _searches(reading):
            continue
        wish = wish.with_constraints(merge(wish.constraints, reading.constraints, reading.drop))
        if reading.mentions and shown is not None:
            vector = tools.vector(shown)
        clock, start = Clock(seconds=60), time.perf_counter()
        if said.photo is not None:
            with clock.stage("decode"):
                picture = open_picture(said.photo, longest=LONGEST)
            with clock.stage("encode"):
                vector = stylist.encoder.encode_images([picture])[0]
        hits = tools.search(wish, vector, tools.composer, FETCHED, (), None, clock)
        total = (time.perf_counter() - start) * 1000
        shown = hits[0].id if hits else None
        yield Timed("text" if said.photo is None else "photo", {**clock.ms, "total": total})


def _searches(reading: Reading) -> bool:
    return bool(
        reading.constraints
        or reading.drop
        or reading.vibes
        or reading.intent("show_more", "more_like")
    )


def figures(turns: Sequence[Timed]) -> dict:
    """Percentiles of text turns, photo turns and stages in ms, and the share of turns within BUDGET."""
    kinds = {
        kind: [turn.ms["total"] for turn in turns if turn.kind == kind]
        for kind in ("text", "photo")
    }
    stages = dict.fromkeys(stage for turn in turns for stage in turn.ms if stage != "total")
    return {
        "turns": len(turns),
        **{f"{kind}_turn_ms": percentiles(ms) for kind, ms in kinds.items() if ms},
        "within_200_ms": {
            kind: round(float(np.mean(np.array(ms) <= BUDGET)), 3)
            for kind, ms in kinds.items()
            if ms
        },
        "stages_ms": {
            stage: percentiles([turn.ms[stage] for turn in turns if stage in turn.ms])
            for stage in stages
        },
    }

"""Simulated shoppers with one item in mind, and how many turns it takes to show that item.

In each session the shopper states one true difference per turn. The same shopper, with the same
seed, talks to the whole agent (offline planner, guard, memory) and to retrieval alone. Retrieval
alone adds the vectors of the words and the picture and returns the nearest neighbours, one per
design. It runs once with all words so far and once with only the current turn's words. In every
variant, "show me more" brings the next ten items. A session succeeds if an item of the target's
design is among the ten shown. Targets are spread over as many designs as possible.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image
from tqdm import tqdm

from agent.stylist import Stylist
from catalog.pictures import open_picture
from evaluation.dialogue.shopper import MORE, Shopper, Wordings, load_wordings
from evaluation.dialogue.worlds import World, open_world
from evaluation.report.show import Figures, finish, machine, notice, table
from metrics.intervals import Estimate, estimate, ratio
from settings import load_settings

TURNS, PAGE = 5, 10
WITHIN = (1, 3, 5)
Page = Callable[[str, int | None], list[int]]
"""(message, the row that it points at or None) -> rows shown."""


def agent_page(stylist: Stylist, world: World, start: int | None) -> Page:
    """Begin a conversation with the agent; the first message carries the photo of `start`."""
    session, row_of = stylist.new_session(), {id_: row for row, id_ in enumerate(world.ids)}
    photos = [] if start is None else [_photo(stylist, start)]

    def page(text: str, _: int | None) -> list[int]:
        reply = stylist.chat(
            session, text, image=photos.pop() if photos else None, k=PAGE, planner="offline"
        )
        return [row_of[card.id] for card in reply.cards[:PAGE]]

    return page


def retrieval_page(stylist: Stylist, world: World, start: int | None, joined: bool = True) -> Page:
    """Begin a conversation with retrieval alone: no planner, no guard, no memory.

    The query is the vector of the words plus that of the picture pointed at last. joined: use all
    words so far instead of only the current turn's. As with the agent, the item pointed at is
    excluded, and asking for more brings the next ten.
    """
    encoder, vectors = stylist.encoder, np.asarray(stylist.catalog.vectors, dtype=np.float32)
    picture = None if start is None else encoder.encode_images([_photo(stylist, start)])[0]
    ranking = np.arange(0)
    messages: list[str] = []

    def page(text: str, pointed: int | None) -> list[int]:
        nonlocal picture, ranking, messages
        if text != MORE or not messages:
            messages = [*messages, text] if joined else [text]
            picture = picture if pointed is None else vectors[pointed]
            query = encoder.encode_texts([", ".join(messages)])[0].astype(np.float32)
            scores = vectors @ (query if picture is None else query + picture)
            ranking = _one_a_design(np.argsort(-scores, kind="stable"), world, pointed)
        shown, ranking = ranking[:PAGE], ranking[PAGE:]
        return [int(row) for row in shown]

    return page


def turn_page(stylist: Stylist, world: World, start: int | None) -> Page:
    """Begin a conversation with retrieval by only the current turn's words."""
    return retrieval_page(stylist, world, start, joined=False)


def _one_a_design(ranking: np.ndarray, world: World, left_out: int | None) -> np.ndarray:
    best: dict[str, int] = {}
    for row in ranking:
        if row != left_out:
            best.setdefault(world.designs[row], int(row))
    return np.array(list(best.values()), dtype=int)


AGENT = "whole agent"
WAYS = {
    AGENT: agent_page,
    "retrieval, all words": retrieval_page,
    "retrieval, the turn's words": turn_page,
}


def _photo(stylist: Stylist, row: int) -> Image.Image:
    return open_picture(stylist.catalog.folder / stylist.catalog.items([row])[0].image)


def converse(shopper: Shopper, page: Page) -> int | None:
    """Return the turn in which the target's design was shown, or None if it took over TURNS."""
    text, pointed = shopper.opening(), None
    for turn in range(1, TURNS + 1):
        shown = page(text, pointed)
        if shopper.found(shown):
            return turn
        text, pointed = shopper.answer(shown)
    return None


def cast(world: World, wordings: Wordings, count: int, seed: int) -> list[Callable[[], Shopper]]:
    """Return factories for `count` seeded shoppers; a factory creates the same shopper every time.

    Every other shopper begins with a photo.
    """
    rng = np.random.default_rng(seed)
    kinds: dict[frozenset[str], list[int]] = {}
    for row, truth in enumerate(world.truth):
        kinds.setdefault(truth.get("category", frozenset()), []).append(row)
    makers: list[Callable[[], Shopper]] = []
    for number, target in enumerate(_targets(world, count, rng)):
        others = [
            row
            for row in kinds[world.truth[target]["category"]]
            if world.designs[row] != world.designs[target]
        ]
        start = int(rng.choice(others)) if number % 2 and others else None
        makers.append(partial(_shopper, world, wordings, target, start, (seed, number)))
    return makers


def _shopper(
    world: World, wordings: Wordings, target: int, start: int | None, seed: tuple[int, int]
) -> Shopper:
    return Shopper(world, wordings, target, start, np.random.default_rng(seed))


def _targets(world: World, count: int, rng: np.random.Generator) -> list[int]:
    """Return `count` random rows from as many designs as possible.

    Large designs are easier to find and would otherwise dominate.
    """
    rounds: dict[int, list[int]] = {}
    met: Counter[str] = Counter()
    for row in rng.permutation(world.targets):
        rounds.setdefault(met[world.designs[row]], []).append(int(row))
        met[world.designs[row]] += 1
    in_turn = [row for number in sorted(rounds) for row in rounds[number]]
    return [in_turn[number % len(in_turn)] for number in range(count)]


def run(
    catalog: Path | None = None,
    data: Path | None = None,
    sessions: int = 300,
    seed: int = 0,
    out: Path | None = None,
) -> Figures:
    """Run all sessions with the agent and with retrieval alone; print tables and one JSON line."""
    settings = load_settings(catalog_dir=catalog, data_dir=data)
    stylist = Stylist.open(settings.catalog_dir, settings=settings)
    world = open_world(stylist.catalog)
    wordings = load_wordings(settings.data_dir / "fashioniq_captions")
    if not wordings.typed:
        notice("no typed phrases (DATA_DIR): templates alone")
    makers = cast(world, wordings, sessions, seed)
    outcomes = {
        name: [
            _session(make(), stylist, world, way) for make in tqdm(makers, desc=name, leave=False)
        ]
        for name, way in WAYS.items()
    }
    turns = {name: [turn for turn, _ in pairs] for name, pairs in outcomes.items()}
    figures = {
        name: {**_figures(found_in), "asked_for_more": _share_of_more(outcomes[name])}
        for name, found_in in turns.items()
    }
    times = {
        name: ratio({"": _within(turns[AGENT], TURNS)}, {"": _within(turns[name], TURNS)})
        for name in WAYS
        if name != AGENT
    }
    _show(f"{len(makers)} simulated shoppers, {world.name}, seed {seed}", figures, times)
    return finish(
        {
            "benchmark": "dialogue",
            "catalog": world.name,
            "sessions": len(makers),
            "seed": seed,
            "figures": {
                name: {k: v.rounded() if isinstance(v, Estimate) else v for k, v in row.items()}
                for name, row in figures.items()
            },
            "times": {name: value.rounded() for name, value in times.items()},
            "by_start": {name: _by_start(found_in) for name, found_in in turns.items()},
            "typed_phrases": sum(map(len, wordings.typed.values())),
            "encoder": stylist.encoder.fingerprint,
            "machine": machine(),
        },
        out,
    )


def _show(title: str, figures: dict[str, Figures], times: dict[str, Estimate]) -> None:
    table(
        f"{title}: success within so many turns [95%]",
        (
            "",
            *map(str, WITHIN),
            "turns where found",
            f"median, {TURNS + 1} if not",
            "turns that ask for more",
        ),
        [
            (
                name,
                *(str(row[f"success@{n}"]) for n in WITHIN),
                row["turns"],
                row["median"],
                row["asked_for_more"],
            )
            for name, row in figures.items()
        ],
    )
    table(
        "success@5, whole agent over retrieval only [95%, paired]",
        ("", "times"),
        [(name, str(value)) for name, value in times.items()],
    )


def _session(
    shopper: Shopper,
    stylist: Stylist,
    world: World,
    way: Callable[[Stylist, World, int | None], Page],
) -> tuple[int | None, list[str]]:
    """Return (turn in which the target was found, or None; all messages)."""
    messages: list[str] = []
    page = way(stylist, world, shopper.start)

    def recording(text: str, pointed: int | None) -> list[int]:
        messages.append(text)
        return page(text, pointed)

    return converse(shopper, recording), messages


def _share_of_more(outcomes: Sequence[tuple[int | None, list[str]]]) -> float:
    messages = [text for _, texts in outcomes for text in texts]
    return round(messages.count(MORE) / len(messages), 4)


def _within(found_in: Sequence[int | None], turns: int) -> list[float]:
    return [float(turn is not None and turn <= turns) for turn in found_in]


def _figures(found_in: Sequence[int | None]) -> Figures:
    successes = [turn for turn in found_in if turn is not None]
    return {
        **{f"success@{n}": estimate(_within(found_in, n)) for n in WITHIN},
        "turns": round(float(np.mean(successes)), 2) if successes else None,
        "median": float(np.median([turn or TURNS + 1 for turn in found_in])),
    }


def _by_start(found_in: Sequence[int | None]) -> dict[str, float]:
    hits = _within(found_in, TURNS)
    return {
        "words": round(float(np.mean(hits[0::2])), 4),
        "photo": round(float(np.mean(hits[1::2])), 4),
    }

"""Simulated shoppers with one thing in mind: within how many turns is it on the page?

Each session tells one true difference a turn, to the whole agent (offline planner, guard, memory) and, by the same shopper
with the same chance, to retrieval alone: all words so far and the picture as vectors, added, nearest neighbours, one a
design. Success: a thing of the target's design is among the ten shown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from tqdm import tqdm

from agent.stylist import Stylist
from catalog.pictures import open_picture
from evaluation.dialogue_shopper import Shopper, Wordings, load_wordings
from evaluation.dialogue_worlds import World, open_world
from evaluation.show import finish, machine, notice, table
from evaluation.statistics import estimate, ratio
from settings import load_settings

TURNS, PAGE = 5, 10
WITHIN = (1, 3, 5)
Page = Callable[[str, int | None], list[int]]
"""(what is said, the row that it points at or None) -> rows shown."""


def agent_page(stylist: Stylist, world: World, start: int | None) -> Page:
    """A new conversation with the whole agent; the photo of `start` comes with the first message."""
    session, row_of = stylist.new_session(), {id_: row for row, id_ in enumerate(world.ids)}
    photos = [] if start is None else [_photo(stylist, start)]

    def page(text: str, _: int | None) -> list[int]:
        reply = stylist.chat(session, text, image=photos.pop() if photos else None, k=PAGE)
        return [row_of[card.id] for card in reply.cards[:PAGE]]

    return page


def retrieval_page(stylist: Stylist, world: World, start: int | None) -> Page:
    """The words so far and the picture that was pointed at last, as vectors: no planner, no guard, no memory."""
    encoder, vectors = stylist.encoder, np.asarray(stylist.catalog.vectors, dtype=np.float32)
    state: dict = {"picture": None if start is None else encoder.encode_images([_photo(stylist, start)])[0], "words": []}

    def page(text: str, pointed: int | None) -> list[int]:
        state["words"].append(text)
        if pointed is not None:
            state["picture"] = vectors[pointed]
        query = encoder.encode_texts([", ".join(state["words"])])[0].astype(np.float32)
        if state["picture"] is not None:
            query = query + state["picture"]
        found: dict[str, int] = {}
        for row in np.argsort(-(vectors @ query), kind="stable")[:PAGE * 20]:
            found.setdefault(world.designs[row], int(row))
        return list(found.values())[:PAGE]

    return page


def _photo(stylist: Stylist, row: int):
    return open_picture(stylist.catalog.folder / stylist.catalog.items([row])[0].image)


def converse(shopper: Shopper, page: Page) -> int | None:
    """The turn in which the target's design was shown, or None within TURNS."""
    text, pointed = shopper.opening(), None
    for turn in range(1, TURNS + 1):
        shown = page(text, pointed)
        if shopper.found(shown):
            return turn
        text, pointed = shopper.answer(shown)
    return None


def cast(world: World, wordings: Wordings, count: int, seed: int) -> list[Callable[[], Shopper]]:
    """`count` shoppers, seeded; each can be called again for the same shopper anew. Every other one begins with a photo."""
    rng = np.random.default_rng(seed)
    kinds: dict[frozenset[str], list[int]] = {}
    for row, truth in enumerate(world.truth):
        kinds.setdefault(truth.get("category", frozenset()), []).append(row)
    found = []
    for number, target in enumerate(rng.choice(world.targets, size=count, replace=count > len(world.targets))):
        others = [row for row in kinds[world.truth[target]["category"]] if world.designs[row] != world.designs[target]]
        start = int(rng.choice(others)) if number % 2 and others else None
        found.append(lambda target=int(target), start=start, number=number: Shopper(
            world, wordings, target, start, np.random.default_rng([seed, number])))
    return found


def run(catalog: Path | None = None, data: Path | None = None, sessions: int = 300, seed: int = 0,
        out: Path | None = None) -> dict:
    """All sessions both ways; prints a table and one JSON line."""
    settings = load_settings(catalog_dir=catalog, data_dir=data)
    stylist = Stylist.open(settings.catalog_dir, settings=settings)
    world, wordings = open_world(stylist.catalog), load_wordings(settings.data_dir / "fashioniq_captions")
    if not wordings.typed:
        notice("no typed phrases (DATA_DIR): templates alone")
    people = cast(world, wordings, sessions, seed)
    ways = {"whole agent": agent_page, "retrieval only": retrieval_page}
    turns = {name: [_session(make(), stylist, world, way) for make in tqdm(people, desc=name, leave=False)]
             for name, way in ways.items()}
    figures = {name: _figures(took) for name, took in turns.items()}
    times = ratio(*({"": _within(turns[name], TURNS)} for name in ways))
    table(f"{len(people)} simulated shoppers, {world.name}, seed {seed}: success within so many turns [95%]",
          ("", *map(str, WITHIN), "turns where found"),
          [(name, *(str(row[f"success@{n}"]) for n in WITHIN), row["turns"]) for name, row in figures.items()])
    table("success@5, whole agent over retrieval only [95%, paired]", ("times",), [(str(times),)])
    return finish({"benchmark": "dialogue", "catalog": world.name, "sessions": len(people), "seed": seed,
                   "figures": {name: {k: v.rounded() if hasattr(v, "rounded") else v for k, v in row.items()}
                               for name, row in figures.items()}, "times": times.rounded(),
                   "by_start": {name: _by_start(took) for name, took in turns.items()},
                   "typed_phrases": sum(map(len, wordings.typed.values())), "encoder": stylist.encoder.fingerprint,
                   "machine": machine()}, out)


def _session(shopper: Shopper, stylist: Stylist, world: World, way: Callable[[Stylist, World, int | None], Page]) -> int | None:
    return converse(shopper, way(stylist, world, shopper.start))


def _within(took: Sequence[int | None], turns: int) -> list[float]:
    return [float(turn is not None and turn <= turns) for turn in took]


def _figures(took: Sequence[int | None]) -> dict:
    found = [turn for turn in took if turn is not None]
    return {**{f"success@{n}": estimate(_within(took, n)) for n in WITHIN},
            "turns": round(float(np.mean(found)), 2) if found else None}


def _by_start(took: Sequence[int | None]) -> dict[str, float]:
    hits = _within(took, TURNS)
    return {"words": round(float(np.mean(hits[0::2])), 4), "photo": round(float(np.mean(hits[1::2])), 4)}

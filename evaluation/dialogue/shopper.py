"""A simulated shopper: one thing in mind, one true difference a turn, never a false word, never the same one twice.

Wordings come from somebody who has seen the vocabulary only (`wordings.toml`) and, where one says just what is to be
said, from people who typed them (captions whose blind label is that one constraint; the text stays in the data folder).
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

import vocabulary
from evaluation.dialogue.worlds import World, values
from evaluation.language.run import BLIND, LABELS

WORDINGS = Path(__file__).with_name("wordings.toml")
ORDINALS = (
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
)
# Hems alone: whether a cropped top is shorter than a mini dress is nothing that a shopper says.
ORDERED = {
    facet: tuple(value for value in degrees if value != "cropped")
    for facet, degrees in vocabulary.DEGREES.items()
}
TOLD = (
    "color",
    "pattern",
    "sleeve_length",
    "length",
    "neckline",
    "fit",
    "material",
    "gender",
    "style",
)
MENTIONED = ("pockets", "hood", "buttons", "zipper", "belt", "ruffle", "bow")
CHEAPER, REAL = 0.85, 0.5
"""A price below this share of the other is worth a word; share of changes said as people typed them, where one fits."""
MORE = "show me more"
"""Said where nothing true is left to tell."""
Said = tuple[str, str, str]


@dataclass(frozen=True)
class Wordings:
    """texts of each table; say: (facet, op, value or "" for any) -> texts; typed: a constraint -> captions."""

    texts: dict[str, list[str]]
    say: dict[Said, list[str]]
    typed: dict[Said, list[str]] = field(default_factory=dict)

    def change(self, said: Said, rng: np.random.Generator) -> str | None:
        """A way to say one constraint, or None where nobody wrote one."""
        facet, op, value = said
        typed = self.typed.get(said)
        if typed and rng.random() < REAL:
            return str(rng.choice(typed))
        texts = self.say.get(said) or self.say.get((facet, op, ""))
        if not texts:
            return None
        return str(rng.choice(texts)).replace("{value}", value).replace("{price}", value)


def load_wordings(captions: Path | None, path: Path = WORDINGS) -> Wordings:
    """captions: the folder of typed phrases, or None or a missing one for templates alone."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    say = {(t["facet"], t["op"], t.get("value", "")): list(t["texts"]) for t in tables["say"]}
    texts = {
        name: list(tables[name][0]["texts"]) for name in ("open", "open_plain", "photo", "pick")
    }
    return Wordings(
        texts, say, _typed(captions) if captions is not None and captions.is_dir() else {}
    )


def _typed(folder: Path) -> dict[Said, list[str]]:
    files: dict[str, list] = {}
    found: dict[Said, list[str]] = {}
    for line in LABELS.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["part"] != BLIND or len(row["constraints"]) != 1:
            continue
        if row["file"] not in files:
            files[row["file"]] = json.loads((folder / row["file"]).read_text(encoding="utf-8"))
        c = row["constraints"][0]
        found.setdefault((c["facet"], c["op"], str(c["value"])), []).append(
            files[row["file"]][row["index"]]["captions"][row["caption"]]
        )
    return found


@dataclass
class Shopper:
    """target: a row; start: the row whose photo is shown first, or None for words alone; rng: all that is chosen."""

    world: World
    wordings: Wordings
    target: int
    start: int | None
    rng: np.random.Generator
    told: set[Said] = field(default_factory=set)

    def opening(self) -> str:
        """The first message."""
        truth = self.world.truth[self.target]
        category = next(iter(truth["category"]))
        if self.start is not None:
            change = self._change(self.start)
            return self._fill("photo", change=change) if change else "something like this"
        color = sorted(values(truth, "color"))
        if not color:
            return self._fill("open_plain", category=category)
        self.told.add(("color", "require", color[0]))
        return self._fill("open", category=category, value=color[0])

    def found(self, shown: Sequence[int]) -> bool:
        """Whether a thing of the target's design is on the page."""
        return any(self.world.designs[row] == self.world.designs[self.target] for row in shown)

    def answer(self, shown: Sequence[int]) -> tuple[str, int | None]:
        """The next message, and the shown row that it points at, if any. Where nothing of the right kind is shown, the
        kind is what is told, once."""
        if not shown:
            return self._change(None) or MORE, None
        near = max(range(len(shown)), key=lambda place: (self._likeness(shown[place]), -place))
        category = next(iter(self.world.truth[self.target]["category"]))
        other_kind = category not in self.world.truth[shown[near]].get("category", ())
        if other_kind and ("category", "require", category) not in self.told:
            self.told.add(("category", "require", category))
            return self._fill("open_plain", category=category), None
        said = self._difference(shown[near])
        if said is None:
            return MORE, None
        text = self.wordings.change(said, self.rng)
        self.told.add(said)
        relative = said[1] in ("more", "less")
        if relative or (not other_kind and self.rng.random() < 0.5):
            return self._fill("pick", ordinal=ORDINALS[near], change=text), shown[near]
        return str(text), None

    def _fill(self, table: str, **slots: str) -> str:
        text = str(self.rng.choice(self.wordings.texts[table]))
        for name, value in slots.items():
            text = text.replace("{" + name + "}", value)
        return text

    def _change(self, other: int | None) -> str | None:
        said = self._difference(other)
        if said is None:
            return None
        self.told.add(said)
        return self.wordings.change(said, self.rng)

    def _likeness(self, row: int) -> float:
        mine, its = self.world.truth[self.target], self.world.truth[row]
        same = sum(bool(values(mine, f) & values(its, f)) for f in TOLD if f in mine)
        return same + 3.0 * (mine["category"] == its.get("category"))

    def _difference(self, other: int | None) -> Said | None:
        """One true thing that tells the target from `other` (from nothing: any true thing), not said before."""
        choices = [
            s
            for s in differences(self.world, self.target, other)
            if s not in self.told
            and (s in self.wordings.say or (s[0], s[1], "") in self.wordings.say)
        ]
        return choices[int(self.rng.integers(len(choices)))] if choices else None


def differences(world: World, target: int, other: int | None) -> list[Said]:
    """All constraints that hold for the target and not for the other."""
    mine, its = world.truth[target], world.truth[other] if other is not None else {}
    found: list[Said] = []
    for facet in TOLD:
        wanted, held = values(mine, facet), values(its, facet)
        found += [
            (facet, "require", value)
            for value in sorted(wanted - held)
            if len(wanted) == 1 or facet != "gender"
        ]
        if wanted and facet in ("color", "pattern", "material"):
            found += [
                (facet, "exclude", value)
                for value in sorted(held - wanted)
                if not _above(facet, value, wanted)
            ]
    for facet, order in ORDERED.items():
        wanted, held = (values(t, facet) & set(order) for t in (mine, its))
        if len(wanted) == len(held) == 1 and wanted != held:
            more = order.index(next(iter(wanted))) > order.index(next(iter(held)))
            found.append((facet, "more" if more else "less", "length"))
    has, had = (values(t, "details") & set(MENTIONED) for t in (mine, its))
    found += [("details", "require", value) for value in sorted(has - had)]
    if mine.get("details"):
        found += [("details", "exclude", value) for value in sorted(had - has)]
    return found + _prices(world, target, other)


def _above(facet: str, value: str, wanted: frozenset[str]) -> bool:
    return any(
        vocabulary.covers(facet, value, own) or vocabulary.covers(facet, own, value)
        for own in wanted
    )


def _prices(world: World, target: int, other: int | None) -> list[Said]:
    price = world.prices[target]
    if not np.isfinite(price):
        return []
    found = [("price", "require", str(int(price * 1.1) + 1))]
    if other is not None and np.isfinite(world.prices[other]):
        if price < CHEAPER * world.prices[other]:
            found.append(("price", "less", "price"))
        elif world.prices[other] < CHEAPER * price:
            found.append(("price", "more", "price"))
    return found

"""A simulated shopper with one item in mind, who states one true difference per turn.

The shopper never says anything false and never repeats a statement. The wordings were written by
somebody who had seen only the vocabulary (`wordings.toml`). Where available, typed captions whose
blind label is exactly that one constraint are used too; their text stays in the data folder.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

import vocabulary
from agent.language.pointing import ORDINAL_WORDS
from evaluation.dialogue.worlds import Truth, World, values
from evaluation.language.run import BLIND, LABELS
from evaluation.report.show import Figures

WORDINGS = Path(__file__).with_name("wordings.toml")
# Only hems: no shopper would say that a cropped top is shorter than a mini dress.
ORDERED = {
    facet: tuple(value for value in degrees if value != "cropped")
    for facet, degrees in vocabulary.DEGREES.items()
}
STATED_FACETS = (
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
STATED_DETAILS = ("pockets", "hood", "buttons", "zipper", "belt", "ruffle", "bow")
CHEAPER = 0.85
"""A price below this share of the other is worth mentioning."""
TYPED_SHARE = 0.5
"""Share of changes that use a wording people typed, where such a wording exists."""
MORE = "show me more"
"""The message when nothing true is left to say."""
Statement = tuple[str, str, str]
"""(facet, op, value)."""


@dataclass(frozen=True)
class Wordings:
    """Templates and typed captions.

    texts: table -> templates; say: (facet, op, value or "" for any) -> templates; typed:
    constraint -> captions.
    """

    texts: dict[str, list[str]]
    say: dict[Statement, list[str]]
    typed: dict[Statement, list[str]] = field(default_factory=dict)

    def change(self, statement: Statement, rng: np.random.Generator) -> str | None:
        """Return a wording of one constraint, or None if nobody wrote one."""
        facet, op, value = statement
        typed = self.typed.get(statement)
        if typed and rng.random() < TYPED_SHARE:
            return str(rng.choice(typed))
        texts = self.say.get(statement) or self.say.get((facet, op, ""))
        if not texts:
            return None
        return str(rng.choice(texts)).replace("{value}", value).replace("{price}", value)


def load_wordings(captions: Path | None, path: Path = WORDINGS) -> Wordings:
    """Read the wordings, and the typed phrases if the folder `captions` exists."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    say = {(t["facet"], t["op"], t.get("value", "")): list(t["texts"]) for t in tables["say"]}
    texts = {
        name: list(tables[name][0]["texts"]) for name in ("open", "open_plain", "photo", "pick")
    }
    return Wordings(
        texts, say, _typed(captions) if captions is not None and captions.is_dir() else {}
    )


def _typed(folder: Path) -> dict[Statement, list[str]]:
    files: dict[str, list[Figures]] = {}
    captions: dict[Statement, list[str]] = {}
    for line in LABELS.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["part"] != BLIND or len(row["constraints"]) != 1:
            continue
        if row["file"] not in files:
            files[row["file"]] = json.loads((folder / row["file"]).read_text(encoding="utf-8"))
        c = row["constraints"][0]
        captions.setdefault((c["facet"], c["op"], str(c["value"])), []).append(
            files[row["file"]][row["index"]]["captions"][row["caption"]]
        )
    return captions


@dataclass
class Shopper:
    """A shopper with one item in mind.

    target: row of that item; start: row whose photo the shopper shows first, None for words alone;
    rng: source of all random choices.
    """

    world: World
    wordings: Wordings
    target: int
    start: int | None
    rng: np.random.Generator
    stated: set[Statement] = field(default_factory=set)

    def opening(self) -> str:
        """Return the first message."""
        truth = self.world.truth[self.target]
        category = next(iter(truth["category"]))
        if self.start is not None:
            change = self._change(self.start)
            return self._fill("photo", change=change) if change else "something like this"
        color = sorted(values(truth, "color"))
        if not color:
            return self._fill("open_plain", category=category)
        self.stated.add(("color", "require", color[0]))
        return self._fill("open", category=category, value=color[0])

    def found(self, shown: Sequence[int]) -> bool:
        """Return whether the page shows an item of the target's design."""
        return any(self.world.designs[row] == self.world.designs[self.target] for row in shown)

    def answer(self, shown: Sequence[int]) -> tuple[str, int | None]:
        """Return the next message and the shown row that it points at, if any.

        If the nearest shown item is of another kind, the message states the kind, but only once.
        """
        if not shown:
            return self._change(None) or MORE, None
        near = max(range(len(shown)), key=lambda place: (self._likeness(shown[place]), -place))
        category = next(iter(self.world.truth[self.target]["category"]))
        other_kind = category not in self.world.truth[shown[near]].get("category", ())
        if other_kind and ("category", "require", category) not in self.stated:
            self.stated.add(("category", "require", category))
            return self._fill("open_plain", category=category), None
        statement = self._difference(shown[near])
        if statement is None:
            return MORE, None
        text = str(self.wordings.change(statement, self.rng))
        self.stated.add(statement)
        relative = statement[1] in ("more", "less")
        if relative or (not other_kind and self.rng.random() < 0.5):
            return self._fill("pick", ordinal=ORDINAL_WORDS[near], change=text), shown[near]
        return text, None

    def _fill(self, table: str, **slots: str) -> str:
        text = str(self.rng.choice(self.wordings.texts[table]))
        for name, value in slots.items():
            text = text.replace("{" + name + "}", value)
        return text

    def _change(self, other: int | None) -> str | None:
        statement = self._difference(other)
        if statement is None:
            return None
        self.stated.add(statement)
        return self.wordings.change(statement, self.rng)

    def _likeness(self, row: int) -> float:
        mine, its = self.world.truth[self.target], self.world.truth[row]
        same = sum(bool(values(mine, f) & values(its, f)) for f in STATED_FACETS if f in mine)
        return same + 3.0 * (mine["category"] == its.get("category"))

    def _difference(self, other: int | None) -> Statement | None:
        """Return a new true statement that tells the target from `other`, or None."""
        choices = [
            s
            for s in differences(self.world, self.target, other)
            if s not in self.stated
            and (s in self.wordings.say or (s[0], s[1], "") in self.wordings.say)
        ]
        return choices[int(self.rng.integers(len(choices)))] if choices else None


def differences(world: World, target: int, other: int | None) -> list[Statement]:
    """Return all constraints that hold for the target but not for the other item.

    If the other item is None, no constraint holds for it.
    """
    mine, its = world.truth[target], world.truth[other] if other is not None else {}
    return [
        *(c for facet in STATED_FACETS for c in _values(facet, mine, its)),
        *_degrees(mine, its),
        *_details(mine, its),
        *_prices(world, target, other),
    ]


def _values(facet: str, mine: Truth, its: Truth) -> list[Statement]:
    wanted, present = values(mine, facet), values(its, facet)
    statements = [
        (facet, "require", value)
        for value in sorted(wanted - present)
        if len(wanted) == 1 or facet != "gender"
    ]
    if wanted and facet in ("color", "pattern", "material"):
        statements += [
            (facet, "exclude", value)
            for value in sorted(present - wanted)
            if not _related(facet, value, wanted)
        ]
    return statements


def _degrees(mine: Truth, its: Truth) -> list[Statement]:
    statements = []
    for facet, order in ORDERED.items():
        wanted, present = (values(truth, facet) & set(order) for truth in (mine, its))
        if len(wanted) == len(present) == 1 and wanted != present:
            more = order.index(next(iter(wanted))) > order.index(next(iter(present)))
            statements.append((facet, "more" if more else "less", "length"))
    return statements


def _details(mine: Truth, its: Truth) -> list[Statement]:
    wanted, present = (values(truth, "details") & set(STATED_DETAILS) for truth in (mine, its))
    statements = [("details", "require", value) for value in sorted(wanted - present)]
    if mine.get("details"):
        statements += [("details", "exclude", value) for value in sorted(present - wanted)]
    return statements


def _related(facet: str, value: str, wanted: frozenset[str]) -> bool:
    return any(
        vocabulary.covers(facet, value, own) or vocabulary.covers(facet, own, value)
        for own in wanted
    )


def _prices(world: World, target: int, other: int | None) -> list[Statement]:
    price = world.prices[target]
    if not np.isfinite(price):
        return []
    statements = [("price", "require", str(int(price * 1.1) + 1))]
    if other is not None and np.isfinite(world.prices[other]):
        if price < CHEAPER * world.prices[other]:
            statements.append(("price", "less", "price"))
        elif world.prices[other] < CHEAPER * price:
            statements.append(("price", "more", "price"))
    return statements

"""Critic: is that enough, faithful and diverse?

If not, a revised wish, at most MAX_ROUNDS searches in all, or a question.

What is given up, and in which order (an explicit "no" never is):
0. "only what is cheaper", where nothing fitting is: the cheapest of what fits is shown instead;
1. soft wishes that pull the results away from the picture they were to resemble: vibes, then
   memory's, then style;
2. where nothing fits at all, required attributes one by one: a photo's kind first, then details,
   material, fit, style, neckline, length, sleeves, pattern, colour, brand, and the kind itself (for
   its nearest kin). Each only where it is what stands in the way. Budget, size and whom it is for
   are as firm as a "no": they are asked about instead.
"""

from __future__ import annotations

from typing import Literal

import vocabulary
from agent.state import LEANING, NEAREST, Found, State
from agent.tools import Tools
from agent.wording import questions
from agent.wording.phrases import listing, phrase
from vocabulary.wish import Constraint, PriceRange, Wish

MAX_ROUNDS = 3
FAITHFUL = 0.2
"""Mean likeness over the untouched slices (0: as like as any two items) below which results have
drifted.
"""
SOFT_ORDER = ("vibe", "memory")
FACET_ORDER = (
    "details",
    "material",
    "fit",
    "style",
    "neckline",
    "length",
    "sleeve_length",
    "pattern",
    "color",
    "brand",
    "category",
)
"""Facets whose requirements may be given up, in this order."""
_SOURCES = {"vibe": 0, "photo": 1, "memory": 2}


class Critic:
    """Judges a round and revises the wish."""

    def __init__(self, tools: Tools) -> None:
        self.tools = tools

    def __call__(self, state: State) -> dict:
        """The node: `wish` changes where another round is due."""
        found, wish = state["found"], state["wish"]
        base = {"steps": ("critic",), "again": False}
        if found.failed:
            return {
                **base,
                "remarks": (*state["remarks"], "guard_failed"),
                "trace": (f"the check failed: {found.failed}",),
            }
        if not state["request"].guard:
            return {**base, "trace": ("unchecked, as asked",)}
        may = len(state["tried"]) < MAX_ROUNDS and not state["clock"].short
        if found.fits or found.unconfirmed:
            unsure = {} if found.fits else self._unsure(state)
            return {**base, **unsure, **(self._drifted(state) if may else {}), **_praise(found)}
        if found.narrowed and may:
            remarks = (*state["remarks"], "none_cheaper") if state["compared"] else state["remarks"]
            return {
                **base,
                "narrow": False,
                "remarks": remarks,
                "again": True,
                "trace": ("nothing on the right side of that price fits; looking at the rest",),
            }
        if self._only_seen(state):
            return {
                **base,
                "remarks": (*state["remarks"], "that_was_all"),
                "trace": ("all that fits was shown",),
            }
        step = self._relaxation(wish, state) if may else None
        if step is None and state["more"]:
            return {
                **base,
                "remarks": (*state["remarks"], "that_was_all"),
                "trace": ("all that fits was shown",),
            }
        if step is None:
            return {**base, **self._asked(state), "trace": ("nothing fits",)}
        given_up, revised = step
        if given_up is None:
            return {
                **base,
                "wish": revised,
                "again": True,
                "trace": ("none of the kind that was leant to; looking wider",),
            }
        return {
            **base,
            "wish": revised,
            "relaxed": (*state["relaxed"], given_up),
            "again": True,
            "trace": (f"nothing fits; giving up {given_up.facet} {given_up.value}",),
        }

    def _drifted(self, state: State) -> dict:
        """Less pull from soft wishes, where results no longer resemble their reference."""
        found, wish = state["found"], state["wish"]
        if found.fidelity is None or found.fidelity >= FAITHFUL:
            return {}
        for source in SOFT_ORDER:
            pulling = [c for c in wish.constraints if c.source == source and not c.hard]
            if pulling:
                return {
                    "wish": wish.without(pulling),
                    "again": True,
                    "relaxed": (*state["relaxed"], *pulling),
                    "remarks": (*state["remarks"], "drifted"),
                }
        return {}

    def _only_seen(self, state: State) -> bool:
        """Whether the shopper asked for more of the same, which is no reason to give up more than
        before.
        """
        return state["more"] and not state["session"].given_up

    def _relaxation(self, wish: Wish, state: State) -> tuple[Constraint | None, Wish] | None:
        """The first requirement, in the order above, that stands in the way, and the wish without
        it.

        What was only leant to goes before all, and is nothing given up.
        """
        found, avoid = state["found"], state["avoid"]
        if any(c.reason == LEANING for c in wish.constraints):
            return None, softened(wish)
        may = state["session"].given_up if state["more"] else FACET_ORDER
        candidates = [
            c
            for c in wish.of("require")
            if c.facet in FACET_ORDER and c.facet in may and c.reason != NEAREST
        ]
        candidates.sort(key=lambda c: (_SOURCES.get(c.source, 3), FACET_ORDER.index(c.facet)))
        revised = [
            (c, without) for c in candidates if (without := self._without(wish, c)) is not None
        ]
        for c, without in revised:
            if (
                found.blame.get(c.key, 0.0) >= 1
                or self.tools.allowed(without.hard, avoid) > found.allowed
            ):
                return c, without
        return max(revised, key=lambda pair: found.blame.get(pair[0].key, 0.0), default=None)

    def _without(self, wish: Wish, c: Constraint) -> Wish | None:
        """The wish with a requirement (and its alternatives) turned into a preference; a kind into
        its nearest kin, and None where the shop has no such kin.
        """
        gone = wish.alternatives_to(c)
        softened = tuple(o.model_copy(update={"op": "prefer", "any": None}) for o in gone)
        kept = wish.without(gone)
        kin: tuple[Constraint, ...] = ()
        if c.facet == "category":
            kin = self._kin({str(o.value) for o in gone}, kept.next_group)
            if not kin:
                return None
        return kept.adding(*softened, *kin)

    def _asked(self, state: State) -> dict:
        """The one question to ask where nothing fits, and what a "yes" to it would put in force."""
        if state["question"]:
            return {}
        wish, currency = state["session"].wish, self.tools.currency
        for c in wish.of("require"):
            others = tuple(o for o in wish.constraints if o != c)
            hard = tuple(o for o in others if o.hard)
            if (
                c.facet == "price"
                and (price := self.tools.nearest_price(hard, c, state["avoid"])) is not None
            ):
                return {
                    "question": questions.nearest_price(price, currency),
                    "offer": (*others, reaching(c, price)),
                }
            if c.facet in ("size", "gender") and self.tools.allowed(hard, state["avoid"]):
                return {
                    "question": questions.look_beyond(phrase(c, currency)),
                    "offer": others,
                }
        if not self.tools.allowed([c for c in wish.of("require") if c.facet == "category"]):
            return {"question": questions.one_of_these(list(self.tools.kinds())[:5])}
        return {"question": questions.leave_out(several=len(wish.hard) > 1)}

    def _unsure(self, state: State) -> dict:
        """Where nothing is confirmed: the offer to go without what could not be told."""
        open_ = {
            (v.facet, v.op, str(v.value)) for card in state["found"].unconfirmed for v in card.open
        }
        wish = state["session"].wish
        doubtful = [
            c
            for c in wish.of("require")
            if c.key in open_ and c.facet in FACET_ORDER and c.facet != "category"
        ]
        if state["question"] or not doubtful or state["more"]:
            return {}
        c = min(doubtful, key=lambda c: FACET_ORDER.index(c.facet))
        group = wish.alternatives_to(c)
        words = listing([phrase(o, self.tools.currency) for o in group], "or")
        return {
            "question": f"Shall I go without “{words}”?",
            "offer": wish.without(group).constraints,
        }

    def _kin(self, kinds: set[str], group: int) -> tuple[Constraint, ...]:
        """The nearest kinds that the shop has, as alternatives: blazers and coats for jackets."""
        stocked = self.tools.kinds()
        for circle in _circles(kinds):
            beside = sorted(
                (k for k in circle - kinds if stocked.get(k)), key=lambda k: (-stocked[k], k)
            )
            if beside:
                return tuple(
                    Constraint(
                        facet="category",
                        op="require",
                        value=k,
                        any=group,
                        source="memory",
                        reason=NEAREST,
                    )
                    for k in beside
                )
        return ()


def reaching(budget: Constraint, price: float) -> Constraint:
    """A budget that reaches as far as a price."""
    value = budget.value
    if not isinstance(value, PriceRange):
        return budget
    low = None if value.min is None else min(value.min, price)
    high = None if value.max is None else max(value.max, price)
    return budget.model_copy(update={"value": PriceRange(min=low, max=high)})


def softened(wish: Wish) -> Wish:
    """The wish without the kinds that were only leant to; the preference behind them stays."""
    return wish.with_constraints(c for c in wish.constraints if c.reason != LEANING)


def _circles(kinds: set[str]) -> list[frozenset[str]]:
    """Kinds around these, nearer circles first: the same parent, then worn in the same place."""
    parents = {vocabulary.parent("category", k) for k in kinds} - {None, "accessories"}
    circles = (
        [frozenset().union(*(vocabulary.descendants("category", p) for p in parents))]
        if parents
        else []
    )
    places = (vocabulary.FOOTWEAR, vocabulary.LOWER_BODY, vocabulary.UPPER_BODY)
    return [*circles, *(place for place in places if place & kinds)]


def _praise(found: Found) -> dict:
    near = (
        ""
        if found.fidelity is None
        else f", {found.fidelity:.2f} alike where nothing was to change"
    )
    designs = len({card.group for card in found.fits})
    return {"trace": (f"{len(found.fits)} fit, {designs} designs{near}",)}


def after_critic(state: State) -> Literal["action", "speak"]:
    """Another round, unless it would repeat a search."""
    return "action" if state.get("again") else "speak"

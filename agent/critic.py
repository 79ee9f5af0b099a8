"""The Critic node, which decides whether a round's results are sufficient, faithful and diverse.

If they are not, the critic revises the wish, for at most MAX_ROUNDS searches in all, or asks a
question. An explicit "no" is never given up. Other wishes are given up in this order:
0. "only what is cheaper", if nothing cheaper fits: the cheapest fitting items are shown instead;
1. soft wishes that pull the results away from their reference: vibes first, then memory's;
2. if nothing fits at all, requirements one by one: a photo's kind first, then details, material,
   fit, style, neckline, length, sleeves, pattern, colour, brand, and finally the kind itself, which
   is replaced by the most closely related kinds. A requirement is given up only if it is what
   prevents a match. Budget, size and gender are as firm as a "no": the critic asks about them
   instead.
"""

from __future__ import annotations

from typing import Literal

import vocabulary
from agent.state import LEANING, NEAREST, Found, State, Update
from agent.tools import Tools
from agent.wording import questions
from agent.wording.phrases import listing, phrase
from vocabulary.wish import Constraint, PriceRange, Wish

MAX_ROUNDS = 3
MIN_FIDELITY = 0.2
"""Mean likeness over the untouched slices below which results count as drifted.

0 is the mean likeness of two random items.
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
_SOURCE_ORDER = {"vibe": 0, "photo": 1, "memory": 2}
_LAST_SOURCE = 3
_KINDS_NAMED = 5


class Critic:
    """Node that judges a round and revises the wish."""

    def __init__(self, tools: Tools) -> None:
        self.tools = tools

    def __call__(self, state: State) -> Update:
        """Run the node; the update changes `wish` if another round is needed."""
        return {"steps": ("critic",), "again": False, **self._judgement(state)}

    def _judgement(self, state: State) -> Update:
        found = state["found"]
        if found.failed:
            return {
                "remarks": (*state["remarks"], "guard_failed"),
                "trace": (f"the check failed: {found.failed}",),
            }
        if not state["request"].guard:
            return {"trace": ("unchecked, as asked",)}
        may_search = len(state["tried"]) < MAX_ROUNDS and not state["clock"].short
        if found.fits or found.unconfirmed:
            unsure = {} if found.fits else self._unsure(state)
            drifted = self._drifted(state) if may_search else {}
            return {**unsure, **drifted, **_praise(found)}
        if found.narrowed and may_search:
            remarks = (*state["remarks"], "none_cheaper") if state["compared"] else state["remarks"]
            return {
                "narrow": False,
                "remarks": remarks,
                "again": True,
                "trace": ("nothing on the right side of that price fits; looking at the rest",),
            }
        # "show more" must not give up more than the search before it did
        exhausted = state["more"] and not state["session"].given_up
        step = self._relaxation(state) if may_search and not exhausted else None
        if step is None and state["more"]:
            return {
                "remarks": (*state["remarks"], "that_was_all"),
                "trace": ("all that fits was shown",),
            }
        if step is None:
            return {**self._ask(state), "trace": ("nothing fits",)}
        return _next_round(state, *step)

    def _drifted(self, state: State) -> Update:
        """Drop the soft wishes of one source if results no longer resemble their reference."""
        found, wish = state["found"], state["wish"]
        if found.fidelity is None or found.fidelity >= MIN_FIDELITY:
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

    def _relaxation(self, state: State) -> tuple[Constraint | None, Wish] | None:
        """Return the first requirement that prevents a match, and the wish without it.

        Leanings are dropped before any requirement. The shopper did not ask for them, so nothing is
        given up and the constraint is None.
        """
        found, avoid, wish = state["found"], state["avoid"], state["wish"]
        if any(c.reason == LEANING for c in wish.constraints):
            return None, softened(wish)
        allowed = state["session"].given_up if state["more"] else FACET_ORDER
        candidates = [
            c
            for c in wish.of("require")
            if c.facet in FACET_ORDER and c.facet in allowed and c.reason != NEAREST
        ]
        candidates.sort(
            key=lambda c: (_SOURCE_ORDER.get(c.source, _LAST_SOURCE), FACET_ORDER.index(c.facet))
        )
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
        """Return the wish with a requirement (and its alternatives) turned into a preference.

        A kind is replaced by the most closely related kinds. Returns None if the shop has none.
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

    def _ask(self, state: State) -> Update:
        """Return the question to ask if nothing fits, and the constraints that a "yes" applies."""
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
            return {"question": questions.one_of_these(list(self.tools.kinds())[:_KINDS_NAMED])}
        return {"question": questions.leave_out(several=len(wish.hard) > 1)}

    def _unsure(self, state: State) -> Update:
        """Offer to drop the constraints that could not be confirmed, if nothing else is shown."""
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
            "question": questions.go_without(words),
            "offer": wish.without(group).constraints,
        }

    def _kin(self, kinds: set[str], group: int) -> tuple[Constraint, ...]:
        """Return the most closely related kinds in stock as alternatives.

        Example: blazers and coats for jackets.
        """
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
    """Return the budget widened to include a price."""
    value = budget.value
    if not isinstance(value, PriceRange):
        return budget
    low = None if value.min is None else min(value.min, price)
    high = None if value.max is None else max(value.max, price)
    return budget.model_copy(update={"value": PriceRange(min=low, max=high)})


def softened(wish: Wish) -> Wish:
    """Return the wish without leanings; the preferences behind them remain."""
    return wish.with_constraints(c for c in wish.constraints if c.reason != LEANING)


def _circles(kinds: set[str]) -> list[frozenset[str]]:
    """Return sets of related kinds, nearest first: same parent, then worn in the same place."""
    parents = {vocabulary.parent("category", k) for k in kinds} - {None, "accessories"}
    circles = (
        [frozenset().union(*(vocabulary.descendants("category", p) for p in parents))]
        if parents
        else []
    )
    places = (vocabulary.FOOTWEAR, vocabulary.LOWER_BODY, vocabulary.UPPER_BODY)
    return [*circles, *(place for place in places if place & kinds)]


def _next_round(state: State, given_up: Constraint | None, wish: Wish) -> Update:
    """Return the update that searches again for a looser wish.

    given_up: None if only a leaning was dropped
    """
    if given_up is None:
        line = "none of the kind that was leant to; looking wider"
        return {"wish": wish, "again": True, "trace": (line,)}
    return {
        "wish": wish,
        "relaxed": (*state["relaxed"], given_up),
        "again": True,
        "trace": (f"nothing fits; giving up {given_up.facet} {given_up.value}",),
    }


def _praise(found: Found) -> Update:
    near = (
        ""
        if found.fidelity is None
        else f", {found.fidelity:.2f} alike where nothing was to change"
    )
    designs = len({card.group for card in found.fits})
    return {"trace": (f"{len(found.fits)} fit, {designs} designs{near}",)}


def after_critic(state: State) -> Literal["action", "speak"]:
    """Return the node after the critic: another round, or the reply."""
    return "action" if state.get("again") else "speak"

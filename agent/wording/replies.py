"""Sentences of replies to searches: what fits, was checked, is open, was given up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import vocabulary
from agent.photo_reader import wishes
from agent.replies import Card
from agent.state import LEANING, NEAREST, Found, State
from agent.tools import Tools
from agent.wording.money import money
from agent.wording.photos import describe_photo
from agent.wording.phrases import listing, phrase
from agent.wording.wishes import describe
from vocabulary.wish import Constraint, Wish

MAX_WORD_CHARS = 30
"""Longer unknown words are not named: they are no words."""
MIN_WORD_CHARS = 4
MAX_NAMED_WORDS = 3
MAX_NAMED_CONSTRAINTS = 4
MAX_NAMED_VIBES = 5

_ENOUGH = (
    "Here are {n} {asked}{near}.",
    "I found {n} {asked}{near}.",
    "I picked {n} {asked}{near}.",
)
_FEW = ("Only {n} fit all of it: {asked}{near}.", "No more than {n} fit: {asked}{near}.")
"""Openings take turns, so that a conversation does not repeat itself."""


def search_text(state: State, tools: Tools) -> str:
    """Return the reply to a search, from the template sentences that apply."""
    currency = tools.currency
    found, wish, remarks = state["found"], state["wish"], state["remarks"]
    if "guard_failed" in remarks:
        return "I could not check the items just now, so I show none. Please try again."
    if not state["request"].guard:
        return f"Here are the {len(found.fits)} nearest items, unchecked."
    sentences = [
        "I went one step back." if "undone" in remarks else "",
        _missing(state, currency),
        _opening(state, tools),
        _photo(state),
        *_remarks(state, currency),
    ]
    if found.fits or found.unconfirmed:
        sentences += [_checked(found.fits, wish, currency), _unconfirmed(found, currency)]
    sentences += [_vibes(wish), *_unknown_words(state), state["question"] or ""]
    return " ".join(sentence for sentence in sentences if sentence)


def _missing(state: State, currency: str) -> str:
    """Say what the shop does not have, where something close to it is shown instead."""
    found = state["found"]
    if not _given_up(state) or not (found.fits or found.unconfirmed):
        return ""
    return f"I have no {describe(_own_constraints(state['session'].wish), currency)}."


def _opening(state: State, tools: Tools) -> str:
    currency, found, wish = tools.currency, state["found"], state["wish"]
    asked = describe((*_own_constraints(wish), *_stand_ins(wish, found, tools)), currency)
    near = f", close to {state['reference'].name}" if state["reference"].name else ""
    if found.fits:
        return _opening_with_fits(state, asked, near)
    if found.unconfirmed:
        n = len(found.unconfirmed)
        these = "This one" if n == 1 else f"These {n}"
        lacking = _never_listed(wish, found, tools)
        return f"{lacking}{these} may fit ({asked}{near}), but I could not confirm all of it."
    if "that_was_all" in state["remarks"]:
        return f"That was all: I have no more {asked}."
    return f"I found no {describe(_own_constraints(state['session'].wish), currency)}."


def _opening_with_fits(state: State, asked: str, near: str) -> str:
    fits, turn = state["found"].fits, state["session"].turn
    best = f"{fits[0].title}{_at_price(fits[0])}"
    if _given_up(state):
        lead = (
            "The nearest I have: {n} {asked}{near}."
            if len(fits) > 1
            else "The nearest I have is one ({asked}{near})."
        )
    elif len(fits) >= state["request"].k:
        lead = _ENOUGH[turn % len(_ENOUGH)]
    elif len(fits) == 1:
        return f"Just one fits: {best}" + (f" ({asked}{near})." if asked != "items" else ".")
    else:
        lead = _FEW[turn % len(_FEW)]
    return f"{lead.format(n=len(fits), asked=asked, near=near)} First: {best}."


def _never_listed(wish: Wish, found: Found, tools: Tools) -> str:
    """Say what no listing of the wanted kind states, where every card leaves it open.

    Example: "None of my jackets is listed as leather. "
    """
    kinds = [c for c in wish.on("category") if c.op == "require"]
    open_facets = set.intersection(
        *({check.facet for check in card.open} for card in found.unconfirmed)
    )
    for c in wish.of("require"):
        doubtful = c.facet in open_facets - {"category", *vocabulary.OPEN_FACETS}
        if doubtful and c.any is None and not tools.affirmed([*kinds, c]):
            words = phrase(c)
            listed = words if words.startswith("with ") else f"as {words}"
            return f"None of my {describe(kinds)} is listed {listed}. "
    return ""


def _given_up(state: State) -> list[Constraint]:
    """Return the requirements that were given up."""
    return [c for c in state["relaxed"] if c.op == "require"]


def _own_constraints(wish: Wish) -> tuple[Constraint, ...]:
    """Return the hard constraints that are the shopper's own."""
    return tuple(c for c in wish.hard if c.reason not in (NEAREST, LEANING))


def _stand_ins(wish: Wish, found: Found, tools: Tools) -> tuple[Constraint, ...]:
    """Return the kinds that are shown, if they are few, where the shopper required none."""
    if not any(c.reason in (NEAREST, LEANING) for c in wish.constraints):
        return ()
    shown = tools.known(card.id for card in (*found.fits, *found.unconfirmed))
    kinds = {item.category for item in shown}
    if not _few(kinds):
        kinds = {vocabulary.parent("category", str(kind)) for kind in kinds}
    if not _few(kinds):
        return ()
    return tuple(
        Constraint(facet="category", op="require", value=kind, any=0)
        for kind in sorted(map(str, kinds))
    )


def _few(kinds: set[str | None]) -> bool:
    return None not in kinds and len(kinds) <= 2


def _at_price(card: Card) -> str:
    return "" if card.price is None else f", {money(card.price, card.currency)}"


def _photo(state: State) -> str:
    reference = state["reference"]
    if not state["photos"] or reference.photo is None:
        return ""
    look = describe_photo(wishes(reference.photo, ()))
    if not look:
        return f"I cannot make out much in {reference.name}."
    return f"In {reference.name} I see {look}."


def _remarks(state: State, currency: str) -> list[str]:
    remarks, reference = state["remarks"], state["reference"]
    sentences = []
    if "no_prices" in remarks:
        sentences.append("The listings here give no prices, so I cannot compare them.")
    priced = reference.priced
    if "none_cheaper" in remarks and priced is not None and priced.price is not None:
        cheaper = any(c.op == "less" for c in state["wish"].on("price"))
        sentences.append(
            f"None of what fits is {'cheaper' if cheaper else 'dearer'} than {priced.title} "
            f"({money(priced.price, currency)}); these come nearest."
        )
    soft = [phrase(c, currency) for c in state["relaxed"] if c.op != "require"]
    if soft:
        sentences.append(f"To stay close to {reference.name} I let go of {listing(soft)}.")
    return sentences


def _checked(cards: Sequence[Card], wish: Wish, currency: str) -> str:
    """Say where it was seen that the hard constraints hold."""
    if not wish.hard or not cards:
        return ""
    seen = {
        (check.facet, check.op, str(check.value))
        for card in cards
        for check in card.verdicts
        if check.source == "picture" and check.verdict == "met"
    }
    if not any(c.key in seen for c in wish.hard):
        return "The listings confirm it."
    words = _first((phrase(c, currency) for c in wish.hard if c.key in seen), MAX_NAMED_CONSTRAINTS)
    return f"Where the listing is silent I looked at the picture ({words})."


def _unconfirmed(found: Found, currency: str) -> str:
    if not found.unconfirmed:
        return ""
    words = _first(
        (phrase(check, currency) for card in found.unconfirmed for check in card.open),
        MAX_NAMED_CONSTRAINTS,
    )
    if not found.fits:
        return f"Neither listing nor picture tells: {words}."
    return f"For {len(found.unconfirmed)} more I could not confirm: {words}."


def _vibes(wish: Wish) -> str:
    leanings = [phrase(c) for c in wish.constraints if c.source == "vibe" and c.op != "exclude"]
    return f"For the mood I leaned towards {_first(leanings, MAX_NAMED_VIBES)}." if leanings else ""


def _first(phrases: Iterable[str], count: int) -> str:
    """Return the first few different phrases as a list in words."""
    return listing(list(dict.fromkeys(phrases))[:count])


def _unknown_words(state: State) -> list[str]:
    """Say openly which words had no effect, or only that of being looked up in the listings."""
    words = [w for w in state["unknown"] if MIN_WORD_CHARS <= len(w) <= MAX_WORD_CHARS]
    refused = set(state.get("refused", ()))
    unlisted = set(state["unlisted"])
    groups = (
        ([w for w in words if w not in refused and w in unlisted], "and no listing has it."),
        (
            [w for w in words if w not in refused and w not in unlisted],
            "so I only looked for it in the listings.",
        ),
        (
            [w for w in words if w in refused],
            "so I could not leave that out: please look yourself.",
        ),
    )
    return [
        f"I do not know {_quoted(group)}, {consequence}" for group, consequence in groups if group
    ]


def _quoted(words: Sequence[str]) -> str:
    return listing([f"“{word}”" for word in words[:MAX_NAMED_WORDS]], "or")

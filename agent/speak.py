"""Speak: the reply's words, from what survived the checks and from nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from langgraph.config import get_stream_writer

import vocabulary
from agent.cards import told
from agent.critic import softened
from agent.photo_reader import wishes
from agent.planner import Backend
from agent.replies import Card, Reply
from agent.smalltalk import talk_text
from agent.state import LEANING, NEAREST, Found, State
from agent.tools import Tools
from agent.wording.money import money
from agent.wording.photos import describe_photo
from agent.wording.phrases import listing, phrase
from agent.wording.wishes import describe
from vocabulary.wish import Constraint, Wish

LONGEST_WORD = 30
"""Letters of an unknown word that is worth naming."""


class Speak:
    """Makes the reply: cards, wish, and words by the mind that planned the turn."""

    def __init__(self, tools: Tools, backends: Mapping[str, Backend]) -> None:
        self.tools, self.backends = tools, backends

    def __call__(self, state: State) -> dict:
        """The node."""
        writer = get_stream_writer()
        draft = self._draft(state)
        mind = self.backends[state["planner"]]
        said = mind.speaker.speak(draft, state["request"].text, state["clock"], writer)
        reply = draft.model_copy(
            update={
                "reply": said.text,
                "notes": (*draft.notes, *said.notes),
                "trace": (*draft.trace, *said.trace),
                "ms": state["clock"].total(),
                "steps": (*state["steps"], "speak"),
            }
        )
        return {"reply": reply, "steps": ("speak",), "trace": said.trace}

    def _draft(self, state: State) -> Reply:
        session, found = state["session"], state.get("found", Found())
        talk = state["talk"]
        shown = state["goal"] == "search" and not found.failed
        text = (
            search_text(state, self.tools)
            if talk is None
            else talk_text(talk, self.tools, session.wish)
        )
        if talk is not None and talk.kind == "unclear" and state["question"]:
            text = state["question"]  # the planner understood enough to ask
        wish = state["wish"] if talk is None else Wish() if talk.kind == "forget" else session.wish
        photo = state["reference"].photo
        question = (
            state["question"] if talk is None or state["question"] else talk_question(talk.kind)
        )
        return Reply(
            session=session.id,
            turn=session.turn + 1,
            reply=text,
            items=found.fits if shown else (),
            unconfirmed=found.unconfirmed if shown else (),
            question=question,
            constraints=tuple(c for c in softened(wish).constraints if c.reason != NEAREST),
            relaxed=tuple(f"{c.facet}: {c.value}" for c in state["relaxed"]),
            planner=state["planner"],
            notes=state["notes"],
            trace=state["trace"],
            photo=photo.attributes if photo else {},
            reference_id=session.wish.reference_id,
        )


def talk_question(kind: str) -> str | None:
    """The question that goes with a turn that gave nothing to search for."""
    return {
        "empty": "What are you looking for?",
        "unclear": "Which kind of garment, colour or price do you have in mind?",
        "start_over": "What shall we look for?",
        "greet": "What are you looking for?",
    }.get(kind)


def search_text(state: State, tools: Tools) -> str:
    """The words for a search: what fits, what was checked, what is open, what was given up."""
    currency = tools.currency
    found, wish, remarks = state["found"], state["wish"], state["remarks"]
    if "guard_failed" in remarks:
        return "I could not check the items just now, so I show none. Please try again."
    if not state["request"].guard:
        return f"Here are the {len(found.fits)} nearest items, unchecked."
    parts = [
        "I went one step back." if "undone" in remarks else "",
        _missing(state, currency),
        _opening(state, tools),
    ]
    parts += _remarked(state, currency)
    if found.fits or found.unconfirmed:
        parts += [_checked(found.fits, wish, currency), _open(found, currency)]
    parts += [_vibes(wish), _unknown(state)]
    if state["question"]:
        parts.append(state["question"])
    return " ".join(part for part in parts if part)


def _never_listed(wish: Wish, found: Found, tools: Tools) -> str:
    """What no listing of the wanted kind has, where every card leaves it open: "None of my jackets is listed as leather." """
    kinds = [c for c in wish.on("category") if c.op == "require"]
    doubtful = set.intersection(
        *({check.facet for check in card.open} for card in found.unconfirmed)
    )
    for c in wish.of("require"):
        if (
            c.facet in doubtful - {"category", *vocabulary.OPEN_FACETS}
            and c.any is None
            and not tools.affirmed([*kinds, c])
        ):
            listed = phrase(c) if phrase(c).startswith("with ") else f"as {phrase(c)}"
            return f"None of my {describe(kinds)} is listed {listed}. "
    return ""


def _missing(state: State, currency: str) -> str:
    """What the shop has not, where something nearest to it is shown instead."""
    found = state["found"]
    if not _lost(state) or not (found.fits or found.unconfirmed):
        return ""
    return f"I have no {describe(_plain(state['session'].wish), currency)}."


def _opening(state: State, tools: Tools) -> str:
    currency = tools.currency
    found, request, wish = state["found"], state["request"], state["wish"]
    asked = describe((*_plain(wish), *_stand_in(wish, found, tools)), currency)
    near = f", close to {state['reference'].name}" if state["reference"].name else ""
    turn = state["session"].turn
    if not found.fits and not found.unconfirmed:
        if "that_was_all" in state["remarks"]:
            return f"That was all: I have no more {asked}."
        return f"I found no {describe(_plain(state['session'].wish), currency)}."
    if not found.fits:
        n = len(found.unconfirmed)
        lacking = _never_listed(wish, found, tools)
        return (
            lacking
            + f"{'This one' if n == 1 else f'These {n}'} may fit ({asked}{near}), but I could not confirm all of it."
        )
    if len(found.fits) >= request.k:
        lead = (
            "Here are {n} {asked}{near}.",
            "I found {n} {asked}{near}.",
            "I picked {n} {asked}{near}.",
        )[turn % 3]
    elif len(found.fits) == 1 and not _lost(state):
        return (
            f"Just one fits: {found.fits[0].title}"
            + _at(found.fits[0])
            + (f" ({asked}{near})." if asked != "items" else ".")
        )
    else:
        lead = ("Only {n} fit all of it: {asked}{near}.", "No more than {n} fit: {asked}{near}.")[
            turn % 2
        ]
    best = found.fits[0]
    if _lost(state):
        lead = (
            "The nearest I have: {n} {asked}{near}."
            if len(found.fits) > 1
            else "The nearest I have is one ({asked}{near})."
        )
    return (
        f"{lead.format(n=len(found.fits), asked=asked, near=near)} First: {best.title}{_at(best)}."
    )


def _lost(state: State) -> list[Constraint]:
    """The requirements that were given up."""
    return [c for c in state["relaxed"] if c.op == "require"]


def _plain(wish: Wish) -> tuple[Constraint, ...]:
    return tuple(c for c in wish.constraints if c.hard and c.reason not in (NEAREST, LEANING))


def _stand_in(wish: Wish, found: Found, tools: Tools) -> tuple[Constraint, ...]:
    """Where no kind is required: the kinds that are shown, if they are few; they stand in, or were leant to."""
    if not any(c.reason in (NEAREST, LEANING) for c in wish.constraints):
        return ()
    kinds = {
        item.category for item in tools.known(card.id for card in (*found.fits, *found.unconfirmed))
    }
    if None in kinds or len(kinds) > 2:
        kinds = {vocabulary.parent("category", str(kind)) for kind in kinds}
    if None in kinds or len(kinds) > 2:
        return ()
    return tuple(
        Constraint(facet="category", op="require", value=str(kind), any=0)
        for kind in sorted(map(str, kinds))
    )


def _at(card: Card) -> str:
    return "" if card.price is None else f", {money(card.price, card.currency)}"


def _remarked(state: State, currency: str) -> list[str]:
    remarks, reference = state["remarks"], state["reference"]
    said = []
    if state["photos"] and reference.photo is not None:
        seen = describe_photo(wishes(reference.photo, ()))
        said.append(
            f"In {reference.name} I see {seen}."
            if seen
            else f"I cannot make out much in {reference.name}."
        )
    if "no_prices" in remarks:
        said.append("The listings here give no prices, so I cannot compare them.")
    if (
        "none_cheaper" in remarks
        and reference.priced is not None
        and reference.priced.price is not None
    ):
        way = (
            "cheaper"
            if any(c.facet == "price" and c.op == "less" for c in state["wish"].constraints)
            else "dearer"
        )
        said.append(
            f"None of what fits is {way} than {reference.priced.title} "
            f"({money(reference.priced.price, currency)}); these come nearest."
        )
    soft = [c for c in state["relaxed"] if c.op != "require"]
    if soft:
        said.append(
            f"To stay close to {reference.name} I let go of {listing([phrase(c, currency) for c in soft])}."
        )
    return said


def _checked(cards: Sequence[Card], wish: Wish, currency: str) -> str:
    """Where it was seen that the hard constraints hold."""
    pictures: list[str] = []
    for c in wish.hard:
        if any(
            v.source == "picture" and v.verdict == "met" and (v.facet, v.op, str(v.value)) == c.key
            for card in cards
            for v in card.verdicts
        ):
            pictures.append(phrase(c, currency))
    if not wish.hard or not cards:
        return ""
    if not pictures:
        return "The listings confirm it."
    return f"Where the listing is silent I looked at the picture ({listing(list(dict.fromkeys(pictures))[:4])})."


def _open(found: Found, currency: str) -> str:
    if not found.unconfirmed:
        return ""
    open_ = dict.fromkeys(
        told(check, currency) for card in found.unconfirmed for check in card.open
    )
    n = len(found.unconfirmed)
    if not found.fits:
        return f"Neither listing nor picture tells: {listing(list(open_)[:4])}."
    return f"For {n} more I could not confirm: {listing(list(open_)[:4])}."


def _vibes(wish: Wish) -> str:
    vibes = [phrase(c) for c in wish.constraints if c.source == "vibe" and c.op != "exclude"]
    return (
        f"For the mood I leaned towards {listing(list(dict.fromkeys(vibes))[:5])}." if vibes else ""
    )


def _unknown(state: State) -> str:
    """Openly what words had no effect, or only that of being looked up."""
    telling = [word for word in state["unknown"] if 3 < len(word) <= LONGEST_WORD]
    refused = [f"“{word}”" for word in telling if word in state.get("refused", ())]
    words = [word for word in telling if word not in state.get("refused", ())]
    lost = [f"“{word}”" for word in words if word in state["unlisted"]]
    looked_up = [f"“{word}”" for word in words if word not in state["unlisted"]]
    told = [f"I do not know {listing(lost[:3], 'or')}, and no listing has it."] if lost else []
    told += (
        [f"I do not know {listing(looked_up[:3], 'or')}, so I only looked for it in the listings."]
        if looked_up
        else []
    )
    if refused:
        told.append(
            f"I do not know {listing(refused[:3], 'or')}, so I could not leave that out: please look yourself."
        )
    return " ".join(told)

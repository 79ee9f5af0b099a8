"""Answers to turns without a search: thanks, questions about what is shown, "why this one?"."""

from __future__ import annotations

from collections.abc import Sequence

from agent.language.tokens import contains_phrase
from agent.state import Clock, Talk
from agent.tools import Tools
from agent.wording.money import money
from agent.wording.phrases import listing, phrase
from catalog.item import Item
from guard import Verdict
from vocabulary.wish import Constraint, Wish

MAX_NAMED_ITEMS = 3
MAX_NAMED_FACTS = 5
MAX_QUOTED_CHARS = 80
_CHECK_SECONDS = 60.0

_LINES = {
    "greet": "Hello! Tell me what you are looking for, or show me a photo of something you like.",
    "thanks": "You are welcome! Say the word if anything should be different.",
    "bye": "Goodbye, and enjoy what you found!",
    "out_of_scope": (
        "I only know my way around this shop's clothes, shoes and accessories; "
        "there I am glad to help."
    ),
    "empty": "Your message was empty.",
    "bad_photo": "Tell me in words what you are looking for, or try another picture.",
    "unclear": "I did not understand that.",
    "nowhere": "I cannot tell which one you mean; say “the second one”, say.",
    "start_over": "A fresh start: your wish is empty again.",
    "nothing_to_undo": "There is nothing to undo yet.",
    "forget": (
        "Done: this conversation, your pictures and everything I remembered about you are deleted."
    ),
}
_NOTHING_SHOWN = "I have not shown you anything yet; tell me what you are looking for."
_QUESTIONS = {
    "empty": "What are you looking for?",
    "unclear": "Which kind of garment, colour or price do you have in mind?",
    "start_over": "What shall we look for?",
    "greet": "What are you looking for?",
}
_CUES = {
    "price": ("price", "prices", "priced", "cost", "costs", "how much", "expensive"),
    "size": ("size", "sizes", "fit me", "available", "stock"),
    "brand": ("brand", "brands", "who makes", "label", "labels", "maker"),
    "material": ("material", "materials", "fabric", "fabrics", "made of", "made from"),
    "color": ("colour", "colours", "color", "colors"),
    "link": ("link", "links", "where can i", "buy", "order", "url"),
}
"""What is asked about -> the words that ask about it."""
_EVIDENCE = {
    "listing": "the listing says so",
    "text": "the listing says so",
    "picture": "as far as the picture shows",
}
_OPPOSITE_OP = {"require": "exclude", "exclude": "require"}


def talk_text(talk: Talk, tools: Tools, wish: Wish) -> str:
    """Return the answer to a turn that is no search."""
    if talk.kind == "unclear" and talk.text:
        return f"I do not know what to make of “{talk.text[:MAX_QUOTED_CHARS]}”."
    if talk.kind in _LINES:
        return _LINES[talk.kind]
    items = tools.known(talk.ids)
    if not items:
        return _NOTHING_SHOWN
    if talk.kind == "why":
        return _why(items[0], tools, wish)
    if talk.kind == "compare" and len(items) > 1:
        return _comparison(items[:MAX_NAMED_ITEMS])
    if talk.kind == "question":
        return _answer(talk, items, tools)
    return _about(items[0])


def talk_question(kind: str) -> str | None:
    """Return the question that goes with a turn that gave nothing to search for, or None."""
    return _QUESTIONS.get(kind)


def _why(item: Item, tools: Tools, wish: Wish) -> str:
    verdicts = tools.check([tools.catalog.row(item.id)], wish.constraints, Clock(_CHECK_SECONDS))[0]
    met = [v for v in verdicts if v.verdict == "met"]
    groups = (
        ("its listing says", [v for v in met if v.source in ("listing", "text")]),
        ("its picture shows", [v for v in met if v.source == "picture"]),
        (
            "I could not confirm",
            [v for v in verdicts if v.verdict == "unknown" and v.op in ("require", "exclude")],
        ),
    )
    reasons = [
        f"{lead} {listing([phrase(v, item.currency) for v in group])}"
        for lead, group in groups
        if group
    ]
    return f"{item.title}: {'; '.join(reasons) or 'it came nearest to what you asked for'}."


def _about(item: Item) -> str:
    facts = (money(item.price, item.currency), item.brand and f"by {item.brand}", _sizes(item))
    summary = f"{item.title}: {', '.join(fact for fact in facts if fact)}."
    return f"{summary} {item.description}".strip()


def _sizes(item: Item) -> str:
    sizes = item.sizes_in_stock()
    if sizes:
        return f"in stock in {listing(sizes)}"
    return "sold out" if item.sizes or not item.available else ""


def _comparison(items: Sequence[Item]) -> str:
    lines = [_compared(item) for item in items]
    priced = [(item.price, item) for item in items if item.price is not None]
    priced.sort(key=lambda pair: pair[0])
    if len(priced) > 1 and priced[0][0] < priced[1][0]:
        lines.append(f"The cheapest is {priced[0][1].title}.")
    return " ".join(lines)


def _compared(item: Item) -> str:
    facts = [
        ", ".join(values)
        for facet, values in item.attributes.items()
        if facet not in ("category", "gender")
    ]
    price = money(item.price, item.currency) or "price not given"
    more = "; ".join(facts[:MAX_NAMED_FACTS]) or "the listing says no more"
    return f"{item.title}: {price}; {more}."


def _answer(talk: Talk, items: Sequence[Item], tools: Tools) -> str:
    if talk.constraints:
        return _judged(talk.constraints, items, tools)
    topics = [
        topic
        for topic, cues in _CUES.items()
        if any(contains_phrase(talk.text, cue) for cue in cues)
    ]
    if not topics:
        return _about(items[0])
    return " ".join(
        f"{item.title}: {', '.join(_fact(item, topic) for topic in topics)}."
        for item in items[:MAX_NAMED_ITEMS]
    )


def _fact(item: Item, topic: str) -> str:
    if topic == "price":
        return money(item.price, item.currency) or "the listing gives no price"
    if topic == "size":
        return _sizes(item) or "the listing names no sizes"
    if topic == "brand":
        return f"by {item.brand}" if item.brand else "the listing names no brand"
    if topic == "link":
        return item.link or "the listing has no link"
    noun = "colour" if topic == "color" else topic
    return listing(item.attributes.get(topic, ())) or f"the listing does not say the {noun}"


def _judged(constraints: Sequence[Constraint], items: Sequence[Item], tools: Tools) -> str:
    """Answer "does the second one have pockets?" by listing or picture, or say it is unknown."""
    rows = [tools.catalog.row(item.id) for item in items]
    judgement = tools.check(rows, constraints, Clock(_CHECK_SECONDS))
    if len(items) == 1:
        return " ".join(_verdict(items[0], v) for v in judgement[0])
    verdicts = [judgement[position] for position in range(len(items))]
    return " ".join(
        _tally(c, items, [v[place] for v in verdicts]) for place, c in enumerate(constraints)
    )


def _tally(c: Constraint, items: Sequence[Item], verdicts: Sequence[Verdict]) -> str:
    """Say how many of the items meet a constraint, and which."""
    yes = [item.title for item, v in zip(items, verdicts, strict=True) if v.verdict == "met"]
    unknown = sum(v.verdict == "unknown" for v in verdicts)
    verb = "is" if len(yes) < 2 else "are"
    which = f": {listing(yes[:MAX_NAMED_ITEMS])}" if yes else ""
    doubt = f"; of {unknown} I cannot tell" if unknown else ""
    words = phrase(c, items[0].currency)
    return f"{len(yes) or 'None'} of these {len(items)} {verb} {words}{which}{doubt}."


def _verdict(item: Item, verdict: Verdict) -> str:
    words = phrase(verdict, item.currency)
    if verdict.verdict == "unknown":
        return f"{item.title}: neither listing nor picture tells whether it is {words}."
    evidence = _EVIDENCE[verdict.source]
    if verdict.verdict == "met":
        return f"{item.title}: yes, {words}, {evidence}."
    opposite = _OPPOSITE_OP.get(verdict.op)
    denial = f"not {words}"
    if opposite:
        c = Constraint.model_validate(
            {"facet": verdict.facet, "op": opposite, "value": verdict.value}
        )
        denial = phrase(c, item.currency)
    return f"{item.title}: no, {denial}; {evidence}."

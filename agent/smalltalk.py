"""Turns that are no search: thanks, questions about what is shown, comparisons, "why this one?"."""

from __future__ import annotations

from agent.state import Clock, Talk
from agent.tools import Tools
from agent.wording.money import money
from agent.wording.phrases import listing, phrase
from catalog.item import Item
from vocabulary.wish import Constraint, Wish

_LINES = {
    "greet": "Hello! Tell me what you are looking for, or show me a photo of something you like.",
    "thanks": "You are welcome! Say the word if anything should be different.",
    "bye": "Goodbye, and enjoy what you found!",
    "out_of_scope": "I only know my way around this shop's clothes, shoes and accessories; there I am glad to help.",
    "empty": "Your message was empty.",
    "bad_photo": "Tell me in words what you are looking for, or try another picture.",
    "unclear": "I did not understand that.",
    "nowhere": "I cannot tell which one you mean; say “the second one”, say.",
    "start_over": "A fresh start: your wish is empty again.",
    "nothing_to_undo": "There is nothing to undo yet.",
    "forget": "Done: this conversation, your pictures and everything I remembered about you are deleted.",
}
_NOTHING_SHOWN = "I have not shown you anything yet; tell me what you are looking for."
_ASKED = {
    "price": ("price", "cost", "how much", "expensive"),
    "size": ("size", "sizes", "fit me", "available", "stock"),
    "brand": ("brand", "who makes", "label", "maker"),
    "material": ("material", "fabric", "made of", "made from"),
    "color": ("colour", "color"),
    "link": ("link", "where can i", "buy", "order", "url"),
}
_NAMED = 3


def talk_text(talk: Talk, tools: Tools, wish: Wish) -> str:
    """The answer to a turn that is no search."""
    if talk.kind == "unclear" and talk.text:
        return f"I do not know what to make of “{talk.text[:80]}”."
    if talk.kind in _LINES:
        return _LINES[talk.kind]
    items = tools.known(talk.ids)
    if not items:
        return _NOTHING_SHOWN
    if talk.kind == "why":
        return _why(items[0], tools, wish)
    if talk.kind == "compare":
        return _compared(items, tools) if len(items) > 1 else _about(items[0])
    if talk.kind == "question":
        return _answer(talk, items, tools)
    return _about(items[0])


def _why(item: Item, tools: Tools, wish: Wish) -> str:
    found = tools.check([tools.catalog.row(item.id)], wish.constraints, Clock(60.0))[0]
    met = [(v, phrase(_as_constraint(v), item.currency)) for v in found if v.verdict == "met"]
    listed = [words for v, words in met if v.source in ("listing", "text")]
    seen = [words for v, words in met if v.source == "picture"]
    open_ = [
        phrase(_as_constraint(v), item.currency)
        for v in found
        if v.verdict == "unknown" and v.op in ("require", "exclude")
    ]
    parts = []
    if listed:
        parts.append(f"its listing says {listing(listed)}")
    if seen:
        parts.append(f"its picture shows {listing(seen)}")
    if open_:
        parts.append(f"I could not confirm {listing(open_)}")
    reason = "; ".join(parts) or "it came nearest to what you asked for"
    return f"{item.title}: {reason}."


def _about(item: Item) -> str:
    parts = [money(item.price, item.currency)] if item.price is not None else []
    parts += [f"by {item.brand}"] if item.brand else []
    parts.append(_sizes(item))
    told = f"{item.title}: {', '.join(part for part in parts if part)}."
    return f"{told} {item.description}".strip()


def _sizes(item: Item) -> str:
    sizes = item.sizes_in_stock()
    if sizes:
        return f"in stock in {listing(sizes)}"
    return "sold out" if item.sizes or not item.available else ""


def _compared(items: list[Item], tools: Tools) -> str:
    lines = []
    for item in items[:_NAMED]:
        facts = [
            ", ".join(values)
            for facet, values in item.attributes.items()
            if facet not in ("category", "gender")
        ]
        price = money(item.price, item.currency) if item.price is not None else "price not given"
        lines.append(
            f"{item.title}: {price}; {'; '.join(facts[:5]) or 'the listing says no more'}."
        )
    priced = sorted(
        (i for i in items[:_NAMED] if i.price is not None), key=lambda i: i.price or 0.0
    )
    if len(priced) > 1 and priced[0].price != priced[1].price:
        lines.append(f"The cheapest is {priced[0].title}.")
    return " ".join(lines)


def _answer(talk: Talk, items: list[Item], tools: Tools) -> str:
    if talk.constraints:
        return _attributes(talk, items, tools)
    asked = [
        facet for facet, words in _ASKED.items() if any(word in talk.text.lower() for word in words)
    ]
    if not asked:
        return _about(items[0])
    return " ".join(_fact(item, asked) for item in items[:_NAMED])


def _fact(item: Item, asked: list[str]) -> str:
    said = []
    for facet in asked:
        if facet == "price":
            said.append(
                money(item.price, item.currency)
                if item.price is not None
                else "the listing gives no price"
            )
        elif facet == "size":
            said.append(_sizes(item) or "the listing names no sizes")
        elif facet == "brand":
            said.append(f"by {item.brand}" if item.brand else "the listing names no brand")
        elif facet == "link":
            said.append(item.link or "the listing has no link")
        else:
            values = item.attributes.get(facet)
            said.append(
                listing(values)
                if values
                else f"the listing does not say the {'colour' if facet == 'color' else facet}"
            )
    return f"{item.title}: {', '.join(said)}."


def _attributes(talk: Talk, items: list[Item], tools: Tools) -> str:
    """ "does the second one have pockets?": from the listing, else from the picture, else openly unknown."""
    rows = [tools.catalog.row(item.id) for item in items]
    judged = tools.check(rows, talk.constraints, Clock(60.0))
    if len(items) == 1:
        return " ".join(_one(items[0], v) for v in judged[0])
    said = []
    for place, c in enumerate(talk.constraints):
        words = phrase(c, items[0].currency)
        yes = [items[row].title for row in range(len(items)) if judged[row][place].verdict == "met"]
        open_ = sum(judged[row][place].verdict == "unknown" for row in range(len(items)))
        answer = (
            f"{len(yes) or 'None'} of these {len(items)} {'is' if len(yes) < 2 else 'are'} {words}"
        )
        which = f": {listing(yes[:_NAMED])}" if yes else ""
        said.append(f"{answer}{which}{f'; of {open_} I cannot tell' if open_ else ''}.")
    return " ".join(said)


def _one(item: Item, verdict) -> str:
    words = phrase(_as_constraint(verdict), item.currency)
    where = {
        "listing": "the listing says so",
        "text": "the listing says so",
        "picture": "as far as the picture shows",
    }
    if verdict.verdict == "unknown":
        return f"{item.title}: neither listing nor picture tells whether it is {words}."
    if verdict.verdict == "met":
        return f"{item.title}: yes, {words}, {where[verdict.source]}."
    other = {"require": "exclude", "exclude": "require"}.get(verdict.op)
    denied = (
        phrase(_as_constraint(verdict).model_copy(update={"op": other}), item.currency)
        if other
        else f"not {words}"
    )
    return f"{item.title}: no, {denied}; {where[verdict.source]}."


def _as_constraint(verdict) -> Constraint:
    return Constraint(facet=verdict.facet, op=verdict.op, value=verdict.value)

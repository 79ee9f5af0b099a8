"""Short words for the page: sources of verdicts, and clauses about what is not confirmed."""

from __future__ import annotations

from collections.abc import Iterable

from agent.wording.phrases import Phrasable, listing, phrase
from vocabulary import plural

_SOURCES = {"listing": "listing", "text": "description", "picture": "picture", "none": "not stated"}
_VERBS = (
    ("no ", "have no "),
    ("with ", "have "),
    ("not in ", "do not come in "),
    ("in ", "come in "),
    ("not ", "are not "),
)
"""How a phrase starts -> how a clause starts."""
_NECKLINE_NOUNS = frozenset({"neck", "neckline", "v-neck", "collar"})
_SINGULAR_VERBS = {
    "are": "is",
    "have": "has",
    "come": "comes",
    "cost": "costs",
    "do": "does",
    "fit": "fits",
}


def source(name: str) -> str:
    """Return where a verdict comes from, in plain words."""
    return _SOURCES.get(name, name)


def clause(c: Phrasable, currency: str = "EUR") -> str:
    """Return the verb phrase for "I could not confirm that these ...".

    Examples: "have no pockets", "are navy", "come in size M".
    """
    words = phrase(c, currency)
    if c.facet == "price":
        return f"{'do not ' if c.op == 'exclude' else ''}cost {words}"
    if c.facet == "category":
        return f"{'are no' if c.op == 'exclude' else 'are'} {plural(str(c.value))}"
    for start, verb in _VERBS:
        if words.startswith(start):
            return verb + words.removeprefix(start)
    if c.facet == "neckline" and words.split()[-1] in _NECKLINE_NOUNS:
        return f"have a {words}"
    return f"have {words}" if words.endswith("sleeves") else f"are {words}"


def singular(words: str) -> str:
    """Turn a clause about several things into one about a single thing.

    Example: "are navy or have pockets" -> "is navy or has pockets".
    """
    clauses = (part.split(" ", 1) for part in words.split(" or "))
    return " or ".join(
        " ".join([_SINGULAR_VERBS.get(verb, verb), *rest]) for verb, *rest in clauses
    )


def joined(parts: Iterable[str], last: str = "and") -> str:
    """Return words in a row without repeats: "a", "a and b", "a, b and c"."""
    return listing(list(dict.fromkeys(parts)), last)

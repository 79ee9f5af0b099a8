"""The cues of the grammar, which open and close a "no", a "more", a "less" or an "instead of".

The marks are read in one pass, left to right. A scope opens at its cue and covers the noun phrase
and whatever is coordinated with it ("no stripes or dots"). It closes at "but", a verb, "with" or a
coordinated phrase of another kind ("no sleeves and light pink").
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from agent.language.marks import Mark

_SIZED = frozenset({"graphic", "logo", "text"})
"""Values for which "bigger" means more of the value; a bigger bow is just a bow."""
_PLACES = frozenset(
    {"in", "on", "at", "from", "under", "over", "around", "along", "across", "near"}
)
OPPOSITE = {"more": "less", "less": "more", "exclude": "require"}
_WEIGHTS = {"slightly": 0.6, "strongly": 1.4}


@dataclass(frozen=True)
class Finding:
    """One attribute with its op.

    join: what connects it to the finding before ("or", "and", "comma" or "")
    place: word index
    mild: whether it only bounds an earlier one ("shorter but not too short")
    """

    facet: str
    value: str
    op: str
    place: int
    join: str = ""
    soft: bool = False
    weight: float = 1.0
    confidence: float = 1.0
    mild: bool = False


@dataclass
class Scope:
    """The state that applies to the next attribute: open cues, their strength and their reach."""

    negated: bool = False
    degree: str | None = None
    soft: bool = False
    longing: bool = False
    weight: float = 1.0
    used: bool = False
    pending: str = ""
    facets: frozenset[str] = frozenset()
    kind: str = ""
    closed: bool = False
    swap: bool = False
    match: bool = False

    def close(self) -> None:
        """Close the scopes that cues have opened."""
        self.negated, self.degree, self.used, self.pending, self.kind = False, None, False, "", ""
        self.match, self.closed, self.weight, self.facets = False, False, 1.0, frozenset()


class Cues:
    """A pass over the marks of a sentence that keeps track of the scope.

    A subclass defines what an attribute means within the scope.
    """

    def __init__(self, marks: list[Mark]) -> None:
        self.marks = marks
        self.scope = Scope()
        self.findings: list[Finding] = []
        self.governor = ""

    def run(self) -> list[Finding]:
        """Return everything that the sentence says about attributes, in order."""
        for index, mark in enumerate(self.marks):
            handler = getattr(self, f"_on_{mark.kind}", None)
            if handler is not None:
                handler(mark, index)
        return self.findings

    def _on_stop(self, mark: Mark, index: int) -> None:
        swap = self.scope.swap
        self.scope = Scope(swap=swap and mark.text not in (".", ";", "!", "?"))
        self.governor = ""

    def _on_comma(self, mark: Mark, index: int) -> None:
        if self.scope.kind in ("instead_of", "matching"):
            self.scope.close()
        self.scope.pending = self.scope.pending or "comma"

    def _on_and(self, mark: Mark, index: int) -> None:
        self.scope.pending = "and"

    def _on_or(self, mark: Mark, index: int) -> None:
        self.scope.pending = "or"

    def _on_nor(self, mark: Mark, index: int) -> None:
        self.scope.negated, self.scope.pending, self.scope.degree = True, "nor", None

    def _on_verb(self, mark: Mark, index: int) -> None:
        self.governor = "verb"
        if self.scope.used or self.scope.pending in ("and", "comma"):
            self._close_at_verb()

    def _on_have(self, mark: Mark, index: int) -> None:
        self._on_verb(mark, index)
        self.governor = "have"

    def _on_with(self, mark: Mark, index: int) -> None:
        if mark.text not in _PLACES:
            self.governor = "with"
        if self.scope.used:
            self.scope.close()

    def _close_at_verb(self) -> None:
        soft = self.scope.soft and not self.scope.used
        self.scope.close()
        self.scope.soft = soft

    def _on_item(self, mark: Mark, index: int) -> None:
        """End a negation at "something": "not red, something blue" asks for blue."""
        if (
            mark.text == "something"
            and self.scope.negated
            and self.scope.used
            and self.scope.pending != "or"
        ):
            self.scope.close()

    def _on_determiner(self, mark: Mark, index: int) -> None:
        if (
            self.scope.pending in ("and", "comma")
            and (self.scope.degree or self.scope.negated)
            and self.scope.used
        ):
            self.scope.close()

    def _on_negation(self, mark: Mark, index: int) -> None:
        if mark.text.startswith("except") and self._adds(index):
            self._on_stop(mark, index)  # "like the second one, except with long sleeves"
            return
        either = self.scope.pending == "or"
        if self.scope.used or self.scope.pending:
            self.scope.close()
        self.scope.pending = "or" if either else ""  # "short or no sleeves"
        double = (
            self.scope.negated
            and mark.text in ("without", "lacking", "lacks", "not", "no")
            and index > 0
            and self.marks[index - 1].text in ("not", "never")
        )
        self.scope.negated = not double  # "not without pockets" asks for pockets
        self.scope.kind = "negation"

    def _adds(self, index: int) -> bool:
        """Return whether "except" changes a likeness, instead of limiting "anything" or "all"."""
        following = self.marks[index + 1].kind if index + 1 < len(self.marks) else "stop"
        return following in ("with", "have", "verb", "comparison", "more", "less") and not any(
            m.text in ("anything", "everything", "all", "any") for m in self.marks[:index]
        )

    def _on_instead_of(self, mark: Mark, index: int) -> None:
        self.scope.close()
        self.scope.negated, self.scope.kind = True, "instead_of"

    def _on_than(self, mark: Mark, index: int) -> None:
        if any(m.kind == "rather" for m in self.marks[:index]):
            self._on_instead_of(mark, index)

    def _on_swap(self, mark: Mark, index: int) -> None:
        self.scope.close()
        self.scope.negated, self.scope.swap = True, True

    def _on_swap_to(self, mark: Mark, index: int) -> None:
        if self.scope.swap:
            self.scope.close()
            self.scope.swap = False

    def _on_more(self, mark: Mark, index: int) -> None:
        self._degree("more")

    def _on_less(self, mark: Mark, index: int) -> None:
        self._degree("less")

    def _degree(self, degree: str) -> None:
        negated = self.scope.negated and not self.scope.used and not self.scope.pending
        if self.scope.used or self.scope.pending:
            self.scope.close()
        self.scope.negated = False
        self.scope.degree = OPPOSITE[degree] if negated and degree == "more" else degree

    def _on_slightly(self, mark: Mark, index: int) -> None:
        self.scope.weight = _WEIGHTS["slightly"]

    def _on_strongly(self, mark: Mark, index: int) -> None:
        self.scope.weight = _WEIGHTS["strongly"]

    def _on_soft(self, mark: Mark, index: int) -> None:
        following = self.marks[index + 1].kind if index + 1 < len(self.marks) else "stop"
        if following in ("stop", "comma") and self.findings:
            last = self.findings[-1]
            self.findings[-1] = replace(
                last, soft=True, op="prefer" if last.op == "require" else last.op
            )
        else:
            if self.scope.used:
                self.scope.close()
            self.scope.soft = True
            self.scope.longing = (
                mark.text == "would love"
            )  # "would love a dress" asks for dresses; "would love pockets" is only a hope

    def _on_matching(self, mark: Mark, index: int) -> None:
        self.scope.close()
        self.scope.match, self.scope.kind = True, "matching"

    def _on_word(self, mark: Mark, index: int) -> None:
        """Consume a cue at an unknown word that ends its phrase: "less complicated and pink"."""
        following = self.marks[index + 1].kind if index + 1 < len(self.marks) else "stop"
        if (
            self.scope.degree
            and not self.scope.used
            and index > 1
            and self.marks[index - 2].kind == "determiner"
        ):
            self.scope.degree = None  # "a more intricate graphic" is still a graphic
        if (self.scope.degree or self.scope.negated) and following in (
            "and",
            "comma",
            "verb",
            "have",
            "with",
            "stop",
        ):
            self.scope.used, self.scope.pending = True, ""

    def _on_bigger(self, mark: Mark, index: int) -> None:
        self._size("more", index)

    def _on_smaller(self, mark: Mark, index: int) -> None:
        self._size("less", index)

    def _size(self, degree: str, index: int) -> None:
        """Read "a larger logo" as more logo; for anything else the size means nothing."""
        ahead = next(
            (
                m
                for m in self.marks[index + 1 : index + 4]
                if m.kind == "value" and m.facets != {"color"}
            ),
            None,
        )
        if ahead and any(s.value in _SIZED for s in ahead.senses):
            self._degree(degree)

    def _before(self, index: int, *facets: str) -> bool:
        """Return whether the next mark is about one of these facets."""
        following = self.marks[index + 1] if index + 1 < len(self.marks) else None
        return bool(following and following.kind == "value" and following.facets & set(facets))

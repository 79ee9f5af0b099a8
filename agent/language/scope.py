"""How far "no", "more", "less" and "instead of" reach: marks in order -> what is found, each with its op.

One pass, left to right. A scope opens at its cue, holds through its noun phrase and through what is coordinated with it
("no stripes or dots"), and closes at "but", a verb, "with" or a coordinated phrase of another kind ("no sleeves and
light pink").
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from .lexicon import Sense
from .marks import Mark

_GRADABLE_FACETS = frozenset({"style", "fit"})
_GRADABLE = frozenset({"shiny", "sheer", "colorful", "bright", "dark", "light", "patterned", "solid", "floral", "low"})
_HEADS = frozenset({"pattern", "details", "material", "category"})
_OPPOSITE = {"more": "less", "less": "more"}
_WEIGHTS = {"slightly": 0.6, "strongly": 1.4}


@dataclass(frozen=True)
class Found:
    """One attribute with its op. join: how it is tied to the one before ("or", "and", "comma", ""); place: word index."""

    facet: str
    value: str
    op: str
    place: int
    join: str = ""
    soft: bool = False
    weight: float = 1.0
    confidence: float = 1.0


@dataclass
class Scope:
    """What holds for the next attribute."""

    negated: bool = False
    degree: str | None = None
    soft: bool = False
    weight: float = 1.0
    used: bool = False
    pending: str = ""
    facets: frozenset[str] = frozenset()
    kind: str = ""
    closed: bool = False
    swap: bool = False
    match: bool = False

    def close(self) -> None:
        """Ends what a cue has opened."""
        self.negated, self.degree, self.used, self.pending, self.kind = False, None, False, "", ""
        self.match, self.closed, self.weight, self.facets = False, False, 1.0, frozenset()


class Reader:
    """The pass over one sentence."""

    def __init__(self, marks: list[Mark]) -> None:
        self.marks = marks
        self.scope = Scope()
        self.found: list[Found] = []
        self.governor = ""

    def run(self) -> list[Found]:
        """All that the sentence says of attributes, in order."""
        for index, mark in enumerate(self.marks):
            handler = getattr(self, f"_on_{mark.kind}", None)
            if handler is not None:
                handler(mark, index)
        return self.found

    # cues

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
        self.scope.negated, self.scope.pending, self.scope.degree = True, "or", None

    def _on_verb(self, mark: Mark, index: int) -> None:
        self.governor = "verb"
        if self.scope.used or self.scope.pending in ("and", "comma"):
            self._close_at_verb()

    def _on_have(self, mark: Mark, index: int) -> None:
        self._on_verb(mark, index)
        self.governor = "have"

    def _on_with(self, mark: Mark, index: int) -> None:
        self.governor = "with" if mark.text not in ("in", "on", "at", "from", "under", "over", "around", "along", "across", "near") else self.governor
        if self.scope.used:
            self.scope.close()

    def _close_at_verb(self) -> None:
        soft = self.scope.soft and not self.scope.used
        self.scope.close()
        self.scope.soft = soft

    def _on_determiner(self, mark: Mark, index: int) -> None:
        if self.scope.pending in ("and", "comma") and (self.scope.degree or self.scope.negated) and self.scope.used:
            self.scope.close()

    def _on_negation(self, mark: Mark, index: int) -> None:
        if self.scope.used or self.scope.pending:
            self.scope.close()
        self.scope.negated = not self.scope.negated
        self.scope.kind = "negation"

    def _on_instead_of(self, mark: Mark, index: int) -> None:
        self.scope.close()
        self.scope.negated, self.scope.kind = True, "instead_of"

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
        self.scope.degree = _OPPOSITE[degree] if negated and degree == "more" else degree

    def _on_slightly(self, mark: Mark, index: int) -> None:
        self.scope.weight = _WEIGHTS["slightly"]

    def _on_strongly(self, mark: Mark, index: int) -> None:
        self.scope.weight = _WEIGHTS["strongly"]

    def _on_soft(self, mark: Mark, index: int) -> None:
        following = self.marks[index + 1].kind if index + 1 < len(self.marks) else "stop"
        if following in ("stop", "comma") and self.found:
            self.found[-1] = replace(self.found[-1], soft=True, op="prefer" if self.found[-1].op == "require" else self.found[-1].op)
        else:
            if self.scope.used:
                self.scope.close()
            self.scope.soft = True

    def _on_matching(self, mark: Mark, index: int) -> None:
        self.scope.close()
        self.scope.match, self.scope.kind = True, "matching"

    # attributes

    def _on_comparison(self, mark: Mark, index: int) -> None:
        if self.scope.used and not (self.scope.negated and self.scope.pending == "or"):
            join = self.scope.pending
            self.scope.close()
            self.scope.pending = join
        flipped = self.scope.negated or self.scope.degree == "less"
        for sense in mark.senses:
            op = _OPPOSITE[sense.op] if flipped else sense.op
            self._add(mark, sense, op)
        opening = mark.text.split()[0]
        self.scope.degree = opening if opening in _OPPOSITE and not flipped else None
        self.scope.negated = False
        self._after(mark)

    def _on_value(self, mark: Mark, index: int) -> None:
        if self.scope.match:
            return
        if not self._continues(mark, index):
            soft = self.scope.soft
            join = self.scope.pending
            self.scope.close()
            self.scope.soft, self.scope.pending = soft, join
        for sense in mark.senses:
            self._value(mark, index, sense)
        self._after(mark)

    def _after(self, mark: Mark) -> None:
        self.scope.used, self.scope.pending, self.scope.weight = True, "", 1.0
        self.scope.facets = mark.facets
        noun = mark.text.endswith("s") and bool(mark.facets & {"pattern", "neckline"})
        self.scope.closed = noun or bool(mark.facets & {"sleeve_length", "details"})

    def _continues(self, mark: Mark, index: int) -> bool:
        """Whether an open "no", "more" or "less" reaches this mark."""
        scope = self.scope
        if not scope.used or not (scope.negated or scope.degree):
            return True
        if not scope.pending:  # the same noun phrase: "no black stripes", "more fitted black dress"
            return scope.negated and not scope.closed
        same = bool(scope.facets & mark.facets)
        if scope.negated:
            return scope.pending == "or" or same
        gradable = mark.facets & _GRADABLE_FACETS or any(s.value in _GRADABLE for s in mark.senses)
        return same or bool(gradable)

    def _value(self, mark: Mark, index: int, sense: Sense) -> None:
        scope = self.scope
        head = self._head_follows(index, mark)
        if sense.facet == "category":
            self._category(mark, sense)
        elif scope.degree:
            self._graded(mark, index, sense, head)
        elif scope.negated:
            if not (sense.facet == "color" and head):
                self._refused(mark, sense)
        elif sense.value == "sleeves":
            self._add(mark, Sense("sleeve_length", "sleeveless"), "exclude")
        else:
            self._add(mark, sense, "require")

    def _head_follows(self, index: int, mark: Mark) -> bool:
        """Whether the next mark is the noun that this colour only describes ("less blue stripes")."""
        following = self.marks[index + 1] if index + 1 < len(self.marks) else None
        return bool(following and following.kind == "value" and mark.facets == {"color"}
                    and following.facets & {"pattern", "details"})

    def _graded(self, mark: Mark, index: int, sense: Sense, head: bool) -> None:
        degree = self.scope.degree
        if sense.facet == "color" and head:
            self._add(mark, sense, "require")
            self.scope.used = False
        elif sense.facet == "length":
            longer = (sense.value in ("maxi", "midi")) == (degree == "more")
            self._add(mark, Sense("length", "length"), "more" if longer else "less")
        elif sense.facet == "sleeve_length":
            longer = (sense.value in ("long", "sleeves", "three-quarter")) == (degree == "more")
            self._add(mark, Sense("sleeve_length", "length"), "more" if longer else "less")
        elif sense.facet in ("gender", "neckline") and degree == "more" and sense.value not in ("high", "low"):
            self._add(mark, sense, "require")
        else:
            self._add(mark, sense, degree)

    def _refused(self, mark: Mark, sense: Sense) -> None:
        if sense == Sense("pattern", "patterned"):
            self._add(mark, Sense("pattern", "solid"), "require")
        elif sense.value == "sleeves":
            self._add(mark, Sense("sleeve_length", "sleeveless"), "require")
        else:
            self._add(mark, sense, "exclude")

    def _category(self, mark: Mark, sense: Sense) -> None:
        """A garment is wanted where it is named, unless it is only a part ("has a tighter skirt") or what "no X dress" describes."""
        scope = self.scope
        if scope.negated and scope.used and not scope.pending:
            return  # "no floral dresses": the dress is not refused
        if scope.negated:
            self._add(mark, sense, "exclude")
        elif scope.degree and not scope.used:
            self._add(mark, sense, "require" if scope.degree == "more" else "exclude")
        elif self.governor in ("have", "with") and not (scope.pending == "and" or _full(sense.value)):
            return
        elif self.governor == "have" and sense.value == "top":
            return
        else:
            self._add(mark, sense, "require")

    def _add(self, mark: Mark, sense: Sense, op: str) -> None:
        if self.scope.match:
            return
        soft = self.scope.soft and op == "require"
        self.found.append(Found(sense.facet, sense.value, "prefer" if soft else op, mark.start, self.scope.pending, soft,
                                self.scope.weight if op in ("more", "less") else 1.0, mark.confidence))


def _full(category: str) -> bool:
    """Whether a garment is never a part of another one."""
    return category in ("dress", "gown", "shirt", "t-shirt", "tank top", "polo shirt", "blouse", "sweater", "sweatshirt",
                        "hoodie", "jumpsuit", "jeans", "trousers", "coat")


def read_scopes(marks: list[Mark]) -> list[Found]:
    """What the marks of one sentence say, in order."""
    return Reader(marks).run()

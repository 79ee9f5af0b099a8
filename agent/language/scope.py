"""The reach of "no", "more", "less" and "instead of": marks in order -> findings with ops.

`cues.py` defines what opens and closes a scope; this module defines what an attribute means in one.
"""

from __future__ import annotations

import vocabulary
from agent.language.cues import OPPOSITE, Cues, Finding
from agent.language.lexicon import Sense
from agent.language.marks import Mark

_GRADABLE_FACETS = frozenset({"style", "fit"})
_GRADABLE = frozenset(
    {"shiny", "sheer", "colorful", "bright", "dark", "light", "patterned", "solid", "floral", "low"}
)


class Reader(Cues):
    """A pass that reads each attribute of a sentence as required, excluded, more or less."""

    def _on_comparison(self, mark: Mark, index: int) -> None:
        if self.scope.used and not (self.scope.negated and self.scope.pending == "or"):
            join = self.scope.pending
            self.scope.close()
            self.scope.pending = join
        flipped = self.scope.negated or self.scope.degree == "less"
        for sense in mark.senses:
            op = sense.op or "require"
            op = OPPOSITE.get(op, "exclude") if flipped else op
            self._add(mark, sense, op)
        opening = mark.text.split()[0]
        self.scope.degree = opening if opening in OPPOSITE and not flipped else None
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
        describes = mark.facets == {"color"} and self._before(index, "pattern", "details")
        if (
            describes and self.scope.degree
        ):  # "less red text": "less" refers to the text, which is red
            for sense in mark.senses:
                self._add(mark, sense, "require")
            return
        for sense in mark.senses:
            self._value(mark, index, sense, describes)
        self._after(mark)

    def _after(self, mark: Mark) -> None:
        self.scope.used, self.scope.pending, self.scope.weight = True, "", 1.0
        self.scope.facets = mark.facets
        noun = mark.text.endswith("s") and bool(mark.facets & {"pattern", "neckline"})
        self.scope.closed = noun or bool(mark.facets & {"sleeve_length", "details"})

    def _continues(self, mark: Mark, index: int) -> bool:
        """Return whether an open "no", "more" or "less" reaches this mark."""
        scope = self.scope
        if not scope.used or not (scope.negated or scope.degree):
            return True
        if not scope.pending:  # the same noun phrase: "no black stripes", "more fitted black dress"
            return scope.negated and not scope.closed
        same = bool(scope.facets & mark.facets)
        solid = mark.facets == {"pattern"} and mark.senses[0].value == "solid"
        if scope.negated:  # "no prints, solid please" names what is wanted instead
            return scope.pending in ("or", "nor") or (same and not solid)
        if solid and (scope.degree == "less" or self._before(index, "color")):
            return False  # "less revealing and solid black"
        gradable = mark.facets & _GRADABLE_FACETS or any(s.value in _GRADABLE for s in mark.senses)
        return same or bool(gradable)

    def _value(self, mark: Mark, index: int, sense: Sense, describes: bool) -> None:
        scope = self.scope
        if sense.facet == "category":
            self._category(mark, sense, index)
        elif scope.degree:
            self._graded(mark, sense)
        elif scope.negated:
            if not describes:
                self._refused(mark, sense)
        elif sense.value == "sleeves":
            self._add(mark, Sense("sleeve_length", "sleeveless"), "exclude")
        else:
            self._add(mark, sense, "require")

    def _graded(self, mark: Mark, sense: Sense) -> None:
        degree = self.scope.degree or ""
        if sense.facet == "length":
            longer = (sense.value in ("maxi", "midi")) == (degree == "more")
            self._add(mark, Sense("length", "length"), "more" if longer else "less")
        elif sense.facet == "sleeve_length":
            longer = (sense.value in ("long", "sleeves", "three-quarter")) == (degree == "more")
            self._add(mark, Sense("sleeve_length", "length"), "more" if longer else "less")
        elif (
            sense.facet in ("gender", "neckline")
            and degree == "more"
            and sense.value not in ("high", "low")
        ):
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

    def _category(self, mark: Mark, sense: Sense, index: int) -> None:
        """Read a named garment as wanted, unless it is only a part ("has a tighter skirt")."""
        scope = self.scope
        if scope.negated and scope.used and not scope.pending:
            return  # "no floral dresses": dresses are not excluded
        if scope.negated:
            self._add(mark, sense, "exclude")
        elif scope.degree and not scope.used:
            self._add(mark, sense, "require" if scope.degree == "more" else "exclude")
        elif self.governor in ("have", "with") and not (
            scope.pending == "and" or sense.value in vocabulary.NEVER_PARTS
        ):
            return
        elif self.governor in ("have", "with") and self._before(index, "details", "pattern"):
            return  # "with a polo emblem"
        else:
            self._add(mark, sense, "require")

    def _add(self, mark: Mark, sense: Sense, op: str) -> None:
        scope = self.scope
        if scope.match:
            return
        soft = scope.soft and op == "require" and not (scope.longing and sense.facet == "category")
        self.findings.append(
            Finding(
                sense.facet,
                sense.value,
                "prefer" if soft else op,
                mark.start,
                self._join(sense, op),
                soft,
                scope.weight if op in ("more", "less") else 1.0,
                mark.confidence,
                mark.text.startswith("not too "),
            )
        )

    def _join(self, sense: Sense, op: str) -> str:
        """Return what connects a finding to the one before it.

        Excluded values are alternatives only if they share facet and op.
        """
        before = self.findings[-1] if self.findings else None
        if self.scope.negated and not (before and (before.facet, before.op) == (sense.facet, op)):
            return ""
        return self.scope.pending


def read_scopes(marks: list[Mark]) -> list[Finding]:
    """Return what the marks of one sentence say, in order."""
    return Reader(marks).run()

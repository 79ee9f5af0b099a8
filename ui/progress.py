"""How far a turn has come: the step that ended last, thoughts so far, the reply's first words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent import Event


@dataclass
class TurnProgress:
    """The events of a turn so far, summed up.

    ahead: messages of other shoppers that are answered first; partial: the reply so far.
    """

    trace: list[str] = field(default_factory=list)
    step: str = ""
    partial: str = ""
    ahead: int = 0

    def add(self, event: Event) -> None:
        """Take one more event into account."""
        self.ahead = int(event.text) if event.kind == "wait" else 0
        if event.kind == "step":
            self.step = event.step
        if event.kind in ("step", "note") and event.text:
            self.trace += event.text.split(" · ")
        elif event.kind == "text":
            self.partial += event.text

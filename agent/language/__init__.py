"""The offline reader of what shoppers write: `read(text, context)` -> Reading."""

from agent.language.reader import read
from agent.language.reading import Context, Drop, Intent, Mention, Part, Reading, Shown, Vibe

__all__ = ["Context", "Drop", "Intent", "Mention", "Part", "Reading", "Shown", "Vibe", "read"]

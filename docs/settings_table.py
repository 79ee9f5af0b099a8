"""Write the table of docs/settings.md from `settings.py`. `python docs/settings_table.py`."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from settings import ENVIRONMENT, Settings  # noqa: E402 - the root is on the path only now

PAGE = ROOT / "docs" / "settings.md"
START, END = "<!-- settings -->", "<!-- /settings -->"


def default(name: str) -> str:
    """Return a setting's default as a person would write it."""
    if name == "workers":
        return "`auto`"
    value = getattr(Settings(), name)
    if value is None:
        return "none"
    path = Path(str(value))
    if path.is_absolute():
        inside = path.is_relative_to(ROOT)
        value = path.relative_to(ROOT) if inside else Path("..") / path.relative_to(ROOT.parent)
        return f"`{value.as_posix()}`"
    if isinstance(value, int | float):
        return f"{value:,}" if value >= 10_000 else f"{value:g}"
    return f"`{value}`"


def table() -> str:
    """Return all settings as a Markdown table, in the order of the model."""
    rows = ["| variable | means | default |", "| --- | --- | --- |"]
    for name, field in Settings.model_fields.items():
        variables = ", ".join(f"`{variable}`" for variable in ENVIRONMENT[name])
        rows.append(f"| {variables} | {field.description} | {default(name)} |")
    return "\n".join(rows)


def write() -> None:
    """Replace the table between the markers of docs/settings.md."""
    before, rest = PAGE.read_text(encoding="utf-8").split(START)
    after = rest.split(END)[1]
    PAGE.write_text(f"{before}{START}\n{table()}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    write()

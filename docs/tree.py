"""Write docs/tree.md, one clause a file, from each file's first sentence.

Usage: python docs/tree.py
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START, END = "<!-- tree -->", "<!-- /tree -->"
ROOMS = (
    "app.py",
    "settings.py",
    "errors.py",
    "vocabulary",
    "catalog",
    "demo",
    "datasets",
    "encoders",
    "metrics",
    "composer",
    "retrieval",
    "guard",
    "agent",
    "ui",
    "training",
    "evaluation",
    "docs",
)


def clause(path: Path) -> str:
    """Return the first sentence of a module's docstring without its full stop."""
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    first = re.split(r"(?<=[.!?])\s", " ".join(docstring.split("\n\n")[0].split()))[0]
    return first.rstrip(".")


def lines() -> list[str]:
    """Return the lines of the tree: rooms in the order of the floors, files by name."""
    done = subprocess.run(
        ["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    files = sorted(Path(name) for name in done.stdout.split())
    shown: list[str] = []
    for room in ROOMS:
        inside = [f for f in files if f.parts[0] == room]
        if room.endswith(".py"):
            shown += [f"{room:<34}{clause(ROOT / room)}" for _ in inside]
            continue
        shown.append(f"{room}/")
        for file in inside:
            if sentence := clause(ROOT / file):
                name = "  " + str(file.relative_to(room))
                shown.append(f"{name:<34}{sentence}")
    return shown


def main() -> int:
    """Rewrite the section between the markers; return 1 if docs/tree.md has none."""
    page = ROOT / "docs" / "tree.md"
    text = page.read_text(encoding="utf-8")
    if START not in text or END not in text:
        print(f"docs/tree.md lacks the markers {START} and {END}", file=sys.stderr)
        return 1
    before, rest = text.split(START, 1)
    after = rest.split(END, 1)[1]
    page.write_text(
        f"{before}{START}\n```\n" + "\n".join(lines()) + f"\n```\n{END}{after}", encoding="utf-8"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

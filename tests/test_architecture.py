"""The floors of the house: imports go downward only, and rooms on one floor do not know each other."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FLOORS = [
    {"app"},
    {"ui", "training", "evaluation"},
    {"agent"},
    {"composer", "retrieval", "guard"},
    {"metrics"},
    {"encoders"},
    {"demo", "datasets"},
    {"catalog"},
    {"vocabulary"},
    {"settings", "errors"},
]
LEVEL = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
# settings and errors are one floor of two files without rooms: settings reports its faults through errors
ALLOWED_BESIDE = {("settings", "errors")}


def imported_rooms(path: Path) -> set[str]:
    """First names of all absolute imports of a file, inside functions too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.split(".")[0])
    return found & set(LEVEL)


def sources() -> list[Path]:
    files = [ROOT / f"{name}.py" for name in ("app", "settings", "errors")]
    for room in LEVEL:
        files += sorted((ROOT / room).rglob("*.py"))
    return [f for f in files if f.exists()]


def room_of(path: Path) -> str:
    relative = path.relative_to(ROOT)
    return "app" if relative.name == "__main__.py" else relative.parts[0].removesuffix(".py")


def breaches(path: Path) -> list[str]:
    room = room_of(path)
    own = path.relative_to(ROOT).parts[0].removesuffix(".py")
    bad = []
    for target in sorted(imported_rooms(path) - {room, own}):
        if LEVEL[target] <= LEVEL[room] and (room, target) not in ALLOWED_BESIDE:
            bad.append(f"{path.relative_to(ROOT)} ({room}) imports {target}")
    return bad


def test_imports_go_downward() -> None:
    found = [breach for path in sources() for breach in breaches(path)]
    assert not found, "\n".join(found)


def test_the_rule_sees_a_breach(tmp_path: Path) -> None:
    """The check itself can fail: an upward import inside a function is seen."""
    file = tmp_path / "store.py"
    file.write_text("def f():\n    from agent import Stylist\n    return Stylist\n")
    assert imported_rooms(file) == {"agent"}
    assert LEVEL["agent"] < LEVEL["catalog"]


@pytest.mark.parametrize("room", sorted(r for r in LEVEL if (ROOT / r).is_dir()))
def test_every_room_has_a_readme(room: str) -> None:
    assert (ROOT / room / "README.md").is_file(), f"{room}/README.md is missing"

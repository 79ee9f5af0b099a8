"""The floors: imports go downward only, and rooms on one floor do not import each other."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
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
# settings and errors share a floor; settings reports its faults through errors
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
    return [
        f"{path.relative_to(ROOT)} ({room}) imports {target}"
        for target in sorted(imported_rooms(path) - {room, own})
        if LEVEL[target] <= LEVEL[room] and (room, target) not in ALLOWED_BESIDE
    ]


def test_imports_go_downward() -> None:
    found = [breach for path in sources() for breach in breaches(path)]
    assert not found, "\n".join(found)


def test_the_rule_sees_a_breach(tmp_path: Path) -> None:
    """The check itself can fail: an upward import inside a function is seen."""
    file = tmp_path / "store.py"
    file.write_text("def f():\n    from agent import Stylist\n    return Stylist\n")
    assert imported_rooms(file) == {"agent"}
    assert LEVEL["agent"] < LEVEL["catalog"]


def module_name(path: Path, root: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def statements_at_import(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements that run when a module is imported, those below `if TYPE_CHECKING` aside."""
    for statement in body:
        if isinstance(statement, ast.If) and "TYPE_CHECKING" in ast.unparse(statement.test):
            yield from statements_at_import(statement.orelse)
        elif isinstance(statement, ast.If | ast.Try | ast.With):
            for part in ("body", "orelse", "finalbody", "handlers"):
                for nested in getattr(statement, part, []):
                    yield from statements_at_import(
                        nested.body if isinstance(nested, ast.ExceptHandler) else [nested]
                    )
        else:
            yield statement


def import_graph(files: list[Path], root: Path) -> dict[str, set[str]]:
    """{module: modules of `files` that it imports at its top level}."""
    modules = {module_name(path, root): path for path in files}
    graph: dict[str, set[str]] = {}
    for name, path in modules.items():
        targets: set[str] = set()
        for node in statements_at_import(ast.parse(path.read_text(encoding="utf-8")).body):
            if isinstance(node, ast.Import):
                targets |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                for alias in node.names:
                    submodule = f"{node.module}.{alias.name}"
                    targets.add(submodule if submodule in modules else node.module)
        graph[name] = (targets & set(modules)) - {name}
    return graph


def circle(graph: dict[str, set[str]]) -> list[str]:
    """Return one import circle as a list of modules, or [] if there is none."""
    try:
        list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_module_imports_itself_by_way_of_others() -> None:
    graph = import_graph(sources(), ROOT)
    assert "agent.planner" in graph["agent.backends"]  # the graph has edges
    assert circle(graph) == []


def test_the_search_for_circles_finds_one(tmp_path: Path) -> None:
    """A made-up circle of three is found, also through a package; typing imports are none."""
    (tmp_path / "room").mkdir()
    texts = {
        "room/__init__.py": "from room.second import B\n",
        "room/second.py": "import third\n",
        "third.py": "try:\n    from room import B\nexcept ImportError:\n    B = None\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    files = sorted(tmp_path.rglob("*.py"))
    assert set(circle(import_graph(files, tmp_path))) == {"room", "room.second", "third"}
    (tmp_path / "third.py").write_text("if TYPE_CHECKING:\n    from room import B\n")
    assert circle(import_graph(files, tmp_path)) == []


@pytest.mark.parametrize("room", sorted(r for r in LEVEL if (ROOT / r).is_dir()))
def test_every_room_has_a_readme(room: str) -> None:
    assert (ROOT / room / "README.md").is_file(), f"{room}/README.md is missing"

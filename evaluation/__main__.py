"""`python -m evaluation ...`: the benchmarks. A table for people, one JSON line last."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Annotated

import typer

from errors import run_door
from settings import load_settings

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False,
                  help="The benchmarks: a table for people, one JSON line last.")
Catalog = Annotated[Path | None, typer.Option(help="The catalogue's folder; default: CATALOG or data/demo.")]
Data = Annotated[Path | None, typer.Option(help="The folder of labelled photos; default: DATA_DIR.")]
Seed = Annotated[int, typer.Option(help="Seed of everything that is drawn by chance.")]
Out = Annotated[Path | None, typer.Option(help="Also keep the JSON line in this file.")]


def _run(module: str, **arguments: object) -> dict:
    """The benchmark's `run`; imported on demand, since each draws in other heavy rooms."""
    return importlib.import_module(f"evaluation.{module}").run(**arguments)


@app.command()
def encoder(data: Data = None, out: Out = None) -> None:
    """What the built-in encoder knows: type, colour, pattern, audience and more on held-out designs."""
    _run("encoder", data=data, out=out)


@app.command()
def composed(data: Data = None, queries: int = 300, seed: Seed = 0, out: Out = None) -> None:
    """Composed retrieval (a photo and a change) on held-out designs, for every composer."""
    _run("composed", data=data, queries=queries, seed=seed, out=out)


@app.command()
def guard(catalog: Catalog = None, data: Data = None, seed: Seed = 0, out: Out = None) -> None:
    """Fine attributes from the picture alone, and "no X" wishes with and without the guard."""
    _run("guard", catalog=catalog or load_settings().catalog_dir, data=data, seed=seed, out=out)


@app.command()
def language(data: Data = None, out: Out = None) -> None:
    """The offline planner on phrases that people typed, labelled by reading."""
    _run("language", data=data, out=out)


@app.command()
def latency(catalog: Catalog = None, items: Annotated[int | None, typer.Option(help="Grow to this many items.")] = None,
            sessions: int = 40, seed: Seed = 0, out: Out = None) -> None:
    """How long a text turn and a photo turn take, stage by stage."""
    _run("latency", catalog=catalog or load_settings().catalog_dir, items=items, sessions=sessions, seed=seed, out=out)


@app.command()
def report(catalog: Catalog = None, data: Data = None, out: Annotated[Path, typer.Option()] = Path("data/report")) -> None:
    """All benchmarks; each one's JSON in a file of its own below --out."""
    folder = catalog or load_settings().catalog_dir
    out.mkdir(parents=True, exist_ok=True)
    for name, arguments in (("encoder", {"data": data}), ("composed", {"data": data}), ("language", {"data": data}),
                            ("guard", {"catalog": folder, "data": data}), ("latency", {"catalog": folder})):
        _run(name, out=out / f"{name}.json", **arguments)


def main() -> None:
    """The door: errors become one line and an exit code."""
    run_door(app)


if __name__ == "__main__":
    main()

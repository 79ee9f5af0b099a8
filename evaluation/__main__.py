"""The command line of the benchmarks, `python -m evaluation ...`.

Each benchmark prints human-readable tables and one JSON line last.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Annotated

import typer

from errors import run_door
from settings import load_settings

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="The benchmarks: a table for people, one JSON line last.",
)
Catalog = Annotated[
    Path | None, typer.Option(help="The catalogue's folder; default: CATALOG or data/demo.")
]
Data = Annotated[
    Path | None, typer.Option(help="The folder of labelled photos; default: DATA_DIR.")
]
Seed = Annotated[int, typer.Option(help="Seed of every random draw.")]
Out = Annotated[Path | None, typer.Option(help="Also write the JSON line to this file.")]
Folder = Annotated[
    Path | None, typer.Option(help="Also write the JSON line, and charts, to this folder.")
]
Kinds = Annotated[
    list[str] | None,
    typer.Option(help="Only these composers beside the baselines; repeatable, or with commas."),
]
Queries = Annotated[int, typer.Option(min=5, help="Queries of each kind.")]
FashionIQ = Annotated[
    Path | None,
    typer.Option(
        help="FashionIQ's folder (captions, image_splits, images); default: "
        "fashioniq in the folder of labelled photos."
    ),
]


MODULES = {
    "encoder": "evaluation.encoder",
    "composed": "evaluation.composed.run",
    "fashioniq": "evaluation.composed.fashioniq",
    "marqo": "evaluation.composed.marqo",
    "ensemble": "evaluation.ensemble.run",
    "guard": "evaluation.guard.run",
    "language": "evaluation.language.run",
    "dialogue": "evaluation.dialogue.run",
    "fast_path": "evaluation.language.fast_path",
    "crossing": "evaluation.crossing",
    "vibes": "evaluation.language.vibes",
    "latency": "evaluation.latency.run",
    "latency_growth": "evaluation.latency.growth",
    "embedding": "evaluation.latency.embedding",
    "index_agreement": "evaluation.latency.index_agreement",
    "load": "evaluation.load.run",
    "adaptation": "evaluation.dialogue.adaptation",
}
"""Where each benchmark's `run` lives."""


def _run(benchmark: str, **arguments: object) -> None:
    """Run a benchmark, importing its module on demand, since each pulls in heavy packages."""
    importlib.import_module(MODULES[benchmark]).run(**arguments)


def _listed(values: list[str] | None) -> list[str] | None:
    """Split the values of a repeatable option at their commas."""
    if not values:
        return None
    return [name.strip() for value in values for name in value.split(",") if name.strip()]


@app.command()
def encoder(data: Data = None, out: Out = None) -> None:
    """Measure the built-in encoder on held-out designs: type, colour, pattern and more."""
    _run("encoder", data=data, out=out)


@app.command()
def composed(
    data: Data = None,
    catalog: Catalog = None,
    kinds: Kinds = None,
    queries: Queries = 300,
    seed: Seed = 0,
    fashioniq: FashionIQ = None,
    out: Folder = None,
) -> None:
    """Measure composed retrieval (a picture and a change) by every composer.

    Covers held-out photos, six wordings, two pictures, a drawn catalogue, and FashionIQ if its
    files are present.
    """
    _run(
        "composed",
        data=data,
        catalog=catalog,
        kinds=_listed(kinds),
        queries=queries,
        seed=seed,
        folder=fashioniq,
        out=out,
    )


@app.command()
def fashioniq(
    folder: FashionIQ = None, data: Data = None, kinds: Kinds = None, out: Folder = None
) -> None:
    """Run FashionIQ by its official protocol and show published figures for comparison."""
    _run("fashioniq", folder=folder, data=data, kinds=_listed(kinds), out=out)


@app.command()
def marqo(data: Data = None, out: Folder = None) -> None:
    """Run the Marqo-FashionCLIP leaderboard's attribute-to-product tasks on held-out photos."""
    _run("marqo", data=data, out=out)


@app.command()
def ensemble(
    catalog: Catalog = None,
    data: Data = None,
    queries: Queries = 150,
    seed: Seed = 0,
    fit: Annotated[
        bool, typer.Option("--fit", help="Save the fitted weights for retrieval where they help.")
    ] = False,
    out: Folder = None,
) -> None:
    """Measure the rankers: leave-one-out, fitted against equal weights, rare values."""
    _run("ensemble", catalog=catalog, data=data, queries=queries, seed=seed, write=fit, out=out)


@app.command()
def guard(catalog: Catalog = None, data: Data = None, seed: Seed = 0, out: Out = None) -> None:
    """Measure fine attributes from pictures alone, and "no X" wishes with and without the guard."""
    _run("guard", catalog=catalog or load_settings().catalog_dir, data=data, seed=seed, out=out)


@app.command()
def adapt(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="A catalogue with listings, such as an imported one."),
    ],
    out: Out = None,
) -> None:
    """Measure the gain from fitting the encoder to a shop, on designs that it was not fitted to.

    Nothing is saved.
    """
    # Packages of one layer do not import each other, but an entry point may import both.
    from evaluation.guard.adapt import show
    from training.adapt_report import run

    show(run(folder), out)


@app.command()
def language(
    data: Data = None,
    out: Out = None,
    errors: Annotated[int, typer.Option(help="Misread phrases to show.")] = 0,
    part: Annotated[
        str, typer.Option(help="first, second, third, blind, or all of them.")
    ] = "blind",
    planner: Annotated[
        str, typer.Option(help="offline; llm: the configured model, which costs money.")
    ] = "offline",
) -> None:
    """Compare a planner's reading of phrases that people typed with labels made by hand.

    `--planner llm` measures a real model and needs its key.
    """
    _run("language", data=data, out=out, errors=errors, part=part, planner=planner)


@app.command()
def dialogue(
    data: Data = None, catalog: Catalog = None, sessions: int = 300, seed: Seed = 0, out: Out = None
) -> None:
    """Count the turns until simulated shoppers see the wanted item, against retrieval alone."""
    _run("dialogue", data=data, catalog=catalog, sessions=sessions, seed=seed, out=out)


@app.command(name="fast-path")
def fast_path(
    catalog: Catalog = None,
    limit: Annotated[int, typer.Option(help="Turns to time.")] = 60,
    out: Out = None,
) -> None:
    """Measure the share of recorded turns that PLANNER=auto plans offline, and the time saved."""
    _run("fast_path", catalog=catalog, limit=limit, out=out)


@app.command()
def crossing(
    data: Data = None,
    catalog: Catalog = None,
    limit: Annotated[int | None, typer.Option(help="At most this many photos.")] = None,
    out: Out = None,
) -> None:
    """Measure the precision of the first ten items for photos taken at home."""
    _run("crossing", data=data, catalog=catalog, limit=limit, out=out)


@app.command()
def vibes(
    part: Annotated[str, typer.Option(help="choose or report.")] = "report", out: Out = None
) -> None:
    """Measure how often moods and occasions get a fitting lexicon entry or a question back."""
    _run("vibes", part=part, out=out)


@app.command()
def latency(
    catalog: Catalog = None,
    items: Annotated[int | None, typer.Option(min=1, help="Grow to this many items.")] = None,
    sessions: Annotated[int, typer.Option(min=2, help="Conversations of four turns.")] = 40,
    seed: Seed = 0,
    paths: Annotated[
        list[str] | None,
        typer.Option(
            help="retrieval, agent, auto, llm, verifier-12, verifier-4, verifier-1, or all; "
            "repeatable, or with commas."
        ),
    ] = None,
    few: Annotated[
        int, typer.Option(min=1, help="Conversations through paths that take seconds a turn.")
    ] = 4,
    first: Annotated[
        float, typer.Option(min=0, help="Seconds to the loopback model's first token.")
    ] = 0.5,
    further: Annotated[float, typer.Option(min=0, help="Seconds for each further one.")] = 0.01,
    grow: Annotated[
        str | None,
        typer.Option(
            help="Several sizes, each in a process of its own: 1000,10000,100000,1000000."
        ),
    ] = None,
    keep: Annotated[
        Path | None, typer.Option(help="Folder that keeps grown catalogues for the next run.")
    ] = None,
    start: Annotated[bool, typer.Option(help="Also measure starts from disk.")] = True,
    out: Out = None,
) -> None:
    """Time text and photo turns by stage and path; also measure the index, starts and memory."""
    options: dict[str, object] = {
        "catalog": catalog or load_settings().catalog_dir,
        "sessions": sessions,
        "seed": seed,
        "paths": _listed(paths),
        "few": few,
        "delays": (first, further),
        "keep": keep,
        "start": start,
        "out": out,
    }
    if grow is None:
        _run("latency", items=items, **options)
    else:
        _run("latency_growth", sizes=grow, **options)


@app.command()
def embedding(
    catalog: Catalog = None,
    seed: Seed = 0,
    out: Out = None,
    models: Annotated[
        list[str] | None, typer.Option(help="Encoders, as ENCODER names them.")
    ] = None,
) -> None:
    """Measure pictures embedded per second by model, threads and precision."""
    _run(
        "embedding",
        catalog=catalog or load_settings().catalog_dir,
        models=_listed(models),
        seed=seed,
        out=out,
    )


@app.command(name="index")
def index_agreement(
    catalog: Catalog = None,
    seed: Seed = 0,
    queries: Queries = 100,
    kind: Annotated[
        list[str] | None,
        typer.Option(help="Only these indexes: faiss, ivf, milvus; repeatable, or with commas."),
    ] = None,
    items: Annotated[
        int | None, typer.Option(help="Grow to this many rows by perturbed copies.")
    ] = None,
    server_alone: Annotated[
        bool, typer.Option("--server-alone", help="Milvus answers narrow filters too.")
    ] = False,
    out: Out = None,
) -> None:
    """Compare vector indexes with exact search: agreement@10 under filters, speed, build cost."""
    _run(
        "index_agreement",
        catalog=catalog or load_settings().catalog_dir,
        kinds=_listed(kind),
        items=items,
        queries=queries,
        seed=seed,
        server_alone=server_alone,
        out=out,
    )


@app.command()
def load(
    catalog: Catalog = None,
    shoppers: Annotated[int, typer.Option(min=1, max=64, help="Shoppers at once.")] = 16,
    turns: Annotated[int, typer.Option(min=1, help="Turns of a session.")] = 20,
    seconds: Annotated[
        float | None,
        typer.Option(min=1, help="Run session after session for so long, not one each."),
    ] = None,
    workers: Annotated[
        str | None, typer.Option(help="WORKERS of the app; default: the setting.")
    ] = None,
    seed: Seed = 0,
    out: Out = None,
) -> None:
    """Load the real app with many shoppers over HTTP: turns/s, waiting, memory, cross-talk."""
    _run(
        "load",
        catalog=catalog or load_settings().catalog_dir,
        shoppers=shoppers,
        turns=turns,
        seconds=seconds,
        workers=workers,
        seed=seed,
        out=out,
    )


@app.command()
def adaptation(
    catalog: Catalog = None,
    sessions: int = 400,
    seed: Seed = 0,
    kind: str = "delta",
    out: Out = None,
) -> None:
    """Measure what slice weights adapted to session feedback gain for simulated shoppers."""
    _run(
        "adaptation",
        catalog=catalog or load_settings().catalog_dir,
        sessions=sessions,
        seed=seed,
        kind=kind,
        out=out,
    )


@app.command()
def report(
    catalog: Catalog = None,
    data: Data = None,
    out: Annotated[Path, typer.Option()] = Path("data/report"),
) -> None:
    """Run all benchmarks and write the JSON of each to a file below --out."""
    folder = catalog or load_settings().catalog_dir
    out.mkdir(parents=True, exist_ok=True)
    both: dict[str, object] = {"catalog": folder, "data": data}
    benchmarks: list[tuple[str, dict[str, object]]] = [
        ("encoder", {"data": data}),
        ("language", {"data": data}),
        ("vibes", {}),
        ("guard", both),
        ("crossing", both),
        ("dialogue", both),
        ("adaptation", {"catalog": folder}),
        ("fast_path", {"catalog": folder}),
        ("latency", {"catalog": folder, "paths": ["all"]}),
        ("embedding", {"catalog": folder}),
    ]
    for name, arguments in benchmarks:
        _run(name, out=out / f"{name}.json", **arguments)
    for name in ("composed", "ensemble"):
        _run(name, data=data, catalog=folder, out=out)
    _run("marqo", data=data, out=out)


def main() -> None:
    """Run the command line, turning errors into one line and an exit code."""
    run_door(app)


if __name__ == "__main__":
    main()

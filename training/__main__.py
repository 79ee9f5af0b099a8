"""Command line of `python -m training`, with a command for everything that is fitted.

Progress goes to stderr, and the results to stdout as one line of JSON.
"""

from __future__ import annotations

import json
import logging
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from errors import InputError, run_door
from settings import load_settings

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Everything that fits weights or thresholds.",
)

CACHE = Path.home() / ".cache" / "stylist-training"
BUILTIN = Path(__file__).resolve().parent.parent / "encoders" / "builtin"

Data = Annotated[Path | None, typer.Option(help="The folder of photo folders; default: DATA_DIR.")]
Cache = Annotated[
    Path,
    typer.Option(help="Where decoded photos and drawn pictures are kept, outside the repository."),
]
Out = Annotated[Path, typer.Option(help="The model's folder.")]


@app.command()
def encoder(
    data: Data = None,
    cache: Cache = CACHE,
    out: Out = BUILTIN,
    work: Annotated[
        Path, typer.Option(help="Where checkpoints lie; a run goes on from what it finds there.")
    ] = CACHE / "run",
    epochs: Annotated[
        list[int] | None, typer.Option(help="Epochs of each stage, in order; 0 leaves one out.")
    ] = None,
    drawn: Annotated[int, typer.Option(min=0, help="Drawn pictures; 0 for photos alone.")] = 3600,
    seed: Annotated[int, typer.Option(help="Of weights, order and augmentation.")] = 7,
    processes: Annotated[
        int, typer.Option(min=1, max=16, help="Training processes on a CPU; one on a GPU.")
    ] = 2,
    export_only: Annotated[
        bool,
        typer.Option(
            "--export-only", help="No more epochs: text tower, heads and card from the checkpoint."
        ),
    ] = False,
    log: Annotated[
        Path | None, typer.Option(help="Also write a line an epoch into this file.")
    ] = None,
) -> None:
    """Train the built-in encoder from its ImageNet start and writes its folder and model card."""
    import torch

    from training import encoder as training
    from training.recipe import Recipe

    recipe = _with_epochs(Recipe(seed=seed), epochs, drawn)
    gpu = torch.cuda.is_available()
    job = training.Job(
        _data(data),
        cache,
        work,
        out,
        recipe,
        drawn=drawn,
        processes=1 if gpu else processes,
        device="cuda" if gpu else "cpu",
        log=log,
    )
    if export_only:
        training.export_and_finish(job)
    else:
        training.run(job)
    _done({"out": str(out), "bytes": sum(p.stat().st_size for p in out.iterdir())})


def _with_epochs(recipe, epochs: list[int] | None, drawn: int):
    stages = recipe.stages
    if epochs is not None:
        if len(epochs) != len(stages) or min(epochs) < 0 or not any(epochs):
            raise InputError(
                f"--epochs {epochs}: give {len(stages)} numbers, one a stage "
                f"({', '.join(s.name for s in stages)}), "
                "each with its own --epochs, at least one above 0"
            )
        stages = tuple(replace(stage, epochs=n) for stage, n in zip(stages, epochs, strict=True))
    if not drawn:
        stages = tuple(replace(stage, drawn=0) for stage in stages)
    return replace(recipe, stages=stages)


@app.command()
def calibrate(
    data: Data = None,
    cache: Cache = CACHE,
    out: Out = BUILTIN,
    drawn: Annotated[
        int, typer.Option(min=0, help="Drawn pictures that stand in where photos have no label.")
    ] = 500,
) -> None:
    """Refit the built-in encoder's heads on labelled photos and calibrate them; a minute or two."""
    from encoders import load_encoder
    from training import encoder as training
    from training.calibrate import run

    name = f"local-dir:{out}"
    job = training.Job(_data(data), cache, cache / "run", out, drawn=drawn)
    _done(run(load_encoder(name), job.data, out, training.drawn_labels(load_encoder(name), job)))


@app.command()
def frozen(data: Data = None) -> None:
    """Measure the yardstick.

    A logistic regression on ImageNet features, on the reported designs; three minutes.
    """
    from training.frozen import run

    _done(run(_data(data)))


@app.command()
def thresholds(
    data: Data = None,
    catalog: Annotated[
        Path | None, typer.Option(help="A drawn catalogue of another seed than the reported ones.")
    ] = None,
    alpha: Annotated[
        float,
        typer.Option(min=0.001, max=0.5, help="Share of items shown after a no that may break it."),
    ] = 0.05,
) -> None:
    """Fit the guard's thresholds."""
    from training.thresholds import run

    record = run(data, catalog, alpha=alpha)
    _done(
        {
            "origin": record["origin"],
            "values": {domain: len(bands) for domain, bands in record["domains"].items()},
        }
    )


@app.command()
def composer(
    data: Data = None,
    kind: Annotated[
        str,
        typer.Option(help="tirg, combiner, film, gated; delta (with the static fusions); or all."),
    ] = "all",
    catalog: Annotated[
        Path | None,
        typer.Option(
            help="Also learn from a drawn catalogue, of another seed than the reported ones."
        ),
    ] = None,
    cache: Cache = CACHE,
    out: Annotated[
        Path | None, typer.Option(help="Where weights go; default: the composer's own folder.")
    ] = None,
    queries: Annotated[
        int,
        typer.Option(min=10, help="Queries mined to train on; tuning takes 300 a kind of change."),
    ] = 4000,
    steps: Annotated[
        int, typer.Option(min=1, help="Training steps, the same for every kind.")
    ] = 900,
    seed: Annotated[int, typer.Option(help="Of queries, weights and order.")] = 1,
) -> None:
    """Fit the composers to the encoder.

    Tunes the closed forms, trains the learned kinds; a few minutes each.
    """
    from composer import LEARNED
    from encoders import load_encoder
    from training.composers.fit import Recipe
    from training.composers.run import Job, run

    wanted = ("delta", *LEARNED) if kind == "all" else (kind,)
    if unknown := set(wanted) - {"delta", *LEARNED}:
        raise InputError(f"--kind {unknown.pop()!r}: use delta, {', '.join(LEARNED)} or all")
    settings = load_settings(data_dir=data)
    model, result = load_encoder(settings.encoder, settings.device), {}
    if "delta" in wanted:
        result["delta"] = _tuned(settings.data_dir, model, seed, out)
    if learned := [name for name in wanted if name != "delta"]:
        job = Job(
            settings.data_dir,
            cache,
            catalog,
            queries=queries,
            recipe=Recipe(seed=seed, steps=steps),
        )
        result |= run(learned, model, job if out is None else replace(job, out=out))
    _done(result)


def _tuned(data: Path, model, seed: int, out: Path | None) -> dict:
    from composer.weights import DEFAULTS
    from evaluation.composed.tuning import tune

    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
    return tune(
        data, model, seed=seed, out=DEFAULTS if out is None else out / DEFAULTS.name
    ).model_dump()


@app.command()
def adapt(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A catalogue's folder.")],
    encoder: Annotated[
        str | None,
        typer.Option(help="Instead of ENCODER: the encoder that embedded the catalogue."),
    ] = None,
    alpha: Annotated[
        float,
        typer.Option(min=0.001, max=0.5, help="Share of items shown after a no that may break it."),
    ] = 0.05,
) -> None:
    """Fit the encoder to a shop by its own listings.

    Slices, prototypes, calibration, thresholds; saved with the catalogue.
    """
    from training.adapt import run

    _done(run(folder, encoder, alpha))


def _data(folder: Path | None) -> Path:
    return load_settings(data_dir=folder).data_dir


def _done(result: dict) -> None:
    print(json.dumps(result, ensure_ascii=False))


def main() -> None:
    """Run a command; report an error as one line on stderr and by the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    run_door(app)


if __name__ == "__main__":
    main()

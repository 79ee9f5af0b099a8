"""The command line of the catalogue: python -m catalog COMMAND.

Commands import what they need themselves: torch takes seconds to load, and `info` needs none of it.
"""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from catalog.files import Manifest
from catalog.store import Catalog
from errors import InputError, run_door
from settings import load_settings

if TYPE_CHECKING:
    from encoders import Encoder

MAX_WORDS_SHOWN = 10
"""Unknown words of a facet that an import lists."""

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="What is sold: draw a demo catalogue, import a shop's feed, look into either.",
)


class Format(StrEnum):
    """The formats of feeds."""

    auto = "auto"
    merchant = "merchant"
    csv = "csv"
    fashion_products = "fashion-products"


Out = Annotated[
    Path,
    typer.Option(
        "--out",
        help="Folder of the catalogue; one that is there is replaced when the new one is whole.",
    ),
]
Folder = Annotated[Path, typer.Argument(help="A catalogue's folder.")]
Images = Annotated[
    Path | None, typer.Option(help="Folder of the pictures that the feed names by file.")
]
FormatName = Annotated[Format, typer.Option(help="The feed's format.")]
Map = Annotated[
    Path | None, typer.Option("--map", help='TOML: [facet] then "word of the feed" = "value".')
]
Currency = Annotated[
    str | None, typer.Option(help="Currency of the catalogue (ISO 4217); else the feed's first.")
]
Local = Annotated[
    bool, typer.Option("--allow-local", help="Fetch pictures from private addresses too.")
]
EncoderName = Annotated[
    str | None,
    typer.Option("--encoder", help="Instead of ENCODER: builtin, or any open_clip name."),
]


@app.command()
def demo(
    out: Out,
    items: Annotated[int, typer.Option(min=1, max=200_000, help="How many items.")] = 2400,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same catalogue.")] = 7,
    encoder: EncoderName = None,
) -> None:
    """Draw and index the demo catalogue."""
    from catalog.build import build
    from catalog.entries import Origin
    from catalog.listing.reader import read_claims
    from demo.entries import draw_entries

    command = f"python -m catalog demo --out {shlex.quote(str(out))} --items {items} --seed {seed}"
    manifest = build(
        out,
        draw_entries(items, seed),
        _loader(encoder),
        read_claims,
        Origin("demo", command, {"seed": seed}),
        total=items,
    )
    _report(out, manifest)


@app.command("import")
def import_(
    feed: Annotated[
        Path, typer.Argument(help="The feed's file (or folder, for fashion-products).")
    ],
    out: Out,
    images: Images = None,
    format: FormatName = Format.auto,
    map_: Map = None,
    currency: Currency = None,
    allow_local: Local = False,
    encoder: EncoderName = None,
) -> None:
    """Read a shop's product feed.

    Formats: Google Merchant TSV or XML, CSV with the same names, fashion-products.
    """
    from catalog.build import build
    from catalog.entries import Ledger, Origin
    from catalog.feeds import open_feed
    from catalog.listing.reader import read_claims

    ledger = Ledger()
    opened = open_feed(
        feed,
        ledger,
        kind=format.value,
        images=images,
        mapping=map_,
        currency=currency,
        allow_local=allow_local,
    )
    options = (("--images", images), ("--map", map_), ("--currency", currency))
    arguments = [str(feed), "--out", str(out)]
    for name, value in options:
        if value is not None:
            arguments += [name, str(value)]
    command = "python -m catalog import " + shlex.join(arguments)
    manifest = build(
        out,
        opened.entries,
        _loader(encoder),
        read_claims,
        Origin("import", command, {"feed": opened.kind}),
        ledger,
        total=opened.total,
        prepare=_make_lists,
    )
    _report(out, manifest)
    _report_unknown(ledger.unknown, out)
    print(
        "the encoder can be fitted to this shop by its own listings: "
        f"python -m training adapt {shlex.quote(str(out))}",
        file=sys.stderr,
    )


@app.command()
def update(
    folder: Folder,
    feed: Annotated[
        Path,
        typer.Argument(help="The feed's file (or folder, for fashion-products), as for import."),
    ],
    images: Images = None,
    format: FormatName = Format.auto,
    map_: Map = None,
    currency: Currency = None,
    allow_local: Local = False,
    partial: Annotated[
        bool, typer.Option("--partial", help="The feed names some items only; the others stay.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Even where more than half of the items would go.")
    ] = False,
    no_compact: Annotated[
        bool, typer.Option("--no-compact", help="Never write the whole catalogue anew.")
    ] = False,
    encoder: EncoderName = None,
) -> None:
    """Apply a feed's differences only, while shoppers chat.

    Prints what changed as one JSON object.
    """
    from catalog.compact import due
    from catalog.entries import Ledger
    from catalog.feeds import open_feed
    from catalog.files import read_manifest
    from catalog.listing.reader import read_claims
    from catalog.update import update as apply
    from guard.fitted import fitted_to

    manifest = read_manifest(folder)
    if manifest["kind"] == "demo":
        raise InputError(
            f"{folder} is a drawn catalogue: no feed has its items; import one instead"
        )
    ledger = Ledger()
    opened = open_feed(
        feed,
        ledger,
        kind=format.value,
        images=images,
        mapping=map_,
        currency=currency or manifest.get("currency"),
        allow_local=allow_local,
    )
    load = _loader(encoder or manifest["encoder"]["name"])
    changes = apply(
        folder,
        opened.entries,
        lambda: fitted_to(folder, load()),
        read_claims,
        ledger,
        partial,
        force,
    )
    _report_unknown(ledger.unknown, folder)
    print(json.dumps(asdict(changes)))
    if changes.any and not no_compact and due(folder):
        print(
            "so much has changed that the catalogue is written anew; shoppers chat on",
            file=sys.stderr,
        )
        _compact(folder)


@app.command()
def compact(folder: Folder) -> None:
    """Write a catalogue and its updates into one, while shoppers chat."""
    _report(folder, _compact(folder))


def _compact(folder: Path) -> Manifest:
    from catalog.compact import compact as write_anew

    return write_anew(folder, _make_lists)


def _make_lists(fresh: Path) -> None:
    """Build the search lists of a large catalogue ahead of the first search."""
    from retrieval import make_lists

    make_lists(fresh, load_settings().index)


@app.command()
def embed(folder: Folder, encoder: EncoderName = None) -> None:
    """Embed a catalogue by the encoder in use; its pictures and listings stay."""
    from catalog.build import re_embed
    from catalog.compact import one_part
    from catalog.files import read_manifest
    from catalog.swap import exclusive_access

    read_manifest(folder)
    with exclusive_access(folder):
        one_part(folder)
        _report(folder, re_embed(folder, _loader(encoder)(), _make_lists))


@app.command()
def info(folder: Folder) -> None:
    """Print one JSON object about a catalogue."""
    print(json.dumps(Catalog.open(folder).info(), ensure_ascii=False))


@app.command()
def show(folder: Folder, ids: Annotated[list[str], typer.Argument(metavar="ID...")]) -> None:
    """Print items as JSON lines: what the shop states and, for drawn items, the truth."""
    catalog = Catalog.open(folder)
    rows = [catalog.row(id_) for id_ in ids]
    truth = catalog.truth(ids)
    for item in catalog.items(rows):
        record = item.model_dump(mode="json")
        if item.id in truth:
            record["truth"] = truth[item.id]
        print(json.dumps(record, ensure_ascii=False))


def _loader(name: str | None) -> Callable[[], Encoder]:
    """Return a function that loads the encoder, so that drawing can begin before it is loaded."""

    def load() -> Encoder:
        from encoders import load_encoder

        settings = load_settings(encoder=name)
        return load_encoder(settings.encoder, settings.device)

    return load


def _report(out: Path, manifest: Manifest) -> None:
    rejected = (
        f", {manifest['rejected']} rejected (see {out / 'rejected.jsonl'})"
        if manifest["rejected"]
        else ""
    )
    print(
        f"{out}: {manifest['items']} items{rejected}, embedded by {manifest['encoder']['name']}",
        file=sys.stderr,
    )


def _report_unknown(unknown: dict[str, dict[str, int]], out: Path) -> None:
    for facet, counts in unknown.items():
        by_count = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        listed = ", ".join(f"{word} ({count})" for word, count in by_count[:MAX_WORDS_SHOWN])
        more = ", ..." if len(by_count) > MAX_WORDS_SHOWN else ""
        print(
            f"unknown {facet} values: {listed}{more}; map them by a file: --map "
            f"(all of them: {out / 'unknown_values.json'})",
            file=sys.stderr,
        )


def main() -> None:
    """Run the command line; report user-facing errors as one line on stderr and an exit code."""
    run_door(app)


if __name__ == "__main__":
    main()

"""The encoder's figures on held-out designs, shoppers' photos and photos labelled by looking."""

from __future__ import annotations

import json
from pathlib import Path

from rich.console import Console
from rich.table import Table

from encoders import load_encoder
from settings import load_settings

_NAMES = {
    "article": "type",
    "base": "colour",
    "shop_pattern": "pattern",
    "audience": "audience",
    "kind": "kind of shoppers' photos",
}


def run(data: Path | None = None, out: Path | None = None) -> dict:
    """Measures the encoder in use, prints a table and one JSON line (also kept in `out`), returns the figures.

    Raises InputError where the photos are missing, or the encoder has no trained classes.
    """
    from metrics.encoder.measure import measure

    settings = load_settings(data_dir=data)
    figures = measure(load_encoder(settings.encoder, settings.device), settings.data_dir)
    Console().print(table(figures))
    line = json.dumps({"benchmark": "encoder", **figures}, ensure_ascii=False)
    print(line)
    if out is not None:
        out.write_text(line + "\n", encoding="utf-8")
    return figures


def rows(figures: dict) -> list[tuple[str, dict]]:
    """(what, entry) in the order of reading."""
    found = [
        (f"{_NAMES[head]}, {entry['classes']} classes", entry)
        for head, entry in {**figures["shop"], **figures["shopper"]}.items()
    ]
    found += [
        (f"{_NAMES[head]}, {entry['classes']} classes, the kind named", entry)
        for head, entry in figures["asked"].items()
    ]
    found += [
        (f"{source} photos by looking: {facet.replace('_', ' ')}", entry)
        for source in figures["looked"]
        for facet, entry in figures["looked"][source].items()
        if entry["n"]
    ]
    found += [
        (f"phrases to photos, {kind}: P@10", entry) for kind, entry in figures["text"].items()
    ]
    return found + [
        (f"calibration error, {name} slice", entry)
        for name, entry in figures["calibration"].items()
    ]


def table(figures: dict) -> Table:
    """For people."""
    view = Table(
        "what",
        "figure",
        "95%",
        "macro",
        "n",
        title=f"encoder {figures['encoder']} at {figures['side']} px",
    )
    for what, entry in rows(figures):
        interval = f"{entry['low']:.3f} to {entry['high']:.3f}" if "low" in entry else ""
        view.add_row(
            what,
            f"{entry['value']:.3f}",
            interval,
            f"{entry['macro']:.3f}" if "macro" in entry else "",
            str(entry["n"]),
        )
    return view

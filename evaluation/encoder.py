"""The encoder's accuracy on held-out designs, shoppers' photos and photos labelled by eye."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from encoders import load_encoder
from evaluation.report.show import Figures, finish
from metrics.encoder.measure import measure
from settings import load_settings

_NAMES = {
    "article": "type",
    "base": "colour",
    "shop_pattern": "pattern",
    "audience": "audience",
    "kind": "kind of shoppers' photos",
}


def run(data: Path | None = None, out: Path | None = None) -> Figures:
    """Measure the encoder in use; print a table and one JSON line, and return the figures.

    Raises InputError if the photos are missing, or the encoder has no trained classes.
    """
    settings = load_settings(data_dir=data)
    figures: Figures = {
        **measure(load_encoder(settings.encoder, settings.device), settings.data_dir)
    }
    Console().print(table(figures))
    finish({"benchmark": "encoder", **figures}, out)
    return figures


def rows(figures: Figures) -> list[tuple[str, Figures]]:
    """Return (name, entry) of each row of the table."""
    entries = [
        (f"{_NAMES[head]}, {entry['classes']} classes", entry)
        for head, entry in {**figures["shop"], **figures["shopper"]}.items()
    ]
    entries += [
        (f"{_NAMES[head]}, {entry['classes']} classes, the kind named", entry)
        for head, entry in figures["asked"].items()
    ]
    entries += [
        (f"{source} photos by looking: {facet.replace('_', ' ')}", entry)
        for source in figures["looked"]
        for facet, entry in figures["looked"][source].items()
        if entry["n"]
    ]
    entries += [
        (f"phrases to photos, {kind}: P@10", entry) for kind, entry in figures["text"].items()
    ]
    return entries + [
        (f"calibration error, {name} slice", entry)
        for name, entry in figures["calibration"].items()
    ]


def table(figures: Figures) -> Table:
    """Return the figures as a human-readable table."""
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

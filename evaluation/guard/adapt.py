"""Tables for an encoder fitted to a shop, from the figures of `training/adapt_report.py`."""

from __future__ import annotations

from pathlib import Path

from evaluation.report.show import Figures, finish, machine, table


def show(measured: Figures, out: Path | None = None) -> Figures:
    """Print before-and-after tables and the JSON line."""
    columns = ("items", "accuracy", "interval", "log_loss", "calibration_error")
    table(
        f"Fitted on {measured['fitted_on']} items' listings, measured on {measured['reported']} "
        "of other designs",
        ["", *columns],
        [
            [f"{facet}, {when}", *(figures[column] for column in columns)]
            for facet, both in measured["facets"].items()
            for when, figures in both.items()
        ],
    )
    table(
        "What was chosen",
        ["", "labels", "version"],
        [
            [
                facet,
                choice["labels"],
                choice["chosen"] if "held" in choice else f"{choice['chosen']}: {choice['why']}",
            ]
            for facet, choice in measured["choices"].items()
        ],
    )
    columns = ("items", "violations", "passed_share", "open", "good_hidden")
    table(
        '"No X" by the picture alone, against what the listings state and deny',
        ["", *columns],
        [
            [when, *(figures[column] for column in columns)]
            for when, figures in measured["no"].items()
        ],
    )
    return finish({"benchmark": "adapt", "machine": machine(), **measured}, out)

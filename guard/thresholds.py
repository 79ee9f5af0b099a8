"""Thresholds: how probable a picture must make an attribute to count as shown or not shown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from errors import WorkError

Domain = Literal["photo", "drawn"]
ALPHA = 0.05
"""Default share of the items shown after an explicit "no" that may break it."""
FILE = Path(__file__).with_name("thresholds.json")


@dataclass(frozen=True, slots=True)
class Band:
    """Limits on a probability: at least `high`, shown; at most `low`, absent; between, unknown.

    Raises WorkError unless 0 <= low < high <= 1.
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        if not 0 <= self.low < self.high <= 1:
            raise WorkError(
                f"thresholds need 0 <= low < high <= 1, got low {self.low}, high {self.high}; "
                "fit them again: python -m training thresholds"
            )


@dataclass(frozen=True)
class Thresholds:
    """Bands by facet or "FACET/VALUE", then by op; a conservative default for the rest.

    encoder: fingerprint of the encoder that they were fitted for; any other encoder gets the
    default throughout. alpha: the share of items shown after a "no" that may break it, as the fit
    promises.
    """

    default: dict[str, Band]
    facets: dict[str, dict[str, Band]]
    encoder: str = ""
    alpha: float = ALPHA

    def band(self, facet: str, value: str, op: str, fingerprint: str) -> Band:
        """Return the band for a value of a facet; every op but "exclude" counts as "require"."""
        op = "exclude" if op == "exclude" else "require"
        known = self.facets if fingerprint == self.encoder else {}
        return next(
            bands[op]
            for key in (f"{facet}/{value}", facet, None)
            if op in (bands := known.get(key, {}) if key else self.default)
        )


def _bands(record: Mapping[str, Any]) -> dict[str, Band]:
    return {op: Band(float(band["low"]), float(band["high"])) for op, band in record.items()}


@lru_cache(maxsize=8)
def load_thresholds(path: Path = FILE, domain: Domain = "photo") -> Thresholds:
    """Return `read_thresholds`, cached; for the file that is shipped."""
    return read_thresholds(path, domain)


def read_thresholds(path: Path, domain: Domain = "photo") -> Thresholds:
    """Read the thresholds for photos, or for the pictures of a drawn catalogue.

    Raises WorkError if the file is missing or damaged.
    """
    try:
        return parse_thresholds(json.loads(path.read_text(encoding="utf-8")), domain)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise WorkError(
            f"cannot read thresholds from {path}: {error}; fit them again: "
            "python -m training thresholds"
        ) from error


def parse_thresholds(record: Mapping[str, Any], domain: Domain = "photo") -> Thresholds:
    """Return the thresholds of a domain from the file's content."""
    fitted = record["domains"].get(domain, {})
    return Thresholds(
        _bands(record["default"]),
        {facet: _bands(ops) for facet, ops in fitted.items()},
        record["encoder"],
        float(record.get("alpha", ALPHA)),
    )

"""How probable a picture must make an attribute before it counts as shown or as not shown."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from errors import WorkError

Domain = Literal["photo", "drawn"]
ALPHA = 0.05
"""Share of items shown after an explicit "no" that may break it, unless a fit was told another."""
FILE = Path(__file__).with_name("thresholds.json")


@dataclass(frozen=True, slots=True)
class Band:
    """A picture shows a value at `high` and above, shows that it is absent at `low` and below.

    Between is unknown.
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
    """Bands by facet (for details also by "details/VALUE") and op; the conservative default for the rest.

    encoder: fingerprint of the encoder they were fitted for; another encoder gets the default throughout. alpha: the share
    of items shown after a "no" that may break it, as promised by the fit.
    """

    default: dict[str, Band]
    facets: dict[str, dict[str, Band]]
    encoder: str = ""
    alpha: float = ALPHA

    def band(self, facet: str, value: str, op: str, fingerprint: str) -> Band:
        """The band for a value of a facet under "exclude", or under "require" for every other
        op."""
        op = "exclude" if op == "exclude" else "require"
        known = self.facets if fingerprint == self.encoder else {}
        return next(
            bands[op]
            for key in (f"{facet}/{value}", facet, None)
            if op in (bands := known.get(key, {}) if key else self.default)
        )


def _bands(record: dict) -> dict[str, Band]:
    return {op: Band(float(band["low"]), float(band["high"])) for op, band in record.items()}


@lru_cache(maxsize=8)
def load_thresholds(path: Path = FILE, domain: Domain = "photo") -> Thresholds:
    """`read_thresholds`, kept for the files that are shipped."""
    return read_thresholds(path, domain)


def read_thresholds(path: Path, domain: Domain = "photo") -> Thresholds:
    """Thresholds for photos, or for the pictures of a drawn catalogue, from their file.

    Raises WorkError when damaged.
    """
    try:
        return parse_thresholds(json.loads(path.read_text(encoding="utf-8")), domain)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise WorkError(
            f"cannot read thresholds from {path}: {error}; fit them again: "
            "python -m training thresholds"
        ) from error


def parse_thresholds(record: dict, domain: Domain = "photo") -> Thresholds:
    """Thresholds of a domain from the file's record."""
    fitted = record["domains"].get(domain, {})
    return Thresholds(
        _bands(record["default"]),
        {facet: _bands(ops) for facet, ops in fitted.items()},
        record["encoder"],
        float(record.get("alpha", ALPHA)),
    )

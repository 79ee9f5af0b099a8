"""Fusion of several rankings of the same rows, and the rankers' weights in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import overload

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from errors import InputError

SHIPPED = Path(__file__).with_name("weights.json")

RRF_K = 60
"""Cormack, Clarke and Buettcher, "Reciprocal Rank Fusion outperforms Condorcet and individual rank
learning methods", SIGIR 2009."""
TIE = 1e-12
"""Fused scores that differ by no more than rounding does are ties."""


def ranks(scores: np.ndarray) -> np.ndarray:
    """Return 1-based ranks (n,) of scores, highest first.

    Equal scores share the best rank (1, 2, 2, 4); NaN gets 0.
    """
    result = np.zeros(len(scores), dtype=np.int64)
    scored = np.flatnonzero(~np.isnan(scores))
    ordered = np.sort(-scores[scored])
    result[scored] = 1 + np.searchsorted(ordered, -scores[scored], side="left")
    return result


def reciprocal_rank_fusion(
    rankings: Mapping[str, np.ndarray], weights: Mapping[str, float], k: int = RRF_K
) -> np.ndarray:
    """Return fused scores (n,): the sum over rankers of weight / (k + rank).

    rankings: {ranker: (n,) ranks}, with 0 for rows that the ranker did not rank.
    """
    total = np.zeros(len(next(iter(rankings.values()))))
    for name, ranking in rankings.items():
        total += np.where(ranking > 0, weights[name] / (k + ranking), 0.0)
    return total


class RankerWeights(BaseModel):
    """The weights of the rankers in the fusion.

    Attributes:
        slice: The weight of each specialist.
        kind: The weight of the kind of item, as named in words or else as the reference shows it.
        without: Names of rankers to leave out, for ablations.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    composed: float = Field(default=1.0, ge=0)
    slice: float = Field(default=0.15, ge=0)
    kind: float = Field(default=0.6, ge=0)
    text: float = Field(default=0.2, ge=0)
    taste: float = Field(default=0.2, ge=0)
    without: frozenset[str] = frozenset()

    def share(self, ranker: str, specialists: Mapping[str, float]) -> float:
        """Return a ranker's weight.

        specialists: {name: the fraction of a specialist's weight that the wish gives it}.
        """
        if ranker in specialists:
            return (self.kind if ranker == "category" else self.slice) * specialists[ranker]
        return float(getattr(self, ranker, 1.0))


def load_ranker_weights(path: Path = SHIPPED) -> RankerWeights:
    """Read the weights of a JSON file, {"weights": {...}, "note": ...}.

    Raises InputError that names the file and the fault.
    """
    try:
        return _WeightsFile.model_validate_json(path.read_text(encoding="utf-8")).weights
    except FileNotFoundError:
        raise InputError(
            f"no weights of the rankers at {path}; "
            "`python -m evaluation ensemble --fit` writes them"
        ) from None
    except ValidationError as error:
        raise InputError(
            f"{path} holds no weights of the rankers: {error.errors()[0]['msg']}; "
            f"allowed fields: {', '.join(RankerWeights.model_fields)}"
        ) from None


def save_ranker_weights(
    weights: RankerWeights, path: Path = SHIPPED, encoder: str = "", note: str = ""
) -> None:
    """Write weights, with the encoder that they were fitted on and a note on how."""
    record = _WeightsFile(weights=weights, encoder=encoder, note=note)
    path.write_text(
        record.model_dump_json(indent=2, exclude={"weights": {"without"}}) + "\n", encoding="utf-8"
    )


class _WeightsFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    weights: RankerWeights
    encoder: str = ""
    note: str = ""


@dataclass(frozen=True)
class Pool:
    """The candidates of a search, with the scores that each ranker gives all of them.

    Attributes:
        rows: (n,) row numbers.
        ids: Their item ids.
        scores: {ranker: (n,) scores}.
        vectors: (n, dim).
        specialists: {name: the fraction of a specialist's weight that the wish gives it}.
    """

    rows: np.ndarray
    ids: Sequence[str]
    scores: Mapping[str, np.ndarray]
    vectors: np.ndarray
    specialists: Mapping[str, float] = field(default_factory=dict)

    def rankings(self) -> dict[str, np.ndarray]:
        """Return {ranker: (n,) ranks}."""
        return {name: ranks(values) for name, values in self.scores.items()}

    def order(
        self, weights: RankerWeights, rankings: Mapping[str, np.ndarray] | None = None
    ) -> list[int]:
        """Return places 0 to n-1 by fused score, best first, ties by id."""
        rankings = self.rankings() if rankings is None else rankings
        fused = reciprocal_rank_fusion(
            rankings, {name: weights.share(name, self.specialists) for name in rankings}
        )
        order = np.argsort(-fused, kind="stable")
        ties = np.flatnonzero(np.abs(np.diff(fused[order])) <= TIE)
        places: list[int] = order.tolist()
        # Ids are read from the catalogue for ties alone.
        for start, end in _runs(ties):
            places[start : end + 2] = sorted(places[start : end + 2], key=self.ids.__getitem__)
        return places


def _runs(numbers: np.ndarray) -> Iterator[tuple[int, int]]:
    """Yield the first and last of each run of consecutive numbers."""
    if len(numbers):
        breaks = np.flatnonzero(np.diff(numbers) > 1)
        firsts, lasts = numbers[[0, *(breaks + 1)]], numbers[[*breaks, -1]]
        yield from zip(firsts.tolist(), lasts.tolist(), strict=True)


class LazyIds(Sequence[str]):
    """The ids of these rows, read from `strings` on demand."""

    def __init__(self, strings: Sequence[str], rows: np.ndarray) -> None:
        self._strings, self._rows = strings, rows

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return [self._strings[row] for row in self._rows[place].tolist()]
        return self._strings[int(self._rows[place])]

"""Several rankings of the same rows into one, and the rankers' shares in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from errors import InputError

SHIPPED = Path(__file__).with_name("weights.json")

RRF_K = 60
"""Cormack, Clarke and Buettcher, "Reciprocal Rank Fusion outperforms Condorcet and individual rank learning
methods", SIGIR 2009."""


def ranks(scores: np.ndarray) -> np.ndarray:
    """1-based ranks (n,) of scores, highest first; equal scores share the best rank (1, 2, 2, 4); 0 for NaN."""
    result = np.zeros(len(scores), dtype=np.int64)
    scored = np.flatnonzero(~np.isnan(scores))
    ordered = np.sort(-scores[scored])
    result[scored] = 1 + np.searchsorted(ordered, -scores[scored], side="left")
    return result


def reciprocal_rank_fusion(
    rankings: Mapping[str, np.ndarray], weights: Mapping[str, float], k: int = RRF_K
) -> np.ndarray:
    """Fused scores (n,): sum over rankers of weight / (k + rank). rankings: name -> (n,) ranks, 0 for not ranked."""
    total = np.zeros(len(next(iter(rankings.values()))))
    for name, ranking in rankings.items():
        total += np.where(ranking > 0, weights[name] / (k + ranking), 0.0)
    return total


class RankerWeights(BaseModel):
    """Shares of the rankers in the fusion; `slice` is that of each specialist, `kind` that of the kind, as it is named
    or, where no words name it, as the reference shows it. without: rankers left out altogether, by name, for ablations.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    composed: float = Field(default=1.0, ge=0)
    slice: float = Field(default=0.15, ge=0)
    kind: float = Field(default=0.6, ge=0)
    text: float = Field(default=0.2, ge=0)
    taste: float = Field(default=0.2, ge=0)
    without: frozenset[str] = frozenset()

    def share(self, ranker: str, specialists: Mapping[str, float]) -> float:
        """A ranker's share. specialists: {name: the part of a specialist's weight that the wish gives it}."""
        if ranker in specialists:
            return (self.kind if ranker == "category" else self.slice) * specialists[ranker]
        return float(getattr(self, ranker, 1.0))


def load_ranker_weights(path: Path = SHIPPED) -> RankerWeights:
    """The weights of a JSON file, {"weights": {...}, "note": ...}. Raises InputError that names the file and the fault."""
    try:
        return _File.model_validate_json(path.read_text(encoding="utf-8")).weights
    except FileNotFoundError:
        raise InputError(
            f"no weights of the rankers at {path}; `python -m evaluation ensemble --fit` writes them"
        ) from None
    except ValidationError as error:
        raise InputError(
            f"{path} holds no weights of the rankers: {error.errors()[0]['msg']}; "
            f"allowed fields: {', '.join(RankerWeights.model_fields)}"
        ) from None


def save_ranker_weights(
    weights: RankerWeights, path: Path = SHIPPED, encoder: str = "", note: str = ""
) -> None:
    """Writes weights with the encoder that they were fitted on and how."""
    record = _File(weights=weights, encoder=encoder, note=note)
    path.write_text(
        record.model_dump_json(indent=2, exclude={"weights": {"without"}}) + "\n", encoding="utf-8"
    )


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    weights: RankerWeights
    encoder: str = ""
    note: str = ""


@dataclass(frozen=True)
class Pool:
    """The candidates of a search: rows (n,) with their ids and vectors (n, dim), and each ranker's scores (n,) for all of them.

    specialists: {name: the part of a specialist's weight that the wish gives it}.
    """

    rows: np.ndarray
    ids: Sequence[str]
    scores: Mapping[str, np.ndarray]
    vectors: np.ndarray
    specialists: Mapping[str, float] = field(default_factory=dict)

    def rankings(self) -> dict[str, np.ndarray]:
        """{ranker: (n,) ranks}."""
        return {name: ranks(values) for name, values in self.scores.items()}

    def order(
        self, weights: RankerWeights, rankings: Mapping[str, np.ndarray] | None = None
    ) -> list[int]:
        """Places 0 to n-1 by fused score, best first, ties by id."""
        rankings = self.rankings() if rankings is None else rankings
        fused = reciprocal_rank_fusion(
            rankings, {name: weights.share(name, self.specialists) for name in rankings}
        )
        order = np.argsort(-fused, kind="stable")
        tied = np.flatnonzero(np.diff(fused[order]) == 0)
        places = order.tolist()
        for start, end in _runs(tied):  # ids are looked up for ties alone
            places[start : end + 2] = sorted(places[start : end + 2], key=self.ids.__getitem__)
        return places


def _runs(places: np.ndarray) -> Iterator[tuple[int, int]]:
    """First and last of each run of consecutive numbers."""
    if len(places):
        breaks = np.flatnonzero(np.diff(places) > 1)
        yield from zip(
            places[[0, *(breaks + 1)]].tolist(), places[[*breaks, -1]].tolist(), strict=True
        )


class LazyIds(Sequence[str]):
    """The strings of these rows, read when they are asked for."""

    def __init__(self, strings: Sequence[str], rows: np.ndarray) -> None:
        self._strings, self._rows = strings, rows

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, place: int) -> str:
        return self._strings[int(self._rows[place])]

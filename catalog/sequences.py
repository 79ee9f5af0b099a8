"""Compact strings, sequences and vectors of a catalogue's parts, without a Python object for each.

A million Python strings would take a hundred megabytes, and a second at every start.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from typing import Any, TypeVar, overload

import numpy as np

T = TypeVar("T")


class PackedStrings(Sequence[str]):
    """Strings in two arrays.

    text: (bytes,) uint8, the concatenated strings in UTF-8.
    ends: (n,) int64, where each ends.
    """

    def __init__(self, text: np.ndarray, ends: np.ndarray) -> None:
        self.text, self.ends = text, ends
        self._bytes = text.tobytes()

    @classmethod
    def of(cls, strings: Iterable[str]) -> PackedStrings:
        """Return these strings, packed."""
        encoded = [string.encode() for string in strings]
        ends = np.cumsum([len(data) for data in encoded], dtype=np.int64)
        return cls(np.frombuffer(b"".join(encoded), dtype=np.uint8), ends)

    def __len__(self) -> int:
        return len(self.ends)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return [self[number] for number in range(*place.indices(len(self)))]
        place = int(place)
        if place < 0:
            place += len(self)
        if not 0 <= place < len(self):
            raise IndexError(f"string {place} of {len(self)}")
        start = int(self.ends[place - 1]) if place else 0
        return self._bytes[start : int(self.ends[place])].decode()

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Sequence)
            and len(self) == len(other)
            and all(a == b for a, b in zip(self, other, strict=True))
        )

    __hash__ = None  # type: ignore[assignment]  # equal to a list of the same strings

    def __iter__(self) -> Iterator[str]:
        start = 0
        for end in self.ends.tolist():
            yield self._bytes[start:end].decode()
            start = end


def string_numbers(strings: Iterable[str]) -> np.ndarray:
    """Return (n,) int64: one number per string, equal for equal strings.

    The numbers are 64 bits of a hash, so that they agree across files.
    """
    return np.fromiter(
        (
            int.from_bytes(blake2b(s.encode(), digest_size=8).digest(), "little", signed=True)
            for s in strings
        ),
        dtype=np.int64,
    )


class ChainedSequence(Sequence[T]):
    """Several sequences as one, indexed continuously."""

    def __init__(self, parts: Sequence[Sequence[T]]) -> None:
        self.parts = list(parts)
        self._ends: list[int] = np.cumsum([len(part) for part in self.parts]).tolist()

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> list[T]: ...
    def __getitem__(self, place: int | slice) -> T | list[T]:
        if isinstance(place, slice):
            return [self[number] for number in range(*place.indices(len(self)))]
        place = int(place)
        if place < 0:
            place += len(self)
        start = 0
        for part, end in zip(self.parts, self._ends, strict=True):
            if start <= place < end:
                return part[place - start]
            start = end
        raise IndexError(f"place {place} of {len(self)}")

    def __iter__(self) -> Iterator[T]:
        for part in self.parts:
            yield from part


class StackedVectors:
    """Rows of several matrices (n_i, dim) as one (n, dim), without copying them."""

    def __init__(self, parts: Sequence[np.ndarray]) -> None:
        self.parts = list(parts)
        self.shape: tuple[int, int] = (
            sum(len(part) for part in self.parts),
            self.parts[0].shape[1],
        )
        self.dtype, self.ndim = self.parts[0].dtype, 2
        self._starts = np.cumsum([0, *(len(part) for part in self.parts)])

    def __len__(self) -> int:
        return self.shape[0]

    def __array__(self, dtype: np.dtype[Any] | None = None, copy: bool | None = None) -> np.ndarray:
        return np.concatenate(self.parts).astype(dtype or self.dtype, copy=False)

    def __getitem__(self, rows: int | slice | Sequence[int] | np.ndarray) -> np.ndarray:
        if isinstance(rows, int | np.integer):
            row = int(rows)
            vector: np.ndarray = self._take(np.array([row % len(self) if row < 0 else row]))[0]
            return vector
        if isinstance(rows, slice):
            return self._take(np.arange(len(self))[rows])
        rows = np.asarray(rows)
        if rows.dtype == bool:
            rows = np.flatnonzero(rows)
        rows = rows.astype(np.int64)
        return self._take(np.where(rows < 0, rows + len(self), rows))

    def _take(self, rows: np.ndarray) -> np.ndarray:
        if len(rows) and not (rows.min() >= 0 and rows.max() < len(self)):
            raise IndexError(f"rows up to {rows.max()} of {len(self)}")
        vectors = np.empty((len(rows), self.shape[1]), dtype=self.dtype)
        part_of = np.searchsorted(self._starts, rows, side="right") - 1
        for number in np.unique(part_of):
            here = part_of == number
            vectors[here] = self.parts[number][rows[here] - self._starts[number]]
        return vectors

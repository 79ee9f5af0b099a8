"""An index in Milvus: one collection for each content of a catalogue.

The collection lives on a server, on a cluster, or in a file (Milvus Lite). The server finds
candidates by the wish's filter expression; the mask drops what the expression could not tell; the
catalogue's half-precision vectors, mapped from disk, decide the order. An expression affects speed
alone: it passes everything that the mask allows. Where few rows remain, or the server's longest
answer holds too few of them, those rows are scored here one by one: sending their numbers over the
wire (`row in [...]`) takes longer.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from pathlib import Path

import numpy as np

from errors import InputError, WorkError
from retrieval.checks import NOT_BUILT, as_queries, check_mask, check_rows
from retrieval.columns import Columns, empty_record
from retrieval.exact import rescore_exact
from retrieval.expressions import expression
from retrieval.milvus_collection import MilvusCollection
from retrieval.milvus_server import MilvusServer
from vocabulary.wish import Constraint

logger = logging.getLogger(__name__)

EXACT_ROWS = 2_000
"""A filter that leaves at most this many rows is answered by scoring each of them."""
OVERFETCH, MIN_FETCH, MAX_FETCH = 1.25, 64, 16_384
"""Candidates for each wanted row at first, the fewest in all, and the most that a server
returns."""
ROWS_PER_REQUEST = 1_000
"""One megabyte of 256 dimensions."""
TIE = 1e-5
"""Relative difference below which scores count as equal: the server's arithmetic is its own."""
SEARCH_AWAY = (
    "The search does not answer right now, so I cannot look. Please send that again in a minute."
)


class MilvusIndex:
    """Candidates from Milvus, exact scores over the rows (n, dim) of `build` or `open`.

    The index keeps those rows; a memory map stays one. It is safe for many threads, except while
    rows are added or deleted.

    Args:
        server: The Milvus to use.
        collection: The collection's name; by default one derived from the rows.
        columns: What listings say, for filter expressions; without it, masks alone filter.
        exact_rows: Replaces EXACT_ROWS.
    """

    kind = "milvus"

    def __init__(
        self,
        server: MilvusServer,
        collection: str | None = None,
        columns: Columns | None = None,
        exact_rows: int | None = None,
    ) -> None:
        self._server, self._name, self._columns = server, collection, columns
        self._exact_rows = EXACT_ROWS if exact_rows is None else exact_rows
        self._collection: MilvusCollection | None = None
        self._rows: np.ndarray = np.zeros((0, 0), dtype=np.float16)
        self._deleted: np.ndarray = np.zeros(0, dtype=bool)

    @property
    def size(self) -> int:
        """The number of row numbers in use, deleted rows included."""
        return len(self._rows)

    def build(self, vectors: np.ndarray) -> None:
        """Replace the collection's rows by `vectors` (n, dim)."""
        collection = self._collection_for(vectors)
        collection.create(replace=True)
        self._send(collection, vectors, np.arange(len(vectors)))

    def open(self, vectors: np.ndarray) -> None:
        """Use the collection for the rows (n, dim) and send those that it lacks.

        An interrupted import resumes where it stopped. Raises WorkError if Milvus does not answer.
        """
        collection = self._collection_for(vectors)
        new = collection.create()
        missing = np.arange(len(vectors)) if new else collection.missing(len(vectors))
        self._send(collection, vectors, missing)

    def add(self, vectors: np.ndarray) -> None:
        """Append rows (m, dim), whose listings are unknown."""
        collection = self._built()
        check_rows(vectors, self._rows.shape[1])
        first = self.size
        for start in range(0, len(vectors), ROWS_PER_REQUEST):
            batch = vectors[start : start + ROWS_PER_REQUEST]
            records = None if self._columns is None else [empty_record() for _ in batch]
            collection.upsert(range(first + start, first + start + len(batch)), batch, records)
        self._rows = (
            np.concatenate([self._rows, vectors.astype(self._rows.dtype)]) if first else vectors
        )
        self._deleted = np.concatenate([self._deleted, np.zeros(len(vectors), dtype=bool)])

    def delete(self, rows: Iterable[int]) -> None:
        """Delete rows; the others keep their numbers.

        Opened again with its catalogue, the index holds them again.
        """
        numbers = sorted({int(row) for row in rows})
        if numbers and not 0 <= numbers[0] <= numbers[-1] < self.size:
            raise InputError(
                f"no rows {numbers[0]} to {numbers[-1]} in an index of {self.size} rows"
            )
        for start in range(0, len(numbers), ROWS_PER_REQUEST):
            self._built().delete(numbers[start : start + ROWS_PER_REQUEST])
        self._deleted[numbers] = True

    def search(
        self,
        queries: np.ndarray,
        k: int,
        mask: np.ndarray | None = None,
        constraints: Sequence[Constraint] = (),
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the k best rows of each query. Scores are exact; a graph may miss rows.

        See VectorIndex. Raises WorkError, in words for a shopper, if Milvus does not answer.
        """
        collection = self._built()
        queries = as_queries(queries, self._rows.shape[1])
        check_mask(mask, self.size)
        allowed = ~self._deleted if mask is None else mask & ~self._deleted
        if int(np.count_nonzero(allowed)) <= max(self._exact_rows, k):
            candidates = [np.flatnonzero(allowed)] * len(queries)
        else:
            where = self._filter(mask, constraints)
            try:
                candidates = self._candidates(collection, queries, k, allowed, where)
            except WorkError as error:
                logger.error("%s", error)
                raise WorkError(SEARCH_AWAY) from error
        return rescore_exact(self._rows, queries, candidates, k)

    def save(self, path: Path) -> None:
        """Have the server write its memory to disk; there is no local file."""
        self._built().flush()

    def _collection_for(self, vectors: np.ndarray) -> MilvusCollection:
        if vectors.ndim != 2 or not vectors.shape[1]:
            raise InputError(f"rows of shape {vectors.shape}; an index takes (n, dim)")
        name = self._name
        if name is None:
            content = np.ascontiguousarray(vectors).tobytes()
            name = "rows_" + blake2b(content, digest_size=12).hexdigest()
        return MilvusCollection(self._server, name, vectors.shape[1], self._columns is not None)

    def _send(self, collection: MilvusCollection, vectors: np.ndarray, missing: np.ndarray) -> None:
        """Send the missing rows of `vectors`, then take both into use."""
        if len(missing):
            logger.warning(
                "sending %d rows to Milvus at %s, once; about a thousand a second",
                len(missing),
                self._server.address,
            )
        for start in range(0, len(missing), ROWS_PER_REQUEST):
            rows = missing[start : start + ROWS_PER_REQUEST]
            records = None if self._columns is None else self._columns.records(rows.tolist())
            collection.upsert(rows.tolist(), vectors[rows], records)
        collection.finish(len(vectors))
        self._collection, self._rows = collection, vectors
        self._deleted = np.zeros(len(vectors), dtype=bool)

    def _filter(self, mask: np.ndarray | None, constraints: Sequence[Constraint]) -> str:
        if self._columns is None or mask is None:
            return ""
        return expression(constraints, self._columns.all_available(mask))

    def _candidates(
        self,
        collection: MilvusCollection,
        queries: np.ndarray,
        k: int,
        allowed: np.ndarray,
        where: str,
    ) -> list[np.ndarray]:
        """Return, for each query, the rows that are worth an exact score.

        Fetches ever more of the server's best rows until enough of them are allowed.
        """
        candidates: dict[int, np.ndarray] = {}
        limit = min(MAX_FETCH, max(MIN_FETCH, int(OVERFETCH * k)))
        while len(candidates) < len(queries):
            waiting = [number for number in range(len(queries)) if number not in candidates]
            fewest_allowed = float(k)
            answers = collection.search(queries[waiting], limit, where)
            for number, (rows, scores) in zip(waiting, answers, strict=True):
                # Without a longer answer to fetch, this one has to do.
                final = len(rows) < limit or limit == MAX_FETCH
                # Another process may have added rows.
                known = rows < len(allowed)
                rows, scores = rows[known], scores[known]
                passed = allowed[rows]
                count = int(np.count_nonzero(passed))
                fewest_allowed = min(fewest_allowed, float(count))
                if count >= k and (final or _is_clear_cut(scores, passed, k)):
                    candidates[number] = rows[passed]
                elif final:
                    candidates[number] = np.flatnonzero(allowed)
            limit = min(MAX_FETCH, int(limit * max(4.0, 1.5 * k / max(fewest_allowed, 0.5))))
        return [candidates[number] for number in range(len(queries))]

    def _built(self) -> MilvusCollection:
        if self._collection is None:
            raise InputError(NOT_BUILT)
        return self._collection


def _is_clear_cut(scores: np.ndarray, passed: np.ndarray, k: int) -> bool:
    """Return whether the k-th allowed row is better than the last one fetched.

    Otherwise rows of equal score may lie beyond.
    """
    last_wanted, last = float(scores[passed][k - 1]), float(scores[-1])
    return last_wanted - last > TIE * max(1.0, abs(last))

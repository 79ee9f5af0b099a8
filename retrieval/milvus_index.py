"""An index in Milvus: one collection for each content of a catalogue, on a server, a cluster, or in a file (Milvus Lite).

The server finds candidates by the wish's filter expression; the mask drops what the expression could not tell, and the
catalogue's half-precision vectors, mapped from disk, settle the order. Nothing hangs on an expression but speed: it lets through
all that the mask keeps. Where few rows remain, or the server's longest answer holds too few of them, those rows are scored here,
one by one: to send their numbers over the wire (`row in [...]`) takes longer than to score them here.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from pathlib import Path

import numpy as np

from errors import InputError, WorkError
from retrieval.columns import Columns, nothing_stated
from retrieval.exact import rescore_exact
from retrieval.expressions import expression
from retrieval.milvus_collection import MilvusCollection
from retrieval.milvus_server import MilvusServer
from vocabulary.wish import Constraint

logger = logging.getLogger(__name__)

EXACT_ROWS = 2_000
"""A filter that leaves at most so many rows is answered by scoring each of them."""
FETCH, FETCH_LEAST, FETCH_MOST = 1.25, 64, 16_384
"""Candidates for each wanted row at first, at least, and the most that a server returns."""
BATCH = 1_000
"""Rows sent at once: one megabyte of 256 dimensions."""
TIE = 1e-5
"""Scores nearer than that, relative, count as equal: the server's arithmetic is its own."""
AWAY = "The search does not answer right now, so I cannot look. Please send that again in a minute."


class MilvusIndex:
    """Candidates from Milvus, exact scores over the rows (n, dim) that `build` or `open` was given, which it keeps (a memory map
    stays one).

    collection: its name on the server; by default one of the rows' content. columns: what listings say, for filter expressions;
    without it masks alone filter. exact_rows: in place of EXACT_ROWS. Safe for many threads, except while rows are added or
    deleted.
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
        """Row numbers in use, those of deleted rows among them."""
        return len(self._rows)

    def build(self, vectors: np.ndarray) -> None:
        """Takes the rows (n, dim) in place of what the collection held."""
        collection = self._collection_for(vectors)
        collection.create(anew=True)
        self._take(collection, vectors, np.arange(len(vectors)))

    def open(self, vectors: np.ndarray) -> None:
        """Uses the collection as it is where it holds the rows (n, dim) of these numbers; sends those that it lacks.

        Raises WorkError where Milvus does not answer. An import that was killed goes on where it stopped.
        """
        collection = self._collection_for(vectors)
        fresh = collection.create()
        self._take(
            collection,
            vectors,
            np.arange(len(vectors)) if fresh else collection.missing(len(vectors)),
        )

    def add(self, vectors: np.ndarray) -> None:
        """Appends rows (m, dim)."""
        collection = self._held()
        if vectors.ndim != 2 or vectors.shape[1] != self._rows.shape[1]:
            raise InputError(
                f"rows of shape {vectors.shape} do not fit an index of {self._rows.shape[1]} dimensions"
            )
        first = self.size
        for start in range(0, len(vectors), BATCH):
            part = vectors[start : start + BATCH]
            silent = None if self._columns is None else [nothing_stated() for _ in part]
            collection.upsert(range(first + start, first + start + len(part)), part, silent)
        self._rows = (
            vectors if not first else np.concatenate([self._rows, vectors.astype(self._rows.dtype)])
        )
        self._deleted = np.concatenate([self._deleted, np.zeros(len(vectors), dtype=bool)])

    def delete(self, rows: Iterable[int]) -> None:
        """Takes rows out; the others keep their numbers. Opened again with its catalogue, the index holds them again."""
        gone = sorted({int(row) for row in rows})
        if gone and not 0 <= gone[0] <= gone[-1] < self.size:
            raise InputError(f"no rows {gone[0]} to {gone[-1]} in an index of {self.size} rows")
        for start in range(0, len(gone), BATCH):
            self._held().delete(gone[start : start + BATCH])
        self._deleted[gone] = True

    def search(
        self,
        queries: np.ndarray,
        k: int,
        mask: np.ndarray | None = None,
        constraints: Sequence[Constraint] = (),
    ) -> tuple[np.ndarray, np.ndarray]:
        """See VectorIndex. Scores are exact; a graph may miss rows. Raises WorkError, in a shopper's words, where Milvus is away."""
        collection = self._held()
        queries = np.ascontiguousarray(np.atleast_2d(queries), dtype=np.float32)
        if queries.shape[1] != self._rows.shape[1]:
            raise InputError(
                f"queries of {queries.shape[1]} dimensions do not fit an index of {self._rows.shape[1]}"
            )
        if mask is not None and mask.shape != (self.size,):
            raise InputError(f"a mask of shape {mask.shape} does not fit {self.size} rows")
        allowed = ~self._deleted if mask is None else mask & ~self._deleted
        count = int(np.count_nonzero(allowed))
        if count <= max(self._exact_rows, k):
            candidates = [np.flatnonzero(allowed)] * len(queries)
        else:
            try:
                candidates = self._found(
                    collection, queries, k, allowed, self._filter(mask, constraints)
                )
            except WorkError as error:
                logger.error("%s", error)
                raise WorkError(AWAY) from error
        return rescore_exact(self._rows, queries, candidates, k)

    def save(self, path: Path) -> None:
        """Has the server write what it holds to its disks; there is no file of ours."""
        self._held().flush()

    # -- inside

    def _collection_for(self, vectors: np.ndarray) -> MilvusCollection:
        if vectors.ndim != 2 or not vectors.shape[1]:
            raise InputError(f"rows of shape {vectors.shape}; an index takes (n, dim)")
        name = (
            self._name
            or "rows_"
            + blake2b(np.ascontiguousarray(vectors).tobytes(), digest_size=12).hexdigest()
        )
        return MilvusCollection(self._server, name, vectors.shape[1], self._columns is not None)

    def _take(self, collection: MilvusCollection, vectors: np.ndarray, missing: np.ndarray) -> None:
        if len(missing):
            logger.warning(
                "sending %d rows to Milvus at %s, once; about a thousand a second",
                len(missing),
                self._server.address,
            )
        for start in range(0, len(missing), BATCH):
            part = missing[start : start + BATCH]
            records = None if self._columns is None else self._columns.records(part.tolist())
            collection.upsert(part.tolist(), vectors[part], records)
        collection.finish(len(vectors))
        self._collection, self._rows, self._deleted = (
            collection,
            vectors,
            np.zeros(len(vectors), dtype=bool),
        )

    def _filter(self, mask: np.ndarray | None, constraints: Sequence[Constraint]) -> str:
        if self._columns is None or mask is None:
            return ""
        return expression(constraints, self._columns.all_available(mask))

    def _found(
        self,
        collection: MilvusCollection,
        queries: np.ndarray,
        k: int,
        allowed: np.ndarray,
        where: str,
    ) -> list[np.ndarray]:
        """For each query, rows that are worth an exact score: of the server's best, in ever longer answers, what is allowed."""
        found: dict[int, np.ndarray] = {}
        limit = min(FETCH_MOST, max(FETCH_LEAST, int(FETCH * k)))
        while len(found) < len(queries):
            waiting = [place for place in range(len(queries)) if place not in found]
            scarcest = float(k)
            for place, (rows, scores) in zip(
                waiting, collection.search(queries[waiting], limit, where), strict=True
            ):
                whole = len(rows) < limit
                rows, scores = (
                    rows[rows < len(allowed)],
                    scores[rows < len(allowed)],
                )  # another process may have added some
                kept = allowed[rows]
                scarcest = min(scarcest, float(np.count_nonzero(kept)))
                if np.count_nonzero(kept) >= k and (
                    whole or limit == FETCH_MOST or _apart(scores, kept, k)
                ):
                    found[place] = rows[kept]
                elif whole or limit == FETCH_MOST:
                    found[place] = np.flatnonzero(allowed)
            limit = min(FETCH_MOST, int(limit * max(4.0, 1.5 * k / max(scarcest, 0.5))))
        return [found[place] for place in range(len(queries))]

    def _held(self) -> MilvusCollection:
        if self._collection is None:
            raise InputError("the index is empty: call build(vectors) first")
        return self._collection


def _apart(scores: np.ndarray, kept: np.ndarray, k: int) -> bool:
    """Whether the k-th allowed row is better than the last one fetched: else rows of equal score may lie beyond."""
    last_wanted, last = float(scores[kept][k - 1]), float(scores[-1])
    return last_wanted - last > TIE * max(1.0, abs(last))

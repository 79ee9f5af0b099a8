"""One collection of Milvus: its columns, its index, and its reads and writes."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np

from errors import InputError
from retrieval.columns import AVAILABLE, FACETS, MAX_VALUE_BYTES, PRICE, Record
from retrieval.milvus_server import BUILD_SECONDS, SEARCH_SECONDS, MilvusServer, pymilvus

logger = logging.getLogger(__name__)

ROW, VECTOR = "row", "vector"
METRIC = "IP"
HNSW_FROM_ROWS = 10_000
"""Rows from which a server gets a graph (HNSW). Below, comparing all rows is as fast, and exact."""
HNSW_PARAMETERS = {"M": 16, "efConstruction": 200}
"""The usual middle values for the graph of Malkov and Yashunin, "Efficient and robust approximate
nearest neighbor search using HNSW graphs", 2018."""
EF_PER_HIT, MIN_EF = 2, 128
"""Rows that a graph search keeps in view for each one that it returns, and the fewest."""
LITE_VERSION_PREFIX = "milvus_lite"
READ_YOUR_WRITES, UP_TO_DATE = "Session", "Strong"
"""Consistency levels: of searches, and of queries made before rows are sent."""
ROWS_PER_PAGE = 10_000


class MilvusCollection:
    """The collection `name` of vectors with `dim` numbers.

    with_columns: whether it holds the columns of listings beside the vectors.
    """

    def __init__(self, server: MilvusServer, name: str, dim: int, with_columns: bool) -> None:
        self._server, self.name, self.dim, self._with_columns = server, name, dim, with_columns
        self._index_type = "FLAT"

    def create(self, replace: bool = False) -> bool:
        """Create the collection if it is missing; return whether it is new.

        replace: drop a collection of that name first.
        Raises InputError if one exists with other columns or dimensions.
        """
        # This has a short time-out: nobody should wait two minutes to learn that no server is up.
        version = self._server.version
        exists = self._server.call("has_collection", self.name)
        if exists and not replace:
            self._check_schema()
            return False
        if exists:
            self._server.call("drop_collection", self.name)
        created = self._server.try_call(
            "create_collection",
            self.name,
            schema=self._schema(),
            consistency_level=READ_YOUR_WRITES,
        )
        # A refusal is fine if another process created it meanwhile.
        if not created and not self._server.call("has_collection", self.name):
            self._server.call(
                "create_collection",
                self.name,
                schema=self._schema(),
                consistency_level=READ_YOUR_WRITES,
            )
        logger.info("made collection %s in Milvus %s", self.name, version)
        return created

    def upsert(
        self, rows: Sequence[int], vectors: np.ndarray, records: Sequence[Record] | None
    ) -> None:
        """Insert or replace rows by number, with vectors (m, dim) and columns, if there are any."""
        full = np.asarray(vectors, dtype=np.float32)
        columns: Sequence[Record] = records if records is not None else [{}] * len(full)
        data = [
            {ROW: int(row), VECTOR: vector, **record}
            for row, vector, record in zip(rows, full, columns, strict=True)
        ]
        self._server.call("upsert", self.name, data)

    def delete(self, rows: Sequence[int]) -> None:
        """Delete rows."""
        self._server.call("delete", self.name, ids=list(rows))

    def flush(self) -> None:
        """Have the server write its memory to disk."""
        self._server.call("flush", self.name, seconds=BUILD_SECONDS)

    def finish(self, size: int) -> None:
        """Build the index and load the collection, after the rows are in.

        An index that was built before its rows may stay empty.
        """
        if not self._has_index():
            self.flush()
            self._build_index(size)
        description = self._server.call("describe_index", self.name, VECTOR)
        self._index_type = str(description.get("index_type", "FLAT"))
        self._server.call("load_collection", self.name, seconds=BUILD_SECONDS)

    def missing(self, size: int) -> np.ndarray:
        """Return the row numbers below `size` that the collection lacks.

        Deletes rows from `size` on, which a longer catalogue left.
        """
        if not self._has_index():
            # An earlier import was killed. Queries need an index.
            self._build_index(size)
        self._server.call("load_collection", self.name, seconds=BUILD_SECONDS)
        while beyond := self._rows_where(f"{ROW} >= {size}"):
            self.delete(beyond)
        counts = self._server.call(
            "query", self.name, output_fields=["count(*)"], consistency_level=UP_TO_DATE
        )
        if int(counts[0]["count(*)"]) == size:
            return np.zeros(0, dtype=np.int64)
        present = np.zeros(size, dtype=bool)
        for start in range(0, size, ROWS_PER_PAGE):
            page = f"{ROW} >= {start} and {ROW} < {start + ROWS_PER_PAGE}"
            present[self._rows_where(page)] = True
        return np.flatnonzero(~present)

    def search(
        self, queries: np.ndarray, limit: int, where: str
    ) -> list[tuple[np.ndarray, np.ndarray]]:
        """Return, for each query (q, dim), at most `limit` rows that satisfy an expression.

        Each answer is row numbers int64 and scores float32, best first.
        """
        params = {"ef": max(EF_PER_HIT * limit, MIN_EF)} if self._index_type == "HNSW" else {}
        answer = self._server.call(
            "search",
            self.name,
            data=list(queries),
            filter=where,
            limit=limit,
            anns_field=VECTOR,
            search_params={"metric_type": METRIC, "params": params},
            seconds=SEARCH_SECONDS,
        )
        return [
            (np.array(hits.ids, dtype=np.int64), np.array(hits.distances, dtype=np.float32))
            for hits in answer
        ]

    def _rows_where(self, where: str) -> list[int]:
        """Return up to ROWS_PER_PAGE row numbers."""
        rows = self._server.call(
            "query",
            self.name,
            filter=where,
            output_fields=[ROW],
            limit=ROWS_PER_PAGE,
            consistency_level=UP_TO_DATE,
        )
        return [int(row[ROW]) for row in rows]

    def _schema(self) -> object:
        library = pymilvus()
        types = library.DataType
        schema = library.MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field(ROW, types.INT64, is_primary=True)
        schema.add_field(VECTOR, types.FLOAT_VECTOR, dim=self.dim)
        if self._with_columns:
            for facet in FACETS:
                schema.add_field(facet, types.VARCHAR, max_length=MAX_VALUE_BYTES)
            schema.add_field(PRICE, types.FLOAT)
            schema.add_field(AVAILABLE, types.BOOL)
        return schema

    def _check_schema(self) -> None:
        """Raise InputError if a collection of that name has other columns or dimensions."""
        description = self._server.call("describe_collection", self.name)
        fields = {field["name"]: field for field in description["fields"]}
        columns = (*FACETS, PRICE, AVAILABLE) if self._with_columns else ()
        if (
            set(fields) != {ROW, VECTOR, *columns}
            or int(fields[VECTOR]["params"]["dim"]) != self.dim
        ):
            raise InputError(
                f"collection {self.name} at {self._server.address} has other columns or "
                "dimensions than this program writes; drop it, and it is made anew"
            )

    def _has_index(self) -> bool:
        return VECTOR in self._server.call("list_indexes", self.name)

    def _build_index(self, size: int) -> None:
        """Build a graph on a server with many rows, else a flat index.

        A server that refuses the type chooses its own.
        """
        lite = self._server.version.startswith(LITE_VERSION_PREFIX)
        index_type = "HNSW" if size >= HNSW_FROM_ROWS and not lite else "FLAT"
        if not self._server.try_call(
            "create_index", self.name, self._index_params(index_type), seconds=BUILD_SECONDS
        ):
            self._server.call(
                "create_index", self.name, self._index_params("AUTOINDEX"), seconds=BUILD_SECONDS
            )

    def _index_params(self, index_type: str) -> object:
        params = pymilvus().MilvusClient.prepare_index_params()
        params.add_index(
            VECTOR,
            index_type=index_type,
            metric_type=METRIC,
            index_name=VECTOR,
            params=HNSW_PARAMETERS if index_type == "HNSW" else {},
        )
        return params

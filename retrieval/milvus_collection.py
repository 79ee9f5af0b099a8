"""One collection of Milvus: its columns, its index, and how rows come in and are found."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np

from errors import InputError
from retrieval.columns import AVAILABLE, FACETS, LONGEST, PRICE, Record
from retrieval.milvus_server import BUILD_SECONDS, SEARCH_SECONDS, MilvusServer, pymilvus

logger = logging.getLogger(__name__)

ROW, VECTOR = "row", "vector"
METRIC = "IP"
GRAPH_FROM = 10_000
"""Rows from which a server gets a graph (HNSW); below, comparing with every row is as fast, and exact."""
GRAPH = {"M": 16, "efConstruction": 200}
"""Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search using HNSW graphs", 2018: the common middle."""
EFFORT, EFFORT_LEAST = 2, 128
"""Rows that a graph's search keeps in view, for each that it returns, and at least."""
LITE = "milvus_lite"
READ_YOUR_WRITES, UP_TO_DATE = "Session", "Strong"
"""Consistency levels: of searches, and of what is asked before rows are sent."""
PAGE = 10_000


class MilvusCollection:
    """The collection `name` of vectors with `dim` numbers; with_columns: what listings say stands beside them."""

    def __init__(self, server: MilvusServer, name: str, dim: int, with_columns: bool) -> None:
        self._server, self.name, self.dim, self._with_columns = server, name, dim, with_columns
        self._kind = "FLAT"

    def create(self, anew: bool = False) -> bool:
        """Whether the collection is new. anew: drops one of that name first."""
        version = (
            self._server.version
        )  # asked with a short time-out: nobody waits two minutes to hear that no server is there
        exists = self._server.ask("has_collection", self.name)
        if exists and anew:
            self._server.ask("drop_collection", self.name)
        elif exists:
            self._check_shape()
            return False
        done = self._server.tell(
            "create_collection",
            self.name,
            schema=self._schema(),
            consistency_level=READ_YOUR_WRITES,
        )
        if not done and not self._server.ask(
            "has_collection", self.name
        ):  # another process may have been as quick
            self._server.ask(
                "create_collection",
                self.name,
                schema=self._schema(),
                consistency_level=READ_YOUR_WRITES,
            )
        logger.info("made collection %s in Milvus %s", self.name, version)
        return done

    def upsert(
        self, rows: Sequence[int], vectors: np.ndarray, records: Sequence[Record] | None
    ) -> None:
        """Puts rows in, or in place of what was there: row numbers, vectors (m, dim) and, where there are, columns."""
        full = np.asarray(vectors, dtype=np.float32)
        extra: Sequence[Record] = records if records is not None else [{}] * len(full)
        data = [
            {ROW: int(row), VECTOR: vector, **record}
            for row, vector, record in zip(rows, full, extra, strict=True)
        ]
        self._server.ask("upsert", self.name, data)

    def delete(self, rows: Sequence[int]) -> None:
        """Takes rows out."""
        self._server.ask("delete", self.name, ids=list(rows))

    def flush(self) -> None:
        """Has the server write what it holds."""
        self._server.ask("flush", self.name, seconds=BUILD_SECONDS)

    def finish(self, size: int) -> None:
        """Makes the index, now that the rows are in (one made before them may stay empty), and loads the collection."""
        if not self._indexed():
            self.flush()
            self._make_index(size)
        self._kind = str(
            self._server.ask("describe_index", self.name, VECTOR).get("index_type", "FLAT")
        )
        self._server.ask("load_collection", self.name, seconds=BUILD_SECONDS)

    def missing(self, size: int) -> np.ndarray:
        """Row numbers below `size` that are not in; rows from `size` on, of a longer catalogue, are taken out."""
        if not self._indexed():
            self._make_index(
                size
            )  # an import was killed before: without an index there is nothing to ask
        self._server.ask("load_collection", self.name, seconds=BUILD_SECONDS)
        while beyond := self._rows_where(f"{ROW} >= {size}"):
            self.delete(beyond)
        counted = self._server.ask(
            "query", self.name, output_fields=["count(*)"], consistency_level=UP_TO_DATE
        )
        if int(counted[0]["count(*)"]) == size:
            return np.zeros(0, dtype=np.int64)
        held = np.zeros(size, dtype=bool)
        for start in range(0, size, PAGE):
            held[self._rows_where(f"{ROW} >= {start} and {ROW} < {start + PAGE}")] = True
        return np.flatnonzero(~held)

    def search(
        self, queries: np.ndarray, limit: int, where: str
    ) -> list[tuple[np.ndarray, np.ndarray]]:
        """For each query (q, dim) at most `limit` rows that satisfy an expression: row numbers int64 and scores, best first."""
        params = {"ef": max(EFFORT * limit, EFFORT_LEAST)} if self._kind == "HNSW" else {}
        answer = self._server.ask(
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

    # -- inside

    def _rows_where(self, where: str) -> list[int]:
        """Up to PAGE row numbers."""
        rows = self._server.ask(
            "query",
            self.name,
            filter=where,
            output_fields=[ROW],
            limit=PAGE,
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
                schema.add_field(facet, types.VARCHAR, max_length=LONGEST)
            schema.add_field(PRICE, types.FLOAT)
            schema.add_field(AVAILABLE, types.BOOL)
        return schema

    def _check_shape(self) -> None:
        """Raises InputError where a collection of that name is another's."""
        fields = {
            field["name"]: field
            for field in self._server.ask("describe_collection", self.name)["fields"]
        }
        wanted = {ROW, VECTOR, *((*FACETS, PRICE, AVAILABLE) if self._with_columns else ())}
        if set(fields) != wanted or int(fields[VECTOR]["params"]["dim"]) != self.dim:
            raise InputError(
                f"collection {self.name} at {self._server.address} has other columns or dimensions than this "
                "program writes; drop it, and it is made anew"
            )

    def _indexed(self) -> bool:
        return VECTOR in self._server.ask("list_indexes", self.name)

    def _make_index(self, size: int) -> None:
        """A graph on a server with rows enough; else comparing with all; what the server chooses where it refuses that."""
        graph = size >= GRAPH_FROM and not self._server.version.startswith(LITE)
        wanted = self._index_of("HNSW" if graph else "FLAT")
        if not self._server.tell("create_index", self.name, wanted, seconds=BUILD_SECONDS):
            self._server.ask(
                "create_index", self.name, self._index_of("AUTOINDEX"), seconds=BUILD_SECONDS
            )

    def _index_of(self, kind: str) -> object:
        params = pymilvus().MilvusClient.prepare_index_params()
        params.add_index(
            VECTOR,
            index_type=kind,
            metric_type=METRIC,
            index_name=VECTOR,
            params=GRAPH if kind == "HNSW" else {},
        )
        return params

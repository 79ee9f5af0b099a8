"""Milvus for tests: Lite on a port that can go away and come back, and listings to filter by."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from concurrent import futures
from pathlib import Path

import grpc
import numpy as np
from milvus_lite.adapter.grpc.servicer import MilvusServicer
from milvus_lite.db import MilvusLite
from pymilvus.grpc_gen import milvus_pb2_grpc

import vocabulary
from catalog.facets import FacetTable
from catalog.item import Item
from catalog.listing.claims import Claim


class Moody(MilvusServicer):
    """Answers `failures` searches with "unavailable" before it works."""

    failures = 0

    def Search(self, request, context):  # noqa: N802, gRPC's name
        if self.failures > 0:
            self.failures -= 1
            context.abort(grpc.StatusCode.UNAVAILABLE, "still getting up")
        return super().Search(request, context)


class Guarded(MilvusServicer):
    """A server that rejects clients without the right token."""

    def Connect(self, request, context):  # noqa: N802, gRPC's name
        context.abort(
            grpc.StatusCode.UNAUTHENTICATED, "auth check failure, please check api key is correct"
        )


class Standalone:
    """Milvus Lite listening on a port, like a server."""

    def __init__(self, folder: Path, servicer: type[MilvusServicer] = MilvusServicer) -> None:
        self.folder, self.port, self._kind = folder, free_port(), servicer
        self.start()

    @property
    def uri(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._db = MilvusLite(str(self.folder))
        self._server = grpc.server(futures.ThreadPoolExecutor(max_workers=4))
        self.servicer = self._kind(self._db)
        milvus_pb2_grpc.add_MilvusServiceServicer_to_server(self.servicer, self._server)
        self._server.add_insecure_port(f"127.0.0.1:{self.port}")
        self._server.start()

    def stop(self) -> None:
        self._server.stop(grace=0).wait()
        self._db.close()


def free_port() -> int:
    """Return a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


BRANDS = (
    "Acme",
    'He said "no"',
    "back\\slash",
    "it's",
    "two\nlines",
    "smile 😀",
    'x"] or row >= 0 or brand in ["',
    "*",
    "",
    "{row}",
    "%like_",
    "naïve",
    "x" * 300,
)


class Listed:
    """Random listings, odd ones among them.

    They have sleeves of a belt, several colours, shades, and brands full of quotes.
    """

    def __init__(self, rows: int, seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        self._items = [_item(row, rng) for row in range(rows)]
        self.facets = FacetTable.of(self._items, self.claims(range(rows)))

    @property
    def available(self) -> np.ndarray:
        return self.facets.available

    def items(self, rows: Iterable[int]) -> list[Item]:
        return [self._items[row] for row in rows]

    def claims(self, rows: Iterable[int]) -> list[tuple[Claim, ...]]:
        return [() for _ in rows]


def _item(row: int, rng: np.random.Generator) -> Item:
    stated = {}
    for facet in vocabulary.ATTRIBUTE_FACETS:
        values = [*vocabulary.values(facet), 'own "value"', "*"]
        several = int(rng.choice([0, 1, 1, 1, 2, 3]))
        chosen = tuple(str(value) for value in rng.choice(values, size=several, replace=False))
        if chosen:
            stated[facet] = chosen
    price = (
        None
        if rng.random() < 0.1
        else round(float(rng.choice([19.99, 20.0, 50.0, 99999.99, rng.uniform(1, 300)])), 2)
    )
    return Item(
        id=str(row),
        title="a thing",
        brand=BRANDS[row % len(BRANDS)],
        price=price,
        available=bool(rng.random() < 0.9),
        attributes=stated,
    )

"""What every vector index offers, and the choice of one."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from pydantic import SecretStr

from catalog.files import VECTORS, lists_file, read_manifest
from catalog.strings import Stacked
from errors import InputError
from retrieval.columns import Columns, Listings
from vocabulary.wish import Constraint

logger = logging.getLogger(__name__)


class VectorIndex(Protocol):
    """Rows of vectors, searched by inner product. Row numbers are the catalogue's."""

    kind: str
    size: int

    def build(self, vectors: np.ndarray) -> None:
        """Takes the rows (n, dim), float16 or float32, in place of what it held."""

    def add(self, vectors: np.ndarray) -> None:
        """Appends rows (m, dim)."""

    def search(
        self,
        queries: np.ndarray,
        k: int,
        mask: np.ndarray | None = None,
        constraints: Sequence[Constraint] = (),
    ) -> tuple[np.ndarray, np.ndarray]:
        """The k best rows of each query (q, dim), best first, equal scores by row: rows (q, k) int64, -1 where there
        are fewer, and scores (q, k) float32. mask (n,) bool: only these rows are looked at. constraints: what the mask follows
        from (it may leave out more), for an index that knows the listings itself; the mask alone settles what is found.
        """

    def save(self, path: Path) -> None:
        """Writes the index to a file."""


@dataclass(frozen=True)
class Elsewhere:
    """Where an index outside this process lives, and what it holds beside vectors.

    uri: a server's address, or a file for Milvus Lite. collection: the name for this content of the catalogue. listings: where
    the columns for filters are read, None for vectors alone.
    """

    uri: str
    token: SecretStr | None = None
    collection: str | None = None
    listings: Listings | None = None


KINDS = ("auto", "faiss", "ivf", "milvus")
LISTS_FROM = 50_000
"""Rows from which `auto` takes an inverted file: several exact searches a turn take tens of milliseconds there."""


def build_index(
    vectors: np.ndarray | Stacked,
    kind: str = "auto",
    kept: Path | None = None,
    first: VectorIndex | None = None,
    device: str = "cpu",
    elsewhere: Elsewhere | None = None,
) -> VectorIndex:
    """An index over a catalogue's vectors (n, dim); where they are stacked, the parts after the first get one of their own.

    kind: `faiss` (exact; half precision when large), `ivf` (lists, and exact scores of what they find), `milvus` (a server's or
    a file's, `elsewhere`) or `auto`, which goes by the number of rows. kept: the file where lists are kept between starts; made
    when missing. first: an index of the first part that is there already. device: with `auto` or `cuda`, searches run on a GPU
    where FAISS has one. Raises InputError for another kind, and for a file that holds something else; WorkError where no Milvus
    answers.
    """
    if isinstance(vectors, Stacked):
        from retrieval.parted_index import PartedIndex

        own = first or build_index(vectors.parts[0], kind, kept, device=device, elsewhere=elsewhere)
        return PartedIndex(own, _exact(np.concatenate(vectors.parts[1:])))
    if first is not None:
        return first
    if kind not in KINDS:
        raise InputError(
            f"no vector index of kind {kind!r} here; allowed: {', '.join(KINDS)} (setting INDEX)"
        )
    if kind == "milvus":
        return _in_milvus(vectors, elsewhere)
    lists = kind == "ivf" or (kind == "auto" and len(vectors) >= LISTS_FROM)
    index = _lists(vectors, kept) if lists else _exact(vectors)
    return index if device == "cpu" else _with_gpu(index, vectors)


def _with_gpu(index: VectorIndex, vectors: np.ndarray) -> VectorIndex:
    from retrieval.gpu_index import GpuIndex, has_gpu, on_gpu

    return GpuIndex(index, on_gpu(vectors)) if has_gpu() else index


def first_part(index: VectorIndex) -> VectorIndex:
    """The index of a catalogue's first part, which outlives its updates."""
    return getattr(index, "first", index)


def make_lists(folder: Path, kind: str = "auto") -> None:
    """Makes the search lists of a large catalogue in `folder`, where they are wanted and missing, before somebody waits."""
    vectors, kept = (
        np.load(folder / VECTORS, mmap_mode="r"),
        lists_file(folder, read_manifest(folder)),
    )
    if (kind == "ivf" or (kind == "auto" and len(vectors) >= LISTS_FROM)) and not kept.is_file():
        _lists(vectors, kept)


def _exact(vectors: np.ndarray) -> VectorIndex:
    from retrieval.faiss_index import FaissIndex  # FAISS takes a third of a second to load

    index = FaissIndex()
    index.build(vectors)
    return index


def _in_milvus(vectors: np.ndarray, elsewhere: Elsewhere | None) -> VectorIndex:
    from retrieval.milvus_index import MilvusIndex
    from retrieval.milvus_server import MilvusServer

    if elsewhere is None:
        raise InputError("an index of kind 'milvus' needs an address: set MILVUS_URI")
    token = None if elsewhere.token is None else elsewhere.token.get_secret_value()
    columns = None if elsewhere.listings is None else Columns(elsewhere.listings)
    index = MilvusIndex(MilvusServer(elsewhere.uri, token), elsewhere.collection, columns)
    index.open(vectors)
    return index


def _lists(vectors: np.ndarray, kept: Path | None) -> VectorIndex:
    from retrieval.ivf_index import IvfIndex

    index = IvfIndex()
    if kept is not None and kept.is_file():
        index.load_lists(kept, vectors)
        return index
    logger.warning(
        "making search lists of %d rows, once; about ten thousand rows a second", len(vectors)
    )
    index.build(vectors)
    if kept is not None:
        try:
            half = kept.with_name(
                f".{kept.name}.{os.getpid()}"
            )  # others may have the file mapped that this one replaces
            index.save(half)
            half.replace(kept)
            index.load_lists(kept, vectors)  # from the file, so that the memory goes back
        except (
            OSError,
            RuntimeError,
        ) as error:  # a folder that is read-only: the next start makes them again
            logger.warning(
                "the search lists could not be kept at %s: %s", kept, str(error).splitlines()[0]
            )
    return index

"""Factory of the vector index that the settings select.

FAISS and the Milvus client are imported inside functions: FAISS takes a third of a second to
load, and pymilvus is optional.
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np
from pydantic import SecretStr

from catalog.files import VECTORS, lists_file, read_manifest
from catalog.sequences import StackedVectors
from catalog.store import Catalog
from errors import InputError
from retrieval.columns import Columns, Listings
from retrieval.parted_index import PartedIndex
from retrieval.protocol import BuildableIndex, VectorIndex
from settings import Settings

logger = logging.getLogger(__name__)

KINDS = ("auto", "faiss", "ivf", "milvus")
IVF_FROM_ROWS = 50_000
"""Rows from which `auto` builds an inverted file: exact searches take tens of milliseconds there,
and a turn makes several."""


@dataclass(frozen=True)
class MilvusLocation:
    """The address and collection of an index in Milvus.

    Attributes:
        uri: A server's address, or a file for Milvus Lite.
        token: `user:password` or a key, if the server requires one.
        collection: The collection's name; by default one derived from the vectors.
        listings: The source of filter columns; None stores only vectors.
    """

    uri: str
    token: SecretStr | None = None
    collection: str | None = None
    listings: Listings | None = None


def open_index(
    catalog: Catalog, settings: Settings, base: VectorIndex | None = None
) -> VectorIndex:
    """Return the index that the settings name, over a catalogue's vectors.

    base: an index of the catalogue's first part to reuse (see `base_index`).
    Raises the same errors as `build_index`.
    """
    content = f"{catalog.manifest['encoder']['fingerprint']} {catalog.manifest['content']}"
    collection = "stylist_" + blake2b(content.encode(), digest_size=12).hexdigest()
    return build_index(
        catalog.vectors,
        settings.index,
        lists_path=lists_file(catalog.folder, catalog.manifest),
        base=base,
        device=settings.device,
        milvus=MilvusLocation(settings.milvus_uri, settings.milvus_token, collection, catalog),
    )


def build_index(
    vectors: np.ndarray | StackedVectors,
    kind: str = "auto",
    lists_path: Path | None = None,
    base: VectorIndex | None = None,
    device: str = "cpu",
    milvus: MilvusLocation | None = None,
) -> VectorIndex:
    """Return an index over a catalogue's vectors (n, dim).

    Of stacked vectors, the first part gets an index of the given kind and the rest an exact one.

    Args:
        vectors: The rows.
        kind: `faiss` (exact; half precision when large), `ivf` (inverted lists with exact
            scores), `milvus`, or `auto`, which decides by the number of rows.
        lists_path: The file that keeps inverted lists between starts; written if missing.
        base: An existing index of the first part, used instead of a new one.
        device: With `auto` or `cuda`, searches run on a GPU if FAISS has one.
        milvus: The location of the index if the kind is `milvus`.

    Raises InputError if the kind is unknown or the file holds something else, and WorkError if
    Milvus does not answer.
    """
    if isinstance(vectors, StackedVectors):
        base = base or build_index(vectors.parts[0], kind, lists_path, device=device, milvus=milvus)
        return PartedIndex(base, _exact_index(np.concatenate(vectors.parts[1:])))
    if base is not None:
        return base
    if kind not in KINDS:
        raise InputError(
            f"no vector index of kind {kind!r} here; allowed: {', '.join(KINDS)} (setting INDEX)"
        )
    if kind == "milvus":
        return _milvus_index(vectors, milvus)
    index = (
        _ivf_index(vectors, lists_path)
        if _takes_lists(kind, len(vectors))
        else _exact_index(vectors)
    )
    return index if device == "cpu" else _with_gpu(index, vectors)


def base_index(index: VectorIndex) -> VectorIndex:
    """Return the index of a catalogue's first part, which outlives updates."""
    return index.base if isinstance(index, PartedIndex) else index


def make_lists(folder: Path, kind: str = "auto") -> None:
    """Write the search lists of the catalogue in `folder` if its size needs them and none exist."""
    vectors = np.load(folder / VECTORS, mmap_mode="r")
    path = lists_file(folder, read_manifest(folder))
    if _takes_lists(kind, len(vectors)) and not path.is_file():
        _ivf_index(vectors, path)


def _takes_lists(kind: str, rows: int) -> bool:
    return kind == "ivf" or (kind == "auto" and rows >= IVF_FROM_ROWS)


def _exact_index(vectors: np.ndarray) -> BuildableIndex:
    from retrieval.faiss_index import FaissIndex

    index = FaissIndex()
    index.build(vectors)
    return index


def _with_gpu(index: BuildableIndex, vectors: np.ndarray) -> VectorIndex:
    from retrieval.gpu_index import GpuIndex, flat_gpu_index, has_gpu

    return GpuIndex(index, flat_gpu_index(vectors)) if has_gpu() else index


def _milvus_index(vectors: np.ndarray, location: MilvusLocation | None) -> VectorIndex:
    from retrieval.milvus_index import MilvusIndex
    from retrieval.milvus_server import MilvusServer

    if location is None:
        raise InputError("an index of kind 'milvus' needs an address: set MILVUS_URI")
    token = None if location.token is None else location.token.get_secret_value()
    columns = None if location.listings is None else Columns(location.listings)
    index = MilvusIndex(MilvusServer(location.uri, token), location.collection, columns)
    index.open(vectors)
    return index


def _ivf_index(vectors: np.ndarray, path: Path | None) -> BuildableIndex:
    from retrieval.ivf_index import IvfIndex

    index = IvfIndex()
    if path is not None and path.is_file():
        index.load_lists(path, vectors)
        return index
    logger.warning(
        "making search lists of %d rows, once; about ten thousand rows a second", len(vectors)
    )
    index.build(vectors)
    if path is None:
        return index
    try:
        # Other processes may have mapped the file that this one replaces.
        unfinished = path.with_name(f".{path.name}.{os.getpid()}")
        index.save(unfinished)
        unfinished.replace(path)
        # Mapping the file releases the memory that building took.
        index.load_lists(path, vectors)
    except (OSError, RuntimeError) as error:  # a read-only folder: each start builds them again
        logger.warning(
            "the search lists could not be kept at %s: %s", path, str(error).splitlines()[0]
        )
    return index

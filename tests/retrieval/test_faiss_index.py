"""The exact index: its files, its precision. What it finds: `test_behaviour.py`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from errors import InputError
from retrieval import build_index
from retrieval.faiss_index import FaissIndex
from tests.retrieval.test_index_behaviour import QUERIES, VECTORS, brute


@pytest.mark.parametrize("precision", ["fp32", "fp16"])
def test_saved_and_loaded(precision: str, tmp_path: Path) -> None:
    index = FaissIndex(precision)
    index.build(VECTORS)
    index.save(tmp_path / "rows.faiss")
    loaded = FaissIndex.load(tmp_path / "rows.faiss")
    np.testing.assert_array_equal(loaded.search(QUERIES, 9)[0], index.search(QUERIES, 9)[0])
    assert loaded.size == 500 and loaded.precision == precision


def test_another_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "junk").write_bytes(b"not an index")
    with pytest.raises(InputError, match="is no FAISS index"):
        FaissIndex.load(tmp_path / "junk")


def test_auto_is_exact_and_in_full_precision_while_small() -> None:
    index = build_index(VECTORS)
    np.testing.assert_array_equal(index.search(QUERIES, 5)[0], brute(5))
    assert type(index._index).__name__ == "IndexFlatIP"

"""Composed query + wish -> ranked hits."""

from retrieval.factory import open_index
from retrieval.fusion import RankerWeights, load_ranker_weights, save_ranker_weights
from retrieval.index import Elsewhere, VectorIndex, build_index, first_part, make_lists
from retrieval.retriever import Hit, Retriever

__all__ = [
    "Elsewhere",
    "Hit",
    "RankerWeights",
    "Retriever",
    "VectorIndex",
    "build_index",
    "first_part",
    "load_ranker_weights",
    "make_lists",
    "open_index",
    "save_ranker_weights",
]

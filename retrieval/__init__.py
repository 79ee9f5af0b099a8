"""Composed query + wish -> ranked hits."""

from retrieval.fusion import RankerWeights, load_ranker_weights, save_ranker_weights
from retrieval.index import Elsewhere, VectorIndex, first_part, make_lists, open_index
from retrieval.opened import index_of
from retrieval.retriever import Hit, Retriever

__all__ = [
    "Elsewhere",
    "Hit",
    "RankerWeights",
    "Retriever",
    "VectorIndex",
    "first_part",
    "index_of",
    "load_ranker_weights",
    "make_lists",
    "open_index",
    "save_ranker_weights",
]

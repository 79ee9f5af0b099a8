"""Catalogue search: a composed query and a wish in, ranked hits out."""

from retrieval.factory import MilvusLocation, base_index, build_index, make_lists, open_index
from retrieval.fusion import RankerWeights, load_ranker_weights, save_ranker_weights
from retrieval.protocol import BuildableIndex, VectorIndex
from retrieval.retriever import Hit, Retriever

__all__ = [
    "BuildableIndex",
    "Hit",
    "MilvusLocation",
    "RankerWeights",
    "Retriever",
    "VectorIndex",
    "base_index",
    "build_index",
    "load_ranker_weights",
    "make_lists",
    "open_index",
    "save_ranker_weights",
]

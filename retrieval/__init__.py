"""Composed query + wish -> ranked hits."""

from retrieval.index import VectorIndex, open_index
from retrieval.retriever import Hit, RankerWeights, Retriever

__all__ = ["Hit", "RankerWeights", "Retriever", "VectorIndex", "open_index"]

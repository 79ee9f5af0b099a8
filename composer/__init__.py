"""Reference picture + wish -> one query vector."""

from composer.compose import KINDS, LEARNED, STATIC, Composer, compose, kinds_for
from composer.query import Query
from composer.weights import Weights, load_weights, save_weights

__all__ = [
    "KINDS",
    "LEARNED",
    "STATIC",
    "Composer",
    "Query",
    "Weights",
    "compose",
    "kinds_for",
    "load_weights",
    "save_weights",
]

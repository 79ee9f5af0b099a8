"""Reference picture + wish -> one query vector."""

from composer.compose import KINDS, Composer, compose
from composer.query import Query
from composer.space import Space
from composer.weights import Weights, load_weights, save_weights

__all__ = ["KINDS", "Composer", "Query", "Space", "Weights", "compose", "load_weights", "save_weights"]

"""From a shopper's photo to the shop: what counts as a hit."""

from __future__ import annotations

from evaluation.crossing import precision


def test_children_count_and_other_kinds_do_not() -> None:
    kinds = {"a": ("t-shirt",), "b": ("polo shirt",), "c": ("sneakers",), "d": ("jeans",)}
    assert precision(["a", "b", "c", "d"], frozenset({"t-shirt", "polo shirt"}), kinds) == 0.2
    assert precision(["c", "a"], frozenset({"shoes"}), kinds) == 0.1


def test_a_short_page_counts_its_empty_places() -> None:
    assert precision(["a"], frozenset({"dress"}), {"a": ("dress",)}) == 0.1

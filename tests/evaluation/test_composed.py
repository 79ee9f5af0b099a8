"""The composed benchmark: splits, queries and figures on a made-up shop with known answers."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from composer import Weights, compose
from errors import InputError
from evaluation.composed import ClassifyEditFilter, Gallery, known_wish, measure, ranked, read_wish
from evaluation.composer_tuning import descend
from evaluation.product_queries import KINDS, Product, read_products, sample_queries
from tests.composer.tiny_world import TinySpace

SPACE = TinySpace()
TYPES = {"Shirts": "shirt", "Skirts": "skirt", "Dresses": "dress"}


def gallery() -> Gallery:
    products, vectors = [], []
    colors, patterns, audiences = ("Red", "Navy", "White"), ("striped", "solid"), ("Women", "Men")
    for kind, color, pattern, audience in product(TYPES, colors, patterns, audiences):
        products.append(Product(str(len(products)), kind, color, pattern, audience))
        vectors.append(SPACE.item(seed=len(products), category=TYPES[kind], color=color.lower(), pattern=pattern,
                                  gender=audience.lower()))
    return Gallery(tuple(products), np.stack(vectors), SPACE)


SHOP = gallery()


def by(kind: str):
    def score(query, wish):
        return SHOP.vectors @ compose(kind, SHOP.vectors[query.reference], wish, None, SPACE, Weights()).vector
    return score


@pytest.mark.parametrize("kind", KINDS)
def test_queries_name_one_change_and_know_their_hits(kind: str) -> None:
    asked = sample_queries(SHOP.products, kind, 1000, seed=0)
    assert len({(q.reference, q.value) for q in asked}) == len(asked) > 30
    for query in asked:
        reference = SHOP.products[query.reference]
        for row in query.targets:
            hit = SHOP.products[row]
            assert hit.audience == reference.audience
            assert (hit.type == reference.type) == (kind != "retype")
            assert (hit.color == reference.color) == (kind != "recolour")
            assert query.value in (hit.type, hit.color, hit.pattern)
    assert sample_queries(SHOP.products, kind, 10, seed=0) == sample_queries(SHOP.products, kind, 10, seed=0)


@pytest.mark.parametrize("kind", KINDS)
def test_figures_where_the_answer_is_known(kind: str) -> None:
    asked = sample_queries(SHOP.products, kind, 40, seed=1)
    wishes = [known_wish(query) for query in asked]
    delta, picture = (measure(SHOP, asked, wishes, by(name)) for name in ("delta", "image"))
    filtered = measure(SHOP, asked, wishes, ClassifyEditFilter(SHOP).scores)
    assert delta["R@1"][0] == filtered["R@1"][0] == 1.0 > picture["R@1"][0]
    assert delta["R@1"][0] >= delta["P@10"][0] > 0
    low, high = picture["R@10"][1:]
    assert low <= picture["R@10"][0] <= high
    assert 0 <= delta["drift"][0] < 1


def test_the_planner_reads_what_is_known() -> None:
    for kind in KINDS:
        for query in sample_queries(SHOP.products, kind, 1000, seed=0):
            known, said = ({c.key for c in wish.constraints} for wish in (known_wish(query), read_wish(query)))
            assert known == said, query.phrase


def test_the_reference_is_not_in_its_own_gallery() -> None:
    assert 2 not in ranked(np.array([0.0, 0.5, 9.0, 0.5]), 2, 3)
    assert list(ranked(np.array([0.0, 0.5, 9.0, 0.5]), 2, 3)) == [1, 3, 0]


def test_products_are_kept_apart_by_design(data_dir) -> None:
    report, choose = (read_products(data_dir, role) for role in ("report", "choose"))
    assert len(report) > 500 and len(choose) > 200
    assert not {p.id for p in report} & {p.id for p in choose}
    assert {p.pattern for p in report} == {"", "striped", "checked", "graphic", "solid"}
    for kind in KINDS:
        assert len(sample_queries(report, kind, 300, seed=0)) > 200


def test_without_photos_it_says_what_is_missing(tmp_path) -> None:
    with pytest.raises(InputError, match="DATA_DIR"):
        read_products(tmp_path, "report")


def test_tuning_climbs_to_the_best_knobs() -> None:
    knobs = {"change": (lambda w, v: w.model_copy(update={"change": v}), (0.5, 1.0, 2.0)),
             "step": (lambda w, v: w.model_copy(update={"step": v}), (0.1, 0.8))}
    best, reached = descend(lambda w: -abs(w.change - 2.0) - abs(w.step - 0.1), Weights(), knobs)
    assert (best.change, best.step) == (2.0, 0.1) and reached == pytest.approx(0.0)

"""The ensemble's benches on a tiny catalogue: recall, ablation, fitting, rare values."""

from __future__ import annotations

import numpy as np
import pytest

from errors import InputError
from evaluation.composed.gallery import Gallery, Words
from evaluation.ensemble.run import EQUAL, LEFT_OUT, fit, leave_one_out, rare_lift, score, weighed
from evaluation.ensemble.wishes import (
    Ask,
    Bench,
    Unlisted,
    bench,
    drawn_asks,
    rare_asks,
    rare_values,
)
from retrieval import RankerWeights, load_ranker_weights, save_ranker_weights
from tests.composer.tiny_world import TinyCatalogue, TinySpace, wish


class Speaking(TinySpace):
    def encode_texts(self, texts):
        return np.stack([self.item(seed=n, noise=1.0) for n, _ in enumerate(texts)])


SPACE = Speaking()
SHOP = TinyCatalogue(SPACE)
GALLERY = Gallery(tuple(SHOP.ids), SHOP.vectors.astype(np.float32), SPACE)
TRUTH = [{facet: [value] for facet, value in record.items()} for record in SHOP.records]


def small_bench() -> Bench:
    return bench(SHOP, GALLERY, drawn_asks(TRUTH, SHOP.groups, 12, seed=0), Words(SPACE))


def test_every_wish_has_fitting_designs() -> None:
    asks = drawn_asks(TRUTH, SHOP.groups, 12, seed=0)
    assert len(asks) >= 10
    for ask in asks:
        for group in ask.fitting:
            records = [r for r, g in zip(SHOP.records, SHOP.groups, strict=True) if g == group]
            assert any(r["category"] == ask.wish.on("category")[0].value for r in records)


def test_recall_counts_fitting_designs_among_ten() -> None:
    wishes = bench(
        SHOP,
        GALLERY,
        [
            Ask(
                wish("require category dress"),
                None,
                frozenset(
                    g
                    for r, g in zip(SHOP.records, SHOP.groups, strict=True)
                    if r["category"] == "dress"
                ),
            )
        ],
        Words(SPACE),
    )
    assert wishes.recall(wishes.pools(), RankerWeights()) == [1.0]
    wrong = Bench(
        wishes.catalog,
        wishes.gallery,
        (Ask(wishes.asks[0].wish, None, frozenset({"design-none"})),),
        wishes.queries,
    )
    assert wrong.recall(wrong.pools(), RankerWeights()) == [0.0]


def test_a_ranker_that_is_left_out_neither_votes_nor_brings_candidates() -> None:
    wishes = small_bench()
    for pool in wishes.pools(LEFT_OUT["composed vector"] | LEFT_OUT["text"]):
        assert not {"composed", "text"} & set(pool.scores)
    only = wishes.pools(frozenset().union(*LEFT_OUT.values()))
    assert all(set(pool.scores) == {"any"} for pool in only)


def test_leaving_out_the_deciding_ranker_costs_recall() -> None:
    wishes = small_bench()
    benches = {"tiny": (wishes, wishes.pools())}
    found = leave_one_out(benches, RankerWeights())
    assert set(found) == {"nothing", *LEFT_OUT}
    blind = wishes.recall(wishes.pools(frozenset().union(*LEFT_OUT.values())), RankerWeights())
    assert np.mean(blind) < found["nothing"]["tiny"]["R@10"][0]


def test_fitted_weights_are_no_worse_and_are_compared() -> None:
    wishes = small_bench()
    benches = {"tiny": (wishes, wishes.pools())}
    fitted = fit(benches, EQUAL)
    assert score(benches, fitted) >= score(benches, EQUAL)
    against = weighed(
        {"fitting": benches, "report": benches},
        {"equal": EQUAL, "shipped": EQUAL, "fitted": fitted},
    )
    assert against["equal"]["report"]["difference_to_shipped"] == [0.0, 0.0, 0.0]
    assert against["fitted"]["report"]["difference_to_equal"][0] >= 0.0


def test_rare_values_are_those_of_few_items() -> None:
    truth = [{"category": ["dress"], "material": ["cotton"]}] * 200 + [
        {"category": ["dress"], "material": ["sequin"]}
    ]
    assert rare_values(truth) == [("material", "sequin")]
    asks = rare_asks(truth, [str(n) for n in range(201)])
    assert [len(ask.wish.constraints) for ask in asks] == [1, 2] and all(
        ask.fitting == {"200"} and ask.rare for ask in asks
    )


def test_lift_of_rare_values_where_there_are_any() -> None:
    wishes = small_bench()
    assert rare_lift({"tiny": (wishes, [])}, RankerWeights()) == {}
    marked = Bench(
        wishes.catalog,
        wishes.gallery,
        tuple(Ask(a.wish, None, a.fitting, n < 3) for n, a in enumerate(wishes.asks)),
        wishes.queries,
    )
    found = rare_lift({"tiny": (marked, [])}, RankerWeights())["tiny"]
    assert found["wishes"] == 3
    assert found["lift"][0] == pytest.approx(found["with"][0] - found["without"][0], abs=1e-3)


def test_hidden_listings_say_nothing() -> None:
    hidden = Unlisted(GALLERY.vectors, SHOP.ids, SHOP.groups)
    assert (
        hidden.allowed_rows(wish("exclude color red").constraints).all()
        and hidden.text_search("red", 9) == []
    )


def test_weights_survive_saving_and_loading(tmp_path) -> None:
    path = tmp_path / "weights.json"
    save_ranker_weights(RankerWeights(slice=0.4, without=frozenset({"text"})), path, "abc", "why")
    assert load_ranker_weights(path) == RankerWeights(slice=0.4)
    assert load_ranker_weights().composed > 0
    path.write_text('{"weights": {"slices": 1}}')
    with pytest.raises(InputError, match=r"weights\.json.*allowed fields"):
        load_ranker_weights(path)
    with pytest.raises(InputError, match="evaluation ensemble"):
        load_ranker_weights(tmp_path / "none.json")

"""Composed-query benchmark: splits, queries and figures on a made-up shop with known answers."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from PIL import Image

from composer import Weights, compose
from errors import InputError
from evaluation.composed.choice import settle
from evaluation.composed.gallery import Gallery, Words, known_wish, read_wish
from evaluation.composed.methods import MIXED, NONE, SLICED, WHOLE, ClassifyEditFilter, Methods
from evaluation.composed.product_queries import (
    KINDS,
    MORE_KINDS,
    Product,
    read_products,
    sample_queries,
    worded,
)
from evaluation.composed.references import assemblers, several_references, two_pictures
from evaluation.composed.run import comparisons
from evaluation.composed.scores import comparison, measure, query_rows, ranked
from evaluation.composed.sheet import picked, save_sheet
from evaluation.composed.tuning import descend
from evaluation.composed.wordings import over_wordings, overall, read_wordings
from tests.composer.tiny_world import TinySpace, wish


class Speaking(TinySpace):
    """A tiny space whose text tower knows the colours, types and patterns by name."""

    def encode_texts(self, texts):
        named = [
            {
                facet: [v for v in self.prototypes(facet).values if v in text]
                for facet in ("color", "category", "pattern")
            }
            for text in texts
        ]
        return np.stack(
            [
                self.item(seed=n, noise=0.3, **{f: tuple(v) for f, v in facets.items() if v})
                for n, facets in enumerate(named)
            ]
        )


SPACE = Speaking()
TYPES = {"Shirts": "shirt", "Skirts": "skirt", "Dresses": "dress"}


def gallery() -> Gallery:
    products, vectors = [], []
    colors, patterns, audiences = ("Red", "Navy", "White"), ("striped", "solid"), ("Women", "Men")
    for kind, color, pattern, audience in product(TYPES, colors, patterns, audiences):
        products.append(Product(str(len(products)), kind, color, pattern, audience))
        vectors.append(
            SPACE.item(
                seed=len(products),
                category=TYPES[kind],
                color=color.lower(),
                pattern=pattern,
                gender=audience.lower(),
            )
        )
    return Gallery(tuple(products), np.stack(vectors), SPACE)


SHOP = gallery()


def by(kind: str):
    def score(query, wish):
        return (
            SHOP.vectors
            @ compose(kind, SHOP.vectors[query.reference], wish, None, SPACE, Weights()).vector
        )

    return score


@pytest.mark.parametrize("kind", KINDS)
def test_queries_name_one_change_and_their_hits(kind: str) -> None:
    queries = sample_queries(SHOP.products, kind, 1000, seed=0)
    assert len({(q.reference, q.value) for q in queries}) == len(queries) > 30
    for query in queries:
        reference = SHOP.products[query.reference]
        for row in query.targets:
            hit = SHOP.products[row]
            assert hit.audience == reference.audience
            assert (hit.type == reference.type) == (kind != "retype")
            assert (hit.color == reference.color) == (kind != "recolour")
            assert query.value in (hit.type, hit.color, hit.pattern)
    assert sample_queries(SHOP.products, kind, 10, seed=0) == sample_queries(
        SHOP.products, kind, 10, seed=0
    )


@pytest.mark.parametrize("kind", KINDS)
def test_figures_where_the_answer_is_known(kind: str) -> None:
    queries = sample_queries(SHOP.products, kind, 40, seed=1)
    wishes = [known_wish(query) for query in queries]
    delta, picture = (measure(SHOP, queries, wishes, by(name)) for name in ("delta", "image"))
    filtered = measure(SHOP, queries, wishes, ClassifyEditFilter(SHOP).scores)
    assert delta["R@1"][0] == filtered["R@1"][0] == 1.0 > picture["R@1"][0]
    assert delta["R@1"][0] >= delta["P@10"][0] > 0
    low, high = picture["R@10"][1:]
    assert low <= picture["R@10"][0] <= high
    assert 0 <= delta["drift"][0] < 1


def test_the_planner_reads_the_known_wish() -> None:
    for kind in KINDS:
        for query in sample_queries(SHOP.products, kind, 1000, seed=0):
            known, read = (
                {c.key for c in wish.constraints} for wish in (known_wish(query), read_wish(query))
            )
            assert known == read, query.phrase


@pytest.mark.parametrize("kind", MORE_KINDS)
def test_queries_of_a_no_and_of_two_changes(kind: str) -> None:
    queries = sample_queries(SHOP.products, kind, 200, seed=0)
    assert len(queries) > 20
    for query in queries:
        reference = SHOP.products[query.reference]
        for hit in (SHOP.products[row] for row in query.targets):
            assert (hit.type, hit.audience) == (reference.type, reference.audience)
            own = {"color": hit.color, "pattern": hit.pattern}
            assert all((own[a.facet] == a.value) == (a.op == "require") for a in query.asked)
        assert {c.key for c in known_wish(query).constraints} == {
            c.key for c in read_wish(query).constraints
        }


def test_no_to_a_colour_bans_its_children() -> None:
    shop = [
        Product(str(n), "Shirts", color, "", "Men")
        for n, color in enumerate(("Blue", "Navy Blue", "Red"))
    ]
    of = {
        shop[q.reference].color: q.targets for q in sample_queries(shop, "exclude_color", 9, seed=0)
    }
    assert of == {"Blue": {2}, "Navy Blue": {0, 2}, "Red": {0, 1}}


def test_the_reference_is_not_in_its_own_gallery() -> None:
    assert 2 not in ranked(np.array([0.0, 0.5, 9.0, 0.5]), 2, 3)
    assert list(ranked(np.array([0.0, 0.5, 9.0, 0.5]), 2, 3)) == [1, 3, 0]


def test_products_are_split_by_design(data_dir) -> None:
    report, choose = (read_products(data_dir, role) for role in ("report", "choose"))
    assert len(report) > 500 and len(choose) > 200
    assert not {p.id for p in report} & {p.id for p in choose}
    assert {p.pattern for p in report} == {"", "striped", "checked", "graphic", "solid"}
    for kind in KINDS:
        assert len(sample_queries(report, kind, 300, seed=0)) > 200


def test_missing_photos_are_named(tmp_path) -> None:
    with pytest.raises(InputError, match="DATA_DIR"):
        read_products(tmp_path, "report")


def test_tuning_climbs_to_the_best_knobs() -> None:
    knobs = {
        "change": (lambda w, v: w.model_copy(update={"change": v}), (0.5, 1.0, 2.0)),
        "step": (lambda w, v: w.model_copy(update={"step": v}), (0.1, 0.8)),
    }
    best, reached = descend(lambda w: -abs(w.change - 2.0) - abs(w.step - 0.1), Weights(), knobs)
    assert (best.change, best.step) == (2.0, 0.1) and reached == pytest.approx(0.0)


def methods(**mixes: float) -> Methods:
    return Methods(SHOP, Words(SPACE), mixes, Weights())


def test_methods_are_the_registered_composers_and_the_baselines() -> None:
    assert set(methods().names()) >= {*WHOLE, *SLICED, NONE, "delta"}
    assert set(methods().names(["delta"])) == {*WHOLE, *SLICED, NONE, "delta"}
    with pytest.raises(InputError, match=r"no composer magic.*delta"):
        methods().names(["magic"])


def test_every_static_fusion_has_its_own_mix() -> None:
    query = sample_queries(SHOP.products, "recolour", 1, seed=0)[0]
    wish = known_wish(query)
    mostly_picture, mostly_words = (
        methods(sum=mix).scorer("sum")(query, wish) for mix in (0.01, 0.99)
    )
    np.testing.assert_allclose(mostly_picture, methods().scorer("image")(query, wish), atol=0.05)
    np.testing.assert_allclose(mostly_words, methods().scorer("text")(query, wish), atol=0.05)


def test_mixes_and_the_best_composer_are_chosen() -> None:
    mixes, best = settle(SHOP, Words(SPACE), 20, seed=0, kinds=["delta"])
    assert best == "delta" and set(mixes) == set(MIXED)
    assert all(0 < mix < 1 for mix in mixes.values())
    with pytest.raises(InputError, match=r"baselines alone.*delta"):
        settle(SHOP, Words(SPACE), 5, seed=0, kinds=["sum"])


def test_the_phrase_is_what_the_shopper_typed() -> None:
    query = worded(
        sample_queries(SHOP.products, "recolour", 1, seed=0)[0], "plain shirt in {color}"
    )
    wish = known_wish(query)
    heard = methods(**{"text of the very phrase": 1.0}).scorer("text of the very phrase")(
        query, wish
    )
    np.testing.assert_allclose(
        heard,
        SHOP.vectors
        @ compose(
            "text", None, wish, SPACE.encode_texts([query.phrase])[0], SPACE, Weights()
        ).vector,
        atol=1e-5,
    )


def test_comparisons_name_the_strongest_of_each_family() -> None:
    queries = {kind: sample_queries(SHOP.products, kind, 30, seed=0) for kind in KINDS}
    rows = {
        name: {
            kind: query_rows(SHOP, chosen, [known_wish(q) for q in chosen], methods().scorer(name))
            for kind, chosen in queries.items()
        }
        for name in methods().names(["delta"])
    }
    compared = comparisons(rows, "delta")
    assert set(compared) == {
        f"{family}: {change}"
        for family in ("whole vectors", "in slices", "no fusion")
        for change in ("all", *KINDS)
    }
    whole = compared["whole vectors: all"]
    assert whole["baseline"] in WHOLE and whole["ratio"].mean >= 1.0
    same = comparison(rows["delta"], rows["delta"])
    assert (
        same["difference"].rounded() == [0.0, 0.0, 0.0]
        and same["ratio"].mean == 1.0
        and not same["apart"]
    )


def test_filtering_handles_exclusions_and_comparatives() -> None:
    """Excluding a colour leaves the others; "more" lies beyond the reference's own value."""
    query = sample_queries(SHOP.products, "exclude_color", 1, seed=0)[0]
    best = ranked(ClassifyEditFilter(SHOP).scores(query, known_wish(query)), query.reference, 2)
    assert set(best.tolist()) <= query.targets
    lengths = ("sleeveless", "short", "long")
    space = np.stack(
        [
            SPACE.item(
                seed=n,
                category="dress",
                color="red",
                pattern="solid",
                gender="women",
                sleeve_length=value,
            )
            for n, value in enumerate(lengths)
        ]
    )
    shop = Gallery(lengths, space, SPACE)
    for op, row in (("more", 2), ("less", 0)):
        scores = ClassifyEditFilter(shop).scores(
            replace(query, reference=1), wish(f"{op} sleeve_length length")
        )
        assert int(np.argmax(scores)) == row


WORDS = {
    "recolour": ("like this in {color}", "the {color} one of these"),
    "exclude_pattern": ("nothing {pattern}", "xyz {pattern}"),
}


def test_wordings_of_the_same_queries_and_their_spread() -> None:
    rows = over_wordings(SHOP, by("delta"), WORDS, 20, seed=0)
    recolour, unlike = rows["recolour"], rows["exclude_pattern"]
    assert [w["read_as_meant"] for w in recolour["wordings"]] == [1.0, 1.0]
    assert recolour["spread"] == 0.0 and recolour["wordings"][0]["R@10"] == recolour["known"]
    assert [w["read_as_meant"] for w in unlike["wordings"]] == [1.0, 0.0]
    assert 0.0 <= overall(rows) < 1.0


def test_the_shipped_wordings_are_six_of_every_kind(tmp_path) -> None:
    wordings = read_wordings()
    assert set(wordings) == {*KINDS, *MORE_KINDS} and {
        len(templates) for templates in wordings.values()
    } == {6}
    for kind, templates in wordings.items():
        query = sample_queries(SHOP.products, kind, 1, seed=0)[0]
        phrases = {worded(query, template).phrase for template in templates}
        assert len(phrases) == 6 and not any("{" in phrase for phrase in phrases)
    for text in ("", "recolour = ['one']", "repaint = ['a', 'b']", "no toml ="):
        (tmp_path / "w.toml").write_text(text)
        with pytest.raises(InputError, match=r"w\.toml"):
            read_wordings(tmp_path / "w.toml")


def test_two_pictures_give_the_garment_and_the_borrowed_slice() -> None:
    for kind in KINDS:
        for two in two_pictures(SHOP, kind, 20, seed=0):
            reference, second = SHOP.products[two.query.reference], SHOP.products[two.second]
            assert two.second not in two.query.targets and two.query.value in (
                second.type,
                second.color,
                second.pattern,
            )
            assert (second.type != reference.type) or kind == "retype"
    two = two_pictures(SHOP, "recolour", 1, seed=0)[0]
    vector = assemblers(SHOP, "delta", Weights())["slices of both"](two)
    span, rest = SPACE.layout.slice("color"), SPACE.layout.slice("category")
    assert (
        SHOP.products[int(np.argmax(SHOP.vectors[:, span] @ vector[span]))].color == two.query.value
    )
    assert (
        SHOP.products[int(np.argmax(SHOP.vectors[:, rest] @ vector[rest]))].type
        == SHOP.products[two.query.reference].type
    )


def test_slices_of_both_beat_the_mean_and_are_compared_with_one_picture() -> None:
    figures = several_references(SHOP, "delta", 30, seed=0)
    one = figures["one picture, the value named"]["R@10"][0]
    slices, mean = figures["slices of both"], figures["mean of both pictures"]
    assert one == 1.0 and slices["R@10"][0] > mean["R@10"][0] and slices["ratio"][0] > 0.9


def test_a_contact_sheet_shows_hits_and_misses(tmp_path) -> None:
    picks = picked(SHOP, by("image"), 40, seed=0)
    hits = [bool(set(rows.tolist()) & query.targets) for query, rows in picks]
    assert len(picks) == 12 and 0 < sum(hits) < 12
    opened = []
    save_sheet(
        tmp_path / "new" / "sheet.png",
        SHOP,
        by("image"),
        lambda row: opened.append(row) or Image.new("L", (9, 5)),
        40,
        0,
    )
    assert Image.open(tmp_path / "new" / "sheet.png").size[1] % 12 == 0 and len(opened) == 12 * 7

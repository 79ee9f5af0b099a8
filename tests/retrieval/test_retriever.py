"""The ensemble over a tiny catalogue: filters, fusion, grouping, order."""

from __future__ import annotations

import numpy as np
import pytest

from composer import compose
from retrieval import RankerWeights, Retriever, build_index
from retrieval.fusion import ranks, reciprocal_rank_fusion
from retrieval.rankers import specialists
from retrieval.words import listing_query
from tests.composer.tiny_world import TinyCatalogue, TinySpace, wish
from vocabulary.wish import Wish

SPACE = TinySpace()


@pytest.fixture
def catalogue() -> TinyCatalogue:
    return TinyCatalogue(SPACE)


@pytest.fixture
def retriever(catalogue: TinyCatalogue) -> Retriever:
    return Retriever(catalogue, SPACE, build_index(catalogue.vectors))


def search(
    retriever: Retriever, asked: Wish, k: int, picture: np.ndarray | None = None, **options: object
):
    return retriever.search(compose("delta", picture, asked, None, SPACE), asked, k, **options)


def test_contradicting_rows_never_come(retriever: Retriever, catalogue: TinyCatalogue) -> None:
    asked = wish("require category dress", "require color red")
    fitting = catalogue.rows(category="dress", color="red")
    catalogue.contradicted = set(sorted(fitting)[:2])
    hits = search(retriever, asked, 90, one_per_group=False)
    assert len(hits) == len(catalogue) - 2
    assert not {hit.row for hit in hits} & catalogue.contradicted
    assert {hit.row for hit in hits[: len(fitting) - 2]} == fitting - catalogue.contradicted


def test_excluded_rows_never_come(retriever: Retriever, catalogue: TinyCatalogue) -> None:
    asked = wish("require color red")
    first = search(retriever, asked, 5)
    second = search(retriever, asked, 5, exclude_rows=[hit.row for hit in first])
    assert not {hit.row for hit in first} & {hit.row for hit in second}
    assert search(retriever, asked, 5, exclude_rows=range(len(catalogue))) == []


def test_one_hit_a_design_with_its_colourways_behind_it(
    retriever: Retriever, catalogue: TinyCatalogue
) -> None:
    asked = wish("require category shirt", "require color navy")
    hits = search(retriever, asked, 6)
    assert len({catalogue.groups[hit.row] for hit in hits}) == 6
    for hit in hits:
        assert catalogue.records[hit.row]["color"] == "navy"
        assert {catalogue.groups[row] for row in hit.siblings} == {catalogue.groups[hit.row]}
        assert len(hit.siblings) == 4 and hit.row not in hit.siblings


def test_near_duplicates_are_one_design(catalogue: TinyCatalogue) -> None:
    catalogue.vectors[1] = catalogue.vectors[0]
    catalogue.groups = [f"own-{row}" for row in range(len(catalogue))]
    retriever = Retriever(catalogue, SPACE, build_index(catalogue.vectors))
    hits = search(retriever, Wish(), 10, picture=catalogue.vectors[0].astype(np.float32))
    assert hits[0].row == 0 and 1 in hits[0].siblings


def test_scores_are_shares_of_the_best_possible(
    retriever: Retriever, catalogue: TinyCatalogue
) -> None:
    hits = search(retriever, Wish(), 10, picture=catalogue.vectors[4].astype(np.float32))
    assert hits[0].row == 4 and hits[0].score == pytest.approx(1.0, abs=1e-2)
    assert all(0 <= hit.score <= 1 for hit in hits)
    assert hits[0].ranks["composed"] == 1


def test_the_same_question_gets_the_same_answer(catalogue: TinyCatalogue) -> None:
    catalogue.vectors[:] = catalogue.vectors[0]
    catalogue.records = [catalogue.records[0]] * len(catalogue)
    catalogue.groups = [f"own-{row}" for row in range(len(catalogue))]
    retriever = Retriever(catalogue, SPACE, build_index(catalogue.vectors))
    hits = search(retriever, wish("require color red"), 8, one_per_group=False)
    assert [hit.id for hit in hits] == sorted(catalogue.ids)[:8]


def test_a_wish_of_price_alone_is_answered(retriever: Retriever) -> None:
    hits = search(retriever, Wish(), 8)
    assert len(hits) == 8 and hits == search(retriever, Wish(), 8)


def test_taste_breaks_what_the_wish_leaves_open(
    retriever: Retriever, catalogue: TinyCatalogue
) -> None:
    taste = np.zeros(SPACE.dim, dtype=np.float32)
    taste[SPACE.layout.slice("pattern")] = [0, 0, 1]
    asked = wish("require category dress")
    florals = {}
    for name, given in (("without", None), ("with", taste)):
        hits = search(retriever, asked, 10, taste=given, one_per_group=False)
        florals[name] = sum(catalogue.records[hit.row]["pattern"] == "floral" for hit in hits)
    assert florals["with"] > florals["without"]
    assert "taste" in hits[0].ranks


def test_listings_speak_too(retriever: Retriever, catalogue: TinyCatalogue) -> None:
    """The picture of a red dress was taken for a shirt: its listing still brings it up."""
    row = sorted(catalogue.rows(category="dress", color="red", pattern="floral"))[0]
    span = SPACE.layout.slice("category")
    catalogue.vectors[row, span] = catalogue.vectors[0, span]
    asked = wish(
        "require category dress",
        "require color red",
        "require pattern floral",
        words="red floral dress",
    )
    without = Retriever(catalogue, SPACE, build_index(catalogue.vectors), RankerWeights(text=0.0))
    with_text = Retriever(catalogue, SPACE, build_index(catalogue.vectors), RankerWeights(text=1.0))
    place = {
        name: [hit.row for hit in search(r, asked, 90, one_per_group=False)].index(row)
        for name, r in (("without", without), ("with", with_text))
    }
    assert place["with"] < place["without"]


def test_specialists_judge_what_is_required(catalogue: TinyCatalogue) -> None:
    found = specialists(
        wish("require color blue", "exclude pattern striped", "prefer category dress"), SPACE
    )
    assert set(found) == {"color", "not pattern", "maybe category"}
    probability = found["color"].scores(catalogue.vectors.astype(np.float32))
    blue = catalogue.rows(color="blue")
    assert all(probability[row] > 0.8 for row in blue)
    assert all(probability[row] < 0.2 for row in set(range(len(catalogue))) - blue)
    fitting = found["not pattern"].scores(catalogue.vectors.astype(np.float32)) > 0.5
    assert set(np.flatnonzero(~fitting)) == catalogue.rows(pattern="striped")


def test_soft_wishes_have_a_share_and_what_the_photo_shows_has_none() -> None:
    seen = wish("prefer color red", source="photo", confidence=0.8).constraints
    said = wish("prefer pattern floral", source="vibe", confidence=0.5).constraints
    found = specialists(Wish(constraints=(*seen, *said)), SPACE)
    assert {name: specialist.share for name, specialist in found.items()} == {"maybe pattern": 0.5}
    assert set(specialists(wish("prefer category shirt", "require category dress"), SPACE)) == {
        "category"
    }


def test_the_kind_in_the_photo_holds_against_lookalikes(
    retriever: Retriever, catalogue: TinyCatalogue
) -> None:
    """A dress that looks just like the shirt in the photo comes after the shirts."""
    shirts = catalogue.rows(category="shirt", pattern="striped", gender="men")
    row = sorted(catalogue.rows(category="dress", color="black"))[0]
    reference = catalogue.vectors[min(shirts)].astype(np.float32)
    span = SPACE.layout.slice("category")
    kind = catalogue.vectors[row, span].copy()
    catalogue.vectors[row], catalogue.vectors[row, span] = reference, 2 * kind + reference[span]
    catalogue.vectors[row, span] /= np.linalg.norm(catalogue.vectors[row, span])
    lookalike = Retriever(catalogue, SPACE, build_index(catalogue.vectors))
    places = [
        hit.row for hit in search(lookalike, Wish(), 90, picture=reference, one_per_group=False)
    ]
    assert places.index(row) > max(places.index(shirt) for shirt in shirts)


def test_a_specialist_of_details_reads_each_on_its_own(catalogue: TinyCatalogue) -> None:
    found = specialists(wish("require details pockets"), SPACE)["details"]
    probability = found.scores(catalogue.vectors.astype(np.float32))
    pockets = catalogue.rows(details="pockets")
    assert min(probability[list(pockets)]) > max(np.delete(probability, list(pockets)))
    vectors = np.stack(
        [SPACE.item(details=d, material="cotton") for d in ("hood", ("hood", "pockets"), "zipper")]
    )
    both = specialists(wish("require details pockets", "require details hood"), SPACE)[
        "details"
    ].scores(vectors)
    one_of = wish("require details pockets", "require details hood", any=1)
    either = specialists(one_of, SPACE)["details"].scores(vectors)
    assert int(np.argmax(both)) == 1 and both[0] < both[1]
    assert min(either[:2]) > either[2]


def test_unwanted_words_are_not_looked_up() -> None:
    asked = wish(
        "require color navy",
        "exclude pattern patterned",
        words="Like this, but in navy and without stripes or flowers; something nautical",
    )
    words = listing_query(asked).split()
    assert {"navy", "nautical"} <= set(words)
    assert not {"stripes", "flowers", "striped", "floral", "like", "without"} & set(words)


def test_ranks_and_fusion() -> None:
    scores = np.array([0.5, np.nan, 0.9, 0.5])
    np.testing.assert_array_equal(ranks(scores), [2, 0, 1, 2])
    fused = reciprocal_rank_fusion(
        {"x": np.array([1, 2, 0]), "y": np.array([2, 1, 3])}, {"x": 1.0, "y": 0.5}, k=60
    )
    np.testing.assert_allclose(fused, [1 / 61 + 0.5 / 62, 1 / 62 + 0.5 / 61, 0.5 / 63])

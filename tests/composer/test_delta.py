"""The slice-wise delta shift: what it moves and what it must leave alone."""

from __future__ import annotations

import numpy as np
import pytest

from composer import Weights, compose, load_weights, save_weights
from composer.shades import lightness_and_chroma
from errors import InputError
from tests.composer.tiny_world import SIZES, TinySpace, wish
from vocabulary.wish import Constraint, Wish

SPACE = TinySpace()
REFERENCE = SPACE.item(
    seed=1,
    noise=0.02,
    category="shirt",
    color="light blue",
    pattern="striped",
    sleeve_length="short",
    length="knee",
    material="cotton",
    details="pockets",
    gender="men",
)
WEIGHTS = Weights(firm=0.0)


def delta(
    *constraints: str,
    picture: np.ndarray | None = REFERENCE,
    words: np.ndarray | None = None,
    **options: object,
):
    return compose("delta", picture, wish(*constraints, **options), words, SPACE, WEIGHTS)


def part(vector: np.ndarray, name: str) -> np.ndarray:
    return vector[SPACE.layout.slice(name)]


def score(query, facet: str, value: str) -> float:
    """The query's inner product with a value's prototype in its slice."""
    prototypes = SPACE.prototypes(facet)
    return float(
        part(query.vector, SPACE.facet_slice[facet])
        @ prototypes.vectors[prototypes.values.index(value)]
    )


def test_untouched_slices_are_the_references() -> None:
    query = delta("require color navy")
    for name in SIZES:
        if name != "color":
            np.testing.assert_allclose(
                part(query.vector, name), WEIGHTS.kept(name) * part(REFERENCE, name), atol=1e-6
            )


def test_a_changed_slice_moves_to_the_prototype() -> None:
    query = delta("require pattern floral")
    np.testing.assert_allclose(part(query.vector, "pattern"), [0, 0, WEIGHTS.change], atol=1e-6)


def test_a_facet_in_a_shared_slice_leaves_its_neighbours() -> None:
    """Longer sleeves must not lengthen the hem: the lengths keep their relative scores."""
    before, after = delta(), delta("require sleeve_length long")
    assert score(after, "sleeve_length", "long") > score(after, "sleeve_length", "short") + 0.3
    for value in ("mini", "maxi"):
        gap_before = score(before, "length", "knee") - score(before, "length", value)
        gap_after = score(after, "length", "knee") - score(after, "length", value)
        assert gap_after == pytest.approx(gap_before, abs=0.02)


def test_a_detail_is_added_and_the_others_stay() -> None:
    before, after = delta(), delta("require details hood")
    assert score(after, "details", "hood") > 0.9
    for facet, value in (("details", "pockets"), ("material", "cotton")):
        assert score(after, facet, value) == pytest.approx(score(before, facet, value), abs=1e-3)


def test_an_excluded_value_and_its_children_are_pushed_away() -> None:
    stripes = delta("exclude pattern striped")
    assert score(stripes, "pattern", "striped") < 0 < score(stripes, "pattern", "solid")
    blues = delta("exclude color blue")
    for value in ("blue", "navy", "light blue"):
        assert score(blues, "color", value) < score(blues, "color", "red")


def test_blue_but_not_navy() -> None:
    query = delta("require color blue", "exclude color navy")
    assert score(query, "color", "blue") > score(query, "color", "navy") + 0.3


def test_instead_of_does_not_bend_the_wanted_value() -> None:
    plain = delta("require color black")
    instead = delta("require color black", "exclude color navy")
    np.testing.assert_allclose(instead.vector, plain.vector, atol=1e-6)


def test_alternatives_are_their_mean() -> None:
    either = Wish(
        constraints=tuple(
            Constraint(facet="color", op="require", value=value, any=1)
            for value in ("red", "green")
        )
    )
    query = compose("delta", REFERENCE, either, None, SPACE, WEIGHTS)
    assert score(query, "color", "red") == pytest.approx(score(query, "color", "green"))
    assert score(query, "color", "red") > 0.6 and query.weights["color"] == pytest.approx(
        WEIGHTS.change
    )


def test_preferring_adds_by_confidence() -> None:
    weak = delta("prefer color red", confidence=0.3)
    strong = delta("prefer color red", confidence=0.9)
    assert (
        score(delta(), "color", "red") < score(weak, "color", "red") < score(strong, "color", "red")
    )


def test_a_blurred_reference_leans_to_what_it_may_be() -> None:
    """Half shirt, half dress, a little of a third kind: the third and the unexplained shrink."""
    span = SPACE.layout.slice("category")
    blurred = REFERENCE.copy()
    blurred[span] = np.array([0.6, 0.0, 0.6, 0.4, 0.35]) / np.linalg.norm(
        [0.6, 0.0, 0.6, 0.4, 0.35]
    )
    plain, firm = (
        compose("delta", blurred, Wish(), None, SPACE, Weights(firm=amount))
        for amount in (0.0, 2.0)
    )
    assert firm.weights["category"] == pytest.approx(plain.weights["category"])
    assert score(firm, "category", "shirt") > score(plain, "category", "shirt")
    assert score(firm, "category", "bag") < score(plain, "category", "bag") - 0.05


def test_what_was_seen_in_the_photo_firms_up_its_slice() -> None:
    query = delta("prefer pattern striped", source="photo", confidence=0.9)
    assert query.weights["pattern"] == pytest.approx(WEIGHTS.kept("pattern"))
    assert score(query, "pattern", "striped") > score(delta(), "pattern", "striped")


@pytest.mark.parametrize(
    ("line", "facet", "more_of", "less_of"),
    [
        ("more color dark", "color", "navy", "white"),
        ("less color dark", "color", "white", "navy"),
        ("more color light", "color", "white", "black"),
        ("more color colorful", "color", "red", "grey"),
        ("more sleeve_length length", "sleeve_length", "long", "sleeveless"),
        ("less length length", "length", "mini", "maxi"),
        ("more pattern floral", "pattern", "floral", "solid"),
        ("less pattern striped", "pattern", "floral", "striped"),
    ],
)
def test_comparatives_move_along_their_axis(
    line: str, facet: str, more_of: str, less_of: str
) -> None:
    before, after = delta(), delta(line)
    gain = {
        value: score(after, facet, value) - score(before, facet, value)
        for value in (more_of, less_of)
    }
    assert gain[more_of] > 0.1 and gain[less_of] < 0.1 < gain[more_of] - gain[less_of]


def test_darker_keeps_the_hue() -> None:
    """A darker light blue is navy before it is black."""
    query = delta("more color dark")
    assert score(query, "color", "navy") > score(query, "color", "black")
    assert score(query, "color", "navy") > score(query, "color", "light blue")


def test_dark_blue() -> None:
    query = delta("require color blue", "require color dark", picture=None)
    assert max(SPACE.prototypes("color").values, key=lambda v: score(query, "color", v)) == "navy"


def test_words_alone_leave_other_slices_silent() -> None:
    query = delta("require color red", "require category dress", picture=None)
    assert {name for name, weight in query.weights.items() if weight > 0} == {"color", "category"}
    assert query.total == pytest.approx(2 * WEIGHTS.change)


def test_abstract_values_are_what_they_cover() -> None:
    query = delta("require pattern patterned", picture=None)
    assert score(query, "pattern", "striped") == pytest.approx(score(query, "pattern", "floral"))
    assert score(query, "pattern", "striped") > score(query, "pattern", "solid") + 0.5


def test_a_value_without_prototype_takes_the_words() -> None:
    words = SPACE.item(seed=5)
    query = delta("require color turquoise", words=words)
    own = part(words, "color") - SPACE.prototypes("color").vectors.mean(axis=0)
    np.testing.assert_allclose(
        part(query.vector, "color"), WEIGHTS.change * own / np.linalg.norm(own), atol=1e-5
    )
    unsaid = part(delta("require color turquoise").vector, "color")
    np.testing.assert_allclose(unsaid, WEIGHTS.kept("color") * part(REFERENCE, "color"), atol=1e-6)


def test_style_speaks_in_the_appearance_slice() -> None:
    words = SPACE.item(seed=6)
    query = delta("prefer style elegant", words=words)
    gain = part(query.vector, "appearance") - WEIGHTS.kept("appearance") * part(
        REFERENCE, "appearance"
    )
    np.testing.assert_allclose(gain, WEIGHTS.prefer * part(words, "appearance"), atol=1e-5)


def test_a_bag_keeps_no_sleeves() -> None:
    assert delta("require category bag").weights["silhouette"] == 0
    assert delta("require category dress").weights["silhouette"] > 0


def test_price_size_and_brand_move_nothing() -> None:
    np.testing.assert_array_equal(
        delta("require brand Acme", "require size M").vector, delta().vector
    )


def test_nothing_said_is_nothing_asked() -> None:
    assert delta(picture=None).total == 0
    words = SPACE.item(seed=7)
    assert delta(picture=None, words=words).total > 0


def test_lightness_and_chroma_follow_the_eye() -> None:
    light = {
        color: lightness_and_chroma(color)[0]
        for color in ("black", "navy", "blue", "light blue", "white")
    }
    assert list(light) == sorted(light, key=light.get)
    assert lightness_and_chroma("white")[0] == pytest.approx(98, abs=1)
    assert lightness_and_chroma("grey")[1] < 3 < 60 < lightness_and_chroma("red")[1]


def test_faults_are_named(tmp_path) -> None:
    with pytest.raises(InputError, match="allowed: image, text, sum, slerp, delta"):
        compose("magic", REFERENCE, Wish(), None, SPACE)
    with pytest.raises(InputError, match="picture's vector has shape"):
        compose("delta", REFERENCE[:-1], Wish(), None, SPACE)
    with pytest.raises(InputError, match="no composer checkpoint"):
        load_weights(tmp_path / "none.json")
    (tmp_path / "bad.json").write_text('{"weights": {"chance": 2}}')
    with pytest.raises(InputError, match="allowed fields: keep, change"):
        load_weights(tmp_path / "bad.json")


def test_checkpoints_come_back_as_they_were(tmp_path) -> None:
    weights = Weights(change=1.25, keep={"category": 0.5})
    save_weights(weights, tmp_path / "w.json", encoder="tiny", note="by hand")
    assert load_weights(tmp_path / "w.json") == weights
    assert load_weights().change > 0

"""Photos through the real graph on a tiny shop."""

from __future__ import annotations

import pytest

from agent import Stylist
from errors import InputError
from tests.agent.told import ids, wish
from tests.agent.world import CodeBookEncoder


def test_a_photo_gives_soft_wishes_and_a_kind(
    tiny: Stylist, session: str, codebook: CodeBookEncoder
) -> None:
    photo = codebook.picture(
        {
            "category": "dress",
            "color": "navy",
            "pattern": "striped",
            "sleeve_length": "short",
            "gender": "women",
        }
    )
    reply = tiny.chat(session, "like this but in red, no stripes", image=photo)
    by_facet = {(c.facet, c.op): c for c in reply.constraints}
    assert (
        by_facet["category", "require"].source == "photo"
        and by_facet["category", "require"].confidence > 0.95
    )
    assert by_facet["color", "require"].value == "red" and ("color", "prefer") not in by_facet
    assert ("pattern", "prefer") not in by_facet  # the words took it away
    assert ids(reply) == ["I01"]
    assert reply.photo["category"]["dress"] > 0.9
    follow = tiny.chat(session, "in green instead")
    assert ids(follow) == ["I07"]  # still a dress like the photo's, still no stripes


def test_a_known_photo_is_not_embedded_again(
    tiny: Stylist, session: str, codebook: CodeBookEncoder
) -> None:
    photo = codebook.picture({"category": "shirt", "color": "green"})
    tiny.chat(session, "like this", image=photo)
    before = codebook.embedded
    tiny.chat(session, "cheaper")
    tiny.chat(session, "like this", image=photo)
    assert codebook.embedded == before


def test_a_corrected_photo_counts_as_corrected(
    tiny: Stylist, session: str, codebook: CodeBookEncoder
) -> None:
    photo = codebook.picture({"category": "dress", "color": "navy", "pattern": "striped"})
    tiny.chat(session, "like this", image=photo)
    reply = tiny.correct_photo(session, "category", "shirt")
    assert any(
        (c.facet, c.op, c.value, c.source) == ("category", "require", "shirt", "button")
        for c in reply.constraints
    )
    assert all("shirt" in card.title for card in reply.items)
    reply = tiny.correct_photo(session, "pattern", None)
    assert not any(c.facet == "pattern" for c in reply.constraints)
    with pytest.raises(InputError, match="cannot be"):
        tiny.correct_photo(session, "color", "blurple")


def test_a_new_photo_takes_the_old_ones_place(
    tiny: Stylist, session: str, codebook: CodeBookEncoder
) -> None:
    tiny.chat(
        session,
        "like this, no stripes, under 200",
        image=codebook.picture({"category": "dress", "color": "navy"}),
    )
    reply = tiny.chat(
        session,
        "like this",
        image=codebook.picture({"category": "shirt", "color": "red", "gender": "women"}),
    )
    assert [
        c.value
        for c in reply.constraints
        if c.source == "photo" and c.facet in ("category", "color", "gender")
    ] == ["shirt", "red", "women"]
    assert wish(reply) == {"exclude striped", "require at most 200"}


def test_two_photos_are_one_reference(
    tiny: Stylist, session: str, codebook: CodeBookEncoder
) -> None:
    photos = [
        codebook.picture({"category": "shirt", "color": c, "pattern": "solid"})
        for c in ("red", "black")
    ]
    reply = tiny.chat(session, "like these", image=photos)
    assert len(tiny.history(session)[0].photos) == 2
    assert "shirt" in reply.items[0].title
    assert "shirt" in tiny.chat(session, "cheaper").items[0].title

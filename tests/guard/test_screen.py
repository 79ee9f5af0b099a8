"""The quick look before the judge: it points to what the judge will let through."""

from __future__ import annotations

import numpy as np
import pytest

from guard import CONFIRMED
from vocabulary.wish import Constraint, Wish


def wish(*texts: str) -> Wish:
    constraints: list[Constraint] = []
    for number, text in enumerate(texts):
        op, facet, value = text.split(" ", 2)
        values = value.split("/")
        constraints += [
            Constraint(facet=facet, op=op, value=v, any=number if len(values) > 1 else None)
            for v in values
        ]
    return Wish(constraints=tuple(constraints))


WISHES = [
    wish("require category dress"),
    wish("exclude pattern striped"),
    wish("require category shirt/dress", "exclude color black"),
    wish("exclude details pockets"),
    wish("require color dark"),
    wish("require color navy/grey", "require gender women"),
]


@pytest.mark.parametrize(
    "wanted", WISHES, ids=[" ".join("-".join(c.key) for c in w.constraints) for w in WISHES]
)
def test_it_foretells_the_judge(stylist, wanted: Wish) -> None:
    catalog, guard = stylist.catalog, stylist.tools.guard
    rows = np.flatnonzero(catalog.allowed_rows(wanted)).tolist()  # the search drops the others
    vectors = np.asarray(catalog.vectors[rows], dtype=np.float32)
    confirmed = [[catalog.affirmed_rows((c,))[rows] for c in group] for group in wanted.groups()]
    chance = guard.fit_probability(vectors, wanted.groups(), confirmed)
    judged = guard.judge(catalog.items(rows), vectors, catalog.claims(rows), wanted.constraints)
    status = np.array([judged.status(place) for place in range(len(rows))])
    assert (status == "ok").any() and ((chance >= 0) & (chance <= CONFIRMED)).all()
    # Most of what fits is foretold (a shade depends on the stated colour), and most of what is
    # foretold fits.
    assert (chance[status == "ok"] == CONFIRMED).mean() > 0.7
    assert (status[chance == CONFIRMED] == "ok").mean() > 0.7
    assert (
        not (status == "broken").any()
        or chance[status == "broken"].mean() < chance[status == "ok"].mean() - 0.3
    )


def test_prices_are_for_listings_to_confirm(stylist) -> None:
    catalog = stylist.catalog
    wanted = Wish(constraints=(Constraint(facet="price", op="require", value={"max": 1}),))
    none = [[np.zeros(len(catalog), dtype=bool)]]
    assert (
        stylist.tools.guard.fit_probability(
            np.asarray(catalog.vectors, dtype=np.float32), wanted.groups(), none
        )
        == 0
    ).all()

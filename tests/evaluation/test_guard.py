"""The guard's benchmark on made-up answers whose figures are known."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from catalog.labelled.photos import Photo
from evaluation.guard import auc, hidden_listings, picture_alone, totals
from evaluation.no_wishes import no_wishes, through_the_agent
from guard import Guard, look
from tests.guard.toy import ToyEncoder

ENCODER = ToyEncoder()


def photo(pattern: str, pockets: bool) -> Photo:
    seen = {"pattern": frozenset({pattern})}
    return Photo("product", "1", "apart", seen, {"pockets": pockets}, {}, "", "report", seen)


def test_auc() -> None:
    assert auc(np.array([0.1, 0.4, 0.9]), np.array([False, False, True])) == 1
    assert auc(np.array([0.5, 0.5]), np.array([False, True])) == 0.5
    assert np.isnan(auc(np.array([0.5]), np.array([True])))


def test_pictures_alone_and_hidden_listings() -> None:
    photos = [photo("striped", True)] * 5 + [photo("solid", False)] * 5 + [photo("striped", True)]
    vectors = np.stack([ENCODER.picture(pattern=next(iter(p.seen["pattern"])), **({"details": "pockets"} if
                                                                                 p.details["pockets"] else {}))
                        for p in photos[:10]] + [ENCODER.picture(pattern="solid")])  # the last one is misleading
    seen = look(ENCODER, vectors)
    figures = picture_alone(photos, seen)
    assert figures["pattern"]["accuracy"] == pytest.approx(10 / 11, abs=1e-4)
    assert figures["pockets"]["auc"] == pytest.approx(1 - 2.5 / 30, abs=1e-4)
    rows = {row["value"]: row for row in hidden_listings(photos, vectors, Guard(ENCODER))}
    assert rows["striped"]["passed"] == 6 and rows["striped"]["passed_broken"] == 1
    assert totals(list(rows.values()))["good_hidden"] == 0


def _truth() -> dict[str, dict[str, list[str]]]:
    striped = {f"s{n}": {"category": ["shirt"], "pattern": ["striped"]} for n in range(3)}
    return striped | {f"p{n}": {"category": ["shirt"], "pattern": ["solid"]} for n in range(10)}


def test_wishes_are_asked_where_ten_designs_fit() -> None:
    truth = _truth()
    own = {id_: id_ for id_ in truth}
    asked = no_wishes(truth, own, 50, seed=0)
    assert {(w.category, w.value) for w in asked} == {
        (kind, unwanted) for kind in ("shirt", "top") for unwanted in ("striped", "patterned")}, "a shirt is a top"
    assert all(w.like is None or w.like.startswith("s") for w in asked)
    assert no_wishes(truth, dict.fromkeys(truth, "one design"), 50, seed=0) == []


class _Stylist:
    """Shows three striped shirts when unguarded, and plain ones with one unconfirmed striped shirt when guarded."""

    def new_session(self) -> str:
        return "s"

    def forget(self, session: str) -> None:
        assert session == "s"

    def chat(self, session: str, text: str, like: str | None, k: int, guard: bool) -> SimpleNamespace:
        assert "no " in text and k == 10
        shown = [f"p{n}" for n in range(4)] if guard else ["s0", "s1", "s2", "p0"]
        return SimpleNamespace(items=[SimpleNamespace(id=i) for i in shown],
                               unconfirmed=[SimpleNamespace(id="s0")] if guard else [])


def test_unconfirmed_items_count_as_shown() -> None:
    truth = _truth()
    asked = no_wishes(truth, {id_: id_ for id_ in truth}, 2, seed=0)
    on, off = (through_the_agent(_Stylist(), asked, truth, guard=g) for g in (True, False))
    assert (on["shown"], on["broken"], on["unconfirmed"]) == (10, 2, 2)
    assert (off["shown"], off["broken"], off["broken_share"]) == (8, 6, 0.75)
    assert on["slots_filled"] == 0.5

"""Guard benchmark on made-up answers with known figures."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import numpy as np
import pytest

from catalog.item import Item
from datasets.photos import Photo
from evaluation.guard import curve as guard_curve
from evaluation.guard import photos as guard_photos
from evaluation.guard.no_wishes import no_wishes, through_the_agent
from evaluation.guard.run import hidden_listings, picture_alone, totals
from guard import Guard, look
from tests.guard.toy import ToyEncoder

ENCODER = ToyEncoder()


def photo(pattern: str, pockets: bool) -> Photo:
    seen = {"pattern": frozenset({pattern})}
    return Photo("product", "1", "apart", seen, {"pockets": pockets}, {}, "", "report", seen)


def test_pictures_alone_and_hidden_listings() -> None:
    photos = [photo("striped", True)] * 5 + [photo("solid", False)] * 5 + [photo("striped", True)]
    vectors = np.stack(
        [
            ENCODER.picture(
                pattern=next(iter(p.seen["pattern"])),
                **({"details": "pockets"} if p.details["pockets"] else {}),
            )
            for p in photos[:10]
        ]
        + [ENCODER.picture(pattern="solid")]
    )  # the last one is misleading
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
    wishes = no_wishes(truth, own, 50, seed=0)
    assert {(w.category, w.value) for w in wishes} == {
        (kind, unwanted) for kind in ("shirt", "top") for unwanted in ("striped", "patterned")
    }, "a shirt is a top"
    assert all(w.like is None or w.like.startswith("s") for w in wishes)
    assert no_wishes(truth, dict.fromkeys(truth, "one design"), 50, seed=0) == []


class _Stylist:
    """A stylist that shows three striped shirts without the guard.

    With the guard, it shows plain shirts and an unconfirmed striped one.
    """

    def new_session(self) -> str:
        return "s"

    def forget(self, session: str) -> None:
        assert session == "s"

    def chat(
        self, session: str, text: str, like: str | None, k: int, guard: bool
    ) -> SimpleNamespace:
        assert "no " in text and k == 10
        shown = [f"p{n}" for n in range(4)] if guard else ["s0", "s1", "s2", "p0"]
        return SimpleNamespace(
            items=[SimpleNamespace(id=i) for i in shown],
            unconfirmed=[SimpleNamespace(id="s0")] if guard else [],
        )


def test_unconfirmed_items_count_as_shown() -> None:
    truth = _truth()
    wishes = no_wishes(truth, {id_: id_ for id_ in truth}, 2, seed=0)
    on, off = (through_the_agent(_Stylist(), wishes, truth, guard=g) for g in (True, False))
    assert (on["shown"], on["broken"], on["unconfirmed"]) == (10, 2, 2)
    assert (off["shown"], off["broken"], off["broken_share"]) == (8, 6, 0.75)
    assert on["slots_filled"] == 0.5


def _cases() -> list:
    photos = [photo("striped", True)] * 8 + [photo("solid", False)] * 12
    vectors = np.stack(
        [
            ENCODER.picture(
                pattern=next(iter(p.seen["pattern"])),
                **({"details": "pockets"} if p.details["pockets"] else {}),
            )
            for p in photos
        ]
    )
    items = [
        Item(
            id=str(n),
            title="Thing",
            attributes={"pattern": tuple(p.seen["pattern"])} if n % 2 else {},
        )
        for n, p in enumerate(photos)
    ]
    return list(
        guard_photos.cases(
            photos, items, vectors, (("pattern", ("striped",)), ("details", ("pockets",)))
        )
    )


def test_listing_picture_and_both_on_photos_with_known_answers() -> None:
    figures = guard_photos.by_source(_cases(), Guard(ENCODER))
    assert (
        figures["unchecked"]["no"]["precision"] == 0.6
        and figures["unchecked"]["no"]["good_rejected"] == 0
    )
    assert (
        figures["picture"]["no"]["violations_shown"] == 0
        and figures["picture"]["no"]["left_open"] == 0
    )
    assert figures["listing"]["wishes"]["no striped"]["left_open"] == 0.5, (
        "every other item states its pattern"
    )
    assert figures["listing"]["wishes"]["no pockets"]["left_open"] == 1
    assert figures["both"]["wishes"]["with striped"]["precision"] == 1


def test_replies_fill_up_with_likely_unconfirmed_items() -> None:
    case = _cases()[0]
    assert case.wish.op == "exclude" and case.truth.sum() == 12
    status = np.array(["broken"] * 8 + ["ok"] * 4 + ["unconfirmed"] * 8, dtype=object)
    judged = guard_photos.Judged(status, np.linspace(0, 1, 20))
    for rows in guard_photos.replies(case, judged):
        assert len(rows) == 10 and set(rows[:4]) == set(range(8, 12)), "what fits comes first"
        assert list(rows[4:]) == [19, 18, 17, 16, 15, 14]


def test_violations_fall_with_the_listings_hidden() -> None:
    figures = guard_photos.hidden(_cases(), Guard(ENCODER))
    assert (
        figures["fall"] == 1
        and figures["guarded"]["slots_filled"] == 1
        and figures["unchecked"]["violations_shown"] > 0.2
    )


def test_risk_rises_with_coverage_and_the_chart_shows_it(tmp_path: Path) -> None:
    pairs = guard_curve.Pairs(
        np.array([0.9, 0.1, 0.2, 0.3]),
        np.array([True, False, True, False]),
        np.array([False, True, False, False]),
        np.array([False, True, True, True]),
    )
    steps = guard_curve.curve(pairs)
    assert [step["risk"] for step in steps] == [0, 0.5, 0.3333, 0.5] and steps[-1]["coverage"] == 1
    assert guard_curve.point(pairs, pairs.shown)["risk"] == pytest.approx(1 / 3, abs=1e-4)
    result = guard_curve.report(_cases(), Guard(ENCODER), alpha=0.05)
    assert result["confirmed"]["risk"] == 0 and result["pairs"] == 40
    guard_curve.save(tmp_path / "new" / "curve.svg", result)
    drawn = ElementTree.parse(tmp_path / "new" / "curve.svg")
    assert any(
        "alpha 0.05" in (text.text or "") for text in drawn.iter("{http://www.w3.org/2000/svg}text")
    )

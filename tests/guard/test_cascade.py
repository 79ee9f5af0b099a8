"""The cascade asks only open questions within its budget; a failed verifier confirms nothing."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from guard import Guard
from guard.cascade import Cascade
from guard.thresholds import load_thresholds
from guard.verdict import Verdict
from tests.guard.toy import ToyEncoder, item
from vocabulary.wish import Constraint

NO_HOOD = Constraint(facet="details", op="exclude", value="hood")
STRIPED = Constraint(facet="pattern", op="require", value="striped")


class Scripted:
    """A verifier with one answer per item, which remembers what it was asked."""

    name = "scripted"

    def __init__(self, **answers: float) -> None:
        self.answers, self.asked = answers, []

    def probability(self, subjects, facet, value):
        ids = [subject.picture().info["id"] for subject in subjects]
        self.asked += [(id_, facet, value) for id_ in ids]
        return np.array([self.answers[id_] for id_ in ids])


class Failing:
    name = "failing"

    def probability(self, subjects, facet, value):
        raise RuntimeError("out of memory")


def picture(of) -> Image.Image:
    image = Image.new("RGB", (4, 4))
    image.info["id"] = of.id
    return image


def unknown(constraint: Constraint = NO_HOOD) -> Verdict:
    return Verdict.on(constraint, "unknown", "picture", 0.6)


def settle(verifier, verdicts):
    items = [item(id=name) for name in "abcd"[: len(verdicts)]]
    return Cascade(verifier, picture).settle(
        items, np.zeros((len(items), 3)), ["hoodie"] * len(items), verdicts
    )


def test_what_the_verifier_is_sure_of_is_settled_and_the_rest_stays_open() -> None:
    verifier = Scripted(a=0.97, b=0.02, c=0.5, d=float("nan"))
    settled = [judged[0] for judged in settle(verifier, [(unknown(),)] * 4)]
    assert [v.verdict for v in settled] == ["broken", "met", "unknown", "unknown"]
    assert settled[0].confidence == pytest.approx(0.97)
    assert settled[1].confidence == pytest.approx(0.98)
    assert settle(Scripted(a=0.97), [(unknown(STRIPED),)])[0][0].verdict == "met"


def test_only_open_hard_constraints_of_items_that_may_be_shown_are_asked() -> None:
    verifier = Scripted(c=0.5)
    met = Verdict.on(NO_HOOD, "met", "listing", 1.0)
    broken = Verdict.on(STRIPED, "broken", "listing", 1.0)
    soft = Verdict.on(
        Constraint(facet="color", op="prefer", value="red"), "unknown", "picture", 0.5
    )
    settle(verifier, [(met, soft), (unknown(), broken), (unknown(), soft)])
    assert verifier.asked == [("c", "details", "hood")]


def test_the_budget_goes_to_the_best_ranked_and_answers_are_kept() -> None:
    verifier = Scripted(a=0.5, b=0.5, c=0.0, d=0.0)
    cascade = Cascade(verifier, picture, max_pictures=2)
    items = [item(id=name) for name in "abcd"]
    verdicts = [(unknown(), unknown(STRIPED))] * 4
    once = cascade.settle(items, np.zeros((4, 3)), [None] * 4, verdicts)
    assert {id_ for id_, _, _ in verifier.asked} == {"a", "b"} and len(verifier.asked) == 4, (
        "two pictures, two questions each"
    )
    assert once[2][0].verdict == "unknown"
    twice = cascade.settle(items, np.zeros((4, 3)), [None] * 4, verdicts)
    assert twice[2][0].verdict == "met" and len(verifier.asked) == 8, (
        "what is known costs no budget"
    )


def test_a_failing_verifier_confirms_nothing(caplog: pytest.LogCaptureFixture) -> None:
    assert settle(Failing(), [(unknown(),)])[0][0].verdict == "unknown"
    assert "failing" in caplog.text and "out of memory" in caplog.text


def test_the_guard_asks_its_cascade_where_its_picture_is_unsure() -> None:
    encoder = ToyEncoder()
    vague = encoder.picture(details="hood")
    part = encoder.layout.slice("details")
    vague[part] = 0
    vague[part.start + encoder.prototypes("details").values.index("hood")] = 0.42
    vague[part.stop - 1] = np.sqrt(1 - 0.42**2)
    thing = item(id="a", category="hoodie")
    judge = {
        name: Guard(encoder, load_thresholds(), cascade=cascade).judge(
            [thing], vague[None], [()], [NO_HOOD]
        )
        for name, cascade in (("alone", None), ("cascade", Cascade(Scripted(a=0.01), picture)))
    }
    assert judge["alone"].status(0) == "unconfirmed" and judge["cascade"].status(0) == "ok"

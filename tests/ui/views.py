"""Every view of the page over fixed inputs, by name.

`python -m tests.ui.views` records the snapshots;
`test_snapshots.py` compares each view with its recording in `snapshots/`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from agent.replies import Card, Check, Reply, Turn
from catalog.item import Item
from ui import cards, panels, turns
from vocabulary.wish import Constraint, PriceRange

SNAPSHOTS = Path(__file__).with_name("snapshots")
BASE = "/pictures"
PHOTO = {
    "category": {"shirt": 0.93, "blouse": 0.05, "polo shirt": 0.01},
    "color": {"blue": 0.58, "navy": 0.38},
    "pattern": {"striped": 0.91},
    "sleeve_length": {"long": 0.86, "short": 0.1},
    "neckline": {"collar": 0.62},
    "fit": {"straight": 0.35, "loose": 0.3},
}
WISH = (
    Constraint(facet="color", op="require", value="navy", any=1),
    Constraint(facet="color", op="require", value="grey", any=1),
    Constraint(facet="pattern", op="exclude", value="striped"),
    Constraint(facet="length", op="more", value="length", source="button"),
    Constraint(facet="price", op="require", value=PriceRange(max=150)),
    Constraint(facet="category", op="prefer", value="shirt", source="photo", confidence=0.93),
    Constraint(facet="brand", op="prefer", value="b&w <co>", source="memory"),
    Constraint(facet="style", op="prefer", value="elegant", source="vibe"),
)
CHECKS = (
    Check(
        facet="color", op="require", value="navy", verdict="met", source="picture", confidence=0.934
    ),
    Check(facet="pattern", op="exclude", value="striped", verdict="met", source="listing"),
    Check(
        facet="details",
        op="exclude",
        value="pockets",
        verdict="unknown",
        source="none",
        confidence=0.4,
    ),
    Check(facet="sleeve_length", op="exclude", value="long", verdict="broken", source="text"),
    Check(facet="fit", op="prefer", value="slim", verdict="met", source="listing"),
)
FULL = Card(
    id="P<1>&2",
    title='Navy "camp" shirt & more',
    score=0.8,
    verdicts=CHECKS,
    brand="Harbour & Hale",
    price=1299.5,
    sizes=("XS", "S", "M", "L", "XL", "XXL", "3XL"),
    link="https://shop.example/?a=1&b=2",
    image="images/a b.jpg",
    description="A <soft> weave, it's cut with ease {through} the `body` for $5.",
    why="Same easy cut as yours, in navy.",
)
BARE = Card(id="P2", title="Plain thing", score=0.1, why="It is near what you liked.")
DOUBTFUL = Card(
    id="P3",
    title="Midnight wrap dress",
    score=0.5,
    verdicts=CHECKS[2:3],
    brand="Ferrow",
    price=129.0,
    currency="SEK",
    link="javascript:alert(1)",
    image="images/sub/ä.jpg",
)
REPLY = Reply(
    session="s",
    turn=2,
    reply="Two pieces keep to your wish.\n\nOne of them is <navy>.",
    items=(FULL, BARE),
    unconfirmed=(DOUBTFUL,),
    constraints=WISH,
    question="Is it for work, or for the weekend?",
    relaxed=("color: navy", "price: at most €50"),
    notes=("One photo could not be read & was left out.",),
    trace=("I read your words.", "I looked at <5> pieces."),
    ms={"total": 1241.2},
    photo=PHOTO,
)
SAVED = (
    Item(id="P1", title="Navy shirt", brand="Odile & Co", price=64.5, image="images/P1.jpg"),
    Item(id="P2", title="Plain <thing>"),
)


def _conversation() -> list[Turn]:
    photo = str(panels.EXAMPLES[0].path)
    first = Reply(session="s", turn=1, reply="Hello.", items=(BARE,), planner="llm")
    last = Reply(session="s", turn=3, reply="More like it.", reference_id="P<1>&2", items=(BARE,))
    return [
        Turn(turn=1, text="", reply=first),
        Turn(turn=2, text="like <this> & that", photos=(photo, "/gone.jpg"), reply=REPLY),
        Turn(turn=3, text="more like this", reply=last),
    ]


def views() -> Mapping[str, str]:
    """Return the markup of each view, by name."""
    conversation = _conversation()
    long = [turn.model_copy(update={"turn": n + 1}) for n, turn in enumerate(conversation * 3)]
    tapped = conversation[0].model_copy(update={"turn": 1, "text": "(without <stripes>)"})
    return {
        "card_full": cards.card(FULL, BASE, True),
        "card_bare": cards.card(BARE, BASE),
        "grid": cards.grid((FULL, BARE), BASE, {"P2"}),
        "grid_empty": cards.grid((), BASE),
        "unconfirmed": cards.unconfirmed((FULL, DOUBTFUL), BASE, {"P3"}),
        "unconfirmed_one": cards.unconfirmed((DOUBTFUL,), BASE),
        "unconfirmed_unnamed": cards.unconfirmed((BARE,), BASE),
        "unconfirmed_none": cards.unconfirmed((), BASE),
        "saved_list": cards.saved_list(SAVED, BASE),
        "saved_list_empty": cards.saved_list((), BASE),
        "masthead": panels.masthead(),
        "masthead_saved": panels.masthead(3),
        "welcome": panels.welcome(12345),
        "wish": panels.wish(WISH),
        "wish_dollars": panels.wish(WISH[4:5], "USD"),
        "wish_empty": panels.wish(()),
        "notice": panels.notice("It's <broken> & {gone}."),
        "notice_hint": panels.notice("Say something.", "hint"),
        "notice_empty": panels.notice(""),
        "preparing": panels.preparing(()),
        "preparing_lines": panels.preparing(["Drawing <it>", "pictures: 1200 of 5000"]),
        "preparing_failed": panels.preparing([], "the disk is <full>"),
        "dialog": panels.dialog(),
        "feed": turns.feed(conversation, BASE, {"P2"}),
        "feed_tapped": turns.feed([tapped], BASE, set()),
        "feed_long": turns.feed(long, BASE, set()),
        "feed_unfolded": turns.feed(long, BASE, set(), 8),
        "seen": turns.seen(PHOTO),
        "seen_unsure": turns.seen({"fit": {"straight": 0.35, "loose": 0.3}}),
        "seen_nothing": turns.seen({}),
        "announce": turns.announce(conversation),
        "announce_nothing": turns.announce([]),
        "working": turns.working("like <this>", (), ("I read.",), "thought", "Two <pieces>"),
        "working_photo": turns.working("", (str(panels.EXAMPLES[0].path),), ()),
        "working_waiting": turns.working("navy", (), (), ahead=1),
    }


def readable(markup: str) -> str:
    """Return `markup` with one tag a line and one spelling of quotes.

    The bytes of pictures are left out, since JPEG encoders differ between machines.
    """
    text = re.sub(r"data:image/jpeg;base64,[\w+/=]+", "data:image/jpeg", markup)
    text = text.replace("&#x27;", "&#39;").replace("&quot;", "&#34;")
    return re.sub(r"\s*\n\s*", "\n", re.sub(r"(?<=>)\s*(?=<)", "\n", text)).strip() + "\n"


def record() -> None:
    """Write every view to `snapshots/`, after a change that is meant; read the difference then."""
    SNAPSHOTS.mkdir(exist_ok=True)
    for path in SNAPSHOTS.glob("*.html"):
        path.unlink()
    for name, markup in views().items():
        (SNAPSHOTS / f"{name}.html").write_text(readable(markup), encoding="utf-8")


if __name__ == "__main__":
    record()

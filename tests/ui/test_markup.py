"""Nothing that a shop or a shopper writes becomes markup."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from agent.replies import Card, Check, Reply, Turn
from agent.wording import labels
from agent.wording.photos import describe_look
from catalog.item import Item
from ui import cards, panels, turns
from ui.markup import esc, link, picture
from vocabulary.wish import Constraint, PriceRange

EVIL = """"><script>alert(1)</script><img src=x onerror='alert(2)'>${alert(3)}{{value}}`${4}`"""


class Tags(HTMLParser):
    """Collects the tags, the handler attributes and the addresses of a piece of markup."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags, self.handlers, self.addresses = set(), [], []
        self.feed(markup)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on")]
        self.addresses += [value for name, value in attrs if name in ("href", "src")]


def harmless(markup: str) -> None:
    found = Tags(markup)
    assert "script" not in found.tags and found.handlers == []
    allowed = ("http://", "https://", "/pictures/", "data:image/jpeg")
    assert all(address.startswith(allowed) for address in found.addresses)
    assert "${" not in markup and "{{" not in markup and "`" not in markup


def evil_card() -> Card:
    check = Check(facet="brand", op="require", value=EVIL, verdict="unknown", source="none")
    return Card(
        id=EVIL,
        title=EVIL,
        score=1,
        verdicts=(check,),
        brand=EVIL,
        price=5,
        currency=EVIL[:20],
        sizes=(EVIL,),
        link="javascript:alert(1)",
        image="images/" + EVIL,
        why=EVIL,
        description=EVIL,
    )


def evil_reply() -> Reply:
    return Reply(
        session="s",
        turn=1,
        reply=EVIL,
        items=(evil_card(),),
        unconfirmed=(evil_card(),),
        question=EVIL,
        constraints=(Constraint(facet="brand", op="require", value=EVIL),),
        relaxed=(EVIL,),
        notes=(EVIL,),
        trace=(EVIL,),
        planner=EVIL,
        photo={"category": {EVIL: 0.9}},
    )


def test_a_card_escapes_the_listing():
    harmless(cards.card(evil_card(), "/pictures"))
    harmless(cards.unconfirmed([evil_card()], "/pictures"))


def test_the_conversation_escapes_everyone():
    turn = Turn(turn=1, text=EVIL, photos=(), reply=evil_reply())
    harmless(turns.feed([turn, turn], "/pictures", set()))
    harmless(turns.seen({"category": {EVIL: 0.9}}))
    harmless(turns.working(EVIL, (), (EVIL,), "action", EVIL))
    harmless(turns.announce([turn]))


def test_panels_escape():
    harmless(panels.wish(evil_reply().constraints))
    harmless(panels.notice(EVIL))
    harmless(panels.preparing([EVIL], failed=EVIL))
    harmless(panels.preparing([EVIL]))
    harmless(
        cards.saved_list(
            [Item(id="x", title=EVIL, brand=EVIL, link="javascript:x", image=EVIL)], "/pictures"
        )
    )


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "//evil.example",
        "",
        "  ",
        "http://",
        "ht!tp://x",
        "http://[::1",
    ],
)
def test_only_web_addresses_become_links(address):
    assert link(address) is None


def test_a_web_address_is_escaped():
    assert (
        link('https://shop.example/?a=1&b="2"') == "https://shop.example/?a=1&amp;b=&quot;2&quot;"
    )


def test_template_marks_are_entities():
    assert esc("${x} {{y}}") == "&#36;&#123;x&#125; &#123;&#123;y&#125;&#125;"
    assert esc("`z` & <b> \"'") == "&#96;z&#96; &amp; &lt;b&gt; &quot;&#x27;"


def test_a_picture_stays_inside_its_folder_name():
    assert picture("/pictures", "images/a b.jpg") == "/pictures/a%20b.jpg"
    assert picture("/pictures", "images/sub/ä.jpg") == "/pictures/sub/%C3%A4.jpg"
    assert picture("/pictures", "") == ""


@pytest.mark.parametrize(
    ("facet", "op", "value", "words"),
    [
        ("color", "require", "navy", "are navy"),
        ("category", "require", "dress", "are dresses"),
        ("details", "exclude", "pockets", "have no pockets"),
        ("details", "require", "pockets", "have pockets"),
        ("pattern", "exclude", "striped", "have no stripes"),
        ("sleeve_length", "require", "long", "have long sleeves"),
        ("sleeve_length", "require", "sleeveless", "are sleeveless"),
        ("size", "require", "M", "come in size M"),
        ("brand", "require", "Ferrow", "are by Ferrow"),
        ("neckline", "require", "crew", "have a crew neck"),
        ("material", "require", "wool", "are wool"),
        ("length", "require", "midi", "are midi"),
        ("price", "require", PriceRange(max=50), "cost at most €50"),
    ],
)
def test_what_could_not_be_confirmed_reads_as_a_sentence(facet, op, value, words):
    assert labels.clause(Constraint(facet=facet, op=op, value=value)) == words


def test_one_thing_takes_the_singular():
    assert labels.singular("are navy or have no pockets") == "is navy or has no pockets"


def test_the_page_describes_a_photo_in_the_words_of_the_reply():
    photo = {"category": {"shirt": 0.5}, "pattern": {"striped": 0.8}, "color": {"blue": 0.9}}
    assert f"I see <b>{describe_look(photo)}</b>." in turns.seen(photo)
    assert "I am not sure what I see." in turns.seen({"category": {"dress": 0.2}})

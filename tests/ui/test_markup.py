"""Nothing that a shop or a shopper writes becomes markup."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

import pytest
from jinja2 import UndefinedError, nodes

from agent.replies import Card, Check, Reply, Turn
from agent.wording import labels
from agent.wording.photos import describe_look
from catalog.item import Item
from ui import cards, panels, turns
from ui.filters import picture_address, web_address
from ui.rendering import (
    ENVIRONMENT,
    TEMPLATES,
    escape_gradio_marks,
    render,
)
from vocabulary.wish import Constraint, PriceRange

EVIL = """"><script>alert(1)</script><img src=x onerror='alert(2)'>${alert(3)}{{value}}`${4}`"""


TEMPLATE_NAMES = sorted(path.name for path in TEMPLATES.iterdir())


def syntax(name: str) -> nodes.Template:
    """Return the template as parsed by Jinja."""
    return ENVIRONMENT.parse((TEMPLATES / name).read_text(encoding="utf-8"), name)


class Tags(HTMLParser):
    """A parser that collects the tags, handler attributes and addresses in a piece of markup."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags, self.handlers, self.addresses = set(), [], []
        self.feed(markup)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on")]
        self.addresses += [value for name, value in attrs if name in ("href", "src")]


def harmless(markup: str) -> None:
    tags = Tags(markup)
    assert "script" not in tags.tags and tags.handlers == []
    allowed = ("http://", "https://", "/pictures/", "data:image/jpeg")
    assert all(address.startswith(allowed) for address in tags.addresses)
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
    harmless(panels.preparing([EVIL], failure=EVIL))
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
    assert web_address(address) == ""
    card = evil_card().model_copy(update={"link": address, "image": ""})
    assert Tags(cards.card(card, "/pictures")).addresses == []


def test_a_web_address_is_escaped():
    card = evil_card().model_copy(update={"link": 'https://shop.example/?a=1&b="2"'})
    href = 'href="https://shop.example/?a=1&amp;b=&#34;2&#34;"'
    assert href in cards.card(card, "/pictures")


def test_template_marks_are_entities():
    text = "${x} {{y}} `z` & <b> \"'"
    markup = panels.notice(text)
    assert "&#36;&#123;x&#125; &#123;&#123;y&#125;&#125; &#96;z&#96; &amp; &lt;b&gt; " in markup
    assert unescape(markup.split("<p>")[1].split("</p>")[0]) == text


@pytest.mark.parametrize("name", TEMPLATE_NAMES)
def test_a_templates_own_text_has_no_template_marks(name):
    """Otherwise `render` would change the template's text too, not only the values."""
    for node in syntax(name).find_all(nodes.TemplateData):
        assert escape_gradio_marks(node.data) == node.data


def test_a_picture_stays_inside_its_folder_name():
    assert picture_address("images/a b.jpg", "/pictures") == "/pictures/a%20b.jpg"
    assert picture_address("images/sub/ä.jpg", "/pictures") == "/pictures/sub/%C3%A4.jpg"
    assert picture_address("", "/pictures") == ""


def test_the_environment_escapes_and_is_strict():
    template = ENVIRONMENT.from_string("<b title='{{ text }}'>{{ text }}</b>")
    harmless(escape_gradio_marks(template.render(text=EVIL)))
    with pytest.raises(UndefinedError):
        template.render()
    with pytest.raises(UndefinedError):
        render("panels", "masthead", name="Stylist")


@pytest.mark.parametrize("name", TEMPLATE_NAMES)
def test_every_template_escapes_all_that_it_prints(name):
    """No template switches escaping off, and no attribute is open to a value with a space."""
    tree = syntax(name)
    assert not list(tree.find_all((nodes.MarkSafe, nodes.MarkSafeIfAutoescape)))
    assert not list(tree.find_all((nodes.ScopedEvalContextModifier, nodes.EvalContextModifier)))
    filters = {node.name for node in tree.find_all(nodes.Filter)}
    assert filters.isdisjoint({"safe", "forceescape", "xmlattr", "tojson", "urlize", "indent"})
    assert not re.search(r"=\s*\{[{%]", (TEMPLATES / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", TEMPLATE_NAMES)
def test_every_address_in_a_template_was_checked(name):
    """What stands in `href` or `src` comes from a filter that lets only safe addresses pass."""
    source = (TEMPLATES / name).read_text(encoding="utf-8")
    assert set(re.findall(r"(?:href|src)=(\S+)", source)) <= {'"{{', '"{{address}}"'}
    assert set(re.findall(r'(?:href|src)="\{\{ (.*?) \}\}', source)) <= {"address"}
    sources = re.findall(r"\{% set address(?:es)? = [\w.]+ \| (\w+)", source)
    assert set(sources) <= {"web_address", "picture_address", "thumbnail", "thumbnails"}
    assert source.count("set address") == len(sources)


def test_a_filter_that_marks_text_as_safe_is_noticed():
    tree = ENVIRONMENT.parse("{% autoescape false %}{{ x | safe }}{% endautoescape %}")
    assert list(tree.find_all(nodes.ScopedEvalContextModifier))
    assert {node.name for node in tree.find_all(nodes.Filter)} == {"safe"}


def test_line_breaks_of_a_template_add_no_space_between_tags():
    source = "<p>\n  one\n  two {{ x }}\n</p>\n<b\n  id='i'>{% if x %}\n y{% endif %}</b>\n"
    assert ENVIRONMENT.from_string(source).render(x=1) == "<p>one two 1</p><b id='i'>y</b>"


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

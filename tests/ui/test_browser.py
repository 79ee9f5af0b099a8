"""The page in a real browser: what a shopper does on a first visit, on a desktop and on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.ui.conftest import free_port
from tests.ui.fake import FakeStylist, catalogue
from ui.page import build, launch_options
from ui.shop import Shop

pytestmark = pytest.mark.browser
WAIT_MS = 60_000


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[tuple[str, FakeStylist]]:
    """A page over the fake stylist: its address, and the stylist to look at its calls."""
    folder = catalogue(tmp_path_factory.mktemp("shop"))
    stylist, shop, port = FakeStylist(), Shop(), free_port()
    shop.open(stylist)
    page = build(shop)
    page.launch(
        server_name="127.0.0.1",
        server_port=port,
        prevent_thread_lock=True,
        **launch_options(folder),
    )
    yield f"http://127.0.0.1:{port}", stylist
    page.close(verbose=False)


@pytest.fixture
def visit(browser, served):
    """Opens the page as a new shopper; fails the test on a script error."""
    contexts, errors = [], []

    def open_page(width: int = 1280, height: int = 900, **options):
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(WAIT_MS)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(served[0])
        page.wait_for_selector(".hero .tile")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


def photo(folder: Path) -> str:
    path = folder / "mine.jpg"
    Image.new("RGB", (300, 400), (90, 120, 180)).save(path)
    return str(path)


def send(page, text: str, turn: int) -> None:
    page.fill("#box textarea", text)
    page.press("#box textarea", "Enter")
    page.wait_for_selector(f"#turn-{turn}.newest")


def test_a_first_visit(visit, served, tmp_path):
    """The conversation survives a photo, refinements, a card's button, a chip and a reload."""
    page, stylist = visit(), served[1]
    page.set_input_files("#box input[type=file]", photo(tmp_path))
    page.wait_for_selector("#box .thumbnail-item")
    send(page, "like this but in navy, no stripes", 1)
    assert page.locator("#turn-1 .photos img").count() == 1
    assert "blue striped shirt with long sleeves" in page.inner_text("#turn-1 .seen")
    assert page.locator("#turn-1 .card").count() == 5
    send(page, "without pockets", 2)
    assert "could not confirm that these have no pockets" in page.inner_text("#turn-2 .doubt h2")
    send(page, "a bit longer", 3)
    assert [
        chip.get_attribute("aria-label").split(",")[0] for chip in page.locator("#wish .chip").all()
    ] == [
        "Remove: navy",
        "Remove: no stripes",
        "Remove: no pockets",
        "Remove: longer",
        "Remove: ideally shirt",
    ]

    page.click("#turn-3 .card[data-item=P1] [data-do=like]")
    page.wait_for_selector("#turn-4.newest")
    token = stylist.calls[-1][1]
    assert stylist.calls[-1] == ("stream", token, "more like this", None, "P1")

    page.click("#wish .chip:has-text('no stripes')")
    page.wait_for_selector("#turn-5.newest")
    assert stylist.calls[-1] == ("remove", token, "pattern", "exclude", "striped")
    assert page.locator("#wish .chip").count() == 4

    page.click("#turn-5 .card[data-item=P0] .heart")
    page.wait_for_selector("#masthead b:has-text('1')")
    page.reload()
    page.wait_for_selector("#turn-1 .photos img")
    page.wait_for_selector("#turn-5.newest")
    assert page.locator("#feed .turn").count() == 5
    assert page.locator("#wish .chip").count() == 4
    assert page.get_attribute("#turn-5 .card[data-item=P0] .heart", "aria-pressed") == "true"


def test_what_was_seen_can_be_corrected(visit, served, tmp_path):
    page, stylist = visit(), served[1]
    page.set_input_files("#box input[type=file]", photo(tmp_path))
    page.wait_for_selector("#box .thumbnail-item")
    send(page, "like this", 1)
    page.select_option("#turn-1 select[data-facet=pattern]", "checked")
    page.wait_for_selector("#turn-2.newest")
    assert stylist.calls[-1][0] == "correct_photo" and stylist.calls[-1][2:] == (
        "pattern",
        "checked",
    )


def test_saved_pieces_wait_in_the_drawer_and_forgetting_empties_it(visit, served):
    page, stylist = visit(), served[1]
    page.click(".tile >> nth=3")
    page.wait_for_selector("#turn-1.newest")
    page.click("#turn-1 .card[data-item=P2] .heart")
    page.wait_for_selector("#masthead b")
    page.click("[data-ui=drawer]")
    page.wait_for_selector("#drawer .saved li")
    assert "Midnight wrap dress" in page.inner_text("#drawer")
    page.keyboard.press("Escape")
    page.wait_for_selector("#drawer .saved li", state="hidden")
    page.click("[data-ui=ask-forget]")
    page.click("[data-do=forget]")
    page.wait_for_selector(".hero .tile")
    assert stylist.calls[-1][0] == "forget"
    assert page.locator("#masthead b").count() == 0


def test_what_cannot_be_used_is_refused_and_nothing_is_lost(visit, tmp_path):
    page = visit()
    page.press("#box textarea", "Enter")
    page.wait_for_selector("#live .notice.hint")
    fake = tmp_path / "fake.jpg"
    fake.write_text("not a picture at all")
    page.set_input_files("#box input[type=file]", str(fake))
    page.wait_for_selector("#box .thumbnail-item")
    page.fill("#box textarea", "like this")
    page.press("#box textarea", "Enter")
    page.wait_for_selector("#live .notice:has-text('fake.jpg')")
    assert page.input_value("#box textarea") == "like this"
    page.fill("#box textarea", "a" * 100_000)
    page.press("#box textarea", "Enter")
    page.wait_for_selector("#live .notice:has-text('100,000 characters')")
    assert len(page.input_value("#box textarea")) == 100_000


def test_a_broken_turn_says_so_and_keeps_the_words(visit):
    page = visit()
    page.fill("#box textarea", "break")
    page.press("#box textarea", "Enter")
    page.wait_for_selector("#live .notice:has-text('on my side')")
    page.wait_for_function("document.querySelector('#box textarea').value === 'break'")


def test_words_are_shown_as_words(visit):
    """Markup and template marks in a message stay text."""
    page = visit()
    words = "<img src=x onerror=alert(1)> ${document.title} {{value}} `x`"
    send(page, words, 1)
    assert page.inner_text("#turn-1 .said") == words
    assert page.locator("#turn-1 .asked img").count() == 0


def test_a_phone_has_no_sideways_scroll_and_an_input_in_reach(visit):
    page = visit(390, 844, has_touch=True, is_mobile=True)
    send(page, "navy, no stripes, no pockets, under 150, longer", 1)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    box = page.locator("#box").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390 and box["y"] + box["height"] <= 844


def test_everything_can_be_done_by_keyboard(visit):
    page = visit()
    page.focus(".tile >> nth=3")
    page.keyboard.press("Enter")
    page.wait_for_selector("#turn-1.newest")
    page.focus("#turn-1 .card[data-item=P0] .heart")
    page.keyboard.press("Space")
    page.wait_for_selector("#masthead b:has-text('1')")
    page.focus("body")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"


def test_pictures_and_buttons_have_names(visit):
    page = visit()
    send(page, "navy", 1)
    unnamed = page.evaluate("""() =>
        [...document.querySelectorAll('#feed img, #feed button, #masthead button, #box button')]
        .filter(e => e.offsetParent)
        .filter(e => !(e.alt || e.getAttribute('aria-label') || e.innerText || '').trim())
        .map(e => e.outerHTML)""")
    assert unnamed == []


def test_nothing_but_pictures_is_served(served):
    import httpx

    with httpx.Client(base_url=served[0]) as client:
        assert client.get("/pictures/P0.jpg").headers["content-type"] == "image/jpeg"
        for path in (
            "../catalog.sqlite",
            "%2e%2e/catalog.sqlite",
            "..%2fcatalog.sqlite",
            "",
            "none.jpg",
        ):
            assert client.get(f"/pictures/{path}").status_code == 404
        assert client.get(f"/gradio_api/file={Path(__file__).resolve()}").status_code == 403

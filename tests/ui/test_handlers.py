"""What the page's handlers do with messages, taps and forged claims."""

from __future__ import annotations

import pytest
from PIL import Image

from errors import WorkError
from tests.ui.fake import FakeStylist
from ui import cards, photos
from ui.handlers import PageHandlers
from ui.shop import Shop


class Tap:
    """A tap as Gradio hands it over."""

    def __init__(self, **data):
        self._data = data


@pytest.fixture
def stylist() -> FakeStylist:
    return FakeStylist()


@pytest.fixture
def handlers(stylist) -> PageHandlers:
    shop = Shop()
    shop.open(stylist)
    return PageHandlers(shop, "/pictures", view_every=0.0)


@pytest.fixture
def token(stylist) -> str:
    return stylist.new_session()


def send(handlers, token, text="navy", files=()):
    return list(handlers.say(token, {"text": text, "files": list(files)}))


def test_a_new_shopper_gets_a_token_and_a_known_one_keeps_it(handlers, token):
    fresh = handlers.arrive(None).token
    assert len(fresh) >= 22 and fresh != handlers.arrive(None).token
    assert handlers.arrive(token).token == token


@pytest.mark.parametrize(
    "forged", ["s1", "", "a" * 500, "../../etc/passwd" * 2, "x' or '1'='1' -- aaaaaaaaaaaa", None]
)
def test_a_token_that_could_be_guessed_is_replaced(handlers, stylist, forged):
    assert handlers.arrive(forged).token != forged
    send(handlers, forged)
    list(handlers.act(forged, Tap(do="forget")))
    handlers.mark(forged, Tap(do="save", id="P1"))
    assert stylist.calls == []


def test_a_conversation_comes_back_from_memory(handlers, token):
    send(handlers, token, "navy, no pockets")
    again = handlers.arrive(token)
    assert "navy, no pockets" in again.feed and "no pockets" in again.wish
    assert "navy, no pockets" not in handlers.arrive(None).feed


def test_another_shopper_sees_nothing_of_it(handlers, stylist, token):
    send(handlers, token, "a secret wish")
    handlers.mark(token, Tap(do="save", id="P1"))
    other = handlers.arrive(stylist.new_session())
    assert "secret" not in other.feed and "Nothing saved" in other.drawer


def test_an_empty_message_is_met_with_a_hint(handlers, stylist, token):
    views = send(handlers, token, "  \n ")
    assert "add a photo" in views[-1].live and stylist.calls == []


def test_a_long_message_is_refused_and_stays_in_the_box(handlers, stylist, token):
    views = send(handlers, token, "a" * 100_000)
    assert "100,000 characters" in views[-1].live and stylist.calls == []
    assert views[-1].box["__type__"] == "update"  # left as it is


def test_a_bad_picture_is_named_and_the_words_come_back(handlers, stylist, token, tmp_path):
    bad = tmp_path / "notes.jpg"
    bad.write_text("no picture")
    views = send(handlers, token, "like this", [str(bad)])
    assert "notes.jpg" in views[-1].live and views[-1].box["text"] == "like this"
    assert stylist.calls == [] and bad.exists()


def test_too_many_pictures_are_refused(handlers, stylist, token, tmp_path):
    files = []
    for number in range(5):
        path = tmp_path / f"{number}.png"
        Image.new("RGB", (40, 40)).save(path)
        files.append(str(path))
    views = send(handlers, token, "", files)
    assert "up to 4" in views[-1].live and stylist.calls == []


def test_an_upload_outlives_the_turn_since_another_shopper_may_have_sent_the_same(
    handlers, token, tmp_path
):
    path = tmp_path / "me.png"
    Image.new("RGB", (40, 40)).save(path)
    views = send(handlers, token, "like this", [str(path)])
    assert (
        "data:image/jpeg" in views[-1].feed and path.exists()
    )  # Gradio names uploads by content and removes them later


def test_a_failure_inside_is_told_and_the_words_come_back(handlers, token, caplog):
    views = send(handlers, token, "break")
    assert "on my side" in views[-1].live and views[-1].box["text"] == "break"
    assert "broken on purpose" in caplog.text


def test_in_a_crowd_the_words_stay_in_the_box_and_the_page_says_when_to_come_again(
    handlers, token, tmp_path
):
    photo = tmp_path / "me.png"
    Image.new("RGB", (40, 40)).save(photo)
    views = send(handlers, token, "in a crowd", [str(photo)])
    assert "notice busy" in views[-1].live and "again in 5 seconds" in views[-1].live
    assert all(
        view.box == {"__type__": "update"} or view.box["text"] == "in a crowd" for view in views
    )
    assert photo.exists() and "turn-1" not in handlers.arrive(token).feed


def test_who_waits_sees_how_many_are_before(handlers, token):
    views = send(handlers, token, "after others")
    assert (
        any("7 messages before yours" in str(view.live) for view in views)
        and "turn-1" in views[-1].feed
    )


def test_a_long_conversation_shows_its_end_and_the_rest_on_request(handlers, token):
    for number in range(9):
        send(handlers, token, f"wish {number}")
    feed = handlers.arrive(token).feed
    assert "Show 3 earlier turns" in feed and "wish 3" in feed and "wish 2" not in feed
    whole = list(handlers.act(token, Tap(do="earlier")))[-1].feed
    assert "wish 0" in whole and "earlier turn" not in whole
    assert (
        "wish 0" in handlers.mark(token, Tap(do="save", id="P1")).feed
    )  # a heart does not fold what was opened
    assert "wish 0" not in send(handlers, token, "one more")[-1].feed  # the next turn does
    assert "wish 2" not in send(handlers, token, "one more")[-1].feed


def test_thoughts_are_streamed_before_the_answer(handlers, token):
    views = send(handlers, token)
    assert any("thought: &lt;b&gt;done" in str(view.live) for view in views[:-1])
    assert "3 pieces" not in views[0].live and "turn-1" in views[-1].feed


def test_cards_buttons(handlers, stylist, token):
    send(handlers, token)
    list(handlers.act(token, Tap(do="like", id="P2")))
    assert stylist.calls[-1][4] == "P2"
    list(handlers.act(token, Tap(do="not_this", id="P0")))
    assert "P0" not in handlers.arrive(token).feed.split("turn-3")[1]
    handlers.mark(token, Tap(do="save", id="P1"))
    assert 'aria-pressed="true"' in handlers.arrive(token).feed
    handlers.mark(token, Tap(do="unsave", id="P1"))
    assert 'aria-pressed="true"' not in handlers.arrive(token).feed


def test_a_price_chip_is_removed_by_its_own_value(handlers, stylist, token):
    send(handlers, token, "under 150")
    chip = Tap(do="remove", facet="price", op="require", value='{"min":null,"max":150.0}')
    views = list(handlers.act(token, chip))
    assert stylist.calls[-1][0] == "remove" and views[-1].wish == ""


@pytest.mark.parametrize(
    "data",
    [
        {"do": "like", "id": "NONE"},
        {"do": "not_this", "id": "NONE"},
        {"do": "remove", "facet": "color", "op": "x", "value": "y"},
        {"do": "example", "n": "99"},
        {"do": "rm -rf"},
        {},
        {"do": None},
    ],
)
def test_forged_taps_change_nothing(handlers, token, data):
    send(handlers, token)
    list(handlers.act(token, Tap(**data)))
    assert "turn-2" not in handlers.arrive(token).feed


def test_a_tap_without_data_changes_nothing(handlers, token):
    tap = Tap()
    tap._data = None
    list(handlers.act(token, tap))
    handlers.mark(token, tap)
    assert "hero" in handlers.arrive(token).feed


def test_forgetting_gives_a_new_token_and_an_empty_page(handlers, stylist, token):
    send(handlers, token, "something personal")
    view = list(handlers.act(token, Tap(do="forget")))[-1]
    assert view.token != token and "hero" in view.feed and "Forgotten" in view.live
    assert stylist.history(token) == []


def test_forgetting_empties_the_caches_of_photos_and_cards(handlers, token, tmp_path):
    photo = tmp_path / "me.png"
    Image.new("RGB", (40, 40)).save(photo)
    send(handlers, token, "navy", [str(photo)])
    assert cards.card.cache_info().currsize > 0
    assert photos._data_address.cache_info().currsize > 0
    list(handlers.act(token, Tap(do="forget")))
    assert cards.card.cache_info().currsize == 0
    # The welcome that follows draws the examples again, and nothing else.
    examples = sum(example.path is not None for example in photos.EXAMPLES)
    assert photos._data_address.cache_info().currsize == examples


def test_the_page_waits_for_the_shop_and_says_why_it_cannot_open():
    shop = Shop()
    handlers = PageHandlers(shop, "/pictures")
    shop.tell("pictures:   2%|▏         | 10/500 [00:05<05:52,  1.40item/s]")
    shop.tell("pictures:  40%|████      | 200/500 [00:52<01:21,  3.61item/s]")
    page = handlers.arrive(None).feed
    assert 'value="200" max="500"' in page and "10 of 500" not in page
    assert (
        "still being prepared"
        in list(handlers.say("x" * 32, {"text": "navy", "files": []}))[-1].live
    )
    shop.fail(RuntimeError("the disk is full"))
    assert "the disk is full" in handlers.arrive(None).feed
    assert shop.settled.is_set()


def test_a_search_that_is_away_is_told_in_its_own_words_and_the_message_kept(
    handlers, stylist, token, monkeypatch
):
    def away(*_, **__):
        raise WorkError("The search does not answer right now. Please send that again in a minute.")

    with monkeypatch.context() as patched:
        patched.setattr(stylist, "stream", away)
        last = send(handlers, token, "navy")[-1]
    assert "Please send that again in a minute" in last.live and last.box["text"] == "navy"
    assert stylist.history(token) == []

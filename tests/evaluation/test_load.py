"""Load test: its shoppers, check for cross-talk, protocol, and a short run against the app."""

from __future__ import annotations

import asyncio
import html
import json
import threading
from pathlib import Path

import httpx
import pytest

from evaluation.load.page import Page, _changed
from evaluation.load.run import Record, _memory, run
from evaluation.load.shopper import Shopper
from tests.ui.conftest import free_port
from tests.ui.fake import FakeStylist, catalogue
from ui.page import build, launch_options
from ui.shop import Shop


def test_shoppers_differ_and_are_reproducible_by_seed() -> None:
    shoppers = [Shopper(n) for n in range(64)]
    assert len({(s.colour, s.kind) for s in shoppers}) == len({s.budget for s in shoppers}) == 64
    for one in shoppers[:5]:
        turns = list(one.turns(20, 3))
        assert turns == list(one.turns(20, 3)) and sum(photo is not None for _, photo in turns) == 5
        assert any(
            one.colour in text and one.kind in text and str(one.budget) in text for text, _ in turns
        )


def chips(colour: str, budget: float) -> str:
    value = html.escape(json.dumps({"min": None, "max": budget}))
    return (
        f'<button data-do="remove" data-facet="color" data-op="require" data-value="{colour}">'
        f'<button data-do="remove" data-facet="price" data-op="require" data-value="{value}">'
    )


def test_leaks_from_another_shopper_are_detected() -> None:
    me, other = Shopper(0), Shopper(9)
    sent, feed = ["cheaper"], '<p class="said">cheaper</p>'
    assert me.foreign(chips(me.colour, me.budget), feed, sent) == []
    assert me.foreign(chips(other.colour, me.budget), feed, sent)
    assert me.foreign(chips(me.colour, other.budget), feed, sent)
    assert me.foreign("", feed, sent), "a wish without the own budget"
    assert me.foreign(
        chips(me.colour, me.budget), '<p class="said">a red dress</p>' + feed, sent
    ) == ["words 'a red dress'"]
    assert me.foreign(chips(me.colour, me.budget), "", sent) == ["without 'cheaper'"]


def test_edits_of_a_stream_are_applied_as_in_the_browser() -> None:
    kept = {"__type__": "update"}
    data = [
        kept,
        kept,
        [["replace", [], "whole"]],
        "live",
        [],
        None,
        kept,
        {"visible": True, "__type__": "update"},
        kept,
    ]
    assert (
        _changed(data) == {"feed": "whole", "live": "live", "box": None}
        or _changed(data)["feed"] == "whole"
    )
    assert "token" not in _changed(data) and "wish" not in _changed(data)


def test_the_slope_is_that_of_the_second_half() -> None:
    seen = [(float(s), 500.0 + (s if s < 60 else 60) * 2) for s in range(0, 120, 2)]
    assert _memory(seen)["late_slope_mb_per_min"] == 0.0 and _memory(seen)["start"] == 500
    assert _memory([(float(s), 500.0 + s) for s in range(0, 120, 2)])[
        "late_slope_mb_per_min"
    ] == pytest.approx(60.0)


def test_a_tab_over_http_chats_uploads_and_sees_the_busy_notice(tmp_path: Path) -> None:
    shop, folder = Shop(), catalogue(tmp_path)
    shop.open(FakeStylist())
    page, port = build(shop), free_port()
    page.launch(
        server_name="127.0.0.1",
        server_port=port,
        prevent_thread_lock=True,
        **launch_options(folder),
    )
    results: dict = {}

    async def shopping() -> None:
        address = f"http://127.0.0.1:{port}"
        async with httpx.AsyncClient(base_url=address, timeout=60) as client:
            config = (await client.get("/config")).json()
            tabs = [Page(client, config) for _ in range(2)]
            for tab in tabs:
                await tab.open()
            results["tokens"] = {tab.token for tab in tabs}
            results["answers"] = await asyncio.gather(
                tabs[0].say("navy", [folder / "images" / "P0.jpg"]), tabs[1].say("no pockets", [])
            )
            results["busy"] = await tabs[0].say("in a crowd", [])

    thread = threading.Thread(target=lambda: asyncio.run(shopping()))
    thread.start()
    thread.join(60)
    page.close(verbose=False)
    one, other = results["answers"]
    assert len(results["tokens"]) == 2
    assert (
        "navy" in one.parts["feed"]
        and "data:image/jpeg" in one.parts["feed"]
        and "navy" not in other.parts["feed"]
    )
    assert "no pockets" in other.parts["wish"] and one.bytes > 1000
    assert "notice busy" in results["busy"].parts["live"] and "feed" not in results["busy"].parts
    assert one.bytes < 2 * len(one.parts["feed"]), "the conversation is sent twice"


def test_figures_of_a_phase() -> None:
    record = Record(
        times=[(100.0, False)] * 3 + [(300.0, True)], seconds=2.0, busy=1, kilobytes=[10.0]
    )
    figures = record.figures()
    assert (figures["turns"], figures["turns_per_s"], figures["photo_turn_ms"]["p50"]) == (
        4,
        2.0,
        300.0,
    )
    assert (figures["busy"], figures["errors"], figures["crossed"]) == (1, 0, 0)


@pytest.mark.slow
def test_shoppers_on_the_real_app(demo_dir: Path, tmp_path: Path) -> None:
    result = run(demo_dir, shoppers=4, turns=4, seconds=10, workers="2", out=tmp_path / "load.json")
    crowd = result["crowd"]
    assert crowd["turns"] >= 8 and crowd["errors"] == crowd["crossed"] == crowd["busy"] == 0
    assert result["processes"] >= 3 and result["memory_mb"]["end"] > 100
    assert json.loads((tmp_path / "load.json").read_text()) == result

"""The whole shop in a real browser: `python app.py` on a drawn catalogue, with a restart."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from demo import plan_items, render
from tests.ui.conftest import free_port

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ROOT = Path(__file__).resolve().parent.parent.parent
WAIT_MS = 60_000


@contextmanager
def running(catalog: Path, memory: Path, port: int) -> Iterator[str]:
    """The entrance as a shopkeeper starts it; yields the page's address once the shop is open."""
    command = [
        sys.executable,
        "app.py",
        "--catalog",
        str(catalog),
        "--port",
        str(port),
        "--no-browser",
    ]
    environment = {**os.environ, "MEMORY": str(memory), "HOST": "127.0.0.1"}
    with subprocess.Popen(
        command, cwd=ROOT, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        lines = []
        for line in process.stderr:
            lines.append(line)
            if "The shop is open" in line:
                break
        assert process.poll() is None and "The shop is open" in lines[-1], "".join(lines)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.stderr.close()
            process.wait(20)


@pytest.fixture
def striped_shirt(tmp_path) -> str:
    """A picture that the catalogue does not hold: a striped shirt of another seed."""
    drawn = next(
        item
        for item in plan_items(1200, 4242)
        if item.truth["category"] == ["shirt"] and item.truth["pattern"] == ["striped"]
    )
    path = tmp_path / "mine.jpg"
    render(drawn).save(path)
    return str(path)


def send(page, text: str, turn: int) -> None:
    page.fill("#box textarea", text)
    page.press("#box textarea", "Enter")
    page.wait_for_selector(f"#turn-{turn}.newest")


def test_shopping_with_a_photo(browser, demo_dir, tmp_path, striped_shirt):
    memory, port = tmp_path / "memory.sqlite", free_port()
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(WAIT_MS)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    with running(demo_dir, memory, port) as address:
        page.goto(address)
        page.wait_for_selector(".hero .tile")
        page.set_input_files("#box input[type=file]", striped_shirt)
        page.wait_for_selector("#box .thumbnail-item")
        send(page, "like this but in navy, no stripes", 1)
        assert page.locator("#turn-1 .photos img").count() == 1
        assert page.locator("#turn-1 .seen select").count() > 0
        cards = page.locator("#turn-1 .card")
        assert 0 < cards.count() <= 10
        assert page.locator("#turn-1 .grid >> nth=0 >> .card .badge.broken").count() == 0
        pictures = page.locator("#turn-1 .card img").all()
        for picture in pictures:
            picture.scroll_into_view_if_needed()
            assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") >= 200
        send(page, "cheaper, at most 80", 2)
        send(page, "and without pockets", 3)
        chips = [chip.get_attribute("aria-label") for chip in page.locator("#wish .chip").all()]
        assert any("no stripes" in chip for chip in chips) and any(
            "no pockets" in chip for chip in chips
        )
        page.click("#turn-3 .card >> nth=0 >> [data-do=like]")
        page.wait_for_selector("#turn-4.newest")
        before = page.locator("#wish .chip").count()
        page.click("#wish .chip:has-text('no stripes')")
        page.wait_for_selector("#turn-5.newest")
        assert page.locator("#wish .chip").count() == before - 1
        page.reload()
        page.wait_for_selector("#turn-5.newest")
    with running(demo_dir, memory, port) as address:
        page.goto(address)
        page.wait_for_selector("#turn-5.newest")
        assert page.locator("#feed .turn").count() == 5
        assert page.locator("#turn-1 .photos img").count() == 1
        page.click("[data-ui=ask-forget]")
        page.click("[data-do=forget]")
        page.wait_for_selector(".hero .tile")
    context.close()
    assert errors == []
    assert not [
        file for file in memory.with_name("memory.sqlite.uploads").rglob("*") if file.is_file()
    ]

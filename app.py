"""The entrance: `python app.py [--catalog DIR]` opens the chat page; a hosted Space starts it the same way.

The page opens at once. The catalogue is opened behind it, and drawn first where the demo one is missing.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from agent.serving.freezing import freeze_heap
from errors import CatalogMissingError, StylistError, WorkError
from settings import ROOT, Settings, load_settings

if TYPE_CHECKING:
    from ui.shop import Shop

LOG = logging.getLogger("app")
TURNS_IN_PROCESS = 4
"""Turns at once where there are no workers: more would only wait for one another inside."""
LOOK_S, RETRY_S = 2.0, 30.0
"""How often the page looks whether the catalogue was updated, and how long it waits after a state that cannot be opened."""
FAILURE_SHOWN_S = 3.0
"""How long the page goes on after a failed start, so that those who wait on it read why."""


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="app.py", description="Open the fashion stylist's chat page."
    )
    parser.add_argument(
        "--catalog",
        type=Path,
        metavar="DIR",
        help="a catalogue made by `python -m catalog demo` or `python -m catalog import` "
        "(default: data/demo, drawn on the first start)",
    )
    parser.add_argument(
        "--host", help="address to listen on (default: HOST, else 127.0.0.1; 0.0.0.0 in a Space)"
    )
    parser.add_argument("--port", type=int, help="port to listen on (default: PORT, else 7860)")
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser window")
    return parser.parse_args(argv)


def present(catalog: Path) -> bool:
    """Whether `catalog` holds a finished catalogue; the manifest is what a build writes last."""
    return (catalog / "info.json").is_file()


def check_catalog(settings: Settings) -> bool:
    """Whether the demo catalogue is to be drawn first. Raises CatalogMissingError for any other that is not there."""
    if present(settings.catalog_dir):
        return False
    if settings.catalog_dir.resolve() != Settings().catalog_dir.resolve():
        raise CatalogMissingError(
            f"no catalogue in {settings.catalog_dir}; make one with `python -m catalog demo --out "
            f"{settings.catalog_dir}` or `python -m catalog import FEED --out {settings.catalog_dir}`"
        )
    return True


def check_port(host: str, port: int) -> int:
    """A port that can be listened on: `port`, or any free one for 0. Raises WorkError where it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise WorkError(
                f"cannot listen on {host}:{port} ({error.strerror}); choose another port with PORT=7861 "
                "or end the program that holds it"
            ) from None
        return probe.getsockname()[1]


def draw_demo(catalog: Path, tell: Callable[[str], None]) -> None:
    """Draw the demo catalogue in a process of its own, each line of its progress to `tell` and stderr.

    Raises WorkError with its last line where it fails.
    """
    command = [sys.executable, "-m", "catalog", "demo", "--out", str(catalog)]
    last = ""
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        errors="replace",
        bufsize=1,
    ) as process:  # universal newlines: a bar's \r ends a line too
        for line in process.stderr:
            if line.strip():
                last = line.strip()
                tell(last)
                print(last, file=sys.stderr)
    if process.returncode:
        raise WorkError(
            f"the demo catalogue could not be drawn: "
            f"{last.removeprefix('error: ') or f'exit {process.returncode}'}"
        )


def open_shop(shop: Shop, settings: Settings, draw: bool) -> None:
    """Behind the page: draw what is missing, open the catalogue with warm models, then let shoppers in."""
    try:
        if draw:
            shop.tell("Drawing the demo collection")
            draw_demo(settings.catalog_dir, shop.tell)
        shop.tell("Opening the collection")
        from agent import (  # torch may come with it; the page need not wait for that
            Stylist,
            StylistPool,
        )

        serving = StylistPool if settings.workers > 1 else Stylist
        shop.open(serving.open(settings.catalog_dir, memory=settings.memory, settings=settings))
    except StylistError as error:
        shop.fail(error)
    except Exception as error:  # a door: the thread must not die unseen
        LOG.exception("the shop could not open")
        shop.fail(WorkError(f"the shop could not open: {type(error).__name__}: {error}"))


def keep_fresh(shop: Shop, ended: threading.Event, every: float = LOOK_S) -> None:
    """Behind the page: when the catalogue has been updated, the next turns go by its new state."""
    while not ended.wait(every):
        try:
            fresh = shop.stylist.renewed() if shop.stylist else None
        except Exception:  # a door: whatever is wrong with the new state, shoppers chat on over the one that is open
            LOG.exception(
                "the catalogue's new state could not be opened; the page goes on with the old one"
            )
            ended.wait(RETRY_S)
            continue
        if fresh is not None:
            shop.open(fresh)
            ended.wait(every)  # turns that run end on the old state
            freeze_heap()
            LOG.warning("the catalogue has been updated: %s items", fresh.catalog.live)


def wants_browser(skip: bool) -> bool:
    """Whether to open a browser window: only for a person at a desktop."""
    desktop = sys.platform in ("darwin", "win32") or any(
        map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY"))
    )
    return desktop and not skip and sys.stderr.isatty() and not os.environ.get("SPACE_ID")


def serve(settings: Settings, skip_browser: bool = False) -> None:
    """Open the page and stay until interrupted. Raises what kept the shop from opening."""
    draw = check_catalog(settings)
    port = check_port(settings.host, settings.port)
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    from ui.page import build, launch_options
    from ui.shop import Shop

    shop = Shop()
    page = build(shop, at_once=None if settings.workers > 1 else TURNS_IN_PROCESS)
    page.queue(max_size=None)
    page.launch(
        server_name=settings.host,
        server_port=port,
        prevent_thread_lock=True,
        **launch_options(settings.catalog_dir, settings.waiting + settings.workers),
    )
    address = f"http://{'127.0.0.1' if settings.host == '0.0.0.0' else settings.host}:{port}"
    print(f"The page is open at {address} (Ctrl-C ends it)", file=sys.stderr, flush=True)
    threading.Thread(
        target=open_shop, args=(shop, settings, draw), name="opening", daemon=True
    ).start()
    ended = threading.Event()
    threading.Thread(target=keep_fresh, args=(shop, ended), name="watching", daemon=True).start()
    if wants_browser(skip_browser):
        webbrowser.open(address)
    try:
        shop.settled.wait()
        if shop.failure:
            threading.Event().wait(FAILURE_SHOWN_S)
            raise shop.failure
        print("The shop is open", file=sys.stderr, flush=True)
        page.block_thread()
    finally:
        ended.set()
        page.close(verbose=False)
        shop.close()


def main(argv: list[str] | None = None) -> int:
    """Exit code: 0 ended by the shopkeeper, 1 the work failed, 2 unusable input."""
    signal.signal(
        signal.SIGTERM, signal.default_int_handler
    )  # a service's stop: turns under way are finished
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    given = arguments(argv)
    try:
        settings = load_settings(catalog_dir=given.catalog, host=given.host, port=given.port)
        serve(settings, given.no_browser)
    except StylistError as error:
        print(f"app.py: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())

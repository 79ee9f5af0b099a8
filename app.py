"""The entrance: `python app.py [--catalog DIR]` opens the chat page, also on a hosted Space.

The page opens at once. The catalogue is opened behind it; a missing demo catalogue is drawn first.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from agent.serving.freezing import freeze_heap
from errors import CatalogMissingError, StylistError, WorkError
from settings import ROOT, Settings, load_settings

if TYPE_CHECKING:
    from gradio import Blocks

    from ui.shop import Shop

LOG = logging.getLogger("app")
MAX_TURNS_IN_PROCESS = 4
"""Turns at once without workers; more would only wait for one another."""
CHECK_CATALOG_EVERY_S = 2.0
"""How often the page checks whether the catalogue was updated."""
RETRY_AFTER_S = 30.0
"""How long the page waits after an update that cannot be opened."""
SHOW_FAILURE_S = 3.0
"""How long the page stays open after a failed start, so that those who wait can read why."""


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
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
    """Whether `catalog` holds a finished catalogue: a build writes its manifest last."""
    return (catalog / "info.json").is_file()


def check_catalog(settings: Settings) -> bool:
    """Return whether the demo catalogue must be drawn first.

    Raises CatalogMissingError if any other catalogue is missing.
    """
    if present(settings.catalog_dir):
        return False
    folder = settings.catalog_dir
    if folder.resolve() != (settings.state_dir / "demo").resolve():
        raise CatalogMissingError(
            f"no catalogue in {folder}; make one with `python -m catalog demo --out {folder}` "
            f"or `python -m catalog import FEED --out {folder}`"
        )
    return True


def check_writable(settings: Settings, draw: bool) -> None:
    """Make sure that memory, and a catalogue that is to be drawn, can be written.

    Raises WorkError that names the folder and the setting that moves it.
    """
    wanted = [] if str(settings.memory) == ":memory:" else [settings.memory.parent]
    if draw:
        wanted.append(settings.catalog_dir.parent)
    for folder in wanted:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            raise WorkError(
                f"cannot write in {folder} ({error.strerror}); name a folder that can be written: "
                "DATA=/path/to/folder"
            ) from None


def check_port(host: str, port: int) -> int:
    """Return `port`, or any free one for 0. Raises WorkError if it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise WorkError(
                f"cannot listen on {host}:{port} ({error.strerror}); "
                "choose another port with PORT=7861 or end the program that holds it"
            ) from None
        return int(probe.getsockname()[1])


def draw_demo(catalog: Path, tell: Callable[[str], None]) -> None:
    """Draw the demo catalogue in a process of its own; its progress goes to `tell` and stderr.

    Raises WorkError with the last line of its output if it fails.
    """
    command = [sys.executable, "-m", "catalog", "demo", "--out", str(catalog)]
    last = ""
    # Text mode reads universal newlines, so the \r of a progress bar ends a line too.
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        errors="replace",
        bufsize=1,
    ) as process:
        for line in process.stderr or ():
            if line.strip():
                last = line.strip()
                tell(last)
                print(last, file=sys.stderr)
    if process.returncode:
        reason = last.removeprefix("error: ") or f"exit {process.returncode}"
        raise WorkError(f"the demo catalogue could not be drawn: {reason}")


def open_shop(shop: Shop, settings: Settings, draw: bool) -> None:
    """Draw what is missing, open the catalogue with warm models, then let shoppers in.

    Runs behind the page. A failure is kept in `shop`.
    """
    try:
        if draw:
            shop.tell("Drawing the demo collection")
            draw_demo(settings.catalog_dir, shop.tell)
        shop.tell("Opening the collection")
        # Heavy libraries come with it (torch), and the page need not wait for them.
        from agent import Stylist, StylistPool

        service = StylistPool if settings.workers > 1 else Stylist
        shop.open(service.open(settings.catalog_dir, memory=settings.memory, settings=settings))
    except StylistError as error:
        shop.fail(error)
    except Exception as error:  # a door: the thread must not die unseen
        LOG.exception("the shop could not open")
        shop.fail(WorkError(f"the shop could not open: {type(error).__name__}: {error}"))


def watch_catalog(shop: Shop, stop: threading.Event, every: float = CHECK_CATALOG_EVERY_S) -> None:
    """Let the next turns use the catalogue's new state after an update, until `stop` is set.

    Runs behind the page. Shoppers go on with the open state if the new one is unusable.
    """
    while not stop.wait(every):
        try:
            renewed = shop.stylist.renewed() if shop.stylist else None
        except Exception:  # a door: whatever is wrong with the update, shoppers chat on
            LOG.exception(
                "the catalogue's new state could not be opened; the page goes on with the old one"
            )
            stop.wait(RETRY_AFTER_S)
            continue
        if renewed is not None:
            shop.open(renewed)
            # Turns in progress end on the old state first.
            stop.wait(every)
            freeze_heap()
            LOG.warning("the catalogue has been updated: %s items", renewed.catalog.live)


def wants_browser(skip: bool) -> bool:
    """Whether to open a browser window, which only a person at a desktop can use."""
    desktop = sys.platform in ("darwin", "win32") or any(
        map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY"))
    )
    return desktop and not skip and sys.stderr.isatty() and not os.environ.get("SPACE_ID")


def serve(settings: Settings, skip_browser: bool = False) -> None:
    """Open the page and stay until interrupted. Raises what kept the shop from opening."""
    draw = check_catalog(settings)
    check_writable(settings, draw)
    port = check_port(settings.host, settings.port)
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    # Gradio takes a second to import, and reads the variable while it does.
    from ui.shop import Shop

    shop = Shop()
    page = open_page(shop, settings, port)
    address = f"http://{'127.0.0.1' if settings.host == '0.0.0.0' else settings.host}:{port}"
    print(f"The page is open at {address} (Ctrl-C ends it)", file=sys.stderr, flush=True)
    stop = threading.Event()
    run_behind("opening", open_shop, shop, settings, draw)
    run_behind("watching", watch_catalog, shop, stop)
    if wants_browser(skip_browser):
        webbrowser.open(address)
    try:
        shop.settled.wait()
        if shop.failure:
            threading.Event().wait(SHOW_FAILURE_S)
            raise shop.failure
        print("The shop is open", file=sys.stderr, flush=True)
        page.block_thread()
    finally:
        stop.set()
        page.close(verbose=False)
        shop.close()


def open_page(shop: Shop, settings: Settings, port: int) -> Blocks:
    """Start to serve the page, in threads of its own."""
    from ui.page import build, launch_options

    page = build(shop, max_turns=None if settings.workers > 1 else MAX_TURNS_IN_PROCESS)
    page.queue(max_size=None)
    page.launch(
        server_name=settings.host,
        server_port=port,
        prevent_thread_lock=True,
        **launch_options(settings.catalog_dir, settings.waiting + settings.workers),
    )
    return page


def run_behind(name: str, work: Callable[..., None], *arguments: object) -> None:
    """Run `work` in a thread that ends with the process."""
    threading.Thread(target=work, args=arguments, name=name, daemon=True).start()


def main(argv: list[str] | None = None) -> int:
    """Return the exit code: 0 interrupted, 1 the work failed, 2 unusable input."""
    # A service manager's stop ends turns in progress in order, as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    options = arguments(argv)
    try:
        settings = load_settings(catalog_dir=options.catalog, host=options.host, port=options.port)
        serve(settings, options.no_browser)
    except StylistError as error:
        print(f"app.py: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())

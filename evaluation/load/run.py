"""A load test of the real app by many concurrent shoppers, over HTTP as from a browser.

Each run measures a single shopper first and then the crowd. Every shopper is a closed loop: the
next message is sent when the answer to the previous one is complete. One turn in four includes a
photo. Shoppers run in this process and share the machine's cores with the app; their processor time
is reported next to the app's.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import numpy as np

from agent.memory.store import Memory
from catalog.files import read_manifest
from evaluation.load.app_process import Served, served
from evaluation.load.page import Answer, Page
from evaluation.load.shopper import Shopper, draw_photos
from evaluation.report.show import Figures, finish, machine, notice, percentiles, table

BUSY = "notice busy"
"""Class in the page's markup which says that the queue is full and the message was kept."""
RETRY_S = 2.0
MEMORY_INTERVAL_S = 2.0
MAX_FAULTS_SHOWN = 10


@dataclass
class Record:
    """The outcome of all turns of one phase.

    times: (milliseconds, whether with a photo); sent: session token -> messages; errors, crossed:
    descriptions of faults and of cross-talk.
    """

    times: list[tuple[float, bool]] = field(default_factory=list)
    sent: dict[str, list[str]] = field(default_factory=dict)
    kilobytes: list[float] = field(default_factory=list)
    busy: int = 0
    errors: list[str] = field(default_factory=list)
    crossed: list[str] = field(default_factory=list)
    seconds: float = 0.0
    page_cpu_s: float = 0.0
    worker_cpu_s: float = 0.0
    load_cpu_s: float = 0.0

    def figures(self) -> Figures:
        """Return the figures of the phase."""
        every = [ms for ms, _ in self.times]
        parts = {
            "turn_ms": every,
            "text_turn_ms": [ms for ms, photo in self.times if not photo],
            "photo_turn_ms": [ms for ms, photo in self.times if photo],
        }
        return {
            "turns": len(every),
            "seconds": round(self.seconds, 1),
            "turns_per_s": round(len(every) / self.seconds, 2),
            **{name: percentiles(times) for name, times in parts.items() if times},
            "errors": len(self.errors),
            "busy": self.busy,
            "crossed": len(self.crossed),
            "kb_a_turn": round(float(np.mean(self.kilobytes)), 1) if self.kilobytes else None,
            "page_cpu_s": round(self.page_cpu_s, 1),
            "worker_cpu_s": round(self.worker_cpu_s, 1),
            "load_cpu_s": round(self.load_cpu_s, 1),
        }


class Crowd:
    """The shoppers of one served app."""

    def __init__(self, app: Served, photos: list[Path], turns: int, seed: int) -> None:
        self.app, self.photos, self.turns, self.seed = app, photos, turns, seed
        self.config = httpx.get(f"{app.address}/config", timeout=60).json()

    async def shop(self, shoppers: int, sessions: int = 1, seconds: float | None = None) -> Record:
        """Run `shoppers` at once, each for `sessions` sessions or until `seconds` have passed.

        Every session has its own tab and token.
        """
        record, start = Record(), time.perf_counter()
        used, own = self.app.cpu_s(), time.process_time()
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=2 * shoppers)
        async with httpx.AsyncClient(
            base_url=self.app.address, timeout=60, limits=limits
        ) as client:

            def on(session: int) -> bool:
                return (
                    session < sessions if seconds is None else time.perf_counter() - start < seconds
                )

            await asyncio.gather(
                *(self._shopper(Shopper(n), client, record, on) for n in range(shoppers))
            )
        record.seconds = time.perf_counter() - start
        record.load_cpu_s = time.process_time() - own
        record.page_cpu_s, record.worker_cpu_s = (
            now - then for now, then in zip(self.app.cpu_s(), used, strict=True)
        )
        return record

    async def _shopper(
        self, shopper: Shopper, client: httpx.AsyncClient, record: Record, on: Callable[[int], bool]
    ) -> None:
        session = 0
        while on(session):
            page = Page(client, self.config)
            sent: list[str] = []
            await page.open()
            record.sent[page.token or ""] = sent
            for text, photo in shopper.turns(self.turns, self.seed + session):
                if not on(session):
                    break
                try:
                    await self._turn(shopper, page, text, photo, sent, record)
                except Exception as error:  # the test continues; faults are counted and shown
                    record.errors.append(
                        f"shopper {shopper.number}: {type(error).__name__}: {error}"
                    )
                    break
            session += 1

    async def _turn(
        self,
        shopper: Shopper,
        page: Page,
        text: str,
        photo: int | None,
        sent: list[str],
        record: Record,
    ) -> None:
        files = [self.photos[photo]] if photo is not None else []
        while True:
            start = time.perf_counter()
            answer = await page.say(text, files)
            if BUSY not in str(answer.parts.get("live", "")):
                break
            record.busy += 1
            await asyncio.sleep(RETRY_S)
        record.times.append(((time.perf_counter() - start) * 1000, bool(files)))
        record.kilobytes.append(answer.bytes / 1024)
        if "feed" not in answer.parts:
            raise RuntimeError(f"no answer to {text!r}: {str(answer.parts.get('live'))[:200]}")
        sent.append(text)
        record.crossed += [
            f"shopper {shopper.number}, {text!r}: {what}"
            for what in self._foreign(shopper, answer, sent)
        ]

    @staticmethod
    def _foreign(shopper: Shopper, answer: Answer, sent: list[str]) -> list[str]:
        return shopper.foreign(str(answer.parts.get("wish", "")), str(answer.parts["feed"]), sent)


def _stored(app: Served, record: Record) -> None:
    """Compare the stored turns of each session with the messages sent in it."""
    memory = Memory(app.memory)
    for token, sent in record.sent.items():
        stored = [turn["text"] for turn in memory.export(token)["turns"]]
        if stored != sent:
            record.crossed.append(
                f"a session keeps {len(stored)} turns of {len(sent)}: {stored[-2:]} for {sent[-2:]}"
            )
    memory.close()


async def _watch(app: Served, seen: list[tuple[float, float]]) -> None:
    """Append (seconds, MB) of the app to `seen` until cancelled."""
    start = time.perf_counter()
    while True:
        seen.append((time.perf_counter() - start, await asyncio.to_thread(app.memory_mb)))
        await asyncio.sleep(MEMORY_INTERVAL_S)


def _memory(seen: list[tuple[float, float]]) -> Figures:
    """Return the app's memory at the start, middle and end, and its slope over the second half."""
    late = np.array(seen[len(seen) // 2 :])
    slope = float(np.polyfit(late[:, 0], late[:, 1], 1)[0]) * 60 if len(late) > 2 else 0.0
    return {
        "start": round(seen[0][1]),
        "middle": round(seen[len(seen) // 2][1]),
        "end": round(seen[-1][1]),
        "most": round(max(mb for _, mb in seen)),
        "late_slope_mb_per_min": round(slope, 1),
    }


async def _phases(
    crowd: Crowd, shoppers: int, seconds: float | None
) -> tuple[Record, Record, list[tuple[float, float]]]:
    # Warm-up: every worker handles words and a photo before anything is timed.
    await crowd.shop(min(shoppers, 4), sessions=1)
    notice("one shopper alone")
    lone = await crowd.shop(1, sessions=2)
    notice(f"{shoppers} shoppers at once")
    seen: list[tuple[float, float]] = []
    watch = asyncio.create_task(_watch(crowd.app, seen))
    many = await crowd.shop(shoppers, seconds=seconds)
    watch.cancel()
    return lone, many, seen


def run(
    catalog: Path,
    shoppers: int = 16,
    turns: int = 20,
    seconds: float | None = None,
    workers: str | None = None,
    seed: int = 0,
    out: Path | None = None,
) -> Figures:
    """Measure `shoppers` at once on the app over `catalog`; print and return the figures.

    Each shopper has one session of `turns` turns, or session after session for `seconds`. Raises
    WorkError if the app does not open.
    """
    with tempfile.TemporaryDirectory(prefix="photos-") as folder:
        photos = draw_photos(Path(folder), seed)
        with served(catalog, **({"WORKERS": workers} if workers else {})) as app:
            app.settle()
            crowd = Crowd(app, photos, turns, seed)
            processes = len(app.pids())
            lone, many, seen = asyncio.run(_phases(crowd, shoppers, seconds))
            _stored(app, many)
    alone, together = lone.figures(), many.figures()
    result = {
        "items": read_manifest(catalog)["items"],
        "shoppers": shoppers,
        "processes": processes,
        "lone": alone,
        "crowd": together,
        "times_turns_per_s": round(together["turns_per_s"] / alone["turns_per_s"], 2),
        "times_p95": round(together["turn_ms"]["p95"] / alone["turn_ms"]["p95"], 2),
        "memory_mb": _memory(seen),
        "machine": machine(),
    }
    for fault in (*lone.errors, *many.errors, *lone.crossed, *many.crossed)[:MAX_FAULTS_SHOWN]:
        notice(fault)
    _show(result)
    return finish(result, out)


def _show(result: Figures) -> None:
    rows = []
    for name, figures in (
        ("one shopper", result["lone"]),
        (f"{result['shoppers']} shoppers", result["crowd"]),
    ):
        ms = figures["turn_ms"]
        rows.append(
            [
                name,
                figures["turns"],
                figures["turns_per_s"],
                ms["p50"],
                ms["p95"],
                ms["p99"],
                figures["errors"],
                figures["busy"],
                figures["crossed"],
                figures["kb_a_turn"],
                figures["page_cpu_s"],
                figures["worker_cpu_s"],
                figures["load_cpu_s"],
            ]
        )
    table(
        f"Over HTTP, {result['items']} items, {result['machine']['cores']} cores, "
        f"{result['machine']['cpu']}",
        [
            "",
            "turns",
            "turns/s",
            "p50 ms",
            "p95",
            "p99",
            "errors",
            "busy",
            "crossed",
            "KB",
            "page CPU s",
            "workers",
            "shoppers",
        ],
        rows,
    )

"""How well the offline reader reads what people really typed: precision, recall and F1 by facet and op.

The labels (`labels.jsonl`) are keys and constraints; the phrases themselves stay in the data folder. A
constraint counts as found when facet, op and value agree. Parts `first`, `second` and `third` were read by whoever wrote
the rules: figures of development. Part `blind` was labelled by somebody who has seen no rules, and nobody who writes rules
reads it, so its misread phrases are never printed; `blind_again` is a second person's labels of some of the same phrases.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from agent.language import read
from errors import InputError
from evaluation.report.show import finish, notice, table
from settings import Settings, load_settings
from vocabulary.wish import Constraint

LABELS = Path(__file__).with_name("labels.jsonl")
BLIND, AGAIN = "blind", "blind_again"
PLANNERS = ("offline", "llm")
Triple = tuple[str, str, str]
Reader = Callable[[str], Iterable[Constraint]]


def offline(text: str) -> Iterable[Constraint]:
    """What the offline planner reads."""
    return read(text).constraints


def model(settings: Settings) -> Reader:
    """What the configured language model reads; a phrase that it fails at counts as read as nothing. Raises InputError
    without a model."""
    if not settings.has_model:
        raise InputError(
            "planner llm needs a language model: set OPENAI_API_KEY, or OPENAI_BASE_URL for a server of your own"
        )
    from agent.llm.backend import model_client, read_phrase
    from agent.llm.client import ModelFailure

    client = model_client(settings)

    def reader(text: str) -> Iterable[Constraint]:
        try:
            return read_phrase(text, client, settings)
        except ModelFailure as failure:
            notice(f"no reading: {failure}")
            return ()

    return reader


def run(
    data: Path | None = None,
    out: Path | None = None,
    labels: Path = LABELS,
    errors: int = 0,
    part: str = BLIND,
    planner: str = "offline",
) -> dict:
    """Reads the labelled phrases of `part` ("all": all but the second labels) and scores them; prints tables, with up to
    `errors` misread phrases of parts that may be read, and one JSON line.

    Returns {"part", "planner", "phrases", "precision", "recall", "f1", "exact", "by_op", "by_facet", "confusions", "ms":
    {"p50", "p95"}, "agreement": between two people}, or {"skipped": why} where the phrases are not there.
    """
    folder = (data or load_settings().data_dir) / "fashioniq_captions"
    if not folder.is_dir():
        return finish(
            {
                "skipped": f"no phrases at {folder}: set DATA_DIR to the folder that holds fashioniq_captions"
            },
            out,
        )
    phrases = _phrases(labels, folder)
    if planner not in PLANNERS:
        raise InputError(f"unknown planner {planner!r}; allowed: {', '.join(PLANNERS)}")
    reader = offline if planner == "offline" else model(load_settings())
    chosen = [p for p in phrases if p.part == part or (part == "all" and p.part != AGAIN)]
    if not chosen:
        raise InputError(
            f"no labels of part {part!r}; there are: all, {', '.join(sorted({p.part for p in phrases}))}"
        )
    reader("warm up, darker and with no stripes")
    scored = [_score(phrase, reader) for phrase in tqdm(chosen, desc="phrases", leave=False)]
    report = {"part": part, "planner": planner, **_report(scored), "agreement": _agreement(phrases)}
    may_be_read = (s for s in scored if s.part not in (BLIND, AGAIN) and (s.missed or s.extra))
    _show(report, sorted(may_be_read, key=lambda s: s.text)[:errors])
    return finish(report, out)


@dataclass(frozen=True)
class _Phrase:
    text: str
    wanted: set[Triple]
    part: str
    key: tuple[str, int, int]


class _Scored:
    """One phrase: what was found, missed and read besides."""

    def __init__(self, phrase: _Phrase, found: set[Triple], ms: float) -> None:
        self.text, self.part, self.ms = phrase.text, phrase.part, ms
        self.hit, self.missed, self.extra = (
            phrase.wanted & found,
            phrase.wanted - found,
            found - phrase.wanted,
        )


def _phrases(labels: Path, folder: Path) -> list[_Phrase]:
    files: dict[str, list] = {}
    rows = []
    for number, line in enumerate(labels.read_text(encoding="utf-8").splitlines(), start=1):
        label = json.loads(line)
        name = label["file"]
        if name not in files:
            files[name] = json.loads((folder / name).read_text(encoding="utf-8"))
        try:
            text = files[name][label["index"]]["captions"][label["caption"]]
        except IndexError:
            raise InputError(
                f"{labels.name} line {number}: {name} has no phrase {label['index']}/{label['caption']}"
            ) from None
        wanted = {(c["facet"], c["op"], str(c["value"])) for c in label["constraints"]}
        rows.append(
            _Phrase(
                text, wanted, label.get("part", "first"), (name, label["index"], label["caption"])
            )
        )
    return rows


def _score(phrase: _Phrase, reader: Reader) -> _Scored:
    start = time.perf_counter()
    constraints = reader(phrase.text)
    ms = (time.perf_counter() - start) * 1000
    return _Scored(phrase, {(c.facet, c.op, str(c.value)) for c in constraints}, ms)


def _agreement(phrases: list[_Phrase]) -> dict | None:
    """How far two people agree on the phrases that both labelled."""
    first = {p.key: p.wanted for p in phrases if p.part == BLIND}
    both = [(first[p.key], p.wanted) for p in phrases if p.part == AGAIN and p.key in first]
    if not both:
        return None
    hits, missed, extra = (
        sum(map(len, sets)) for sets in zip(*((a & b, a - b, b - a) for a, b in both), strict=True)
    )
    return {
        "phrases": len(both),
        "f1": _figures(hits, missed, extra)["f1"],
        "exact": round(sum(a == b for a, b in both) / len(both), 4),
    }


def _figures(hits: int, missed: int, extra: int) -> dict:
    precision = hits / (hits + extra) if hits + extra else 0.0
    recall = hits / (hits + missed) if hits + missed else 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {
        "precision": round(precision, 4),
        "recall": round(recall, 4),
        "f1": round(f1, 4),
        "labelled": hits + missed,
    }


def _report(scored: list[_Scored]) -> dict:
    def total(part: int | None, name: str | None) -> dict:
        def count(side: str) -> int:
            return sum(
                1 for s in scored for t in getattr(s, side) if part is None or t[part] == name
            )

        return _figures(count("hit"), count("missed"), count("extra"))

    triples = {t for s in scored for t in s.hit | s.missed | s.extra}
    confusions = Counter(
        (" ".join(m), " ".join(e))
        for s in scored
        for m in s.missed
        for e in s.extra
        if m[0] == e[0]
    )
    times = sorted(s.ms for s in scored)
    return {
        "phrases": len(scored),
        **total(None, None),
        "exact": round(
            sum(1 for s in scored if not s.missed and not s.extra) / max(1, len(scored)), 4
        ),
        "by_op": {op: total(1, op) for op in sorted({t[1] for t in triples})},
        "by_facet": {facet: total(0, facet) for facet in sorted({t[0] for t in triples})},
        "confusions": [
            {"labelled": m, "read": e, "times": n} for (m, e), n in confusions.most_common(10)
        ],
        "ms": {
            "p50": round(times[len(times) // 2], 3),
            "p95": round(times[int(len(times) * 0.95)], 3),
        }
        if times
        else {},
    }


def _show(report: dict, wrong: list[_Scored]) -> None:
    columns = ("precision", "recall", "f1", "labelled")
    rows = [("all", report), *report["by_op"].items(), *report["by_facet"].items()]
    table(
        f"{report['phrases']} phrases of part {report['part']}, planner {report['planner']}",
        ("", *columns),
        [(name, *(row[c] for c in columns)) for name, row in rows],
    )
    if report["agreement"]:
        both = report["agreement"]
        table(
            "two people on the same phrases",
            ("phrases", "f1", "exact"),
            [(both["phrases"], both["f1"], both["exact"])],
        )
    table(
        "confusions",
        ("labelled", "read as", "times"),
        [(c["labelled"], c["read"], c["times"]) for c in report["confusions"]],
    )
    if wrong:
        table(
            "misread",
            ("phrase", "missed", "read besides"),
            [
                (
                    s.text,
                    ", ".join(map(" ".join, sorted(s.missed))),
                    ", ".join(map(" ".join, sorted(s.extra))),
                )
                for s in wrong
            ],
        )

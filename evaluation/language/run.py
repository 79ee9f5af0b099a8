"""Precision, recall and F1 of the planner on phrases that people typed, by facet and op.

The labels (`labels.jsonl`) consist of keys and constraints; the phrases stay in the data folder. A
constraint is a hit if facet, op and value agree. The authors of the rules read the parts `first`,
`second` and `third`, so their figures are development figures. Part `blind` was labelled by
somebody who had not seen the rules. Nobody who writes rules reads it, so its misread phrases are
never printed. `blind_again` holds a second person's labels of some of the same phrases.
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
from evaluation.report.show import Figures, finish, notice, table
from settings import Settings, load_settings
from vocabulary.wish import Constraint

LABELS = Path(__file__).with_name("labels.jsonl")
BLIND, AGAIN = "blind", "blind_again"
PLANNERS = ("offline", "llm")
Triple = tuple[str, str, str]
Reader = Callable[[str], Iterable[Constraint]]


def offline(text: str) -> Iterable[Constraint]:
    """Return the constraints that the offline planner reads."""
    return read(text).constraints


def model(settings: Settings) -> Reader:
    """Return a reader that asks the configured language model.

    If the model fails on a phrase, the phrase counts as read without any constraint. Raises
    InputError if no model is configured.
    """
    if not settings.has_model:
        raise InputError(
            "planner llm needs a language model: set OPENAI_API_KEY, or OPENAI_BASE_URL for a "
            "server of your own"
        )
    # imported on demand, because the model's client library is slow to import
    from agent.llm.backend import model_client, read_phrase
    from agent.llm.budget import ModelFailureError

    client = model_client(settings)

    def reader(text: str) -> Iterable[Constraint]:
        try:
            return read_phrase(text, client, settings)
        except ModelFailureError as failure:
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
) -> Figures:
    """Score the labelled phrases of `part`; print tables and JSON.

    part: one of the labels' parts, or "all" for all but the second labels.
    errors: number of misread phrases to print, from parts that may be read. Returns {"part",
    "planner", "phrases", "precision", "recall", "f1", "exact", "by_op", "by_facet", "confusions",
    "ms": {"p50", "p95"}, "agreement": between two people}, or {"skipped": why} if the data folder
    holds no phrases. Raises InputError if the part or planner is unknown.
    """
    folder = (data or load_settings().data_dir) / "fashioniq_captions"
    if not folder.is_dir():
        reason = f"no phrases at {folder}: set DATA_DIR to the folder that holds fashioniq_captions"
        return finish({"skipped": reason}, out)
    phrases = _phrases(labels, folder)
    if planner not in PLANNERS:
        raise InputError(f"unknown planner {planner!r}; allowed: {', '.join(PLANNERS)}")
    reader = offline if planner == "offline" else model(load_settings())
    chosen = [p for p in phrases if p.part == part or (part == "all" and p.part != AGAIN)]
    if not chosen:
        parts = ", ".join(sorted({p.part for p in phrases}))
        raise InputError(f"no labels of part {part!r}; there are: all, {parts}")
    reader("warm up, darker and with no stripes")
    scored = [_score(phrase, reader) for phrase in tqdm(chosen, desc="phrases", leave=False)]
    report = {"part": part, "planner": planner, **_report(scored), "agreement": _agreement(phrases)}
    misread = (s for s in scored if s.part not in (BLIND, AGAIN) and not s.exact)
    _show(report, sorted(misread, key=lambda s: s.text)[:errors])
    return finish(report, out)


@dataclass(frozen=True)
class _Phrase:
    text: str
    wanted: set[Triple]
    part: str
    key: tuple[str, int, int]


class _Scored:
    """A phrase with its constraints: those read correctly, those missed, and extra ones."""

    def __init__(self, phrase: _Phrase, constraints: set[Triple], ms: float) -> None:
        self.text, self.part, self.ms = phrase.text, phrase.part, ms
        self.hit = phrase.wanted & constraints
        self.missed = phrase.wanted - constraints
        self.extra = constraints - phrase.wanted

    @property
    def exact(self) -> bool:
        """Whether the phrase was read exactly as labelled."""
        return not self.missed and not self.extra


def _phrases(labels: Path, folder: Path) -> list[_Phrase]:
    files: dict[str, list[Figures]] = {}
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
                f"{labels.name} line {number}: {name} has no phrase "
                f"{label['index']}/{label['caption']}"
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


def _agreement(phrases: list[_Phrase]) -> Figures | None:
    """Return how far two people agree on phrases that both labelled, or None if there are none."""
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


def _figures(hits: int, missed: int, extra: int) -> Figures:
    precision = hits / (hits + extra) if hits + extra else 0.0
    recall = hits / (hits + missed) if hits + missed else 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {
        "precision": round(precision, 4),
        "recall": round(recall, 4),
        "f1": round(f1, 4),
        "labelled": hits + missed,
    }


def _report(scored: list[_Scored]) -> Figures:
    triples = {t for s in scored for t in s.hit | s.missed | s.extra}
    return {
        "phrases": len(scored),
        **_totals(scored),
        "exact": round(sum(s.exact for s in scored) / max(1, len(scored)), 4),
        "by_op": {op: _totals(scored, 1, op) for op in sorted({t[1] for t in triples})},
        "by_facet": {facet: _totals(scored, 0, facet) for facet in sorted({t[0] for t in triples})},
        "confusions": _confusions(scored),
        "ms": _times(scored),
    }


def _totals(scored: list[_Scored], place: int | None = None, name: str = "") -> Figures:
    """Return figures over all constraints, or those with `name` at this place of the triple."""
    hits, missed, extra = (
        sum(place is None or triple[place] == name for s in scored for triple in getattr(s, side))
        for side in ("hit", "missed", "extra")
    )
    return _figures(hits, missed, extra)


def _confusions(scored: list[_Scored]) -> list[Figures]:
    """Return the ten most frequent pairs of a missed and an extra constraint of the same facet."""
    pairs = Counter(
        (" ".join(missed), " ".join(extra))
        for s in scored
        for missed in s.missed
        for extra in s.extra
        if missed[0] == extra[0]
    )
    return [
        {"labelled": labelled, "read": misread, "times": n}
        for (labelled, misread), n in pairs.most_common(10)
    ]


def _times(scored: list[_Scored]) -> dict[str, float]:
    times = sorted(s.ms for s in scored)
    if not times:
        return {}
    return {
        "p50": round(times[len(times) // 2], 3),
        "p95": round(times[int(len(times) * 0.95)], 3),
    }


def _show(report: Figures, wrong: list[_Scored]) -> None:
    columns = ("precision", "recall", "f1", "labelled")
    rows = [("all", report), *report["by_op"].items(), *report["by_facet"].items()]
    table(
        f"{report['phrases']} phrases of part {report['part']}, planner {report['planner']}",
        ("", *columns),
        [(name, *(row[c] for c in columns)) for name, row in rows],
    )
    both = report["agreement"]
    if both:
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

"""How well the offline reader reads what people really typed: precision, recall and F1 by facet and op.

The labels (`language_labels.jsonl`) are keys and constraints; the phrases themselves stay in the data folder. A
constraint counts as found when facet, op and value agree; who wrote the rules also read these phrases, so the figures
are those of development, not of phrases unseen.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path

from agent.language import read
from errors import InputError
from settings import load_settings

from .show import finish, table

LABELS = Path(__file__).with_name("language_labels.jsonl")
Triple = tuple[str, str, str]


def run(data: Path | None = None, out: Path | None = None, labels: Path = LABELS, errors: int = 0) -> dict:
    """Reads every labelled phrase and scores it; prints tables, with up to `errors` misread phrases, and one JSON line.

    Returns {"phrases", "precision", "recall", "f1", "exact", "by_op", "by_facet", "confusions", "ms": {"p50", "p95"}},
    or {"skipped": why} where the phrases are not there.
    """
    folder = (data or load_settings().data_dir) / "fashioniq_captions"
    if not folder.is_dir():
        return finish({"skipped": f"no phrases at {folder}: set DATA_DIR to the folder that holds fashioniq_captions"}, out)
    phrases = _phrases(labels, folder)
    read("warm up, darker and with no stripes")
    scored = [_score(text, wanted) for text, wanted in phrases]
    report = _report(scored)
    _show(report, sorted((s for s in scored if s.missed or s.extra), key=lambda s: s.text)[:errors])
    return finish(report, out)


class _Scored:
    """One phrase: what was found, missed and read besides."""

    def __init__(self, text: str, wanted: set[Triple], found: set[Triple], ms: float) -> None:
        self.text, self.ms = text, ms
        self.hit, self.missed, self.extra = wanted & found, wanted - found, found - wanted


def _phrases(labels: Path, folder: Path) -> list[tuple[str, set[Triple]]]:
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
            raise InputError(f"{labels.name} line {number}: {name} has no phrase {label['index']}/{label['caption']}") from None
        rows.append((text, {(c["facet"], c["op"], str(c["value"])) for c in label["constraints"]}))
    return rows


def _score(text: str, wanted: set[Triple]) -> _Scored:
    start = time.perf_counter()
    constraints = read(text).constraints
    ms = (time.perf_counter() - start) * 1000
    return _Scored(text, wanted, {(c.facet, c.op, str(c.value)) for c in constraints}, ms)


def _figures(hits: int, missed: int, extra: int) -> dict:
    precision = hits / (hits + extra) if hits + extra else 0.0
    recall = hits / (hits + missed) if hits + missed else 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4), "labelled": hits + missed}


def _report(scored: list[_Scored]) -> dict:
    def total(part: int | None, name: str | None) -> dict:
        def count(side: str) -> int:
            return sum(1 for s in scored for t in getattr(s, side) if part is None or t[part] == name)
        return _figures(count("hit"), count("missed"), count("extra"))

    triples = {t for s in scored for t in s.hit | s.missed | s.extra}
    confusions = Counter((" ".join(m), " ".join(e)) for s in scored for m in s.missed for e in s.extra if m[0] == e[0])
    times = sorted(s.ms for s in scored)
    return {"phrases": len(scored), **total(None, None),
            "exact": round(sum(1 for s in scored if not s.missed and not s.extra) / max(1, len(scored)), 4),
            "by_op": {op: total(1, op) for op in sorted({t[1] for t in triples})},
            "by_facet": {facet: total(0, facet) for facet in sorted({t[0] for t in triples})},
            "confusions": [{"labelled": m, "read": e, "times": n} for (m, e), n in confusions.most_common(10)],
            "ms": {"p50": round(times[len(times) // 2], 3), "p95": round(times[int(len(times) * 0.95)], 3)} if times else {}}


def _show(report: dict, wrong: list[_Scored]) -> None:
    columns = ("precision", "recall", "f1", "labelled")
    rows = [("all", report), *report["by_op"].items(), *report["by_facet"].items()]
    table(f"{report['phrases']} phrases, by op and facet", ("", *columns),
          [(name, *(row[c] for c in columns)) for name, row in rows])
    table("confusions", ("labelled", "read as", "times"), [(c["labelled"], c["read"], c["times"]) for c in report["confusions"]])
    if wrong:
        table("misread", ("phrase", "missed", "read besides"),
              [(s.text, ", ".join(map(" ".join, sorted(s.missed))), ", ".join(map(" ".join, sorted(s.extra)))) for s in wrong])

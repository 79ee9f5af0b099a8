"""Composed retrieval: a picture and a change in words, for every composer under one protocol.

The parts are real product photos and a drawn catalogue, by pictures only (no listing, no guard);
six wordings; two pictures in one wish; and FashionIQ if its files are present.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image
from tqdm import tqdm

from encoders import Encoder, load_encoder
from errors import InputError
from evaluation.composed import fashioniq
from evaluation.composed.choice import settle
from evaluation.composed.drawn import on_drawn
from evaluation.composed.gallery import Words, known_wish, read_gallery, read_wish
from evaluation.composed.methods import NONE, SLICED, WHOLE, Methods
from evaluation.composed.product_queries import KINDS, photo_path, sample_queries
from evaluation.composed.references import several_references
from evaluation.composed.scores import Rows, comparison, query_rows, strongest, summary
from evaluation.composed.sheet import save_sheet
from evaluation.composed.wordings import over_wordings, overall, read_wordings
from evaluation.report.plot import bars, require_matplotlib, save
from evaluation.report.show import Figures, finish, machine, notice, table
from metrics.intervals import Estimate, estimate, short
from settings import load_settings

GOAL_RATIO = 1.4
"""Target ratio of the best composer to the best static fusion of whole vectors."""
READERS = {"known": known_wish, "words": read_wish}


def run(
    data: Path | None = None,
    catalog: Path | None = None,
    encoder: Encoder | None = None,
    queries: int = 300,
    seed: int = 0,
    kinds: Sequence[str] | None = None,
    folder: Path | None = None,
    out: Path | None = None,
) -> Figures:
    """Run all parts; print their tables and one JSON line.

    kinds: the only composers to run besides the baselines; folder: that of FashionIQ; out: folder
    for composed.json, the chart composed.svg and the contact sheet composed.png.
    """
    if out is not None:
        require_matplotlib()
    settings = load_settings(data_dir=data, catalog_dir=catalog)
    encoder = encoder or load_encoder(settings.encoder, settings.device)
    words = Words(encoder)
    mixes, best = settle(
        read_gallery(settings.data_dir, "choose", encoder), words, queries, seed + 1, kinds
    )
    methods = Methods(read_gallery(settings.data_dir, "report", encoder), words, mixes)
    names = methods.names(kinds)
    figures, rows = on_products(methods, names, queries, seed)
    against = comparisons(rows, best)
    wordings = over_wordings(methods.gallery, methods.scorer(best), read_wordings(), queries, seed)
    references = several_references(methods.gallery, best, queries, seed)
    drawn = _drawn(settings.catalog_dir, encoder, words, mixes, names, queries, seed)
    iq = _fashioniq(folder or settings.data_dir / fashioniq.FOLDER, encoder, words, names, mixes)
    _print(figures, against, best, wordings, references)
    if out is not None:
        chart = bars(
            "Composed retrieval on held-out product photos: R@10 [95%]",
            {
                name: {kind: estimate(by_kind[kind]["R@10"]) for kind in KINDS}
                for name, by_kind in rows.items()
            },
        )
        save(out / "composed.svg", chart)
        files = [photo_path(settings.data_dir, product) for product in methods.gallery.products]
        save_sheet(
            out / "composed.png",
            methods.gallery,
            methods.scorer(best),
            lambda row: Image.open(files[row]),
            queries,
            seed,
        )
    return finish(
        {
            "benchmark": "composed",
            "gallery": len(methods.gallery.products),
            "encoder": encoder.name,
            "fingerprint": encoder.fingerprint,
            "seed": seed,
            "mixes": mixes,
            "best": best,
            "figures": figures,
            "comparisons": {name: _plain(entry) for name, entry in against.items()},
            "wordings": {
                "spread": overall(wordings),
                "spread_of_all": overall(wordings, tuple(wordings)),
                "kinds": wordings,
            },
            "several_references": references,
            "drawn": drawn,
            "fashioniq": iq,
            "machine": machine(),
        },
        out and out / "composed.json",
    )


def on_products(
    methods: Methods, names: Sequence[str], queries: int, seed: int
) -> tuple[dict[str, Figures], dict[str, dict[str, Rows]]]:
    """Measure the methods on product photos.

    Returns ({method: {known | words: {kind: figures}}}, {method: {kind: rows}}). For the rows, the
    change is read from the words.
    """
    asked = {kind: sample_queries(methods.gallery.products, kind, queries, seed) for kind in KINDS}
    wishes = {
        source: {kind: [reader(q) for q in chosen] for kind, chosen in asked.items()}
        for source, reader in READERS.items()
    }
    figures: dict[str, Figures] = {}
    rows: dict[str, dict[str, Rows]] = {}
    for name in tqdm(names, desc="composers", leave=False):
        scorer = methods.scorer(name)
        by_source = {
            source: {
                kind: query_rows(methods.gallery, chosen, wishes[source][kind], scorer)
                for kind, chosen in asked.items()
            }
            for source in READERS
        }
        rows[name] = by_source["words"]
        figures[name] = {
            source: {
                kind: {"queries": len(asked[kind]), **summary(r)} for kind, r in by_kind.items()
            }
            for source, by_kind in by_source.items()
        }
    return figures, rows


def comparisons(rows: Mapping[str, Mapping[str, Rows]], best: str) -> dict[str, Figures]:
    """Compare the best composer with the strongest baseline of each family, by kind of change.

    The composer was chosen on other designs; the baselines are the strongest on these. Returns
    {"family: change": comparison with the baseline's name}.
    """
    families = {
        "whole vectors": strongest(WHOLE, rows),
        "in slices": strongest(SLICED, rows),
        "no fusion": NONE,
    }
    by_name: dict[str, Figures] = {}
    for family, baseline in families.items():
        for change in ("all", *KINDS):
            part = KINDS if change == "all" else (change,)
            # within one kind of change, the one to beat is the family's strongest on that kind
            rival = (
                baseline
                if change == "all" or baseline == NONE
                else strongest(
                    WHOLE if baseline in WHOLE else SLICED,
                    {name: {change: by[change]} for name, by in rows.items()},
                )
            )
            by_name[f"{family}: {change}"] = {
                "baseline": rival,
                **comparison(
                    {kind: rows[best][kind] for kind in part},
                    {kind: rows[rival][kind] for kind in part},
                ),
            }
    return by_name


def _drawn(
    folder: Path,
    encoder: Encoder,
    words: Words,
    mixes: dict[str, float],
    names: Sequence[str],
    queries: int,
    seed: int,
) -> Figures | None:
    try:
        return on_drawn(folder, encoder, words, mixes, names, queries, seed)
    except InputError as error:
        notice(f"the drawn catalogue is left out: {error}")
        return None


def _fashioniq(
    folder: Path, encoder: Encoder, words: Words, names: Sequence[str], mixes: dict[str, float]
) -> Figures | None:
    missing = fashioniq.missing(folder)
    if missing:
        notice(f"FashionIQ is left out: {missing}")
        return None
    return fashioniq.evaluate(folder, encoder, words, names, mixes)


def _print(
    figures: dict[str, Figures],
    against: dict[str, Figures],
    best: str,
    wordings: dict[str, Figures],
    references: dict[str, Figures],
) -> None:
    some = next(iter(figures.values()))["words"]
    columns = ["composer", *(f"{kind} ({some[kind]['queries']})" for kind in KINDS)]
    for source in READERS:
        table(
            f"Composed retrieval on held-out product photos, change {source}: "
            "R@10 [95%]; P@10; drift",
            columns,
            [[name, *(_cell(by[source][kind]) for kind in KINDS)] for name, by in figures.items()],
        )
    table(
        "The same, change from words: R@1; R@50 [95%]",
        columns,
        [
            [
                name,
                *(
                    f"{Estimate(*by['words'][kind]['R@1'])}; {Estimate(*by['words'][kind]['R@50'])}"
                    for kind in KINDS
                ),
            ]
            for name, by in figures.items()
        ],
    )
    table(
        f"{best} (chosen on other designs) against the strongest of each family here: R@10, "
        f"paired; the goal for whole vectors is a ratio of {GOAL_RATIO}",
        ["family", "change", "strongest", "ours", "theirs", "ratio", "difference", "apart"],
        [
            [
                *name.split(": "),
                e["baseline"],
                e["ours"],
                e["theirs"],
                e["ratio"],
                e["difference"],
                "yes" if e["apart"] else "no",
            ]
            for name, e in against.items()
        ],
        width=140,
    )
    table(
        f"Six wordings, {best}: R@10; spread (max - min) / mean of {', '.join(KINDS)} together "
        f"{overall(wordings):.3f}, of all {overall(wordings, tuple(wordings)):.3f}",
        ["change", "queries", "known", *(str(n + 1) for n in range(6)), "spread"],
        [
            [kind, e["queries"], e["known"][0], *(r["R@10"][0] for r in e["wordings"]), e["spread"]]
            for kind, e in wordings.items()
        ],
    )
    table(
        f"Two pictures in one wish, {best}: R@10 [95%]",
        ["query", "all", *KINDS, "ratio to one picture"],
        [
            [name, *(Estimate(*e[part]) if part in e else "" for part in ("R@10", *KINDS, "ratio"))]
            for name, e in references.items()
        ],
    )


def _cell(figures: Figures) -> str:
    return (
        f"{Estimate(*figures['R@10'])}; {short(figures['P@10'][0])}; {short(figures['drift'][0])}"
    )


def _plain(entry: Figures) -> Figures:
    return {
        name: value.rounded() if isinstance(value, Estimate) else value
        for name, value in entry.items()
    }

"""The ways that a turn may take, over the same conversations: from retrieval alone to a costly verifier and a language model.

The model is a loopback server that waits as a hosted one would and plans what the offline reader reads. The verifier is
ViT-B/32 with random weights, which takes as long as a trained one, but settles little, so that every check uses its whole
budget. Both measure waiting, never quality.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from agent import Stylist
from agent.memory.store import IN_RAM, Memory
from agent.planner import OFFLINE
from agent.replay.loopback import MODEL, ScriptedServer
from errors import InputError
from evaluation.language import fast_path
from evaluation.latency.turns import BUDGET, TurnTiming, figures, through_agent
from evaluation.report.show import notice, table
from settings import Settings, load_settings

if TYPE_CHECKING:
    from encoders import Encoder

VERIFIER = "clip:ViT-B-32"
"""No tag: open_clip then draws the weights by chance and downloads nothing."""
RETRIEVAL, AGENT, LLM, AUTO = "retrieval", "agent", "llm", "auto"
PICTURES = {f"verifier-{most}": most for most in (12, 4, 1)}
"""Path -> VERIFIER_PICTURES."""
PATHS = (RETRIEVAL, AGENT, AUTO, LLM, *PICTURES)
QUICK = (RETRIEVAL, AGENT)


def chosen(names: Sequence[str] | None) -> tuple[str, ...]:
    """The paths by their names, `all` for all of them, None for the quick ones. Raises InputError for another name."""
    if names is None:
        return QUICK
    unknown = [name for name in names if name not in (*PATHS, "all")]
    if unknown or not names:
        raise InputError(
            f"no path {', '.join(unknown) or 'given'}; allowed: {', '.join(PATHS)}, all"
        )
    return tuple(name for name in PATHS if name in names or "all" in names)


def costly_paths(
    stylist: Stylist,
    encoder: Encoder,
    names: Sequence[str],
    talks: Sequence[Sequence[TurnTiming]],
    delays: tuple[float, float],
) -> dict:
    """{path: figures} of those that need a model of their own, on the catalogue of `stylist`, which `encoder` was loaded for.

    delays: seconds to the first token, for each further one.
    """
    found = {}
    for name in (name for name in names if name not in QUICK):
        notice(f"path {name}")
        with ExitStack() as stack:
            settings = (
                _with_model(stylist, stack, delays)
                if name in (LLM, AUTO)
                else _with_verifier(stylist, PICTURES[name])
            )
            other = Stylist(stylist.catalog, encoder, Memory(IN_RAM), settings)
            other.warm_up()
            found[name] = figures(
                through_agent(other, talks, name if name in (LLM, AUTO) else OFFLINE)
            )
            other.memory.close()
    return found


def _with_model(stylist: Stylist, stack: ExitStack, delays: tuple[float, float]) -> Settings:
    server = stack.enter_context(
        ScriptedServer(lambda request: {**fast_path.answer(request), "pace": list(delays)})
    )
    return load_settings(
        {},
        catalog_dir=stylist.catalog.folder,
        device=stylist.settings.device,
        index=stylist.settings.index,
        planner=AUTO,
        openai_base_url=server.url,
        openai_api_key="loopback",
        openai_model=MODEL,
    )


def _with_verifier(stylist: Stylist, most: int) -> Settings:
    """A budget of its own has a guard of its own: it keeps its answers, and the next budget would find them."""
    return stylist.settings.model_copy(update={"verifier": VERIFIER, "verifier_pictures": most})


def show_paths(paths: dict[str, dict], delays: tuple[float, float]) -> None:
    """The table of paths, and which of them keep the budget at p95."""
    rows = [
        [
            name,
            made["turns"],
            *(
                made.get(f"{kind}_turn_ms", {}).get(p, "-")
                for kind in ("text", "photo")
                for p in ("p50", "p95", "p99")
            ),
            " / ".join(f"{share:.0%}" for share in made["within_200_ms"].values()),
            "yes" if keeps(made) else "no",
        ]
        for name, made in paths.items()
    ]
    table(
        f"Milliseconds a turn by path; a model takes {delays[0]} s to the first token, {delays[1]} s for each further one",
        [
            "path",
            "turns",
            "text p50",
            "p95",
            "p99",
            "photo p50",
            "p95",
            "p99",
            f"in {BUDGET:.0f} ms",
            "kept at p95",
        ],
        rows,
        width=130,
    )


def keeps(made: dict) -> bool:
    """Whether text and photo turns stay within the budget at p95."""
    return all(
        made[kind]["p95"] <= BUDGET for kind in ("text_turn_ms", "photo_turn_ms") if kind in made
    )

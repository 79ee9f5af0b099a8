"""The paths that a turn may take, timed over the same conversations.

They range from retrieval alone to a costly verifier and a language model. The model is a loopback
server that waits as a hosted one would and returns the offline reader's plan. The verifier is
ViT-B/32 with random weights: it takes as long as a trained one but decides little, so every check
uses its whole budget. Both measure waiting, never quality.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from agent import Stylist
from agent.memory.storage import IN_RAM
from agent.memory.store import Memory
from agent.planner import OFFLINE
from agent.replay.loopback import MODEL, ScriptedServer
from errors import InputError
from evaluation.language import fast_path
from evaluation.latency.turns import BUDGET_MS, TurnInput, figures, through_agent
from evaluation.report.show import Figures, notice, table
from settings import Settings, load_settings

if TYPE_CHECKING:
    from encoders import Encoder

VERIFIER = "clip:ViT-B-32"
"""Without a tag, open_clip initialises the weights at random and downloads nothing."""
RETRIEVAL, AGENT, LLM, AUTO = "retrieval", "agent", "llm", "auto"
PICTURES = {f"verifier-{budget}": budget for budget in (12, 4, 1)}
"""Path -> VERIFIER_PICTURES."""
PATHS = (RETRIEVAL, AGENT, AUTO, LLM, *PICTURES)
QUICK = (RETRIEVAL, AGENT)


def chosen(names: Sequence[str] | None) -> tuple[str, ...]:
    """Return the named paths; `all` stands for all of them, None for the quick ones.

    Raises InputError if a name is unknown.
    """
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
    sessions: Sequence[Sequence[TurnInput]],
    delays: tuple[float, float],
) -> dict[str, Figures]:
    """Return {path: figures} for the named paths that need a model of their own.

    encoder: the encoder that the catalogue of `stylist` was opened with. delays: seconds to the
    first token, and for each further one.
    """
    measured = {}
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
            planner = name if name in (LLM, AUTO) else OFFLINE
            measured[name] = figures(through_agent(other, sessions, planner))
            other.memory.close()
    return measured


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


def _with_verifier(stylist: Stylist, pictures: int) -> Settings:
    """Return settings for a separate stylist, and thus a separate guard.

    A guard caches the verifier's answers, so a shared one would reuse them for the next budget.
    """
    return stylist.settings.model_copy(update={"verifier": VERIFIER, "verifier_pictures": pictures})


def show_paths(paths: dict[str, Figures], delays: tuple[float, float]) -> None:
    """Print the table of paths and which of them stay within the budget at p95."""
    rows = [
        [
            name,
            path["turns"],
            *(
                path.get(f"{kind}_turn_ms", {}).get(p, "-")
                for kind in ("text", "photo")
                for p in ("p50", "p95", "p99")
            ),
            " / ".join(f"{share:.0%}" for share in path["within_200_ms"].values()),
            "yes" if keeps(path) else "no",
        ]
        for name, path in paths.items()
    ]
    table(
        f"Milliseconds a turn by path; a model takes {delays[0]} s to the first token, "
        f"{delays[1]} s for each further one",
        [
            "path",
            "turns",
            "text p50",
            "p95",
            "p99",
            "photo p50",
            "p95",
            "p99",
            f"in {BUDGET_MS:.0f} ms",
            "kept at p95",
        ],
        rows,
        width=130,
    )


def keeps(path: Figures) -> bool:
    """Return whether text and photo turns stay within the budget at p95."""
    return all(
        path[kind]["p95"] <= BUDGET_MS for kind in ("text_turn_ms", "photo_turn_ms") if kind in path
    )

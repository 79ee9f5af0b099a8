"""The agent's command line: python -m agent chat | plan | record | replay | graph."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from errors import InputError, WorkError, run_door
from settings import ROOT

if TYPE_CHECKING:
    from agent.replay.transcripts import Transcript
    from agent.stylist import Stylist
    from settings import Settings

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="The stylist without its page: chat, read wishes, replay conversations, draw the graph.",
)
Jsonl = Annotated[bool, typer.Option("--jsonl", help="One JSON object a line, in and out.")]


@app.command()
def chat(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A catalogue's folder.")],
    jsonl: Jsonl = False,
    memory: Annotated[
        Path | None, typer.Option(help="File of the sessions; else they end with the process.")
    ] = None,
    session: Annotated[str, typer.Option(help="Name of the terminal's conversation.")] = "terminal",
) -> None:
    """Answer turns.

    With --jsonl this door trusts its caller's session names; exit 2 if no line could be used.
    """
    from agent.jsonl import answers
    from agent.stylist import Stylist
    from agent.terminal import converse

    stylist = Stylist.open(folder, memory)
    if not jsonl:
        converse(stylist, session)
        return
    taken = []
    for line, usable in answers(stylist, sys.stdin):
        print(line, flush=True)
        taken.append(usable)
    if taken and not any(taken):
        raise InputError(
            f"none of the {len(taken)} lines was a turn; each line of the output says why"
        )


@app.command()
def plan(jsonl: Jsonl = False) -> None:
    """Read wishes: {"id", "text"} lines in, {"id", "constraints"} out; needs no catalogue."""
    from agent.plan import plan_lines

    if not jsonl:
        raise InputError(
            'plan reads JSON lines: echo \'{"id": 1, "text": "red, no stripes"}\' | '
            "python -m agent plan --jsonl"
        )
    for line in plan_lines(sys.stdin):
        print(line, flush=True)


@app.command()
def record(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A catalogue's folder.")],
    out: Annotated[Path, typer.Argument(metavar="OUT.jsonl", help="The transcript, a new file.")],
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="Turns as JSON objects, one a line; else typed words.")
    ] = False,
) -> None:
    """Record a conversation from stdin, with a configured model's requests and answers."""
    from agent.jsonl import asks
    from agent.replay.recording import record as recorded
    from settings import load_settings

    turns = (
        asks(sys.stdin) if jsonl else ({"text": line.strip()} for line in sys.stdin if line.strip())
    )
    for turn in recorded(folder, out, turns, load_settings()):
        print(turn["expect"].get("reply", ""), flush=True)


@app.command()
def replay(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", help="Transcripts, or folders of them.")
    ],
    update: Annotated[
        bool, typer.Option("--update", help="Write down what the turns give now.")
    ] = False,
    catalog: Annotated[
        Path | None, typer.Option(help="For transcripts of a catalogue that was not drawn.")
    ] = None,
) -> None:
    """Replay recorded conversations; exit 1 if one differs."""
    from agent.replay import player, transcripts

    opened: dict[str, Path] = {}
    failed = 0
    files = transcripts.find(paths)
    with tempfile.TemporaryDirectory() as scratch:
        for path in files:
            transcript = transcripts.read(path)
            name = str(transcript.header["catalog"])
            folder = opened.get(name) or _catalog_of(transcript, catalog, Path(scratch))
            opened[name] = folder
            outcome = player.replay(transcript, _opener(folder))
            if update:
                transcripts.write(transcript, outcome.turns)
            failed += bool(outcome.differences)
            print(f"{'differs' if outcome.differences else 'passed'} {outcome.name}")
            for line in (*(outcome.remarks if outcome.differences else ()), *outcome.differences):
                print(f"  {line}")
    print(f"{len(files) - failed} passed, {failed} failed")
    if failed and not update:
        raise WorkError(
            f"{failed} of {len(files)} transcripts differ; `--update` records what the turns "
            "give now"
        )


@app.command()
def graph() -> None:
    """Prints the graph as Mermaid, drawn from the code."""
    from agent.graph import drawing

    print(drawing(), end="")


def _opener(folder: Path) -> Callable[[Settings], Stylist]:
    """Return a function that opens a stylist with given settings on the catalogue in `folder`."""
    from agent.stylist import Stylist

    return lambda settings: Stylist.open(folder, settings=settings)


def _catalog_of(transcript: Transcript, given: Path | None, scratch: Path) -> Path:
    """Return the folder of the catalogue that a transcript was recorded on."""
    from catalog.store import Catalog

    if transcript.drawn:
        return _draw(transcript.catalog, scratch)
    wanted = transcript.header["catalog"].get("content")
    if given is None:
        raise InputError(
            f"{transcript.path.name} was recorded on a catalogue that was not drawn; "
            "name its folder: --catalog DIR"
        )
    if Catalog.open(given).manifest["content"] != wanted:
        raise InputError(
            f"{transcript.path.name} was recorded on another catalogue than {given} "
            "(its content differs)"
        )
    return given


def _draw(catalog: tuple[int, int], scratch: Path) -> Path:
    """Generate the catalogue (items, seed) in a subfolder of `scratch` and return the subfolder."""
    items, seed = catalog
    out = scratch / f"demo-{items}-{seed}"
    command = [
        sys.executable,
        "-m",
        "catalog",
        "demo",
        "--out",
        str(out),
        "--items",
        str(items),
        "--seed",
        str(seed),
    ]
    done = subprocess.run(command, cwd=ROOT, stdout=sys.stderr)
    if done.returncode:
        raise WorkError(
            f"the catalogue of {items} items could not be drawn (exit {done.returncode}); "
            "its message is above"
        )
    return out


def main() -> None:
    """Run the command line; errors meant for people become one line on stderr and an exit code."""
    run_door(app)


if __name__ == "__main__":
    main()

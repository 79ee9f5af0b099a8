"""The fast path: what is plain stays offline, what is not goes to the model."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent import Stylist
from agent.language import Context, Shown, read
from agent.llm.fast_path import plain
from agent.replay.loopback import ScriptedServer
from settings import load_settings
from tests.agent.test_llm_turns import DRESS, WORDS, plan
from tests.agent.world import CodeBookEncoder

PAGE = Context(
    shown=tuple(
        Shown(id=str(n), title=t, price=p)
        for n, (t, p) in enumerate([("red dress", 20), ("navy dress", 9)])
    )
)


@pytest.mark.parametrize(
    "text",
    [
        "a navy dress without pockets",
        "in red instead",
        "cheaper",
        "show more",
        "longer and darker, no stripes",
        "thanks",
        "the second one in blue",
        "under 50",
        "start over",
        "is the first one striped?",
        "why this one?",
        "any colour",
    ],
)
def test_plain_turns(text: str) -> None:
    assert plain(read(text, PAGE)) == ""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("like the frobnicated ones", "words I do not know"),
        ("something zanzibarish vibes", "words I do not know"),
        ("write me a poem about the sea", "not a wish"),
        ("what goes with the first one?", "not a wish"),
        ("", "nothing that I can read"),
        ("red if it is striped", "more than a plain wish"),
        ("a red dress " + "and not too long " * 6, "more than a plain wish"),
    ],
)
def test_other_turns_go_to_the_model(text: str, why: str) -> None:
    assert plain(read(text, PAGE)).startswith(why)


def test_auto_asks_the_model_only_where_it_must(shop_dir: Path, codebook: CodeBookEncoder) -> None:
    with ScriptedServer([plan(DRESS), WORDS]) as server:
        settings = load_settings(
            {}, planner="auto", openai_base_url=server.url, memory=":memory:", turn_seconds=60.0
        )
        stylist = Stylist.open(shop_dir, settings=settings, encoder=codebook)
        reply = stylist.chat("s", "a dress, no stripes")
        assert (reply.planner, server.requests) == ("offline", [])
        assert any("not asked" in line for line in reply.trace)
        reply = stylist.chat("s", "something frobnicated")
        assert (reply.planner, len(server.requests)) == ("llm", 2)
        assert any(
            line.startswith("asking the model (words I do not know: ") for line in reply.trace
        )
        assert ("pattern", "exclude", "striped") in {c.key for c in reply.constraints}


def test_without_a_model_auto_is_offline(shop_dir: Path, codebook: CodeBookEncoder) -> None:
    stylist = Stylist.open(shop_dir, settings=load_settings({}, planner="auto"), encoder=codebook)
    assert stylist.chat("s", "something frobnicated").planner == "offline"
    assert list(stylist.backends) == ["offline"]

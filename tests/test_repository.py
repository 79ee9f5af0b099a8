"""Promises of the repository: requirements that agree, true documents, nothing too large."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def pins(name: str) -> dict[str, str]:
    lines = (ROOT / name).read_text().splitlines()
    return dict(line.split("==") for line in lines if line and not line.startswith("#"))


def tracked() -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_the_gpu_requirements_differ_in_faiss_alone() -> None:
    cpu, gpu = pins("requirements.txt"), pins("requirements-gpu.txt")
    assert cpu.keys() ^ gpu.keys() == {"faiss-cpu", "faiss-gpu-cu12"}
    assert all(cpu[name] == gpu[name] for name in cpu.keys() & gpu.keys())


def test_the_readme_names_every_file_of_the_top_level() -> None:
    readme = (ROOT / "README.md").read_text()
    top = {path.relative_to(ROOT).parts[0] for path in tracked()}
    missing = {name for name in top if not name.startswith(".") and name not in readme}
    assert not missing


def test_the_readmes_links_lead_somewhere() -> None:
    for readme in [path for path in tracked() if path.suffix == ".md"]:
        for target in re.findall(r"\]\(([^)#:\s]+)\)", readme.read_text()):
            assert (readme.parent / target).exists(), (
                f"{readme.relative_to(ROOT)} links to {target}"
            )


def test_the_readme_can_be_read_in_five_minutes() -> None:
    assert (ROOT / "README.md").stat().st_size <= 10_240


def test_the_tree_page_is_current() -> None:
    sys.path.insert(0, str(ROOT / "docs"))
    import tree

    page = (ROOT / "docs" / "tree.md").read_text(encoding="utf-8")
    missing = [line for line in tree.lines() if line not in page]
    assert not missing, "run `python docs/tree.py`: " + "; ".join(missing[:5])


def test_the_settings_page_is_current() -> None:
    sys.path.insert(0, str(ROOT / "docs"))
    import settings_table

    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert settings_table.table() in page, "run `python docs/settings_table.py`"


def test_every_setting_has_a_variable_and_a_description() -> None:
    from settings import ENVIRONMENT, Settings

    assert set(ENVIRONMENT) == set(Settings.model_fields)
    assert all(field.description for field in Settings.model_fields.values())


def test_the_graph_in_the_agents_readme_is_current() -> None:
    from agent.graph import drawing

    assert drawing().strip() in (ROOT / "agent" / "README.md").read_text(encoding="utf-8")


def test_the_built_in_model_fits_a_plain_push() -> None:
    sizes = [path.stat().st_size for path in tracked() if "encoders/builtin" in path.as_posix()]
    assert 1_000_000 < sum(sizes) <= 10_000_000

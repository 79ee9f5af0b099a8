"""A stylist on the tiny shop: everything is real but the encoder, which is a code book."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent import Stylist
from settings import load_settings
from tests.agent.world import CodeBookEncoder, shop


@pytest.fixture(scope="session")
def codebook() -> CodeBookEncoder:
    return CodeBookEncoder()


@pytest.fixture(scope="session")
def shop_dir(tmp_path_factory: pytest.TempPathFactory, codebook: CodeBookEncoder) -> Path:
    return shop(tmp_path_factory.mktemp("tiny") / "shop", codebook)


@pytest.fixture(scope="session")
def tiny(shop_dir: Path, codebook: CodeBookEncoder) -> Stylist:
    return Stylist.open(shop_dir, settings=load_settings({}, turn_seconds=600.0), encoder=codebook)


@pytest.fixture
def session(tiny: Stylist) -> str:
    return tiny.new_session()

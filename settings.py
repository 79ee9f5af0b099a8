"""Settings: explicit arguments win over the environment, the environment over defaults."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from errors import InputError

ROOT = Path(__file__).resolve().parent
MOST_WORKERS = 8
"""Each worker holds the models and the catalogue's tables of its own."""

# setting -> environment variables, the first one that is set wins
ENVIRONMENT: dict[str, tuple[str, ...]] = {
    "encoder": ("ENCODER",),
    "device": ("DEVICE",),
    "index": ("INDEX",),
    "state_dir": ("DATA",),
    "milvus_uri": ("MILVUS_URI",),
    "milvus_token": ("MILVUS_TOKEN",),
    "planner": ("PLANNER",),
    "verifier": ("VERIFIER",),
    "verifier_pictures": ("VERIFIER_PICTURES",),
    "catalog_dir": ("CATALOG",),
    "memory": ("MEMORY",),
    "data_dir": ("DATA_DIR",),
    "vocabulary": ("VOCABULARY",),
    "openai_api_key": ("OPENAI_API_KEY",),
    "openai_base_url": ("OPENAI_BASE_URL",),
    "openai_model": ("OPENAI_MODEL",),
    "openai_vision": ("OPENAI_VISION",),
    "daily_cap_usd": ("DAILY_CAP_USD",),
    "turn_seconds": ("TURN_SECONDS",),
    "workers": ("WORKERS",),
    "waiting": ("WAITING",),
    "model_rounds": ("MODEL_ROUNDS",),
    "model_tokens": ("MODEL_TOKENS",),
    "model_seconds": ("MODEL_SECONDS",),
    "model_usd": ("MODEL_USD",),
    "port": ("PORT", "GRADIO_SERVER_PORT"),
    "host": ("HOST", "GRADIO_SERVER_NAME"),
}


def cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def most_workers() -> int:
    """Workers where none are asked for: one a core."""
    return min(cores(), MOST_WORKERS)


def _in_a_file(given: Mapping[str, object]) -> bool:
    """Whether these settings mean Milvus Lite."""
    return given.get("index") == "milvus" and "://" not in str(given.get("milvus_uri"))


class Settings(BaseModel):
    """Everything that may differ between two installations."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    encoder: str = "builtin"
    device: Literal["auto", "cpu", "cuda"] = "auto"
    index: Literal["auto", "faiss", "ivf", "milvus"] = "auto"
    state_dir: Path = ROOT / "data"
    """Where the chat writes: the demo catalogue, memory and the file of Milvus Lite."""
    milvus_uri: str = Field(default_factory=lambda given: str(given["state_dir"] / "milvus.db"))
    """A server's address, or a file that ends in .db for Milvus Lite."""
    milvus_token: SecretStr | None = None
    planner: Literal["auto", "offline", "llm"] = "auto"
    """auto: plain turns offline, the others by the model where one is configured; llm: every turn by the model."""
    verifier: str = "none"
    verifier_pictures: int = Field(default=12, ge=1)
    catalog_dir: Path = Field(default_factory=lambda given: given["state_dir"] / "demo")
    memory: Path = Field(default_factory=lambda given: given["state_dir"] / "memory.sqlite")
    data_dir: Path = ROOT.parent / "shared" / "data"
    vocabulary: Path | None = None
    """A TOML file with further categories, values and words. The vocabulary reads it from the environment."""
    openai_api_key: SecretStr | None = None
    openai_base_url: str | None = None
    openai_model: str = "gpt-4o"
    openai_vision: Literal["auto", "on", "off"] = "auto"
    daily_cap_usd: float = Field(default=5.0, ge=0)
    turn_seconds: float = Field(default=20.0, gt=0)
    workers: int = Field(
        default_factory=lambda given: 1 if _in_a_file(given) else most_workers(), ge=1, le=64
    )
    """Processes that the page's turns run in; `auto`: one a core, at most 8. 1: in the page's own process."""
    waiting: int = Field(default=100, ge=1, le=10_000)
    """Turns that may wait for a worker; further ones are asked to come again."""
    model_rounds: int = Field(default=5, ge=1)
    model_tokens: int = Field(default=30_000, ge=1)
    model_seconds: float = Field(default=12.0, gt=0)
    model_usd: float = Field(default=0.1, ge=0)
    port: int = Field(default=7860, ge=0, le=65535)
    host: str = "127.0.0.1"

    @field_validator("workers", mode="before")
    @classmethod
    def _auto(cls, given: object, info: ValidationInfo) -> object:
        if not _in_a_file(info.data):
            return most_workers() if given == "auto" else given
        if str(given) not in ("auto", "1"):
            raise ValueError(
                "Milvus Lite (MILVUS_URI is a file) serves one process: WORKERS=1, or the address of a server"
            )
        return 1

    @property
    def has_model(self) -> bool:
        """Whether a language model is configured; a server of one's own may need no key."""
        return self.openai_api_key is not None or self.openai_base_url is not None


def load_settings(environ: Mapping[str, str] | None = None, **explicit: object) -> Settings:
    """Settings from defaults, `environ` (os.environ) and explicit values; `None` means "not given".

    Raises InputError that names the setting and what it accepts.
    """
    environ = os.environ if environ is None else environ
    given = {key: value for key, value in explicit.items() if value is not None}
    for key, names in ENVIRONMENT.items():
        if key not in given:
            found = next((environ[name] for name in names if environ.get(name)), None)
            if found is not None:
                given[key] = found
    if "host" not in given and environ.get("SPACE_ID"):
        given["host"] = "0.0.0.0"  # a hosted Space is reached from outside its container
    try:
        return Settings(**given)
    except ValidationError as error:
        problem = error.errors()[0]
        name = ".".join(str(part) for part in problem["loc"])
        variable = "/".join(ENVIRONMENT.get(name, (name,)))
        raise InputError(
            f"setting {name} (environment {variable}): got {problem['input']!r}; {problem['msg']}"
        ) from None

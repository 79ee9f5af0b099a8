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
MAX_AUTO_WORKERS = 8
"""Each worker loads models and tables of its own, so the default stops here."""
MAX_WORKERS = 64

ENVIRONMENT: dict[str, tuple[str, ...]] = {
    "port": ("PORT", "GRADIO_SERVER_PORT"),
    "host": ("HOST", "GRADIO_SERVER_NAME"),
    "catalog_dir": ("CATALOG",),
    "memory": ("MEMORY",),
    "data_dir": ("DATA_DIR",),
    "vocabulary": ("VOCABULARY",),
    "encoder": ("ENCODER",),
    "device": ("DEVICE",),
    "index": ("INDEX",),
    "state_dir": ("DATA",),
    "milvus_uri": ("MILVUS_URI",),
    "milvus_token": ("MILVUS_TOKEN",),
    "planner": ("PLANNER",),
    "verifier": ("VERIFIER",),
    "verifier_pictures": ("VERIFIER_PICTURES",),
    "openai_api_key": ("OPENAI_API_KEY",),
    "openai_base_url": ("OPENAI_BASE_URL",),
    "openai_model": ("OPENAI_MODEL",),
    "openai_vision": ("OPENAI_VISION",),
    "model_rounds": ("MODEL_ROUNDS",),
    "model_tokens": ("MODEL_TOKENS",),
    "model_seconds": ("MODEL_SECONDS",),
    "model_usd": ("MODEL_USD",),
    "daily_cap_usd": ("DAILY_CAP_USD",),
    "turn_seconds": ("TURN_SECONDS",),
    "workers": ("WORKERS",),
    "waiting": ("WAITING",),
}
"""Setting -> its environment variables; the first one that is set wins."""


def cores() -> int:
    """Return how many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _auto_workers() -> int:
    return min(cores(), MAX_AUTO_WORKERS)


def _uses_milvus_lite(values: Mapping[str, object]) -> bool:
    """Whether these settings mean Milvus Lite, a file that serves one process."""
    return values.get("index") == "milvus" and "://" not in str(values.get("milvus_uri"))


def _default_workers(values: Mapping[str, object]) -> int:
    return 1 if _uses_milvus_lite(values) else _auto_workers()


class Settings(BaseModel):
    """Everything that may differ between two installations."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    port: int = Field(default=7860, ge=0, le=65535, description="Port that the page listens on.")
    host: str = Field(
        default="127.0.0.1",
        description="Address that the page listens on; `0.0.0.0` by default on a hosted Space.",
    )
    state_dir: Path = Field(
        default=ROOT / "data",
        description="Folder that the chat writes to; `CATALOG`, `MEMORY` and `MILVUS_URI` lie in "
        "it by default.",
    )
    catalog_dir: Path = Field(
        default_factory=lambda given: given["state_dir"] / "demo",
        description="Folder of the catalogue.",
    )
    memory: Path = Field(
        default_factory=lambda given: given["state_dir"] / "memory.sqlite",
        description="File that stores the sessions.",
    )
    data_dir: Path = Field(
        default=ROOT.parent / "shared" / "data",
        description="Folder of labelled photos, for training and evaluation only.",
    )
    # The vocabulary itself reads the variable, since it is loaded before any settings.
    vocabulary: Path | None = Field(
        default=None, description="TOML file with further categories, values and words."
    )
    encoder: str = Field(
        default="builtin",
        description="Model for pictures and words: `builtin`, `hf-hub:Marqo/marqo-fashionSigLIP`, "
        "or any open_clip model as `name/pretrained`.",
    )
    device: Literal["auto", "cpu", "cuda"] = Field(
        default="auto", description="Device that models run on."
    )
    index: Literal["auto", "faiss", "ivf", "milvus"] = Field(
        default="auto",
        description="Vector index: `faiss` (exact), `ivf` (inverted lists with exact scores, "
        "stored beside the catalogue), `milvus`, or `auto` (`ivf` from 50,000 items, "
        "else `faiss`).",
    )
    milvus_uri: str = Field(
        default_factory=lambda given: str(given["state_dir"] / "milvus.db"),
        description="For `INDEX=milvus`: address of a server, or a file that ends in `.db` "
        "for Milvus Lite.",
    )
    milvus_token: SecretStr | None = Field(
        default=None, description="For `INDEX=milvus`: `user:password` or an API key."
    )
    planner: Literal["auto", "offline", "llm"] = Field(
        default="auto",
        description="Who reads a turn: `offline` (rules), `llm` (the language model, every turn), "
        "or `auto` (plain turns offline, others by the model if one is configured).",
    )
    verifier: str = Field(
        default="none",
        description="Second check of what the guard leaves open: `none`, `clip:NAME/TAG` "
        "or `vqa:ORG/REPO`.",
    )
    verifier_pictures: int = Field(
        default=12, ge=1, description="Pictures that the verifier looks at in one check, at most."
    )
    openai_api_key: SecretStr | None = Field(
        default=None, description="Key of the language model's API."
    )
    openai_base_url: str | None = Field(
        default=None,
        description="Address of an OpenAI-compatible server; your own may need no key.",
    )
    openai_model: str = Field(default="gpt-4o", description="Name of the language model.")
    openai_vision: Literal["auto", "on", "off"] = Field(
        default="auto", description="Whether the language model is sent pictures."
    )
    model_rounds: int = Field(
        default=5, ge=1, description="Calls of the language model in one turn, at most."
    )
    model_tokens: int = Field(
        default=30_000,
        ge=1,
        description="Tokens that the language model uses in one turn, at most.",
    )
    model_seconds: float = Field(
        default=12.0, gt=0, description="Seconds that the language model has in one turn."
    )
    model_usd: float = Field(
        default=0.1, ge=0, description="US dollars that one turn may spend on the language model."
    )
    daily_cap_usd: float = Field(
        default=5.0,
        ge=0,
        description="US dollars a day for the language model; beyond them, turns are offline.",
    )
    turn_seconds: float = Field(default=20.0, gt=0, description="Deadline of a turn, in seconds.")
    # After index and milvus_uri: its default and its check depend on them.
    workers: int = Field(
        default_factory=_default_workers,
        ge=1,
        le=MAX_WORKERS,
        description="Processes that answer turns, each with models and tables of its own (about "
        "400 MB); 1 is the page's own process. `auto`: one per core, at most "
        f"{MAX_AUTO_WORKERS}, and 1 with Milvus Lite.",
    )
    waiting: int = Field(
        default=100,
        ge=1,
        le=10_000,
        description="Turns that may wait for a worker; further shoppers are asked to try again "
        "in a few seconds.",
    )

    @field_validator("workers", mode="before")
    @classmethod
    def _read_workers(cls, value: object, info: ValidationInfo) -> object:
        if not _uses_milvus_lite(info.data):
            return _auto_workers() if value == "auto" else value
        if str(value) not in ("auto", "1"):
            raise ValueError(
                "Milvus Lite (MILVUS_URI is a file) serves one process: "
                "WORKERS=1, or the address of a server"
            )
        return 1

    @property
    def has_model(self) -> bool:
        """Whether a language model is configured; a server of one's own may need no key."""
        return self.openai_api_key is not None or self.openai_base_url is not None


def load_settings(environ: Mapping[str, str] | None = None, **explicit: object) -> Settings:
    """Return settings from defaults, `environ` (or os.environ) and explicit values.

    An explicit None and an empty variable mean "not given". Raises InputError that names the
    setting and what it accepts.
    """
    environ = os.environ if environ is None else environ
    values = _from_environment(environ) | {
        name: value for name, value in explicit.items() if value is not None
    }
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        problem = error.errors()[0]
        name = ".".join(str(part) for part in problem["loc"])
        variable = "/".join(ENVIRONMENT.get(name, (name,)))
        raise InputError(
            f"setting {name} (environment {variable}): got {problem['input']!r}; {problem['msg']}"
        ) from None


def _from_environment(environ: Mapping[str, str]) -> dict[str, object]:
    values: dict[str, object] = {}
    if environ.get("SPACE_ID"):
        # A hosted Space is reached from outside its container.
        values["host"] = "0.0.0.0"
    for setting, names in ENVIRONMENT.items():
        value = next((environ[name] for name in names if environ.get(name)), None)
        if value is not None:
            values[setting] = value
    return values

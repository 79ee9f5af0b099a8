"""A Milvus to talk to: a server or cluster by its address, or Milvus Lite in a file, with time-outs, retries and clear errors."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_random_exponential

from errors import InputError, WorkError

logger = logging.getLogger(__name__)

INSTALL = "pip install -r requirements-milvus.txt"
CONNECT_SECONDS = 5.0
SEARCH_SECONDS = 5.0
"""A shopper waits for it; of a call and of all its retries together, connecting anew apart."""
WORK_SECONDS, BUILD_SECONDS = 120.0, 3600.0
"""For what happens once, when a catalogue is taken in; and for what then takes long, such as the graph of millions of rows."""
_SCHEMES = ("http://", "https://", "tcp://", "unix:")
_TRANSIENT = ("UNAVAILABLE", "ABORTED", "CANCELLED")
_NOT_CONNECTED = 2
"""pymilvus's code where connecting anew failed."""


class MilvusServer:
    """One address. Connects on first use; safe for many threads. token: `user:password` or a key, where the server wants one."""

    def __init__(self, uri: str, token: str | None = None) -> None:
        if not uri.startswith(_SCHEMES) and not uri.endswith(".db"):
            raise InputError(
                f"MILVUS_URI is {uri!r}; allowed: the address of a server (http://host:19530), or a file that ends "
                "in .db for Milvus Lite"
            )
        self.uri, self._token = uri, token
        self.address = re.sub(r"//[^/@]*@", "//", uri)
        self._client: Any = None

    def ask(self, call: str, *arguments: Any, seconds: float = WORK_SECONDS, **options: Any) -> Any:
        """The answer to a call of pymilvus's MilvusClient, by its name. What passes by itself is tried again, ever later.

        Raises WorkError where there is no answer in time, or none but an error; its text is for who runs the shop.
        """
        attempts = Retrying(
            stop=stop_after_delay(seconds),
            wait=wait_random_exponential(0.1, max=2.0),
            retry=retry_if_exception(_passes),
            reraise=True,
        )
        with self._explained(call):
            return attempts(
                lambda: getattr(self._connected(), call)(*arguments, timeout=seconds, **options)
            )

    def tell(self, call: str, *arguments: Any, **options: Any) -> bool:
        """Like `ask`, where a refusal is an answer: whether it was done. Raises WorkError only where nobody answers."""
        try:
            self.ask(call, *arguments, **options)
        except WorkError as error:
            if self._client is None or _status(error.__cause__) or _passes(error.__cause__):
                raise
            logger.info("%s", error)
            return False
        return True

    @property
    def version(self) -> str:
        """What the server calls itself: "milvus_lite-3.2.2", "v2.6.4"."""
        return str(self.ask("get_server_version", seconds=CONNECT_SECONDS))

    def _connected(self) -> Any:
        if self._client is None:
            if not self.uri.startswith(_SCHEMES):
                Path(self.uri).resolve().parent.mkdir(parents=True, exist_ok=True)
            self._client = pymilvus().MilvusClient(
                self.uri, token=self._token or "", timeout=CONNECT_SECONDS, dedicated=True
            )
        return self._client

    @contextmanager
    def _explained(self, call: str) -> Iterator[None]:
        import grpc

        try:
            yield
        except (pymilvus().MilvusException, grpc.RpcError, OSError) as error:
            raise WorkError(self._explanation(call, error)) from error

    def _explanation(self, call: str, error: BaseException) -> str:
        told = (
            error.details()
            if callable(getattr(error, "details", None))
            else getattr(error, "message", None)
        )
        reason = " ".join(str(told or error).split())[:300]
        if _status(error) in ("UNAUTHENTICATED", "PERMISSION_DENIED"):
            return f"Milvus at {self.address} refuses the token: set MILVUS_TOKEN (user:password, or a key)"
        if self._client is None and not self.uri.startswith(_SCHEMES):
            return (
                f"Milvus Lite cannot open {self.address} ({reason}); it serves one process: end the other, name another "
                "file in MILVUS_URI, or start a server"
            )
        if self._client is None or _passes(error) or _status(error) == "DEADLINE_EXCEEDED":
            return (
                f"no answer from Milvus at {self.address} ({reason}); start it, set MILVUS_URI to where it is (a file such "
                "as data/milvus.db needs no server), or INDEX=auto to search without it"
            )
        return f"Milvus at {self.address} refuses {call}: {reason}"


@cache
def pymilvus() -> ModuleType:
    """The client library. Raises InputError, with the command that installs it.

    It reads MILVUS_URI by itself when it is loaded, takes no file there, and reads a .env file: neither is its business here.
    """
    hidden = {name: os.environ.pop(name, None) for name in ("MILVUS_URI", "PYTHON_DOTENV_DISABLED")}
    os.environ["PYTHON_DOTENV_DISABLED"] = "1"
    try:
        import pymilvus as library
    except ImportError:
        raise InputError(
            f"INDEX=milvus needs pymilvus, which is not installed: {INSTALL}"
        ) from None
    finally:
        del os.environ["PYTHON_DOTENV_DISABLED"]
        os.environ.update({name: value for name, value in hidden.items() if value is not None})
    for name in (
        "pymilvus",
        "milvus_lite",
        "grpc._server",
    ):  # they log tracebacks of what is raised and told here anyway
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return library


def _status(error: BaseException | None) -> str:
    """The name of the gRPC status behind an error, "" where there is none."""
    import grpc

    seen: set[int] = set()
    while (
        error is not None and id(error) not in seen
    ):  # pymilvus raises errors as causes of themselves
        code = (
            error.code() if callable(getattr(error, "code", None)) else getattr(error, "code", None)
        )
        if isinstance(code, grpc.StatusCode):
            return code.name
        seen.add(id(error))
        error = error.__cause__
    return ""


def _passes(error: BaseException | None) -> bool:
    """Whether the same call may well succeed a moment later: nobody listens (yet), or the server is busy and says so."""
    status = _status(error)
    if status:
        return status in _TRANSIENT
    return getattr(error, "code", None) == _NOT_CONNECTED or bool(
        getattr(error, "retriable", False)
    )

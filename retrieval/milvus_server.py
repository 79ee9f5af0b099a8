"""A connection to Milvus, with time-outs, retries and clear errors.

The address is that of a server or cluster, or a file for Milvus Lite.
"""

from __future__ import annotations

import importlib
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
"""A shopper waits for this long: one call and all its retries, without a new connection."""
WORK_SECONDS, BUILD_SECONDS = 120.0, 3600.0
"""For one-off work when a catalogue is taken in, and for the slow part of it, such as a graph of
millions of rows."""
_SCHEMES = ("http://", "https://", "tcp://", "unix:")
_TRANSIENT = ("UNAVAILABLE", "ABORTED", "CANCELLED")
_NOT_CONNECTED = 2
"""The code of pymilvus for a failed reconnection."""


class MilvusServer:
    """One Milvus address. Connects on first use; safe for many threads.

    token: `user:password` or a key, if the server requires one.
    Raises InputError if the address is neither a server's nor a `.db` file.
    """

    def __init__(self, uri: str, token: str | None = None) -> None:
        if not uri.startswith(_SCHEMES) and not uri.endswith(".db"):
            raise InputError(
                f"MILVUS_URI is {uri!r}; allowed: the address of a server (http://host:19530), or "
                "a file that ends in .db for Milvus Lite"
            )
        self.uri, self._token = uri, token
        self.address = re.sub(r"//[^/@]*@", "//", uri)
        self._client: Any = None

    def call(self, name: str, *args: Any, seconds: float = WORK_SECONDS, **options: Any) -> Any:
        """Return the answer to a method of pymilvus's MilvusClient.

        Transient errors are retried with growing delays. Raises WorkError, with a text for whoever
        runs the shop, if no answer comes in time or the answer is an error.
        """
        attempts = Retrying(
            stop=stop_after_delay(seconds),
            wait=wait_random_exponential(0.1, max=2.0),
            retry=retry_if_exception(_is_transient),
            reraise=True,
        )
        with self._explained(name):
            return attempts(
                lambda: getattr(self._connected(), name)(*args, timeout=seconds, **options)
            )

    def try_call(self, name: str, *args: Any, **options: Any) -> bool:
        """Make a call that the server may refuse; return whether it was done.

        Raises WorkError only if nobody answers.
        """
        try:
            self.call(name, *args, **options)
        except WorkError as error:
            cause = error.__cause__
            if self._client is None or _grpc_status(cause) or _is_transient(cause):
                raise
            logger.info("%s", error)
            return False
        return True

    @property
    def version(self) -> str:
        """The server's version: "milvus_lite-3.2.2", "v2.6.4"."""
        return str(self.call("get_server_version", seconds=CONNECT_SECONDS))

    def _connected(self) -> Any:
        if self._client is None:
            if not self.uri.startswith(_SCHEMES):
                Path(self.uri).resolve().parent.mkdir(parents=True, exist_ok=True)
            self._client = pymilvus().MilvusClient(
                self.uri, token=self._token or "", timeout=CONNECT_SECONDS, dedicated=True
            )
        return self._client

    @contextmanager
    def _explained(self, name: str) -> Iterator[None]:
        """Turn errors of the client into a WorkError that says what to do."""
        grpc = _grpc()
        try:
            yield
        except (pymilvus().MilvusException, grpc.RpcError, OSError) as error:
            raise WorkError(self._explanation(name, error)) from error

    def _explanation(self, name: str, error: BaseException) -> str:
        details = getattr(error, "details", None)
        text = details() if callable(details) else getattr(error, "message", None)
        reason = " ".join(str(text or error).split())[:300]
        if _grpc_status(error) in ("UNAUTHENTICATED", "PERMISSION_DENIED"):
            return (
                f"Milvus at {self.address} refuses the token: set MILVUS_TOKEN "
                "(user:password, or a key)"
            )
        if self._client is None and not self.uri.startswith(_SCHEMES):
            return (
                f"Milvus Lite cannot open {self.address} ({reason}); it serves one process: end "
                "the other, name another file in MILVUS_URI, or start a server"
            )
        unanswered = _is_transient(error) or _grpc_status(error) == "DEADLINE_EXCEEDED"
        if self._client is None or unanswered:
            return (
                f"no answer from Milvus at {self.address} ({reason}); start it, set MILVUS_URI to "
                "where it is (a file such as data/milvus.db needs no server), or INDEX=auto to "
                "search without it"
            )
        return f"Milvus at {self.address} refuses {name}: {reason}"


@cache
def pymilvus() -> ModuleType:
    """Return the client library. Raises InputError with the command that installs it.

    On import, the library reads MILVUS_URI, where it accepts no file, and a .env file. Both are
    hidden from it.
    """
    hidden = {name: os.environ.pop(name, None) for name in ("MILVUS_URI", "PYTHON_DOTENV_DISABLED")}
    os.environ["PYTHON_DOTENV_DISABLED"] = "1"
    try:
        library = importlib.import_module("pymilvus")
    except ImportError:
        raise InputError(
            f"INDEX=milvus needs pymilvus, which is not installed: {INSTALL}"
        ) from None
    finally:
        del os.environ["PYTHON_DOTENV_DISABLED"]
        os.environ.update({name: value for name, value in hidden.items() if value is not None})
    # These log tracebacks of errors that are raised and explained here anyway.
    for name in ("pymilvus", "milvus_lite", "grpc._server"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return library


@cache
def _grpc() -> ModuleType:
    """Return gRPC, which is installed only where pymilvus is."""
    return importlib.import_module("grpc")


def _grpc_status(error: BaseException | None) -> str:
    """Return the name of the gRPC status behind an error, or ""."""
    status_type = _grpc().StatusCode
    # pymilvus raises errors that are causes of themselves.
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        code = getattr(error, "code", None)
        status = code() if callable(code) else code
        if isinstance(status, status_type):
            return str(status.name)
        seen.add(id(error))
        error = error.__cause__
    return ""


def _is_transient(error: BaseException | None) -> bool:
    """Return whether the same call may succeed a moment later.

    This is the case when no server listens yet or the server reports that it is busy.
    """
    status = _grpc_status(error)
    if status:
        return status in _TRANSIENT
    not_connected = getattr(error, "code", None) == _NOT_CONNECTED
    return not_connected or bool(getattr(error, "retriable", False))

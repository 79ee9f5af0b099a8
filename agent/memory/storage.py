"""The SQLite file behind the memory.

Several processes may have it open, and one of them at a time may write.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from agent.memory.migrations import ladder

IN_RAM = ":memory:"
BUSY_TIMEOUT_S = 20.0
"""How long to wait for another process to finish writing; a write takes milliseconds."""
_RETRY_S = 0.05


class Storage:
    """One connection guarded by a lock. Safe for many threads, and many processes on one file."""

    def __init__(self, path: str | Path) -> None:
        """Open or create the database at `path`, or a temporary one for ":memory:".

        Raises sqlite3.Error or OSError if that fails.
        """
        self.lock = threading.RLock()
        self.in_ram = str(path) == IN_RAM
        self._log_pending = False
        if not self.in_ram:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        # isolation_level=None: transactions begin only in `writing`. The driver would begin one
        # implicitly and turn a read into a write, which fails at once if another process writes.
        self.db = Database(
            sqlite3.connect(
                str(path), check_same_thread=False, timeout=BUSY_TIMEOUT_S, isolation_level=None
            )
        )
        if not self.in_ram:
            _retry_while_locked(self.db.enable_wal)
            # in WAL mode this loses no data if a process is killed
            self.db.execute("pragma synchronous = normal")
        self.db.execute("pragma foreign_keys = on")
        # deleted words must not remain in free pages
        self.db.execute("pragma secure_delete = on")
        if ladder.pending(self.db):
            # if two processes start, the second waits here and then finds nothing left to apply
            with self.writing():
                ladder.apply(self.db)

    def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        """Return all rows of a query as {column: value}."""
        with self.lock:
            cursor = self.db.conn.execute(sql, values)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor]

    def insert(self, table: str, row: dict[str, Any]) -> None:
        """Write a row, replacing any row with the same key."""
        places = ", ".join("?" * len(row))
        self.db.conn.execute(
            f"insert or replace into {table} ({', '.join(row)}) values ({places})",
            tuple(row.values()),
        )

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Run an atomic transaction. Nested calls join the outer transaction.

        It takes the file's write lock at once, because SQLite does not let a transaction that has
        already read wait for another process before it writes.
        """
        with self.lock:
            if self.db.conn.in_transaction:
                yield self.db.conn
                return
            self.db.conn.execute("begin immediate")
            try:
                yield self.db.conn
                self.db.conn.execute("commit")
            except BaseException:
                self.db.rollback()
                raise
            if self._log_pending:
                self.empty_log()

    def empty_log(self) -> None:
        """Empty the write-ahead log, which still holds deleted words.

        If the log is in use, this is retried after the next write.
        """
        if self.in_ram:
            return
        with self.lock:
            blocked = self.db.conn.execute("pragma wal_checkpoint(truncate)").fetchone()[0]
            self._log_pending = bool(blocked)

    def close(self) -> None:
        """Close the connection."""
        with self.lock:
            self.db.close()


def _retry_while_locked(change: Callable[[], object]) -> None:
    """Retry a change of the journal mode until the file is free.

    SQLite's busy timeout does not cover this change, so it would fail if two processes created a
    file at the same time.
    """
    deadline = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            change()
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(_RETRY_S)

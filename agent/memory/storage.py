"""The SQLite file behind the memory: opened by several processes at once, written by one of them at a time."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from agent.memory.migrations import ladder

IN_RAM = ":memory:"
BUSY_S = 20.0
"""How long to wait for another process that writes; a write takes milliseconds."""
_AGAIN_S = 0.05


class Storage:
    """One connection behind one lock. Safe for many threads, and for many processes on one file."""

    def __init__(self, path: str | Path) -> None:
        """Open or create the database at `path` (":memory:": gone with the process). Raises sqlite3.Error, OSError."""
        self.lock = threading.RLock()
        self.in_ram = str(path) == IN_RAM
        self._log_left = False
        if not self.in_ram:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        # transactions are begun here alone, never by the driver behind a read that turns into a write
        self.db = Database(
            sqlite3.connect(
                str(path), check_same_thread=False, timeout=BUSY_S, isolation_level=None
            )
        )
        if not self.in_ram:
            self._patiently(self.db.enable_wal)
            self.db.execute(
                "pragma synchronous = normal"
            )  # in WAL mode a killed process still loses nothing
        self.db.execute("pragma foreign_keys = on")
        self.db.execute(
            "pragma secure_delete = on"
        )  # what is forgotten does not linger in free pages
        if ladder.pending(self.db):
            with (
                self.writing()
            ):  # of two processes the second waits here, and then finds nothing left to do
                ladder.apply(self.db)

    def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        """All rows of a query, by column."""
        with self.lock:
            cursor = self.db.conn.execute(sql, values)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor]

    def insert(self, table: str, row: dict[str, Any]) -> None:
        """Write a row, in place of the one with the same key where there is one."""
        places = ", ".join("?" * len(row))
        self.db.conn.execute(
            f"insert or replace into {table} ({', '.join(row)}) values ({places})",
            tuple(row.values()),
        )

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all of it or nothing.

        It takes the file's write lock at once: one that reads first and then writes could not wait for another process.
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
            if self._log_left:
                self.empty_log()

    def empty_log(self) -> None:
        """Empties the write-ahead log, which keeps deleted words; where others read from it just now, after the next write."""
        if self.in_ram:
            return
        with self.lock:
            blocked = self.db.conn.execute("pragma wal_checkpoint(truncate)").fetchone()[0]
            self._log_left = bool(blocked)

    def close(self) -> None:
        """Close the connection."""
        with self.lock:
            self.db.close()

    @staticmethod
    def _patiently(change: Any) -> None:
        """SQLite does not wait for others where the journal's mode changes: a file that two processes create at once."""
        end = time.monotonic() + BUSY_S
        while True:
            try:
                change()
                return
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > end:
                    raise
                time.sleep(_AGAIN_S)

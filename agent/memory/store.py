"""Session memory: one SQLite file and a folder of uploaded pictures beside it.

A session's id is a secret that only its shopper knows; file names are derived from it and do not tell it.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from PIL import Image

from agent.memory.session import Session
from agent.memory.storage import IN_RAM, Storage
from agent.replies import Reply, Turn
from errors import WorkError

STORED_SIDE = 1024
TABLES = ("seen", "feedback", "uploads", "turns", "sessions")
"""Dependants first, so that a session is deleted from the leaves up."""


@dataclass(frozen=True)
class Upload:
    """A stored picture. `vector` (dim,) is what `encoder` (a fingerprint) made of it."""

    hash: str
    path: Path
    encoder: str
    vector: np.ndarray
    corrections: dict[str, str | None]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class Memory:
    """Everything that outlives a turn. Safe for many threads, and for many processes on one file."""

    def __init__(self, path: str | Path = IN_RAM) -> None:
        """Open or create the memory at `path` (":memory:": gone with the process). Raises WorkError."""
        self._temporary = None
        if str(path) == IN_RAM:
            self._temporary = tempfile.TemporaryDirectory(prefix="uploads-")
            self.uploads = Path(self._temporary.name)
        else:
            path = Path(path)
            self.uploads = path.with_name(path.name + ".uploads")
        try:
            self._storage = Storage(path)
        except (sqlite3.Error, OSError) as error:
            raise WorkError(
                f"memory {path}: {error}; name a file that can be written, or another one"
            ) from None

    def close(self) -> None:
        """Close the connection; pictures of a memory in RAM go too."""
        self._storage.close()
        if self._temporary is not None:
            self._temporary.cleanup()

    def load(self, session: str) -> Session:
        """The state of a session; a new one where it is not known."""
        rows = self._storage.rows("select state from sessions where id = ?", session)
        return Session.model_validate_json(rows[0]["state"]) if rows else Session(id=session)

    def save(self, session: Session) -> None:
        """Store a session's state."""
        with self._storage.writing() as connection:
            self._keep(connection, session)

    def record(self, session: Session, text: str, photos: tuple[str, ...], reply: Reply) -> None:
        """Store a turn and the state after it, together or not at all. `photos` are hashes of uploads."""
        turn = {
            "session": session.id,
            "turn": reply.turn,
            "text": text,
            "photos": json.dumps(photos),
            "wish": session.wish.model_dump_json(),
            "reply": reply.model_dump_json(),
            "created": _now(),
        }
        with self._storage.writing() as connection:
            self._keep(connection, session)
            self._storage.insert("turns", turn)
            connection.executemany(
                "insert or replace into seen (session, turn, item) values (?, ?, ?)",
                [(session.id, reply.turn, card.id) for card in reply.cards],
            )

    def turns(self, session: str, last: int | None = None) -> list[Turn]:
        """All turns of a session, or the `last` ones, oldest first."""
        newest = self._storage.rows(
            "select * from turns where session = ? order by turn desc limit ?",
            session,
            -1 if last is None else last,
        )
        return [self._turn(row) for row in reversed(newest)]

    def last_shown(self, session: str) -> Reply | None:
        """The newest reply that showed items."""
        rows = self._storage.rows(
            "select reply from turns where session = ?1 and turn = "
            "(select max(turn) from seen where session = ?1)",
            session,
        )
        return Reply.model_validate_json(rows[0]["reply"]) if rows else None

    def remember(
        self, session: str, hash: str, picture: Image.Image, encoder: str, vector: np.ndarray
    ) -> Upload:
        """Store an uploaded picture (shrunk to 1024 pixels, without metadata) and its vector."""
        folder = self.uploads / self._folder(session)
        file = folder / f"{hash}.jpg"
        folder.mkdir(parents=True, exist_ok=True)
        small = picture.copy()
        small.thumbnail((STORED_SIDE, STORED_SIDE))
        small.save(file, quality=88)  # before the transaction: others wait for that
        with self._storage.writing() as connection:
            self._begin(connection, session)
            self._storage.insert(
                "uploads",
                {
                    "session": session,
                    "hash": hash,
                    "file": f"{folder.name}/{file.name}",
                    "encoder": encoder,
                    "vector": np.asarray(vector, np.float32).tobytes(),
                    "corrections": "{}",
                    "created": _now(),
                },
            )
        return Upload(hash, file, encoder, np.asarray(vector, np.float32), {})

    def upload(self, session: str, hash: str) -> Upload | None:
        """A stored picture of the session, or None."""
        rows = self._storage.rows(
            "select * from uploads where session = ? and hash = ?", session, hash
        )
        if not rows:
            return None
        row = rows[0]
        return Upload(
            hash,
            self.uploads / row["file"],
            row["encoder"],
            np.frombuffer(row["vector"], np.float32).copy(),
            json.loads(row["corrections"]),
        )

    def correct(self, session: str, hash: str, facet: str, value: str | None) -> None:
        """Note that a photo's facet has another value than was seen (None: it is not to count)."""
        with self._storage.writing() as connection:
            known = self.upload(session, hash)
            if known is not None:
                corrections = json.dumps({**known.corrections, facet: value})
                connection.execute(
                    "update uploads set corrections = ? where session = ? and hash = ?",
                    (corrections, session, hash),
                )

    def judge(self, session: str, item: str, kind: str) -> None:
        """Store feedback on an item: save, unsave, not_this or more_like."""
        with self._storage.writing() as connection:
            self._begin(connection, session)
            self._storage.insert(
                "feedback", {"session": session, "item": item, "kind": kind, "created": _now()}
            )

    def feedback(self, session: str) -> dict[str, str]:
        """The newest word on each item, {item id: kind}, in the order in which items were first judged."""
        rows = self._storage.rows(
            "select item, kind from feedback where session = ? order by id", session
        )
        return {row["item"]: row["kind"] for row in rows}

    def saved(self, session: str) -> list[str]:
        """Ids of the items that are saved, in the order in which they were."""
        rows = self._storage.rows(
            "select item, kind from feedback where session = ? and kind in ('save', 'unsave') "
            "order by id",
            session,
        )
        newest = {row["item"]: row["kind"] for row in rows}
        return [item for item, kind in newest.items() if kind == "save"]

    def forget(self, session: str) -> int:
        """Delete all of a session, pictures included; returns how many rows went."""
        with self._storage.lock:
            with self._storage.writing() as connection:
                gone = sum(
                    connection.execute(
                        f"delete from {table} where {'id' if table == 'sessions' else 'session'} = ?",
                        (session,),
                    ).rowcount
                    for table in TABLES
                )
            self._storage.empty_log()  # it would keep the words otherwise
            folder = self.uploads / self._folder(session)
            if folder.exists():
                shutil.rmtree(folder)
        return gone

    def export(self, session: str) -> dict:
        """All that is stored on a session, as JSON-ready data."""
        state, turns = self.load(session), self.turns(session)
        uploads = [
            {
                "hash": row["hash"],
                "file": str(self.uploads / row["file"]),
                "created": row["created"],
                "corrections": json.loads(row["corrections"]),
            }
            for row in self._storage.rows(
                "select * from uploads where session = ? order by created", session
            )
        ]
        feedback = self._storage.rows(
            "select item, kind, created from feedback where session = ? order by id", session
        )
        seen = self._storage.rows(
            "select turn, item from seen where session = ? order by turn", session
        )
        return {
            "session": session,
            "state": state.model_dump(mode="json"),
            "uploads": uploads,
            "feedback": feedback,
            "seen": seen,
            "turns": [
                {
                    "turn": t.turn,
                    "text": t.text,
                    "photos": list(t.photos),
                    "reply": t.reply.public(),
                }
                for t in turns
            ],
        }

    @staticmethod
    def _keep(connection: sqlite3.Connection, session: Session) -> None:
        now = _now()
        connection.execute(
            "insert into sessions (id, state, created, updated) values (?, ?, ?, ?) on conflict (id) do update "
            "set state = excluded.state, updated = excluded.updated",
            (session.id, session.model_dump_json(), now, now),
        )

    def _begin(self, connection: sqlite3.Connection, session: str) -> None:
        """What belongs to a session needs its row, also before the first turn is stored."""
        if connection.execute("select 1 from sessions where id = ?", (session,)).fetchone() is None:
            self._keep(connection, Session(id=session))

    def _turn(self, row: dict) -> Turn:
        stored = (self.upload(row["session"], hash) for hash in json.loads(row["photos"]))
        photos = tuple(str(upload.path) for upload in stored if upload is not None)
        return Turn(
            turn=row["turn"],
            text=row["text"],
            photos=photos,
            reply=Reply.model_validate_json(row["reply"]),
        )

    @staticmethod
    def _folder(session: str) -> str:
        return hashlib.blake2b(session.encode(), digest_size=16).hexdigest()

"""Session memory: one SQLite file and a folder of uploaded pictures beside it.

A session's id is a secret that only its shopper knows. Folder names are digests of it and do not
reveal it.
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
from typing import Any

import numpy as np
from PIL import Image

from agent.memory.session import Session
from agent.memory.storage import IN_RAM, Storage
from agent.replies import Reply, Turn
from errors import WorkError

MAX_PICTURE_SIDE = 1024
SESSION_COLUMNS = {
    "seen": "session",
    "feedback": "session",
    "uploads": "session",
    "turns": "session",
    "sessions": "id",
}
"""{table: its column of session ids} in deletion order, with referring rows first."""


@dataclass(frozen=True)
class Upload:
    """A stored picture and its vector (dim,).

    encoder: fingerprint of the encoder that computed the vector
    """

    hash: str
    path: Path
    encoder: str
    vector: np.ndarray
    corrections: dict[str, str | None]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class Memory:
    """Everything that outlives a turn.

    Safe for use by many threads, and by many processes on one file.
    """

    def __init__(self, path: str | Path = IN_RAM) -> None:
        """Open or create the memory at `path`, or a temporary one for ":memory:".

        Raises WorkError if that fails.
        """
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
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
        """Close the connection; a temporary memory's pictures are deleted."""
        self._storage.close()
        if self._temporary is not None:
            self._temporary.cleanup()

    def load(self, session: str) -> Session:
        """Return a session's state, or the state of a new session if it is unknown."""
        rows = self._storage.rows("select state from sessions where id = ?", session)
        return Session.model_validate_json(rows[0]["state"]) if rows else Session(id=session)

    def save(self, session: Session) -> None:
        """Store a session's state."""
        with self._storage.writing() as connection:
            self._upsert(connection, session)

    def record(self, session: Session, text: str, photos: tuple[str, ...], reply: Reply) -> None:
        """Store a turn and the state after it in one transaction.

        photos: hashes of uploads
        """
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
            self._upsert(connection, session)
            self._storage.insert("turns", turn)
            connection.executemany(
                "insert or replace into seen (session, turn, item) values (?, ?, ?)",
                [(session.id, reply.turn, card.id) for card in reply.cards],
            )

    def turns(self, session: str, last: int | None = None) -> list[Turn]:
        """Return all turns of a session, or the `last` ones, oldest first."""
        newest = self._storage.rows(
            "select * from turns where session = ? order by turn desc limit ?",
            session,
            -1 if last is None else last,
        )
        return [self._turn(row) for row in reversed(newest)]

    def remember(
        self, session: str, hash: str, picture: Image.Image, encoder: str, vector: np.ndarray
    ) -> Upload:
        """Store an uploaded picture and its vector.

        The picture is stored without metadata, at most MAX_PICTURE_SIDE pixels a side.
        """
        folder = self.uploads / self._folder(session)
        file = folder / f"{hash}.jpg"
        folder.mkdir(parents=True, exist_ok=True)
        small = picture.copy()
        small.thumbnail((MAX_PICTURE_SIDE, MAX_PICTURE_SIDE))
        # before the transaction, which makes other processes wait
        small.save(file, quality=88)
        with self._storage.writing() as connection:
            self._ensure_session(connection, session)
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
        """Return a stored picture of the session, or None."""
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
        """Store the shopper's correction of a photo's facet (None: ignore the facet)."""
        with self._storage.writing() as connection:
            upload = self.upload(session, hash)
            if upload is not None:
                corrections = json.dumps({**upload.corrections, facet: value})
                connection.execute(
                    "update uploads set corrections = ? where session = ? and hash = ?",
                    (corrections, session, hash),
                )

    def judge(self, session: str, item: str, kind: str) -> None:
        """Store feedback on an item.

        kind: save, unsave, not_this or more_like
        """
        with self._storage.writing() as connection:
            self._ensure_session(connection, session)
            self._storage.insert(
                "feedback", {"session": session, "item": item, "kind": kind, "created": _now()}
            )

    def feedback(self, session: str) -> dict[str, str]:
        """Return the latest feedback on each item as {item id: kind}.

        Items are in the order in which they were first judged.
        """
        rows = self._storage.rows(
            "select item, kind from feedback where session = ? order by id", session
        )
        return {row["item"]: row["kind"] for row in rows}

    def saved(self, session: str) -> list[str]:
        """Return the ids of the saved items.

        Items are in the order in which they were first saved or unsaved.
        """
        rows = self._storage.rows(
            "select item, kind from feedback where session = ? and kind in ('save', 'unsave') "
            "order by id",
            session,
        )
        newest = {row["item"]: row["kind"] for row in rows}
        return [item for item, kind in newest.items() if kind == "save"]

    def forget(self, session: str) -> int:
        """Delete everything stored about a session, including pictures.

        Returns the number of deleted rows.
        """
        with self._storage.lock:
            with self._storage.writing() as connection:
                deleted = sum(
                    connection.execute(
                        f"delete from {table} where {column} = ?", (session,)
                    ).rowcount
                    for table, column in SESSION_COLUMNS.items()
                )
            self._storage.empty_log()  # the log still holds the deleted words
            folder = self.uploads / self._folder(session)
            if folder.exists():
                shutil.rmtree(folder)
        return deleted

    def export(self, session: str) -> dict[str, Any]:
        """Return everything stored about a session as JSON-ready data."""
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
    def _upsert(connection: sqlite3.Connection, session: Session) -> None:
        """Insert or update a session's row."""
        now = _now()
        connection.execute(
            "insert into sessions (id, state, created, updated) values (?, ?, ?, ?) "
            "on conflict (id) do update set state = excluded.state, updated = excluded.updated",
            (session.id, session.model_dump_json(), now, now),
        )

    def _ensure_session(self, connection: sqlite3.Connection, session: str) -> None:
        """Insert the session's row if it is missing.

        Other rows refer to it, even before the first turn.
        """
        if connection.execute("select 1 from sessions where id = ?", (session,)).fetchone() is None:
            self._upsert(connection, Session(id=session))

    def _turn(self, row: dict[str, Any]) -> Turn:
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

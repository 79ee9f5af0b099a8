"""Session memory: one SQLite file and a folder of uploaded pictures beside it.

A session's id is a secret that only its shopper knows; file names are derived from it and do not tell it.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import tempfile
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from PIL import Image
from sqlite_utils import Database

from agent.migrations import ladder
from agent.replies import Reply, Turn
from agent.session import Session
from errors import WorkError

IN_RAM = ":memory:"
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
    """Everything that outlives a turn. Safe to use from several threads; one connection behind one lock."""

    def __init__(self, path: str | Path = IN_RAM) -> None:
        """Open or create the memory at `path` (":memory:": gone with the process). Raises WorkError."""
        self._lock = threading.RLock()
        self._temporary = None
        if str(path) == IN_RAM:
            self._temporary = tempfile.TemporaryDirectory(prefix="uploads-")
            self.uploads = Path(self._temporary.name)
        else:
            path = Path(path)
            self.uploads = path.with_name(path.name + ".uploads")
        try:
            if self._temporary is None:
                path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(str(path), check_same_thread=False, timeout=10)
            self.db = Database(connection)
            if self._temporary is None:
                self.db.enable_wal()
                self.db.execute("pragma synchronous = normal")  # in WAL mode a killed process still loses nothing
            self.db.execute("pragma foreign_keys = on")
            self.db.execute("pragma secure_delete = on")  # what is forgotten does not linger in free pages
            ladder.apply(self.db)
        except (sqlite3.Error, OSError) as error:
            raise WorkError(f"memory {path}: {error}; name a file that can be written, or another one") from None

    def close(self) -> None:
        """Close the connection; pictures of a memory in RAM go too."""
        with self._lock:
            self.db.close()
            if self._temporary is not None:
                self._temporary.cleanup()

    def load(self, session: str) -> Session:
        """The state of a session; a new one where it is not known."""
        with self._lock:
            rows = list(self.db["sessions"].rows_where("id = ?", [session]))
        return Session.model_validate_json(rows[0]["state"]) if rows else Session(id=session)

    def save(self, session: Session) -> None:
        """Store a session's state."""
        with self._lock, self.db.atomic():
            self._keep(session)

    def record(self, session: Session, text: str, photos: tuple[str, ...], reply: Reply) -> None:
        """Store a turn and the state after it, together or not at all. `photos` are hashes of uploads."""
        with self._lock, self.db.atomic():
            self._keep(session)
            self.db["turns"].insert(
                {"session": session.id, "turn": reply.turn, "text": text, "photos": json.dumps(photos),
                 "wish": session.wish.model_dump_json(), "reply": reply.model_dump_json(), "created": _now()},
                replace=True)
            self.db["seen"].insert_all(
                ({"session": session.id, "turn": reply.turn, "item": card.id} for card in reply.cards), replace=True)

    def turns(self, session: str) -> list[Turn]:
        """All turns of a session, oldest first."""
        with self._lock:
            rows = list(self.db["turns"].rows_where("session = ?", [session], order_by="turn"))
        return [self._turn(row) for row in rows]

    def last_shown(self, session: str) -> Reply | None:
        """The newest reply that showed items."""
        with self._lock:
            newest = self.db.execute("select max(turn) from seen where session = ?", [session]).fetchone()[0]
            rows = list(self.db["turns"].rows_where("session = ? and turn = ?", [session, newest or 0]))
        return Reply.model_validate_json(rows[0]["reply"]) if rows else None

    def remember(self, session: str, hash: str, picture: Image.Image, encoder: str, vector: np.ndarray) -> Upload:
        """Store an uploaded picture (shrunk to 1024 pixels, without metadata) and its vector."""
        folder = self.uploads / self._folder(session)
        file = folder / f"{hash}.jpg"
        with self._lock, self.db.atomic():
            if self.db["sessions"].count_where("id = ?", [session]) == 0:
                self._keep(Session(id=session))
            folder.mkdir(parents=True, exist_ok=True)
            small = picture.copy()
            small.thumbnail((STORED_SIDE, STORED_SIDE))
            small.save(file, quality=88)
            self.db["uploads"].insert(
                {"session": session, "hash": hash, "file": f"{folder.name}/{file.name}", "encoder": encoder,
                 "vector": np.asarray(vector, np.float32).tobytes(), "corrections": "{}", "created": _now()},
                replace=True)
        return Upload(hash, file, encoder, np.asarray(vector, np.float32), {})

    def upload(self, session: str, hash: str) -> Upload | None:
        """A stored picture of the session, or None."""
        with self._lock:
            rows = list(self.db["uploads"].rows_where("session = ? and hash = ?", [session, hash]))
        if not rows:
            return None
        row = rows[0]
        return Upload(hash, self.uploads / row["file"], row["encoder"], np.frombuffer(row["vector"], np.float32).copy(),
                      json.loads(row["corrections"]))

    def correct(self, session: str, hash: str, facet: str, value: str | None) -> None:
        """Note that a photo's facet has another value than was seen (None: it is not to count)."""
        known = self.upload(session, hash)
        if known is not None:
            corrections = json.dumps({**known.corrections, facet: value})
            with self._lock, self.db.atomic():
                self.db["uploads"].update((session, hash), {"corrections": corrections})

    def judge(self, session: str, item: str, kind: str) -> None:
        """Store feedback on an item: save, unsave, not_this or more_like."""
        with self._lock, self.db.atomic():
            if self.db["sessions"].count_where("id = ?", [session]) == 0:
                self._keep(Session(id=session))
            self.db["feedback"].insert({"session": session, "item": item, "kind": kind, "created": _now()})

    def feedback(self, session: str) -> dict[str, str]:
        """The newest word on each item, {item id: kind}, in the order in which items were first judged."""
        with self._lock:
            rows = self.db["feedback"].rows_where("session = ?", [session], order_by="id")
            return {row["item"]: row["kind"] for row in rows}

    def saved(self, session: str) -> list[str]:
        """Ids of the items that are saved, in the order in which they were."""
        with self._lock:
            rows = self.db["feedback"].rows_where("session = ? and kind in ('save', 'unsave')", [session], order_by="id")
            newest = {row["item"]: row["kind"] for row in rows}
        return [item for item, kind in newest.items() if kind == "save"]

    def forget(self, session: str) -> int:
        """Delete all of a session, pictures included; returns how many rows went."""
        with self._lock:
            with self.db.atomic():
                gone = 0
                for name in TABLES:
                    column = "id" if name == "sessions" else "session"
                    gone += self.db[name].count_where(f"{column} = ?", [session])
                    self.db[name].delete_where(f"{column} = ?", [session])
            if self._temporary is None:
                self.db.execute("pragma wal_checkpoint(truncate)")  # the log would keep the words otherwise
            folder = self.uploads / self._folder(session)
            if folder.exists():
                shutil.rmtree(folder)
        return gone

    def export(self, session: str) -> dict:
        """All that is stored on a session, as JSON-ready data."""
        state, turns = self.load(session), self.turns(session)
        with self._lock:
            uploads = [{"hash": row["hash"], "file": str(self.uploads / row["file"]), "created": row["created"],
                        "corrections": json.loads(row["corrections"])}
                       for row in self.db["uploads"].rows_where("session = ?", [session], order_by="created")]
            feedback = [{"item": row["item"], "kind": row["kind"], "created": row["created"]}
                        for row in self.db["feedback"].rows_where("session = ?", [session], order_by="id")]
            seen = [{"turn": row["turn"], "item": row["item"]}
                    for row in self.db["seen"].rows_where("session = ?", [session], order_by="turn")]
        return {"session": session, "state": state.model_dump(mode="json"), "uploads": uploads, "feedback": feedback,
                "seen": seen, "turns": [{"turn": t.turn, "text": t.text, "photos": list(t.photos),
                                         "reply": t.reply.public()} for t in turns]}

    def _keep(self, session: Session) -> None:
        known = self.db["sessions"].count_where("id = ?", [session.id])
        record = {"id": session.id, "state": session.model_dump_json(), "updated": _now()}
        if known:
            self.db["sessions"].update(session.id, {"state": record["state"], "updated": record["updated"]})
        else:
            self.db["sessions"].insert({**record, "created": record["updated"]})

    def _turn(self, row: dict) -> Turn:
        stored = (self.upload(row["session"], hash) for hash in json.loads(row["photos"]))
        photos = tuple(str(upload.path) for upload in stored if upload is not None)
        return Turn(turn=row["turn"], text=row["text"], photos=photos, reply=Reply.model_validate_json(row["reply"]))

    @staticmethod
    def _folder(session: str) -> str:
        return hashlib.blake2b(session.encode(), digest_size=16).hexdigest()

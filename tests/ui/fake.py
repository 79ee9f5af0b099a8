"""A stylist without models for tests of the page: five invented items, one-line rules."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageDraw

from agent.replies import Card, Check, Event, Reply, Turn
from catalog.item import Item
from errors import BusyError, InputError
from vocabulary.wish import Constraint, PriceRange

PIECES = (
    ("Navy linen shirt", "Harbour & Hale", 64.0, (34, 46, 84)),
    ("Ink poplin blouse", "Maison Odile", 79.0, (25, 35, 66)),
    ("Midnight wrap dress", "Ferrow", 129.5, (40, 44, 92)),
    ("Denim overshirt", "Atelier Nord", 88.0, (70, 92, 130)),
    ("Indigo camp shirt", "Field Notes Co", 54.0, (52, 60, 120)),
)


def catalogue(folder: Path) -> Path:
    """Draw pictures of the pieces under `folder`/images, where a catalogue has them."""
    (folder / "images").mkdir(parents=True, exist_ok=True)
    for number, (_, _, _, color) in enumerate(PIECES):
        picture = Image.new("RGB", (384, 512), (236, 228, 216))
        draw = ImageDraw.Draw(picture)
        draw.polygon(
            [
                (120, 110),
                (160, 90),
                (224, 90),
                (264, 110),
                (330, 210),
                (290, 240),
                (262, 200),
                (262, 420),
                (122, 420),
                (122, 200),
                (94, 240),
                (54, 210),
            ],
            fill=color,
        )
        picture.save(folder / "images" / f"P{number}.jpg")
    return folder


class FakeCatalog:
    """The few parts of a catalogue that the page uses."""

    def __init__(self) -> None:
        self.all = [
            Item(
                id=f"P{n}",
                title=title,
                brand=brand,
                price=price,
                image=f"images/P{n}.jpg",
                link=f"https://shop.example/P{n}",
                sizes={"S": 1, "M": 4, "L": 0, "XL": 2},
                description=f"{title} in a soft weave, cut with ease through the body.",
            )
            for n, (title, brand, price, _) in enumerate(PIECES)
        ]
        self.ids = [item.id for item in self.all]
        self.live = len(self.all)

    def items(self, rows: list[int]) -> list[Item]:
        return [self.all[row] for row in rows]


class FakeStylist:
    """A ChatService that keeps everything in dictionaries."""

    def __init__(self) -> None:
        self.catalog = FakeCatalog()
        self.turns: dict[str, list[Turn]] = {}
        self.marks: dict[str, dict[str, str]] = {}
        self.calls: list[tuple] = []
        self.uploads = tempfile.TemporaryDirectory(prefix="fake-stylist-")

    def new_session(self) -> str:
        return secrets.token_urlsafe(24)

    def history(self, session: str, last: int | None = None) -> list[Turn]:
        return list(self.turns.get(session, []))[-(last or 0) :]

    def saved(self, session: str) -> list[Item]:
        marks = self.marks.get(session, {})
        return [item for item in self.catalog.all if marks.get(item.id) == "save"]

    def stream(self, session, text="", image=None, like=None, k=10) -> Iterator[Event]:
        self.calls.append(("stream", session, text, image, like))
        if text == "break":
            raise RuntimeError("broken on purpose")
        if text == "in a crowd":
            raise BusyError("100 messages wait before yours. Please send it again in 5 seconds.")
        return self._events(session, text, image, like)

    def _events(self, session, text, image, like) -> Iterator[Event]:
        if text == "after others":
            yield Event(kind="wait", text="7")
        if like is not None and like not in self.catalog.ids:
            raise InputError(f"no item {like!r} in this catalogue")
        for step in ("thought", "action", "critic", "speak"):
            yield Event(kind="step", step=step)
            yield Event(kind="note", text=f"{step}: <b>done</b>")
        yield Event(
            kind="reply",
            reply=self._answer(session, text, tuple(map(self._copy_upload, image or ()))),
        )

    def remove(self, session, facet, op, value) -> Reply:
        self.calls.append(("remove", session, facet, op, value))
        constraints = self.history(session)[-1].reply.constraints
        remaining = tuple(c for c in constraints if (c.facet, c.op, c.value) != (facet, op, value))
        return self._answer(session, f"never mind {value}", (), remaining)

    def feedback(self, session, item_id, kind) -> Reply | None:
        self.calls.append(("feedback", session, item_id, kind))
        if item_id not in self.catalog.ids:
            raise InputError(f"no item {item_id!r} in this catalogue")
        self.marks.setdefault(session, {})[item_id] = kind
        return self._answer(session, "not this one", ()) if kind == "not_this" else None

    def correct_photo(self, session, facet, value) -> Reply:
        self.calls.append(("correct_photo", session, facet, value))
        return self._answer(session, f"the {facet} is {value}", ())

    def forget(self, session: str) -> None:
        self.calls.append(("forget", session))
        self.turns.pop(session, None)
        self.marks.pop(session, None)

    def _answer(self, session, text, photos, wish=None) -> Reply:
        past = self.turns.setdefault(session, [])
        if wish is None:
            wish = tuple(past[-1].reply.constraints) if past else ()
            wish = tuple(
                dict.fromkeys((*wish, *self._read(text), *((PHOTO_WISH,) if photos else ())))
            )
        marks = self.marks.get(session, {})
        offered = [item for item in self.catalog.all if marks.get(item.id) != "not_this"]
        reply = Reply(
            session=session,
            turn=len(past) + 1,
            reply=f"{len(offered)} pieces that keep to your wish.",
            items=tuple(self._card(item, wish, "met") for item in offered[:3]),
            unconfirmed=tuple(self._card(item, wish, "unknown") for item in offered[3:]),
            constraints=wish,
            steps=("thought", "action", "critic", "speak"),
            ms={"total": 41.2},
            trace=("I read your words.", "I looked at <5> pieces.", "All of them were checked."),
            photo=PHOTO if photos else {},
        )
        past.append(Turn(turn=reply.turn, text=text, photos=photos, reply=reply))
        return reply

    def _copy_upload(self, photo: str) -> str:
        """Copy an upload as the real memory does, because the page deletes its own."""
        copy = Path(self.uploads.name) / f"{secrets.token_hex(4)}{Path(photo).suffix}"
        return str(shutil.copy(photo, copy))

    @staticmethod
    def _read(text: str) -> tuple[Constraint, ...]:
        known = {
            "navy": Constraint(facet="color", op="require", value="navy"),
            "stripes": Constraint(facet="pattern", op="exclude", value="striped"),
            "pockets": Constraint(facet="details", op="exclude", value="pockets"),
            "longer": Constraint(facet="length", op="more", value="length"),
            "under": Constraint(facet="price", op="require", value=PriceRange(max=150)),
        }
        return tuple(constraint for word, constraint in known.items() if word in text)

    @staticmethod
    def _card(item: Item, wish: tuple[Constraint, ...], verdict: str) -> Card:
        checks = tuple(
            Check(
                facet=c.facet,
                op=c.op,
                value=c.value,
                confidence=0.93,
                verdict=verdict if c.facet == "details" else "met",
                source="none" if verdict == "unknown" and c.facet == "details" else "picture",
            )
            for c in wish
            if c.op in ("require", "exclude")
        )
        return Card(
            id=item.id,
            title=item.title,
            score=0.8,
            verdicts=checks,
            brand=item.brand,
            price=item.price,
            sizes=item.sizes_in_stock(),
            link=item.link,
            image=item.image,
            description=item.description,
            why="Same easy cut as yours, in navy.",
        )


PHOTO = {
    "category": {"shirt": 0.93, "blouse": 0.05},
    "color": {"blue": 0.88, "navy": 0.08},
    "pattern": {"striped": 0.91},
    "sleeve_length": {"long": 0.86, "short": 0.1},
    "neckline": {"collar": 0.62},
    "fit": {"straight": 0.35, "loose": 0.3},
}
PHOTO_WISH = Constraint(
    facet="category", op="prefer", value="shirt", source="photo", confidence=0.93
)

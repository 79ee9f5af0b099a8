"""The table of facets and values: `vocabulary.toml`, checked, with a shop's own entries added."""

from __future__ import annotations

import os
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from errors import InputError, report_uncaught

FILE = Path(__file__).with_name("vocabulary.toml")
VARIABLE = "VOCABULARY"
"""Environment variable that names a further TOML file; read once, when this module is imported."""


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Facet(_Entry):
    """What holds for all values of a facet."""

    several: bool = False
    open_world: bool = False
    vague: str | None = None
    own_values: bool = False


class Zone(_Entry):
    """Where kinds are worn, and what those kinds can have."""

    place: str | None = None
    has: tuple[str, ...] = ()


class Sizes(_Entry):
    """Words for sizes."""

    one_size: tuple[str, ...] = ()


class Value(_Entry):
    """One value of a facet; the keys are explained in `vocabulary.toml`."""

    of: str | None = None
    words: tuple[str, ...] = ()
    abstract: bool = False
    relative: bool = False
    implies: tuple[str, ...] = ()
    opposite: tuple[str, ...] = ()
    contrasts: tuple[str, ...] = ()
    degree: float | None = Field(default=None, ge=0, le=1)
    step: float | None = None
    shade: bool = False


class Category(Value):
    """A kind of item."""

    zone: str | None = None
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    plural: str | None = None
    one_size: bool = False
    also_part: bool = False
    never_part: bool = False
    length_varies: bool = False


class Color(Value):
    """A colour or a shade."""

    srgb: tuple[int, int, int] | None = None
    lightness: float | None = None
    chroma: float | None = None
    darkness: float | None = Field(default=None, ge=0, le=1)
    vividness: float | None = Field(default=None, ge=0, le=1)
    shades: tuple[str, ...] = ()
    lacks_shades: tuple[str, ...] = ()


class Table(_Entry):
    """The whole vocabulary as it was read."""

    facets: dict[str, Facet]
    zones: dict[str, Zone]
    sizes: Sizes
    category: dict[str, Category]
    color: dict[str, Color]
    values: dict[str, Mapping[str, Value]]
    """Facet -> value -> entry, categories and colours included."""


def read_table(*files: Path) -> Table:
    """Read the table from TOML files, each of which extends those before it.

    A further file may add values to facets, words to values, zones and sizes; what it says of a
    value replaces what was said, but words are added. Raises InputError for an unreadable file, an
    unknown table or key, and a parent or zone that does not exist.
    """
    merged: dict[str, dict[str, Any]] = {}
    for file in files:
        try:
            tables = tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise InputError(f"vocabulary {file}: {error}") from None
        unknown = sorted(set(tables) - set(merged)) if merged else []
        if unknown:
            raise InputError(
                f"vocabulary {file}: unknown table [{unknown[0]}]; known are {', '.join(merged)}"
            )
        for name, entries in tables.items():
            _extend(merged.setdefault(name, {}), entries)
        try:
            table = _checked(merged)
        except ValueError as error:
            raise InputError(f"vocabulary {file}: {_first_problem(error)}") from None
    return table


def _extend(entries: dict[str, Any], further: Mapping[str, Any]) -> None:
    for name, entry in further.items():
        if isinstance(entry, list):
            entries[name] = [*entries.get(name, []), *entry]
        elif isinstance(entry, dict) and isinstance(entries.get(name), dict):
            words = [*entries[name].get("words", []), *entry.get("words", [])]
            entries[name] = {**entries[name], **entry, "words": words}
        else:
            entries[name] = entry


def _checked(tables: Mapping[str, Mapping[str, Any]]) -> Table:
    """Return the tables as typed entries. Raises ValueError for one that cannot be used."""
    facets = {name: Facet.model_validate(entry) for name, entry in tables["facets"].items()}
    models: dict[str, type[Value]] = {"category": Category, "color": Color}
    values = {
        facet: {
            value: _entry(models.get(facet, Value), facet, value, entry)
            for value, entry in tables[facet].items()
        }
        for facet, about in facets.items()
        if not about.own_values
    }
    zones = {name: Zone.model_validate(entry) for name, entry in tables["zones"].items()}
    for facet, entries in values.items():
        for value, entry in entries.items():
            for problem in _dangling(value, entry, entries, values, zones):
                raise ValueError(f"[{facet}] {value}: {problem}")
    return Table(
        facets=facets,
        zones=zones,
        sizes=Sizes.model_validate(tables["sizes"]),
        category=values["category"],
        color=values["color"],
        values=values,
    )


def _entry(model: type[Value], facet: str, value: str, entry: object) -> Value:
    try:
        return model.model_validate(entry)
    except ValidationError as error:
        raise ValueError(f"[{facet}] {value}: {_first_problem(error)}") from None


def _dangling(
    value: str,
    entry: Value,
    siblings: Mapping[str, Value],
    values: Mapping[str, Mapping[str, Value]],
    zones: Mapping[str, Zone],
) -> Iterator[str]:
    """Yield what an entry names that does not exist."""
    if _descends_from_itself(value, siblings):
        yield "its parents lead back to itself"
    for other in (entry.of, *entry.opposite, *entry.contrasts):
        if other not in {None, *siblings}:
            yield f"no value {other!r} in the same table"
    for implied in entry.implies:
        facet, _, other = implied.removeprefix("not ").partition(":")
        if other not in values.get(facet, {}):
            yield f"implies {implied!r}, which is no facet:value"
    if isinstance(entry, Category):
        if entry.zone not in {None, *zones}:
            yield f"no zone {entry.zone!r} in [zones]"
        for attribute in (*entry.has, *entry.lacks):
            if attribute not in {*values, *values["details"]}:
                yield f"{attribute!r} is neither a facet nor a detail"


def _descends_from_itself(value: str, entries: Mapping[str, Value]) -> bool:
    seen, above = {value}, entries[value].of
    while above is not None and above in entries:
        if above in seen:
            return True
        seen.add(above)
        above = entries[above].of
    return False


def _first_problem(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    problem = error.errors()[0]
    return f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"


def _files() -> tuple[Path, ...]:
    further = os.environ.get(VARIABLE)
    return (FILE, Path(further)) if further else (FILE,)


def _process_table() -> Table:
    """Return the table of this process. Raises InputError for a further file that is unusable."""
    try:
        return read_table(*_files())
    except InputError:
        # Packages are imported before their door can catch the error.
        sys.excepthook = report_uncaught
        raise


TABLE = _process_table()

FACETS: tuple[str, ...] = tuple(TABLE.facets)
ATTRIBUTE_FACETS: tuple[str, ...] = tuple(TABLE.values)
"""Facets with a table of values."""
OPEN_FACETS: tuple[str, ...] = tuple(f for f, about in TABLE.facets.items() if about.own_values)
"""Facets whose values are the catalogue's own: brand, size and price."""
MULTIVALUED: frozenset[str] = frozenset(f for f, about in TABLE.facets.items() if about.several)
"""Facets of which an item may have several values at once."""
OPEN_WORLD: frozenset[str] = frozenset(f for f, about in TABLE.facets.items() if about.open_world)
"""Facets whose stated values do not deny the others: naming pockets says nothing of a hood."""
VAGUE: dict[str, str] = {f: about.vague for f, about in TABLE.facets.items() if about.vague}
"""Facet -> the value that leaves open which others hold: multicolour may well include red."""


def normal(text: str) -> str:
    """Return `text` in lower case with single spaces; hyphens and apostrophes stay."""
    return re.sub(r"\s+", " ", text.lower().replace("’", "'").replace("_", " ")).strip()


def known(facet: str) -> Mapping[str, Value]:
    """Return a facet's entries by value. Raises KeyError for a facet without a table."""
    if facet not in TABLE.values:
        raise KeyError(f"facet {facet!r} has no table; with one: {', '.join(TABLE.values)}")
    return TABLE.values[facet]


@cache
def values(facet: str) -> tuple[str, ...]:
    """Return all values of a facet, abstract ones, shades and relative ones included.

    () for brand, size and price.
    """
    return () if facet in OPEN_FACETS else tuple(known(facet))


@cache
def leaf_values(facet: str) -> tuple[str, ...]:
    """Return the values that a picture may show: no abstract ones, no shades, no relative ones.

    A parent that has no children here stands for "none of its children".
    """
    return tuple(
        value
        for value, entry in known(facet).items()
        if not (entry.abstract or entry.shade or entry.relative)
    )


def exclusive(facet: str) -> bool:
    """Return whether one value of the facet rules the others out."""
    return facet not in MULTIVALUED

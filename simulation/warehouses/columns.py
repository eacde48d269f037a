"""How one column's value is made from a record, by the attribute's kind and the column's type.

Pure functions; they know neither a database nor the world's rules.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from simulation.warehouses.codebook import Codebook
from simulation.warehouses.layout import ColumnSpec, Layout
from simulation.world.entities import Crime, Entity, Incident
from simulation.world.keys import number_of, year_of

LONDON = ZoneInfo("Europe/London")
Cell = str | int | bool | date | datetime | None
Maker = Callable[[Entity, datetime], Cell]

KEY_ATTRIBUTES = {
    "incident": "incidents",
    "crime": "crimes",
    "person": "people",
    "officer": "officers",
    "supervisor": "officers",
}
CODE_SETS = {
    "grade": "grade",
    "incident_type": "incident_type",
    "source": "incident_source",
    "crime_type": "crime_type",
    "outcome": "outcome",
    "role": "role",
    "relationship": "relationship",
    "event": "suspect_event",
    "language": "language",
    "preferred_channel": "contact_channel",
}
STATUS_SETS = {"incidents": "incident_status", "crimes": "crime_status"}
YES_AND_NO: dict[str, tuple[Cell, Cell]] = {
    "boolean": (True, False),
    "char(1)": ("Y", "N"),
    "varchar(3)": ("YES", "NO"),
    "smallint": (1, 0),
}


def maker_for(column: ColumnSpec, *, feed: str, layout: Layout, codebook: Codebook) -> Maker:
    """The function that makes this column's value from a record and its time of recording."""
    name = column.attribute
    if name == "recorded_at":
        return lambda entity, recorded_at: as_time(recorded_at, column.sql_type)
    if name == "key" or name in KEY_ATTRIBUTES:
        pattern = layout.keys.get(KEY_ATTRIBUTES.get(name, feed), "{key}")
        return lambda entity, _: source_key(getattr(entity, name), pattern)
    if name == "ref":
        return _reference(layout.references[feed])
    if name in CODE_SETS or name == "status":
        code_set = STATUS_SETS[feed] if name == "status" else CODE_SETS[name]
        return _code(codebook, code_set, name, is_label=column.is_label)
    return _plain(name, column.sql_type)


def source_key(key: int | None, pattern: str) -> str | None:
    """A key as the force writes it; the pattern may use key, number and yy."""
    if key is None:
        return None
    return pattern.format(key=key, number=number_of(key), yy=f"{year_of(key):02d}")


def as_time(value: datetime, sql_type: str) -> Cell:
    """A moment as the column holds it: aware, or naive local time, or a half of that."""
    if sql_type == "timestamptz":
        return value
    local = value.astimezone(LONDON).replace(tzinfo=None)
    if sql_type == "date":
        return local.date()
    if sql_type == "time":
        return local.time().isoformat(timespec="seconds")
    return local


def _reference(pattern: str) -> Maker:
    """References may also use `created`, the local time the record was made."""

    def make(entity: Entity, _: datetime) -> Cell:
        made = entity.created_at if isinstance(entity, Incident) else None
        if isinstance(entity, Crime):
            made = entity.crimed_at
        return pattern.format(
            key=entity.key,
            number=number_of(entity.key),
            yy=f"{year_of(entity.key):02d}",
            created=None if made is None else made.astimezone(LONDON),
        )

    return make


def _code(codebook: Codebook, code_set: str, name: str, *, is_label: bool) -> Maker:
    def make(entity: Entity, _: datetime) -> Cell:
        word = getattr(entity, name)
        if word is None:
            return None
        code = codebook.code(code_set, word, entity.key)
        return code.label if is_label else code.code

    return make


def _plain(name: str, sql_type: str) -> Maker:
    def make(entity: Entity, _: datetime) -> Cell:
        value: Cell = getattr(entity, name)
        if isinstance(value, bool):
            yes, no = YES_AND_NO[sql_type]
            return yes if value else no
        if isinstance(value, datetime):
            return as_time(value, sql_type)
        if isinstance(value, date) and sql_type == "text":
            return value.strftime("%d/%m/%Y")
        return value

    return make

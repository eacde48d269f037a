"""Which column types a feed may declare, and which types in a source fit a declared one.

How values of a type travel through a driver is the readers' business.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

ALIASES = {
    "int": "integer",
    "int2": "smallint",
    "int4": "integer",
    "int8": "bigint",
    "bool": "boolean",
    "float8": "double precision",
    "float4": "real",
    "decimal": "numeric",
    "varchar": "character varying",
    "char": "character",
    "bpchar": "character",
    "timestamp": "timestamp without time zone",
    "timestamptz": "timestamp with time zone",
}
INTEGERS = ("smallint", "integer", "bigint")
TEXTS = ("text", "character varying", "character")
NAIVE = "timestamp without time zone"
AWARE = "timestamp with time zone"
SUPPORTED = frozenset(
    [
        *(*INTEGERS, *TEXTS, NAIVE, AWARE),
        *("numeric", "real", "double precision", "boolean", "date", "uuid"),
    ]
)
KEY_TYPES = frozenset((*INTEGERS, *TEXTS, "uuid"))
_SPELLING = re.compile(r"([a-z][a-z0-9 ]*?)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?(?: (with.*))?")


@dataclass(frozen=True)
class ColumnType:
    """A PostgreSQL type under its full name, with length or precision if it has one."""

    name: str
    modifiers: tuple[int, ...] = ()

    def __str__(self) -> str:
        if not self.modifiers:
            return self.name
        # PostgreSQL writes a precision before the zone: timestamp(3) without time zone.
        base, space, zone = self.name.partition(" with")
        return f"{base}({','.join(map(str, self.modifiers))}){space}{zone}"

    @property
    def is_text(self) -> bool:
        return self.name in TEXTS


def parse_type(spelling: str) -> ColumnType | None:
    """`varchar(20)` as `character varying(20)`; None for a type no feed can hold."""
    match = _SPELLING.fullmatch(spelling.strip().lower())
    if match is None:
        return None
    base, first, second, zone = match.groups()
    name = f"{base} {zone}" if zone else base
    name = ALIASES.get(name, name)
    if name not in SUPPORTED:
        return None
    modifiers = tuple(int(part) for part in (first, second) if part is not None)
    if name == "numeric" and len(modifiers) == 1:
        modifiers = (*modifiers, 0)
    if name == "character" and not modifiers:
        modifiers = (1,) if spelling.strip().lower() != "bpchar" else ()
    return ColumnType(name, modifiers)


def fits(actual: ColumnType, declared: ColumnType) -> bool:
    """Whether every value of `actual` can be held by `declared` without any change."""
    if actual.is_text and declared.is_text:
        return not declared.modifiers or (
            bool(actual.modifiers) and actual.modifiers[0] <= declared.modifiers[0]
        )
    if actual.name in INTEGERS and declared.name in INTEGERS:
        return INTEGERS.index(actual.name) <= INTEGERS.index(declared.name)
    if actual.name == declared.name == "numeric":
        return not declared.modifiers or actual.modifiers == declared.modifiers
    return actual.name == declared.name

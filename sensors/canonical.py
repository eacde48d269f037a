"""The canonical text of a row, and the key and hash made of it, as PostgreSQL expressions.

The same expressions run in our database and, for a sweep, inside a PostgreSQL source; both
sessions therefore use SESSION_SETTINGS. Nothing is executed here.
"""

from __future__ import annotations

from collections.abc import Iterable

from psycopg import sql

from sensors.column_types import ColumnType
from sensors.feeds import Column, Feed

# Longer text is cut when it lands, and before it is hashed.
TEXT_LIMIT = 1_000_000
# Everything that changes how a value is written as text.
SESSION_SETTINGS = {
    "timezone": "UTC",
    "datestyle": "ISO, YMD",
    "extra_float_digits": "1",
    "bytea_output": "hex",
}
KEY_SEPARATOR = "|"


def settings_sql(*, local: bool) -> str:
    """`set [local] …` for all SESSION_SETTINGS, as one string."""
    scope = "set local" if local else "set"
    return "; ".join(f"{scope} {name} = '{value}'" for name, value in SESSION_SETTINGS.items())


def key_text(feed: Feed) -> sql.Composable:
    """The text of the key: the value itself, or its parts joined by `|` (escaped by a `\\`).

    Immutable, so that a generated column may hold it. Null if any part is null.
    """
    parts = [_key_part(column, is_alone=len(feed.key) == 1) for column in feed.key_columns]
    return sql.SQL(f" || '{KEY_SEPARATOR}' || ").join(parts)


def row_hash(feed: Feed) -> sql.Composable:
    """SHA-256 of the declared columns in the order of their names, as 64 hex digits.

    Without the modified column: a row that was only touched has no new version, so a reload that
    sets every modified time to now lands nothing.
    `row(…)::text` quotes its members, so a null, an empty text and a comma stay different.
    """
    told = (column for column in feed.columns if column.name != feed.modified)
    columns = sorted(told, key=lambda column: column.name)
    members = sql.SQL(", ").join(_canonical(column) for column in columns)
    return sql.SQL("encode(sha256(convert_to(row({})::text, 'UTF8')), 'hex')").format(members)


def cast(column: Column) -> sql.Composable:
    """The column as its declared type (no change when it has that type already)."""
    return sql.SQL("{}::{}").format(sql.Identifier(column.name), type_sql(column.type))


def type_sql(column_type: ColumnType) -> sql.SQL:
    # Safe as plain SQL: a ColumnType holds only a name from SUPPORTED and integers.
    return sql.SQL(str(column_type))


def names(columns: Iterable[Column]) -> sql.Composable:
    """The columns' names, quoted and joined by commas."""
    return sql.SQL(", ").join(sql.Identifier(column.name) for column in columns)


def _canonical(column: Column) -> sql.Composable:
    value = cast(column)
    if column.type.name == "numeric":
        # A driver may hand 1.50 over as 1.5; both are one value.
        return sql.SQL("trim_scale({})").format(value)
    if column.type.is_text and not column.type.modifiers:
        name = sql.Identifier(column.name)
        return sql.SQL(
            "case when octet_length({name}) > {limit} then left({value}, {limit}) else {value} end"
        ).format(name=name, value=value, limit=sql.Literal(TEXT_LIMIT))
    return value


def _key_part(column: Column, *, is_alone: bool) -> sql.Composable:
    text = sql.SQL("({})::text").format(cast(column))
    if is_alone or not column.type.is_text:
        return text
    return sql.SQL(r"replace(replace({}, '\', '\\'), '|', '\|')").format(text)

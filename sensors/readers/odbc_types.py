"""What each declared type must look like when an ODBC driver hands it over, and how it is taken.

psqlODBC calls a double a float of 15 digits, which Arrow would bind as a real; cuts unlimited
numerics to six places there; gives times in the session's zone without saying so; and may send a
boolean as a text. So nothing is taken by the driver's word for a column.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pyarrow as pa

from sensors.column_types import AWARE, INTEGERS, NAIVE, TEXTS
from sensors.feeds import Column
from sensors.readers.session import DriverFailure

# The SQLSTATE of a value of another type than expected.
MISMATCH = "22000"
PYTHON_TYPES: dict[str, type] = {
    **dict.fromkeys(INTEGERS, int),
    **dict.fromkeys(TEXTS, str),
    "numeric": Decimal,
    "real": float,
    "double precision": float,
    "boolean": bool,
    "date": date,
    NAIVE: datetime,
    AWARE: datetime,
    "uuid": str,
}
# Sessions run in UTC, so the zone that ODBC drops is known.
CONVERSIONS: dict[str, Callable[[list[object]], list[object]]] = {
    AWARE: lambda values: [
        value.replace(tzinfo=UTC) if isinstance(value, datetime) else None for value in values
    ],
    "uuid": lambda values: [UUID(value) if isinstance(value, str) else None for value in values],
}
# A numeric travels as text: its precision is not the driver's to choose.
ARROW_TYPES = {
    "smallint": pa.int16(),
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "real": pa.float32(),
    "double precision": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    NAIVE: pa.timestamp("us"),
    AWARE: pa.timestamp("us"),
}


def exact_rows(
    rows: Sequence[Sequence[object]], columns: Sequence[Column]
) -> list[tuple[object, ...]]:
    """The rows with every value in the type of its column; DriverFailure names another column."""
    if not rows:
        return []
    by_column = zip(columns, zip(*rows, strict=True), strict=True)
    return list(zip(*(_exact(column, values) for column, values in by_column), strict=True))


def arrow_schema(columns: Sequence[Column]) -> pa.Schema:
    """What Arrow must bind for these columns, whatever the driver says of them."""
    return pa.schema(
        [(column.name, ARROW_TYPES.get(column.type.name, pa.string())) for column in columns]
    )


def _exact(column: Column, values: Sequence[object]) -> Sequence[object]:
    # The set of types of a whole column costs little; `datetime` must not pass for a `date`.
    found = set(map(type, values)) - {type(None)}
    if found - {PYTHON_TYPES[column.type.name]}:
        raise DriverFailure(MISMATCH, column=column.name)
    convert = CONVERSIONS.get(column.type.name)
    return values if convert is None else convert(list(values))

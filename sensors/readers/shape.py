"""Whether a source's table still has the shape that its feed declares.

A difference is an error that names the column; nothing is adapted silently.
"""

from __future__ import annotations

from collections.abc import Mapping

from sensors.column_types import ColumnType, fits
from sensors.errors import MissingColumn, MissingTable, RetypedColumn
from sensors.feeds import Feed

Shape = Mapping[str, ColumnType | str]


def check_shape(feed: Feed, actual: Shape) -> None:
    """Raise MissingTable, MissingColumn or RetypedColumn unless every declared column is there."""
    what = f"{feed.force}.{feed.name}"
    if not actual:
        raise MissingTable(
            f"{what}: there is no {feed.table} in the source that this login can see; "
            "mend `table` in the feed's declaration or ask for the grant",
            feed=feed.name,
        )
    for column in feed.columns:
        if column.name not in actual:
            raise MissingColumn(_missing(feed, column.name, actual), feed=feed.name)
    for column in feed.columns:
        found = actual[column.name]
        if isinstance(found, str) or not fits(found, column.type):
            raise RetypedColumn(
                f"{what}: column {column.name} of {feed.table} is {found} in the source but "
                f"declared as {column.type}; mend the declaration or the source",
                feed=feed.name,
            )


def _missing(feed: Feed, column: str, actual: Shape) -> str:
    declared = {declared.name for declared in feed.columns}
    others = [name for name in actual if name not in declared]
    renamed = f" (undeclared there: {', '.join(others)}; was it renamed?)" if others else ""
    return (
        f"{feed.force}.{feed.name}: column {column} of {feed.table} is missing in the "
        f"source{renamed}; mend the declaration or the source"
    )

"""What a force's reader can see of its warehouse, for the tests."""

from __future__ import annotations

from typing import LiteralString

import psycopg

from simulation.warehouses import WarehouseInfo

VISIBLE: LiteralString = """
    select table_schema || '.' || table_name, column_name, data_type
    from information_schema.columns
    where table_schema not in ('pg_catalog', 'information_schema')
"""


def visible_columns(info: WarehouseInfo) -> list[tuple[str, str, str]]:
    """Relation, column and type of everything in the source that is open to the reader."""
    with psycopg.connect(info.reader_url) as reader:
        return [(row[0], row[1], row[2]) for row in reader.execute(VISIBLE)]

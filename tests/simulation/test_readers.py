"""The reader's login of each generated warehouse: it sees the feeds, and changes nothing.

How the warehouses differ is tested in `test_warehouses`.
"""

from __future__ import annotations

import psycopg
import pytest

from simulation.warehouses import WarehouseInfo
from simulation.warehouses.layout import layout_for
from simulation.world.calibration import FORCES
from simulation.world.entities import FEEDS
from tests.simulation.staging_sql import declaration, feeds_of
from tests.simulation.visible_columns import visible_columns

Warehouses = dict[str, WarehouseInfo]


@pytest.mark.parametrize("force", FORCES)
def test_every_feed_of_every_force_has_rows_that_the_reader_may_read(
    warehouses: Warehouses, force: str
) -> None:
    feeds = feeds_of(force)
    assert set(feeds) == set(FEEDS)
    with psycopg.connect(warehouses[force].reader_url) as reader:
        for table in feeds.values():
            relation = declaration(table)["table"]
            count = reader.execute(f"select count(*) from {relation}").fetchone()
            assert count is not None
            assert count[0] > 5, relation


@pytest.mark.parametrize("force", FORCES)
def test_the_reader_cannot_write_even_after_asking_for_a_writing_transaction(
    warehouses: Warehouses, force: str
) -> None:
    table = declaration(feeds_of(force)["people"])["table"]
    attempts = [
        f"delete from {table}",
        f"create table {table}_copy (a integer)",
        "create temporary table mine (a integer)",
        "create schema mine",
    ]
    refused = (psycopg.errors.ReadOnlySqlTransaction, psycopg.errors.InsufficientPrivilege)
    with psycopg.connect(warehouses[force].reader_url, autocommit=True) as reader:
        assert reader.execute("show transaction_read_only").fetchone() == ("on",)
        for attempt in attempts:
            with pytest.raises(refused):
                reader.execute(attempt)
            reader.execute("begin; set transaction read write")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                reader.execute(attempt)
            reader.execute("rollback")


@pytest.mark.parametrize("force", FORCES)
def test_the_reader_sees_nothing_but_the_force_s_reporting_schemas(
    warehouses: Warehouses, force: str
) -> None:
    seen = {relation.partition(".")[0] for relation, _, _ in visible_columns(warehouses[force])}
    assert seen == set(layout_for(force).readable)
    with (
        psycopg.connect(warehouses[force].reader_url) as reader,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        reader.execute("select * from simulation.journal")

"""Every force's code map covers what its warehouse can write, and unknown codes stay visible.

The other contents of the folders are tested in `test_force_folders`.
"""

from __future__ import annotations

import psycopg
import pytest

from simulation.warehouses import Change, Warehouse, WarehouseInfo
from simulation.warehouses.codebook import codebook_for
from simulation.world.entities import Crime
from tests.simulation.conftest import NOW
from tests.simulation.staging_contract import CODE_SETS, FORCES, code_map
from tests.simulation.staging_sql import feeds_of, land, make_raw_table, staged_row, staging_query

Warehouses = dict[str, WarehouseInfo]


@pytest.mark.parametrize("force", FORCES)
def test_the_code_map_covers_every_code_that_the_warehouse_can_write(force: str) -> None:
    mapped = code_map(force)
    for code_set, words in codebook_for(force).code_sets.items():
        for word, codes in words.items():
            for code in codes:
                assert mapped.get((code_set, code.code)) == word, (code_set, code)


@pytest.mark.parametrize("force", FORCES)
def test_every_staged_code_of_the_history_is_in_the_code_map(
    warehouses: Warehouses, database_url: str, force: str
) -> None:
    mapped = set(code_map(force))
    with (
        psycopg.connect(warehouses[force].reader_url) as source,
        psycopg.connect(database_url, autocommit=True) as target,
    ):
        for feed, table in feeds_of(force).items():
            make_raw_table(target, force, table)
            land(source, target, force, table)
            for (coded, column), code_set in CODE_SETS.items():
                if coded == feed:
                    rows = target.execute(
                        f"select distinct {column} from ({staging_query(force, feed)}) as s "
                        f"where {column} is not null"
                    )
                    assert {(code_set, code) for (code,) in rows} <= mapped


@pytest.mark.parametrize("force", ["kent", "norfolk", "suffolk"])
def test_a_code_without_a_mapping_stays_the_force_s_own_word(
    warehouses: Warehouses, database_url: str, force: str
) -> None:
    unheard = Crime(999, None, NOW, NOW, "TIME TRAVEL", "", "Medway")
    with (
        Warehouse.connect(warehouses[force].writer_url, force) as warehouse,
        psycopg.connect(database_url, autocommit=True) as target,
    ):
        warehouse.apply([Change(unheard)])
        key = warehouse.source_key(unheard)
        staged = staged_row(warehouse.connection, target, force, "crimes", key)
        warehouse.delete([unheard])
    assert staged["crime_type_code"] == "TIME TRAVEL"
    assert ("crime_type", "TIME TRAVEL") not in code_map(force)

"""Living warehouses: every kind of change is reached, nothing is lost by a kill, and time is ours.

The scripts themselves are tested in `test_world`.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from deploy.local.postgres import Server
from simulation.living import LivingForce, simulate_period
from simulation.living.force import AlreadyLivingError
from simulation.living.pace import Pace, Source, offset_clock
from simulation.warehouses import Warehouse, WarehouseInfo, build_warehouse
from simulation.warehouses.build import prepare_warehouse
from simulation.warehouses.live_cases import WorldMissingError
from simulation.warehouses.server import drop_warehouse
from simulation.world.lifecycle import EFFECTS
from tests.simulation.conftest import NOW

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def essex(server: Server, request: pytest.FixtureRequest) -> Iterator[WarehouseInfo]:
    """A warehouse with ten days of history."""
    name = f"src_living_{abs(hash(request.node.name)) % 10**8}_{os.getpid()}"
    info = build_warehouse(
        server, "essex", seed=3, scale=0.001, history_days=10, now=NOW, database=name
    )
    yield info
    drop_warehouse(server, name)


def one_value(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
    return None if row is None else row[0]


def test_every_kind_of_change_happens_sooner_or_later(essex: WarehouseInfo) -> None:
    with Warehouse.connect(essex.writer_url, "essex", clock=lambda: NOW) as warehouse:
        living = LivingForce(warehouse, seed=1, cases_at_once=4)
        kinds: set[str] = set()
        for _ in range(6000):
            kinds.add(living.tick().kind)
            if kinds == set(EFFECTS):
                break
    assert kinds == set(EFFECTS)


def test_a_case_is_over_after_a_few_dozen_changes_when_cases_move_one_by_one(
    essex: WarehouseInfo,
) -> None:
    with Warehouse.connect(essex.writer_url, "essex", clock=lambda: NOW) as warehouse:
        living = LivingForce(warehouse, seed=1, cases_at_once=1)
        openings = sum(living.tick().kind in {"opened", "crimed"} for _ in range(120))
    assert openings > 8


def test_changes_carry_the_time_of_the_moved_clock(essex: WarehouseInfo) -> None:
    ahead = timedelta(days=400)
    clock = offset_clock(ahead.total_seconds())
    with Warehouse.connect(essex.writer_url, "essex", clock=clock) as warehouse:
        LivingForce(warehouse, seed=1).tick()
    latest = one_value(essex.reader_url, "select max(updated) from ath_mirror.inc_log")
    assert isinstance(latest, datetime)
    written = latest.replace(tzinfo=UTC)
    assert abs(written - (datetime.now(UTC) + ahead)) < timedelta(hours=2)


def test_the_journal_says_when_each_change_was_made(essex: WarehouseInfo) -> None:
    with Warehouse.connect(essex.writer_url, "essex", clock=lambda: NOW) as warehouse:
        happened = LivingForce(warehouse, seed=1).tick()
    counted = one_value(
        essex.writer_url,
        "select count(*) from simulation.journal where committed_wall <= clock_timestamp()",
    )
    assert counted == happened.records


def test_a_process_that_starts_again_goes_on_with_the_cases_and_numbers_of_the_last(
    essex: WarehouseInfo,
) -> None:
    opened = "select last_serial from simulation.settings"
    with Warehouse.connect(essex.writer_url, "essex", clock=lambda: NOW) as warehouse:
        living = LivingForce(warehouse, seed=1, cases_at_once=5)
        for _ in range(40):
            living.tick()
    before = one_value(essex.writer_url, opened)
    with Warehouse.connect(essex.writer_url, "essex", clock=lambda: NOW) as warehouse:
        living = LivingForce(warehouse, seed=1, cases_at_once=5)
        for _ in range(40):
            living.tick()
    after = one_value(essex.writer_url, opened)
    twice = one_value(
        essex.writer_url,
        "select count(*) from (select key from simulation.journal where change = 'opened' "
        "and feed = 'incidents' group by key having count(*) > 1) as repeated",
    )
    assert isinstance(before, int)
    assert isinstance(after, int)
    assert after > before
    assert twice == 0


def test_two_processes_cannot_make_changes_in_the_same_warehouse(essex: WarehouseInfo) -> None:
    with (
        Warehouse.connect(essex.writer_url, "essex") as first,
        Warehouse.connect(essex.writer_url, "essex") as second,
    ):
        LivingForce(first, seed=1)
        with pytest.raises(AlreadyLivingError, match="essex"):
            LivingForce(second, seed=1)


def test_a_warehouse_without_a_world_cannot_live(server: Server) -> None:
    info = prepare_warehouse(server, "kent", database="src_without_world")
    with (
        Warehouse.connect(info.writer_url, "kent") as warehouse,
        pytest.raises(WorldMissingError, match="build the warehouse first"),
    ):
        LivingForce(warehouse, seed=1)
    drop_warehouse(server, info.database)


def test_a_source_that_is_down_rests_and_the_others_go_on(essex: WarehouseInfo) -> None:
    gone = essex.writer_url.replace(essex.database, "src_that_is_gone")
    sources = [Source("essex", essex.writer_url), Source("kent", gone)]
    pace = Pace(sources, seed=1, changes_per_second=1000, clock=lambda: NOW)
    made = sum(pace.change() for _ in range(40))
    pace.close()
    assert made > 5
    assert {force for force, _ in pace.counts} == {"essex"}


def test_a_period_adds_what_happens_in_it_and_nothing_later(essex: WarehouseInfo) -> None:
    end = NOW + timedelta(days=3)
    slices: list[datetime] = []
    before = one_value(essex.reader_url, "select count(*) from ath_mirror.inc_log")
    with Warehouse.connect(essex.writer_url, "essex") as warehouse:
        written = simulate_period(warehouse, NOW, end, after_slice=slices.append)
    after = one_value(essex.reader_url, "select count(*) from ath_mirror.inc_log")
    latest = one_value(essex.reader_url, "select max(updated) from ath_mirror.inc_log")
    assert written > 0
    assert isinstance(before, int)
    assert isinstance(after, int)
    assert after > before
    assert slices == [NOW + timedelta(days=day) for day in (1, 2, 3)]
    assert isinstance(latest, datetime)
    assert latest <= (end + timedelta(hours=1)).replace(tzinfo=None)


def test_a_period_that_ends_before_it_begins_is_refused(essex: WarehouseInfo) -> None:
    with (
        Warehouse.connect(essex.writer_url, "essex") as warehouse,
        pytest.raises(ValueError, match="essex"),
    ):
        simulate_period(warehouse, NOW, NOW - timedelta(days=1))


def test_the_process_makes_changes_until_it_is_asked_to_stop(
    essex: WarehouseInfo, tmp_path: Path
) -> None:
    arguments = tmp_path / "living.json"
    warehouses = [{"force": "essex", "writer_url": essex.writer_url}]
    arguments.write_text(json.dumps({"warehouses": warehouses, "changes_per_second": 200}))
    command = [sys.executable, "-m", "simulation.living", "--arguments", str(arguments)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        for _ in range(200):
            if one_value(essex.writer_url, "select count(*) from simulation.journal"):
                break
    finally:
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "changes made in 1 warehouses" in output


def test_arguments_that_do_not_fit_together_get_one_clear_line() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "simulation.living", "--force", "kent"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "give each --force a --writer-url" in done.stderr

"""Fast-forwards a simulated warehouse through some days, for backfills to practise on."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from orchestration.demo.clock import LONDON
from orchestration.settings import Settings
from orchestration.stack.databases import open_server
from simulation.living.period import simulate_period
from simulation.warehouses.build import build_warehouse, describe_warehouse
from simulation.warehouses.warehouse import Warehouse

SCALE = 0.1


def simulate_days(settings: Settings, force: str, first: date, last: date) -> int:
    """Generate activity from the first to the last day, both included; returns the changes made.

    A warehouse that was never built is made empty first.
    """
    start, end = _midnight(first), _midnight(last + timedelta(days=1))
    server = open_server(settings)
    info = describe_warehouse(server, force) or build_warehouse(
        server, force, seed=1, scale=SCALE, history_days=0, now=start
    )
    with Warehouse.connect(info.writer_url, force) as warehouse:
        return simulate_period(warehouse, start, end)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LONDON)

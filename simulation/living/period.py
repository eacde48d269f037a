"""Fast-forwards a warehouse: everything its world does between two moments, slice by slice.

Between slices the caller may let the pipeline read, so that it sees the steps and not just the end.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from simulation.warehouses.history import play_history
from simulation.warehouses.live_cases import read_world
from simulation.warehouses.warehouse import Warehouse

ONE_DAY = timedelta(days=1)


def simulate_period(
    warehouse: Warehouse,
    start: datetime,
    end: datetime,
    *,
    slice_length: timedelta = ONE_DAY,
    after_slice: Callable[[datetime], None] | None = None,
) -> int:
    """Play [start, end) (aware) with the world's own volumes and lags; return the rows written.

    Rows carry the simulated time as their modified time. `after_slice` is called with the end of
    each slice. ValueError if the period is empty or has no time zone.
    """
    if start.tzinfo is None or end.tzinfo is None or start >= end:
        raise ValueError(f"Cannot simulate {warehouse.force} from {start} to {end}: swap or zone")
    world, _ = read_world(warehouse.connection, warehouse.force)
    written = 0
    while start < end:
        until = min(start + slice_length, end)
        written += play_history(warehouse, world, start, until)
        if after_slice is not None:
            after_slice(until)
        start = until
    return written

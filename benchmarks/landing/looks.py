"""The cost of one look over a force: when nothing moved, and when one row did.

How fast many rows land is measured in `paths`.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import psycopg

from benchmarks.landing.paths import reader_of
from benchmarks.landing.stage import Stage
from sensors.landing.poll import poll_force

IDLE_LOOKS = 300
CHANGES = 60
# Longer than the lag of a feed, so that nothing is read again because of an overlap.
SETTLING_SECONDS = 2.5


def measure_looks(stage: Stage, driver: str) -> tuple[str, str]:
    """Median and p95 in milliseconds of a look at nothing, and of one that lands one row."""
    reader, force = reader_of(stage, driver), stage.force_of_seven
    with (
        psycopg.connect(stage.target, autocommit=True) as target,
        psycopg.connect(stage.owner, autocommit=True) as owner,
    ):

        def look() -> int:
            return sum(batch.new_versions for batch in poll_force(target, reader, force))

        look()
        time.sleep(SETTLING_SECONDS)
        look()
        idle = [_milliseconds(look, 0) for _ in range(IDLE_LOOKS)]
        changed = []
        for number in range(1, CHANGES + 1):
            owner.execute(
                "update few set loss = loss + 1, updated_at = clock_timestamp() "
                "where crime_id = %s",
                [number],
            )
            # The table stands for seven feeds, so one row is landed seven times.
            changed.append(_milliseconds(look, len(force.feeds)) / len(force.feeds))
    reader.close()
    return _summary(idle), _summary(changed)


def _milliseconds(look: Callable[[], int], expected: int) -> float:
    started = time.perf_counter()
    landed = look()
    if landed != expected:
        raise RuntimeError(f"a look landed {landed} versions instead of {expected}")
    return (time.perf_counter() - started) * 1000


def _summary(milliseconds: list[float]) -> str:
    p95 = statistics.quantiles(milliseconds, n=20)[-1]
    return f"{statistics.median(milliseconds):.1f} ms ({p95:.1f} ms)"

"""When new cases open in a period: as many per day as calibrated, more by day than by night.

Serial numbers are given in the order of opening; the caller says where they start.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import accumulate

from simulation.world.opening import World


def openings(world: World, start: datetime, end: datetime) -> Iterator[datetime]:
    """The moments in [start, end) at which cases open, in order, the same for the same period."""
    rng = random.Random(f"{world.seed}|{world.force}|openings|{start.isoformat()}")
    hours = world.calibration.assumptions["calls_by_hour"]
    cumulative = list(accumulate(hours))
    day = start
    while day < end:
        until = min(day + timedelta(days=1), end)
        share = (until - day) / timedelta(days=1)
        count = _poisson(rng, world.cases_per_day * share)
        yield from sorted(_moment(rng, day, until, cumulative) for _ in range(count))
        day = until


def _moment(rng: random.Random, day: datetime, until: datetime, cumulative: list[int]) -> datetime:
    if until - day < timedelta(days=1):
        return day + (until - day) * rng.random()
    hour = rng.choices(range(24), cum_weights=cumulative)[0]
    moment = day.replace(hour=hour, minute=rng.randrange(60), second=rng.randrange(60))
    return moment if moment >= day else moment + timedelta(days=1)


def _poisson(rng: random.Random, mean: float) -> int:
    if mean > 50:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    limit, product, count = math.exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count

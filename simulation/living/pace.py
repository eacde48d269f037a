"""Drives living forces at a chosen number of changes a second until it is told to stop.

What happens at each change is `force`'s business, starting it all is `__main__`'s.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg

from simulation.living.force import LivingForce
from simulation.warehouses.warehouse import Clock, Warehouse

# A showcase case takes about so many steps; each should be over in about a minute.
STEPS_OF_A_CASE = 14
SECONDS_OF_A_CASE = 60
REST_AFTER_FAILURE = 5.0
# After a pause longer than this the missed changes are not made up for.
LONGEST_BACKLOG = 2.0


@dataclass(frozen=True)
class Source:
    """A warehouse that shall live."""

    force: str
    writer_url: str


def offset_clock(seconds: float) -> Clock:
    """The wall clock, moved by this many seconds."""
    return lambda: datetime.now(UTC) + timedelta(seconds=seconds)


class Pace:
    """Spreads `changes_per_second` over the sources; a source that fails rests and is retried."""

    def __init__(
        self, sources: Sequence[Source], *, seed: int, changes_per_second: float, clock: Clock
    ) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()
        self._sources = list(sources)
        self._seed = seed
        self._interval = 1 / changes_per_second
        self._clock = clock
        self._rng = random.Random(f"{seed}|pace")
        self._living: dict[str, tuple[Warehouse, LivingForce]] = {}
        self._resting: dict[str, float] = {}

    def run(self, stop: threading.Event, *, changes: int | None = None) -> int:
        """Make changes until `stop` is set, or this many of them; return how many were made."""
        made, due = 0, time.monotonic()
        while not stop.is_set() and (changes is None or made < changes):
            made += self.change()
            due = max(due + self._interval, time.monotonic() - LONGEST_BACKLOG)
            stop.wait(max(0.0, due - time.monotonic()))
        return made

    def change(self) -> bool:
        """Make one change in a source that is not resting; False if it could not be made."""
        source = self._rng.choice(self._sources)
        if self._resting.get(source.force, 0.0) > time.monotonic():
            return False
        try:
            happened = self._alive(source).tick()
        except psycopg.OperationalError:
            self._resting[source.force] = time.monotonic() + REST_AFTER_FAILURE
            self._forget(source.force)
            return False
        self.counts[happened.force, happened.kind] += 1
        return True

    def close(self) -> None:
        for force in list(self._living):
            self._forget(force)

    def _alive(self, source: Source) -> LivingForce:
        if source.force not in self._living:
            warehouse = Warehouse.connect(source.writer_url, source.force, clock=self._clock)
            living = LivingForce(warehouse, seed=self._seed, cases_at_once=self._cases_at_once())
            self._living[source.force] = warehouse, living
        return self._living[source.force][1]

    def _cases_at_once(self) -> int:
        each = 1 / self._interval / len(self._sources)
        return max(1, round(each * SECONDS_OF_A_CASE / STEPS_OF_A_CASE))

    def _forget(self, force: str) -> None:
        if force in self._living:
            self._living.pop(force)[0].close()

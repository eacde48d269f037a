"""One force that lives: each `tick` makes one thing happen now in one of its cases.

The speed, and which force is next, is `pace`'s business.
"""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass

from simulation.warehouses.changes import Change
from simulation.warehouses.live_cases import keep_cases, keep_serial, newest_cases, read_world
from simulation.warehouses.warehouse import Warehouse
from simulation.world.cases import Case
from simulation.world.lifecycle import advance
from simulation.world.opening import open_case

# One tick in ten goes to a case of the past, which has lain for days or months.
PAST_SHARE = 0.1
PAST_CASES = 200
# While there is room, most ticks still go to the cases there are, or all would open at once.
OPENING_SHARE = 0.25
# Taken in the source's own database, so that two processes cannot give one number twice.
LIVING_LOCK = 7_700_900


class AlreadyLivingError(RuntimeError):
    """Another process makes things happen in this force's warehouse."""


@dataclass(frozen=True)
class Happened:
    """What a tick did: the step's kind and how many records it wrote."""

    force: str
    kind: str
    records: int


class LivingForce:
    """Keeps `cases_at_once` cases moving; as one ends, another opens.

    Every tick is one transaction that holds the records, the journal and the case itself, so a
    killed process resumes where it stopped.
    """

    def __init__(self, warehouse: Warehouse, *, seed: int, cases_at_once: int = 2) -> None:
        self._warehouse = warehouse
        self._take_lock()
        self._world, self._serial = read_world(warehouse.connection, warehouse.force)
        self._rng = random.Random(f"{seed}|{warehouse.force}|living|{self._serial}")
        self._limit = cases_at_once
        self._moving: deque[Case] = deque()
        self._past = deque(newest_cases(warehouse.connection, PAST_CASES))

    def tick(self) -> Happened:
        """Make the next thing happen, at the warehouse's clock."""
        if self._past and self._rng.random() < PAST_SHARE:
            return self._advance(self._past, self._past[0])
        is_room = len(self._moving) < self._limit
        if not self._moving or (is_room and self._rng.random() < OPENING_SHARE):
            return self._open()
        return self._advance(self._moving, self._moving[0])

    def _open(self) -> Happened:
        serial = self._serial + 1
        case = open_case(self._world, serial, self._warehouse.clock(), is_showcase=True)
        happened, case = self._play(case)
        self._serial = serial
        self._moving.append(case)
        return happened

    def _advance(self, cases: deque[Case], case: Case) -> Happened:
        """Play the first case's next step and send it to the back, or away if it has ended."""
        happened, case = self._play(case)
        cases.popleft()
        if case.next_step is not None:
            cases.append(case)
        return happened

    def _play(self, case: Case) -> tuple[Happened, Case]:
        step = case.next_step
        kind = "" if step is None else step.kind
        case, records = advance(case, self._warehouse.clock())
        with self._warehouse.transaction():
            keep_cases(self._warehouse.connection, [case])
            keep_serial(self._warehouse.connection, self._warehouse.force, case.serial)
            self._warehouse.apply(Change(record, name=kind) for record in records)
        return Happened(self._warehouse.force, kind, len(records)), case

    def _take_lock(self) -> None:
        row = self._warehouse.connection.execute(
            "select pg_try_advisory_lock(%s)", [LIVING_LOCK]
        ).fetchone()
        if row is None or not row[0]:
            raise AlreadyLivingError(
                f"Another process is making changes for {self._warehouse.force}; stop it first"
            )

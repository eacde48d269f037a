"""One reading after another: enter a slice, land it, decide, send, and move the clock on.

Each reading is what the live run does with whatever has landed, with the clock standing still.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

import psycopg
from psycopg import sql

from orchestration.demo.clock import LONDON
from orchestration.live.windows import close_work, open_work
from orchestration.replay.sending import Sending
from orchestration.replay.stopwatch import Stopwatch
from orchestration.transform import Transform
from sensors.feeds import Force
from sensors.landing.poll import poll_force
from sensors.landing.sweep import sweep_force
from sensors.landing.tables import raw_table
from sensors.readers.protocol import Reader
from simulation.open_data import Slice
from simulation.open_data.calendar import READ_AT
from simulation.warehouses.warehouse import Warehouse

DAYS_AFTER_THE_END = 60
NOTE_BATCHES = sql.SQL("analyze {} (_batch)")
# A coarse picture of one column is enough, and thirty times cheaper than the usual one.
COARSE = "set default_statistics_target = 10"

NEXT_DUE = "select min(due_at) from dispatch.message where state = 'READY'"


@dataclass
class Loop:
    """Everything a reading needs. `check` raises when somebody has asked for an end."""

    connection: psycopg.Connection[Any]
    warehouse: Warehouse
    reader: Reader
    force: Force
    transform: Transform
    sending: Sending
    watch: Stopwatch
    check: Callable[[], None]
    readings: int = 0

    def land_baseline(self, at: datetime) -> None:
        """Land the warehouse before the first month, so that nothing later is baseline."""
        self._set_clock(at)
        with self.watch("landing"):
            poll_force(self.connection, self.reader, self.force)
        self._decide()

    def play(self, piece: Slice) -> None:
        """Enter the slice, and do what follows from it until nothing due is under way."""
        self._set_clock(piece.read_at)
        with self.watch("warehouse"):
            self.warehouse.apply(piece.changes)
        with self.watch("landing"):
            poll_force(self.connection, self.reader, self.force)
            # A hot slice goes by the source's own clock, for which all of this is long ago.
            unmarked = [feed for feed in self.force.feeds if feed.modified is None]
            sweep_force(self.connection, self.reader, self.force, feeds=unmarked)
        self._refresh_statistics()
        self._decide()
        with self.watch("dispatch"):
            self.sending.settle(self.connection, check=self.check)

    def send_the_rest(self, after: datetime) -> None:
        """Ten o'clock after ten o'clock until nothing waits for its time any more."""
        for moment in self._mornings(after):
            self._set_clock(moment)
            with self.watch("dispatch"):
                self.sending.settle(self.connection, check=self.check)
        with self.watch("receipts"):
            self.sending.settle(self.connection, check=self.check, with_receipts=True)

    def _refresh_statistics(self) -> None:
        """Let the planner know the newest batch, and everything whenever tables may have doubled.

        A batch beyond what the statistics know counts as one row, and joins are planned for that.
        """
        self.readings += 1
        with self.watch("statistics"):
            if self.readings.bit_count() == 1:
                self.connection.execute("reset default_statistics_target")
                self.connection.execute("analyze")
            self.connection.execute(COARSE)
            for feed in self.force.feeds:
                self.connection.execute(NOTE_BATCHES.format(raw_table(feed)))

    def _decide(self) -> None:
        self.check()
        with self.watch("transform"):
            work = open_work(self.connection, [self.force.name])
            if work.window:
                self.transform.micro_batch(work.window, work.feeds)
                close_work(self.connection, work.window)

    def _set_clock(self, moment: datetime) -> None:
        self.check()
        self.connection.execute("update control.clock set fixed_at = %s", [moment])
        self.sending.set_clock(moment)

    def _mornings(self, after: datetime) -> Iterator[datetime]:
        last = after + timedelta(days=DAYS_AFTER_THE_END)
        while True:
            row = self.connection.execute(NEXT_DUE).fetchone()
            if row is None or row[0] is None or row[0] > last:
                return
            # A message put back by the last check may be due at the very moment it was put back.
            after = _morning_after(max(row[0], after))
            yield after


def _morning_after(moment: datetime) -> datetime:
    """The first ten o'clock in London after this moment."""
    local = moment.astimezone(LONDON)
    morning = datetime.combine(local.date(), READ_AT, LONDON)
    if morning > moment:
        return morning
    return datetime.combine(local.date() + timedelta(days=1), time(READ_AT.hour), LONDON)

"""One thread per force that looks at its warehouse and lands what is new.

A slow or broken force holds up nobody else. What landed rows mean is decided after this.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

import psycopg

from orchestration.settings import MissingSetting
from sensors.errors import SensorError
from sensors.feeds import Force
from sensors.freeze import freeze, freeze_for, is_frozen, thaw
from sensors.landing.poll import poll_force
from sensors.landing.sweep import due_for_sweep, sweep_force
from sensors.readers.choose import open_reader

TRANSIENT_RETRY_SECONDS = 5.0


@dataclass(frozen=True)
class ForceReading:
    """Polls one force until `stop` is set; `landed` is set whenever there is new work."""

    force: Force
    database_url: str
    source_secret: Callable[[], str]
    pause_seconds: float
    stop: threading.Event
    landed: threading.Event
    note: Callable[[str], None]

    def start(self) -> threading.Thread:
        """Read in a thread of its own, and return it."""
        thread = threading.Thread(target=self.run, name=f"read-{self.force.name}", daemon=True)
        thread.start()
        return thread

    def run(self) -> None:
        while not self.stop.is_set():
            try:
                self._read_until_trouble()
            except MissingSetting as error:
                self._freeze_without_secret(error)
                return
            except psycopg.OperationalError as error:
                # Our own database is away: nothing can be noted there, so only wait.
                self.note(
                    f"{self.force.name}: our database does not answer ({type(error).__name__})"
                )
                self.stop.wait(TRANSIENT_RETRY_SECONDS)

    def _read_until_trouble(self) -> None:
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            try:
                self._read(connection)
            except SensorError as error:
                self._freeze(connection, error)
                self.stop.wait(TRANSIENT_RETRY_SECONDS)

    def _freeze_without_secret(self, error: MissingSetting) -> None:
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            reason = f"{error} Set it, thaw {self.force.name}, and start the live run again."
            freeze(connection, self.force.name, feed=None, reason=reason, is_transient=False)

    def _read(self, connection: psycopg.Connection) -> None:
        reader = open_reader(self.source_secret(), self.force)
        try:
            while not self.stop.is_set():
                if is_frozen(connection, self.force.name):
                    self.stop.wait(TRANSIENT_RETRY_SECONDS)
                    continue
                batches = poll_force(connection, reader, self.force)
                if due := due_for_sweep(connection, self.force):
                    batches += sweep_force(connection, reader, self.force, feeds=due)
                thaw(connection, self.force.name, only_transient=True)
                if any(batch.new_versions + batch.deleted_versions for batch in batches):
                    self.landed.set()
                self.stop.wait(self.pause_seconds)
        finally:
            reader.close()

    def _freeze(self, connection: psycopg.Connection, error: SensorError) -> None:
        self.note(f"{self.force.name}: {error}")
        freeze_for(connection, self.force.name, error)

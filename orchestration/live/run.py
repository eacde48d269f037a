"""The loop of a live run: wait for landed rows, transform them, and yield what was done.

Reading happens beside it, one thread per force. A force whose rows cannot be transformed is
frozen, and the others go on.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import psycopg

from orchestration.forces import read_forces
from orchestration.live.lease import LiveLease
from orchestration.live.reading import ForceReading
from orchestration.live.windows import OpenWork, close_work, open_work, refresh_statistics
from orchestration.settings import Settings, secret
from orchestration.transform import Transform, TransformFailed, Window
from sensors.force_sensor import LIVE_GROUP
from sensors.freeze import freeze

BEAT_SECONDS = 5.0
LARGE_BATCH = 2000
log = logging.getLogger("kept.live")


@dataclass(frozen=True)
class TransformedBatch:
    """One micro-batch that became facts and decisions."""

    window: Window
    feeds_by_force: Mapping[str, Sequence[str]]
    seconds: float


class LiveRun:
    """Use as a context; `batches()` yields until the time is up or the lease is another's."""

    def __init__(self, settings: Settings, run_id: str) -> None:
        self._settings = settings
        self._url = settings.database()
        self._forces = read_forces(settings.chosen_forces)
        self._lease = LiveLease(self._url, LIVE_GROUP, run_id)
        self._transform = Transform(self._url, settings.run_folder / f"live-{run_id[:8]}")
        self._stop = threading.Event()
        self._landed = threading.Event()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=30)
        self._lease.give_back(is_clean=error is None)

    def batches(self) -> Iterator[TransformedBatch]:
        """Micro-batches as they happen; returns when this run should make way for the next."""
        if not self._lease.take():
            log.info("another live run holds the lease")
            return
        self._transform.prepare()
        self._start_reading()
        self._landed.set()
        deadline = time.monotonic() + self._settings.live_minutes * 60
        with psycopg.connect(self._url, autocommit=True) as connection:
            while time.monotonic() < deadline:
                self._lease.beat()
                if self._landed.wait(BEAT_SECONDS):
                    self._landed.clear()
                    yield from self._transform_landed(connection)

    def _start_reading(self) -> None:
        for force in self._forces.values():
            reading = ForceReading(
                force=force,
                database_url=self._url,
                source_secret=lambda name=force.secret: secret(name),  # type: ignore[misc]
                pause_seconds=self._settings.poll_seconds,
                stop=self._stop,
                landed=self._landed,
                note=log.warning,
            )
            self._threads.append(reading.start())

    def _transform_landed(self, connection: psycopg.Connection) -> Iterator[TransformedBatch]:
        work = open_work(connection, list(self._forces))
        if not work.window:
            return
        try:
            yield self._do(connection, work)
        except TransformFailed as error:
            log.warning("the batch failed as a whole, trying each force by itself: %s", error)
            yield from self._each_force(connection, work)

    def _each_force(
        self, connection: psycopg.Connection, work: OpenWork
    ) -> Iterator[TransformedBatch]:
        for force in work.window:
            try:
                yield self._do(connection, work.only(force))
            except TransformFailed as error:
                reason = f"Its rows could not be transformed: {error}"
                freeze(connection, force, feed=None, reason=reason, is_transient=False)

    def _do(self, connection: psycopg.Connection, work: OpenWork) -> TransformedBatch:
        started = time.monotonic()
        self._transform.micro_batch(work.window, work.feeds)
        close_work(connection, work.window)
        if work.new_versions > LARGE_BATCH:
            refresh_statistics(connection)
        return TransformedBatch(work.window, work.feeds_by_force, time.monotonic() - started)

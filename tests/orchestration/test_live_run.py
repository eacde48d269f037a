"""A live run that is killed or meets rows it cannot transform: others go on and nothing is lost."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.synchronize import Event
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from orchestration.live.run import LiveRun
from orchestration.settings import Settings
from orchestration.transform import TransformFailed, Window
from sensors.force_sensor import LIVE_GROUP, claim_request, frozen_reason
from sensors.freeze import freeze
from sensors.landing.tables import prepare_landing

Connection = psycopg.Connection[Any]
MicroBatch = Callable[[Window, Sequence[str]], None]
LANDED = {"kent": (0, 1), "norfolk": (0, 2)}


@pytest.fixture
def ours(database_url: str) -> Iterator[Connection]:
    """Our database, in which one batch of each of two forces has landed."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        prepare_landing(connection, [])
        for force in LANDED:
            connection.execute(
                "insert into landing.batch"
                " (force, feed, kind, is_baseline, read_rows, new_versions)"
                " values (%s, 'crimes', 'poll', false, 1, 1)",
                [force],
            )
        yield connection


def live_run(url: str, folder: Path, run_id: str, micro_batch: MicroBatch) -> LiveRun:
    """A live run of the two forces that neither reads nor starts dbt."""
    settings = Settings(home=folder, server_url=None, database_url=url, forces=",".join(LANDED))
    run = LiveRun(settings, run_id)
    run._transform = SimpleNamespace(  # type: ignore[assignment]
        prepare=lambda: None, micro_batch=micro_batch
    )
    run._start_reading = lambda: None  # type: ignore[method-assign]
    return run


def hang_in_a_batch(url: str, folder: Path, is_inside: Event) -> None:
    def micro_batch(window: Window, feeds: Sequence[str]) -> None:
        is_inside.set()
        time.sleep(600)

    with live_run(url, folder, "first", micro_batch) as run:
        list(run.batches())


def progress(connection: Connection) -> dict[str, int]:
    rows = connection.execute("select force, done_batch from control.transform_progress")
    return dict(rows.fetchall())


def test_a_killed_live_run_is_followed_by_one_that_does_its_batch_again(
    ours: Connection, database_url: str, tmp_path: Path
) -> None:
    done: list[Window] = []

    def next_run() -> bool:
        """Whether another run got the lease; if so, it has done one batch."""
        with live_run(database_url, tmp_path, "second", lambda w, feeds: done.append(w)) as run:
            return next(run.batches(), None) is not None

    context = multiprocessing.get_context("fork")
    is_inside = context.Event()
    first = context.Process(target=hang_in_a_batch, args=(database_url, tmp_path, is_inside))
    first.start()
    try:
        assert is_inside.wait(60)
        assert not next_run(), "two runs at once"
        os.kill(first.pid or 0, signal.SIGKILL)
    finally:
        first.kill()
        first.join()
    assert progress(ours) == {"kent": 0, "norfolk": 0}
    deadline = time.monotonic() + 30
    while not next_run():
        assert time.monotonic() < deadline, "the killed run still holds the lease"
        time.sleep(0.05)
    assert done == [LANDED]
    assert progress(ours) == {"kent": 1, "norfolk": 2}


def test_sensors_ask_for_one_new_run_when_the_last_has_fallen_silent(ours: Connection) -> None:
    assert claim_request(ours, LIVE_GROUP) is not None
    assert claim_request(ours, LIVE_GROUP) is None, "it may still be starting"
    age(ours, heartbeat=5, requested=3600)
    assert claim_request(ours, LIVE_GROUP) is None, "it is alive"
    age(ours, heartbeat=21, requested=61)
    assert claim_request(ours, LIVE_GROUP) is not None
    assert claim_request(ours, LIVE_GROUP) is None, "the other forces' sensors need not ask too"


def age(connection: Connection, *, heartbeat: int, requested: int) -> None:
    connection.execute(
        "update control.live_run set heartbeat_at = clock_timestamp() - make_interval(secs => %s),"
        " requested_at = clock_timestamp() - make_interval(secs => %s)",
        [heartbeat, requested],
    )


def test_a_frozen_force_does_not_keep_the_others_sensors_from_asking(ours: Connection) -> None:
    freeze(ours, "kent", feed="crimes", reason="column loss is missing", is_transient=False)
    assert frozen_reason(ours, "kent") == "column loss is missing"
    assert frozen_reason(ours, "norfolk") is None


def test_rows_that_cannot_be_transformed_freeze_their_force_alone_and_stay_to_be_done(
    ours: Connection, database_url: str, tmp_path: Path
) -> None:
    def micro_batch(window: Window, feeds: Sequence[str]) -> None:
        if "kent" in window:
            raise TransformFailed("core_crimes: division by zero")

    with live_run(database_url, tmp_path, "only", micro_batch) as run:
        batches = list(run._transform_landed(ours))
    assert [batch.window for batch in batches] == [{"norfolk": LANDED["norfolk"]}]
    assert progress(ours) == {"kent": 0, "norfolk": 2}
    assert frozen_reason(ours, "kent") == (
        "Its rows could not be transformed: core_crimes: division by zero"
    )
    assert frozen_reason(ours, "norfolk") is None

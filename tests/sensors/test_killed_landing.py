"""A landing that is killed loses nothing and lands nothing twice: the process is really killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sensors.feeds import Force
from sensors.landing.poll import poll_force
from sensors.readers.protocol import Reader
from tests.sensors.sources import Source

Connection = psycopg.Connection[Any]
ROOT = Path(__file__).resolve().parents[2]
ONE_LOOK = """
import sys
from pathlib import Path
import psycopg
from sensors.feeds import load_force
from sensors.landing.poll import poll_force
from sensors.readers.choose import open_reader
ours, source, declaration = sys.argv[1:]
force = load_force(Path(declaration))
with psycopg.connect(ours, autocommit=True) as connection:
    poll_force(connection, open_reader(source, force), force)
"""


@pytest.mark.parametrize("is_first_load", [True, False])
def test_a_kill_between_copy_and_commit_loses_nothing_and_lands_nothing_twice(
    *,
    ours: Connection,
    reader: Reader,
    kent: Force,
    source: Source,
    database_url: str,
    tmp_path: Path,
    is_first_load: bool,
) -> None:
    source.add_crimes(1, 20)
    expected = [str(n) for n in range(1, 31)]
    if not is_first_load:
        poll_force(ours, reader, kent)
    source.add_crimes(21, 30)
    before = state(ours)
    with psycopg.connect(database_url) as blocking:
        # The process gets as far as moving the cursor, after everything was copied and appended.
        blocking.execute("lock table landing.cursor in share row exclusive mode")
        process = look_in_another_process(database_url, source, tmp_path)
        wait_until_blocked(blocking)
        process.send_signal(signal.SIGKILL)
        assert process.wait(30) == -signal.SIGKILL
    wait_until_alone(ours)
    assert state(ours) == before
    again = look_in_another_process(database_url, source, tmp_path)
    assert again.wait(60) == 0
    assert keys(ours) == expected
    assert poll_force(ours, reader, kent) == []
    assert keys(ours) == expected


def look_in_another_process(
    database_url: str, source: Source, folder: Path
) -> subprocess.Popen[bytes]:
    declaration = folder / "kent" / "_kent__sources.yml"
    arguments = [database_url, source.url, str(declaration)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, "-c", ONE_LOOK, *arguments], env=environment)


def wait_until_blocked(blocking: Connection) -> None:
    deadline = time.monotonic() + 60
    waiting = (
        "select count(*) from pg_locks where not granted and relation = 'landing.cursor'::regclass"
    )
    while blocking.execute(waiting.encode()).fetchone() == (0,):
        assert time.monotonic() < deadline, "the other process never reached its cursor"
        time.sleep(0.02)


def wait_until_alone(connection: Connection) -> None:
    """Until the server has noticed that the killed process is gone and rolled it back."""
    others = (
        "select count(*) from pg_stat_activity where datname = current_database() "
        "and pid <> pg_backend_pid() and backend_type = 'client backend'"
    )
    deadline = time.monotonic() + 60
    while connection.execute(others.encode()).fetchone() != (0,):
        assert time.monotonic() < deadline, "the killed process still has a session"
        time.sleep(0.02)


def keys(connection: Connection) -> list[str]:
    rows = connection.execute("select _key from raw_kent.crimes order by _key::int")
    return [key for (key,) in rows]


def state(connection: Connection) -> list[Any]:
    """Versions, mirror, cursor and batches."""
    return [
        connection.execute(f"select * from {table} order by 1".encode()).fetchall()
        for table in (
            *("raw_kent.crimes", "raw_kent._mirror_crimes"),
            *("landing.cursor", "landing.batch"),
        )
    ]

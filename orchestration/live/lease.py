"""The right to be the one live run of a group: a database lock, and a heartbeat for the sensors.

The lock falls with the session, so a killed run blocks nobody; the heartbeat only tells the
sensors whether asking for a new run makes sense.
"""

from __future__ import annotations

import psycopg


class LiveLease:
    """Held for as long as its connection lives."""

    def __init__(self, database_url: str, live_group: str, run_id: str) -> None:
        self._connection = psycopg.connect(database_url, autocommit=True)
        self._group = live_group
        self._run_id = run_id

    def take(self) -> bool:
        """Whether this run is now the only one of its group."""
        row = self._connection.execute(
            "select pg_try_advisory_lock(hashtextextended('live:' || %s::text, 0))", [self._group]
        ).fetchone()
        taken = bool(row and row[0])
        if taken:
            self.beat()
        return taken

    def beat(self) -> None:
        """Say that this run is alive. Raises psycopg.OperationalError once the lock is lost."""
        self._connection.execute(
            """
            insert into control.live_run (live_group, run_id, heartbeat_at)
            values (%s, %s, clock_timestamp())
            on conflict (live_group) do update
            set run_id = excluded.run_id, heartbeat_at = excluded.heartbeat_at
            """,
            [self._group, self._run_id],
        )

    def give_back(self, *, is_clean: bool) -> None:
        """Let the sensors ask for the next run: at once, or after a failure a little later, so
        that a run which cannot start does not start over and over."""
        self._connection.execute(
            """
            update control.live_run
            set heartbeat_at = null,
                requested_at = case when %s then null else clock_timestamp() end
            where live_group = %s and run_id = %s
            """,
            [is_clean, self._group, self._run_id],
        )
        self._connection.close()

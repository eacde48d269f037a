"""One Dagster sensor per force: it asks whether that force is being read, and if not, for a run.

It decides whether, never what: reading, landing and deciding happen in the live run.
"""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg
import psycopg

LIVE_JOB = "live"
LIVE_GROUP = "all"
HEARTBEAT_SECONDS = 20
# How long a requested run may take to show its first heartbeat before it is asked for again.
START_SECONDS = 60


def build_force_sensors(forces: Sequence[str], database_url: str) -> list[dg.SensorDefinition]:
    """A sensor for each force, running from the start."""
    return [_force_sensor(force, database_url) for force in forces]


def _force_sensor(force: str, database_url: str) -> dg.SensorDefinition:
    def look(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
        with psycopg.connect(database_url, connect_timeout=5) as connection:
            reason = frozen_reason(connection, force)
            if reason is not None:
                return dg.SkipReason(f"{force} is frozen: {reason}")
            number = claim_request(connection, LIVE_GROUP)
        if number is None:
            return dg.SkipReason(f"{force} is being read by the live run.")
        # A run key is remembered for ever, so each request needs its own.
        request = dg.RunRequest(run_key=f"{LIVE_GROUP}-{number}", tags={"kept/force": force})
        return dg.SensorResult(run_requests=[request])

    return dg.SensorDefinition(
        name=f"{force}_sensor",
        evaluation_fn=look,
        job_name=LIVE_JOB,
        minimum_interval_seconds=5,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=f"Keeps {force} read: asks for the live run when none is alive.",
    )


def frozen_reason(connection: psycopg.Connection, force: str) -> str | None:
    """Why the force must not be read now, or None. A freeze that heals by itself does not count."""
    row = connection.execute(
        """
        select frozen_reason from control.force_state
        where force = %s and frozen_at is not null and not coalesce(is_transient, false)
        """,
        [force],
    ).fetchone()
    return None if row is None else str(row[0])


def claim_request(connection: psycopg.Connection, live_group: str) -> str | None:
    """A number for a new run if none is alive and none was asked for lately, else None.

    The claim is one statement, so of several sensors that look at once only one asks.
    """
    row = connection.execute(
        """
        insert into control.live_run as live (live_group, requested_at)
        values (%(group)s, clock_timestamp())
        on conflict (live_group) do update set requested_at = clock_timestamp()
        where
            coalesce(live.heartbeat_at, '-infinity')
            < clock_timestamp() - make_interval(secs => %(heartbeat)s)
            and coalesce(live.requested_at, '-infinity')
            < clock_timestamp() - make_interval(secs => %(start)s)
        returning to_char(requested_at, 'YYYYMMDDHH24MISSMS')
        """,
        {"group": live_group, "heartbeat": HEARTBEAT_SECONDS, "start": START_SECONDS},
    ).fetchone()
    return None if row is None else str(row[0])

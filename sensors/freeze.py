"""Freezing a force that cannot be read or whose data look wrong, and thawing it again.

A freeze stops one force and no other. Why it froze comes from `sensors.errors`; what is shown
about it is the console's business.
"""

from __future__ import annotations

from typing import Any

import psycopg

from sensors.errors import PermanentSourceError, SensorError

FIRST_RETRY_SECONDS = 5.0
LONGEST_RETRY_SECONDS = 300.0

Connection = psycopg.Connection[Any]


def freeze(
    connection: Connection,
    force: str,
    *,
    feed: str | None,
    reason: str,
    is_transient: bool,
    retry_seconds: float | None = None,
) -> None:
    """Freeze the force; a transient freeze gets a time from which reading may be tried again.

    Without `retry_seconds` the pause is as long as the freeze has lasted, between 5 s and 5 min.
    A permanent reason replaces a transient one and is never replaced by it.
    """
    connection.execute(
        """
        insert into control.force_state as state
            (force, frozen_at, frozen_reason, frozen_feed, is_transient, retry_at)
        values (
            %(force)s, clock_timestamp(), %(reason)s, %(feed)s, %(transient)s,
            case when %(transient)s
                then clock_timestamp() + make_interval(secs => coalesce(%(retry)s, %(first)s))
            end
        )
        on conflict (force) do update set
            frozen_at = coalesce(state.frozen_at, excluded.frozen_at),
            frozen_reason = excluded.frozen_reason,
            frozen_feed = excluded.frozen_feed,
            is_transient = excluded.is_transient,
            retry_at = case when excluded.is_transient then
                clock_timestamp() + make_interval(secs => coalesce(
                    %(retry)s,
                    least(%(longest)s, greatest(
                        %(first)s,
                        extract(epoch from clock_timestamp() - state.frozen_at)::double precision
                    ))
                ))
            end
        where state.frozen_at is null or state.is_transient or not excluded.is_transient
        """,
        {
            "force": force,
            "feed": feed,
            "reason": reason,
            "transient": is_transient,
            "retry": retry_seconds,
            "first": FIRST_RETRY_SECONDS,
            "longest": LONGEST_RETRY_SECONDS,
        },
    )


def freeze_for(connection: Connection, force: str, error: SensorError) -> None:
    """Freeze the force for this error, permanently unless the error is transient."""
    freeze(
        connection,
        force,
        feed=error.feed,
        reason=str(error),
        is_transient=not isinstance(error, PermanentSourceError),
    )


def is_frozen(connection: Connection, force: str) -> bool:
    """Whether the force must not be read now; false once a transient freeze is due for a retry."""
    row = connection.execute(
        """
        select 1 from control.force_state
        where force = %s and frozen_at is not null
            and (not is_transient or retry_at > clock_timestamp())
        """,
        [force],
    ).fetchone()
    return row is not None


def thaw(
    connection: Connection,
    force: str,
    *,
    only_transient: bool = False,
    accepts_implausible: bool = False,
) -> bool:
    """End the freeze; return whether there was one.

    `only_transient` is for a reading that succeeded; a permanent freeze needs a person.
    `accepts_implausible` says that this person has looked at the feed that froze the force and
    that its next reads may land although it shrank, emptied or lost values; the next sweep that
    succeeds ends that.
    """
    with connection.transaction():
        row = connection.execute(
            """
            update control.force_state as state set
                frozen_at = null, frozen_reason = null, frozen_feed = null,
                is_transient = null, retry_at = null
            from control.force_state as before
            where before.force = state.force and state.force = %s
                and state.frozen_at is not null and (state.is_transient or not %s)
            returning before.frozen_feed
            """,
            [force, only_transient],
        ).fetchone()
        if row is not None and row[0] is not None and accepts_implausible:
            connection.execute(
                "insert into landing.cursor (force, feed, accepts_implausible) "
                "values (%s, %s, true) "
                "on conflict (force, feed) do update set accepts_implausible = true",
                [force, row[0]],
            )
    return row is not None

"""What operations look at first: is each force read, transformed and sent, and if not, why."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.rows import dict_row

STATUS = """
    with forces as (
        select distinct force from landing.cursor
        union select force from control.force_state
    ),
    landed as (
        select force, max(batch_id) as last_batch, max(wall_at) as last_landed
        from landing.batch group by force
    ),
    messages as (
        select
            force,
            count(*) filter (where state = 'READY' and due_at <= control.now()) as due,
            count(*) filter (where state = 'READY' and due_at > control.now()) as waiting,
            count(*) filter (where state in ('LEASED', 'INFLIGHT')) as being_sent,
            count(*) filter (where state = 'UNKNOWN') as unknown,
            count(*) filter (where state = 'HELD') as held,
            count(*) filter (where state = 'DELIVERED') as delivered
        from dispatch.message group by force
    )
    select
        forces.force,
        case
            when state.frozen_at is null then 'reading'
            when state.is_transient then 'retrying'
            else 'frozen'
        end as reading,
        state.frozen_feed,
        state.frozen_reason,
        landed.last_landed,
        coalesce(landed.last_batch, 0) > coalesce(progress.done_batch, 0) as has_work,
        coalesce(messages.due, 0) as due,
        coalesce(messages.waiting, 0) as waiting,
        coalesce(messages.being_sent, 0) as being_sent,
        coalesce(messages.unknown, 0) as unknown,
        coalesce(messages.held, 0) as held,
        coalesce(messages.delivered, 0) as delivered
    from forces
    left join control.force_state as state using (force)
    left join landed using (force)
    left join control.transform_progress as progress using (force)
    left join messages using (force)
    order by forces.force
"""
LIVE = """
    select live_group, run_id, extract(epoch from clock_timestamp() - heartbeat_at) as silent_s
    from control.live_run
"""


def read_status(connection: psycopg.Connection[Any]) -> dict[str, Any]:
    """The state of every force and of the live run, as JSON values."""
    cursor = connection.cursor(row_factory=dict_row)
    forces = cursor.execute(STATUS).fetchall()
    live = cursor.execute(LIVE).fetchall()
    clock = cursor.execute(
        "select control.now() as now, time_offset != '0' or fixed_at is not null as is_moved "
        "from control.clock"
    ).fetchone()
    return {"clock": clock, "live": live, "forces": forces}

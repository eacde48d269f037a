"""`python -m benchmarks.latency`: a stack, changes at a steady pace, and where the time went.

The commit times are the simulation's own; the stages in between come from our tables.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg

from orchestration.demo.clock import working_morning
from orchestration.demo.latency import Latency, measure
from orchestration.settings import Settings
from orchestration.stack.stack import Stack, StackPlan

STAGES = """
    select
        extract(epoch from message.created_wall - batch.wall_at)::float as landed_to_outbox,
        extract(epoch from message.accepted_wall - message.created_wall)::float as to_accepted
    from dispatch.message as message
    inner join journeys.fct_journey_decision as decision using (decision_id)
    inner join landing.batch as batch on decision.batch_id = batch.batch_id
    where message.accepted_wall is not null and message.send_after <= message.created_at
"""


def main() -> None:
    """Run until enough messages were accepted, and print medians and 95th percentiles."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.latency", description=__doc__)
    parser.add_argument("--messages", type=int, default=80, help="accepted messages to wait for")
    parser.add_argument("--changes-per-second", type=float, default=2.0, help="over all forces")
    parser.add_argument("--home", type=Path, default=Path(".kept/benchmark-latency"))
    chosen = parser.parse_args()
    plan = StackPlan(forces=(), clock_start=working_morning)
    with Stack(Settings(home=chosen.home.resolve()), plan, print) as stack:
        _run(stack, chosen.messages, chosen.changes_per_second)


def _run(stack: Stack, messages: int, changes_per_second: float) -> None:
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        _wait_for(connection, "select count(*) >= 49 from landing.cursor where baseline_done")
        time.sleep(10)
        stack.start_living(changes_per_second)
        _wait_for(connection, f"select count(*) >= {messages} from ({STAGES}) as stages")
        urls = {force: info.writer_url for force, info in stack.warehouses.items()}
        by_force = measure(connection, urls)
        stages = connection.execute(STAGES.encode()).fetchall()
    every = [second for latency in by_force.values() for second in latency.seconds]
    print("commit to accepted", Latency(every).as_json())
    print("of which landed to outbox", _spread([row[0] for row in stages]))
    print("of which outbox to accepted", _spread([row[1] for row in stages]))


def _wait_for(connection: psycopg.Connection[Any], query: str) -> None:
    while connection.execute(query.encode()).fetchone() != (True,):
        time.sleep(0.5)


def _spread(seconds: Sequence[float]) -> str:
    ordered = sorted(seconds)
    return (
        f"median {statistics.median(ordered):.2f} s, p95 {ordered[int(0.95 * len(ordered))]:.2f} s"
    )


if __name__ == "__main__":
    main()

"""How long a change took from its commit in a force's warehouse until the provider accepted.

The commit time comes from the simulation's own journal, which the product never sees.
"""

from __future__ import annotations

import statistics
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

# The feed that each attribute is observed in; its key names the row that was changed.
FEED_OF_ATTRIBUTE = {
    **dict.fromkeys(
        ("incident_created", "grade", "expected_arrival", "arrived", "incident_status"), "incidents"
    ),
    **dict.fromkeys(("crimed", "crime_type", "crime_status", "officer"), "crimes"),
    "outcome": "outcomes",
    "suspect_event": "suspect_events",
}

# Only what may go at once: a message that waits for a delay or a window says nothing of speed.
ACCEPTED = """
    select change.force, change.attribute, change.source_key, batch.wall_at, message.accepted_wall
    from dispatch.message as message
    inner join journeys.fct_journey_decision as decision using (decision_id)
    inner join facts.fct_case_state_change as change on decision.change_id = change.change_id
    inner join landing.batch as batch on change.batch_id = batch.batch_id
    where
        message.accepted_wall is not null
        and message.send_after <= message.created_at
        and message.attempts = 1
"""
JOURNAL = "select feed, key, committed_wall from simulation.journal order by committed_wall"


@dataclass(frozen=True)
class Latency:
    """Seconds from commit to acceptance; empty when nothing could go at once."""

    seconds: Sequence[float]

    def as_json(self) -> dict[str, float | int]:
        if not self.seconds:
            return {"changes": 0}
        ordered = sorted(self.seconds)
        return {
            "changes": len(ordered),
            "median_s": round(statistics.median(ordered), 2),
            "p95_s": round(ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))], 2),
            "max_s": round(ordered[-1], 2),
        }


def measure(
    connection: psycopg.Connection[Any], warehouses: Mapping[str, str]
) -> dict[str, Latency]:
    """Latency by force; `warehouses` gives the writer's URL of each simulated warehouse."""
    journals = {force: _journal(url) for force, url in warehouses.items()}
    seconds: dict[str, list[float]] = defaultdict(list)
    for force, attribute, key, landed, accepted in connection.execute(ACCEPTED):
        committed = _commit_before(journals.get(force, {}), attribute, key, landed)
        if committed is not None:
            seconds[force].append((accepted - committed).total_seconds())
    return {force: Latency(seconds[force]) for force in warehouses}


Journal = dict[tuple[str, str], list[datetime]]


def _journal(writer_url: str) -> Journal:
    journal: Journal = defaultdict(list)
    with psycopg.connect(writer_url) as connection:
        for feed, key, committed in connection.execute(JOURNAL):
            journal[feed, key].append(committed)
    return journal


def _commit_before(journal: Journal, attribute: str, key: str, landed: datetime) -> datetime | None:
    """The last change of that row that had been committed when the row was landed."""
    commits = journal.get((FEED_OF_ATTRIBUTE[attribute], key), [])
    position = bisect_right(commits, landed)
    return commits[position - 1] if position else None

"""One force's warehouse as it has landed: rows are added version by version, and runs follow.

Kent stands for all forces here; what differs between forces ends at the staging views.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import psycopg
from psycopg import sql

from orchestration.transform import Transform
from sensors.feeds import Force

MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
# In winter Kent's local time is UTC, so that a test may write either.
MORNING = MONDAY.replace(tzinfo=None)

USUAL: Mapping[str, Mapping[str, Any]] = {
    "people": {
        "person_id": 301,
        "forename": "Zoe",
        "surname": "Example",
        "dob": date(1980, 5, 6),
        "mobile_no": "07700 900123",
        "email_addr": "zoe@example.com",
        "first_language": "English",
        "deceased_yn": "N",
        "safe_contact_only_yn": "N",
        "vulnerable_yn": "N",
        "no_contact_yn": "N",
    },
    "officers": {"officer_id": 41, "officer_name": "PC Reed", "team_desc": "Maidstone"},
    "incidents": {
        "incident_id": 5001,
        "incident_ref": "KP-100",
        "created_dt": MORNING,
        "incident_type": "Burglary",
        "grade": "High Response",
        "graded_dt": MORNING,
        "log_state": "Live",
    },
    "crimes": {
        "crime_id": 7001,
        "crime_no": "46/7001/26",
        "incident_id": 5001,
        "recorded_dt": MORNING,
        "offence_group": "Burglary",
        "da_flag": "N",
        "investigation_status": "Under Investigation",
        "status_dt": MORNING,
    },
    "involvements": {
        "link_id": 1,
        "person_id": 301,
        "incident_id": 5001,
        "crime_id": 7001,
        "role_desc": "Victim",
        "relationship_desc": "Stranger",
    },
    "outcomes": {"outcome_id": 1, "crime_id": 7001, "outcome_dt": MORNING},
    "suspect_events": {"event_id": 1, "crime_id": 7001, "person_id": 302, "event_dt": MORNING},
}
HISTORY_TABLES = (
    *("facts.fct_case_state_change", "facts.orphan_observations", "journeys.fct_journey_decision"),
    *("core.core_people", "core.core_officers", "core.core_incidents", "core.core_crimes"),
    *("core.core_involvements", "dispatch.message", "dispatch.attempt"),
)


@dataclass
class Kent:
    """Kent's landed rows in a database of their own, and the runs over them."""

    connection: psycopg.Connection[Any]
    transform: Transform
    force: Force
    batch: int = 0
    touched: set[str] = field(default_factory=set)

    def set_clock(self, moment: datetime) -> None:
        """Stop the business clock at this moment."""
        self.connection.execute("update control.clock set fixed_at = %s", [moment])

    def add(self, feed: str, *, is_baseline: object = False, **columns: object) -> None:
        """One more version of a row for the next batch; what is not given is as usual."""
        row = {**USUAL[feed], "last_updated": MORNING, **columns}
        key = "|".join(str(row[name]) for name in self.force.feed(feed).key)
        row |= {"_key": key, "_hash": "", "_op": "present", "_batch": self.batch + 1}
        row |= {"_is_baseline": bool(is_baseline)}
        self.connection.execute(
            sql.SQL("insert into {} ({}, _landed_at) values ({}, control.now())").format(
                sql.Identifier("raw_kent", feed),
                sql.SQL(", ").join(map(sql.Identifier, row)),
                sql.SQL(", ").join(map(sql.Placeholder, row)),
            ),
            row,
        )
        self.touched.add(feed)

    def run(self) -> None:
        """End the batch and make its facts and decisions."""
        self.run_window(self.batch, self.batch + 1, feeds=self.touched)
        self.batch += 1
        self.touched = set()

    def run_window(self, done: int, upto: int, *, feeds: set[str] | None = None) -> None:
        """Facts and decisions of the batches after `done` up to `upto`."""
        self.transform.micro_batch({"kent": (done, upto)}, sorted(feeds or set(USUAL)))

    def forget_history(self) -> None:
        """Empty everything that was derived; the landed rows stay."""
        self.connection.execute(f"truncate {', '.join(HISTORY_TABLES)}".encode())

    def facts(
        self, columns: str = "attribute, from_value, to_value, kind"
    ) -> list[tuple[Any, ...]]:
        """All facts, in the order of their versions."""
        return self.rows(
            f"select {columns} from facts.fct_case_state_change order by version_id, subject_id"
        )

    def decisions(self, step: str) -> list[tuple[str, str, str | None]]:
        """Decision, reason and person of a step of the standard journey, as they were made."""
        return self.rows(
            "select decision, reason_code, person_key from journeys.fct_journey_decision "
            f"where journey = 'standard_incident' and step = '{step}' "
            "order by batch_id, decided_at, valid_at, person_key nulls first"
        )

    def messages(self) -> list[tuple[str, str]]:
        """Step and state of every message in the outbox."""
        return self.rows("select step, state from dispatch.message order by created_wall, step")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query.encode()).fetchall()

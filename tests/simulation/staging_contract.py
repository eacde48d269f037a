"""What every force's staging yields: columns, types and code sets, the same for all.

The tests of the folders hold each force to it.
"""

from __future__ import annotations

import csv

from tests.simulation.staging_sql import STAGING

FORCES = sorted(path.name for path in STAGING.iterdir() if path.is_dir())
LANDED = {
    "force": "text",
    "source_key": "text",
    "version_id": "bigint",
    "batch_id": "bigint",
    "is_deleted": "boolean",
    "is_baseline": "boolean",
    "landed_at": "timestamp with time zone",
    "recorded_at": "timestamp with time zone",
}
COLUMNS = {
    "incidents": "incident_key incident_ref created_at incident_type_code grade_code graded_at "
    "expected_arrival_at arrived_at status_code closed_at area_code source_code",
    "crimes": "crime_key crime_ref incident_key crimed_at occurred_at crime_type_code "
    "home_office_class is_domestic_abuse status_code status_at officer_key officer_assigned_at "
    "area_code",
    "outcomes": "outcome_key crime_key outcome_code outcome_at",
    "people": "person_key given_name family_name date_of_birth mobile_raw email_raw "
    "language_code is_deceased is_safe_contact_only is_vulnerable preferred_channel_code "
    "has_opted_out",
    "involvements": "involvement_key person_key incident_key crime_key role_code "
    "relationship_code started_at ended_at",
    "officers": "officer_key collar_number display_name rank team supervisor_key email",
    "suspect_events": "event_key crime_key person_key event_code event_at",
}
CODE_SETS = {
    ("incidents", "incident_type_code"): "incident_type",
    ("incidents", "grade_code"): "grade",
    ("incidents", "status_code"): "incident_status",
    ("incidents", "source_code"): "incident_source",
    ("crimes", "crime_type_code"): "crime_type",
    ("crimes", "status_code"): "crime_status",
    ("outcomes", "outcome_code"): "outcome",
    ("people", "language_code"): "language",
    ("people", "preferred_channel_code"): "contact_channel",
    ("involvements", "role_code"): "role",
    ("involvements", "relationship_code"): "relationship",
    ("suspect_events", "event_code"): "suspect_event",
}


def type_of(column: str) -> str:
    """The type of an entity's own column, which its name tells."""
    if column == "date_of_birth":
        return "date"
    if column.endswith("_at"):
        return "timestamp with time zone"
    return "boolean" if column.startswith(("is_", "has_")) else "text"


def code_map(force: str) -> dict[tuple[str, str], str]:
    """The force's code map: our word by code set and source code."""
    with (STAGING / force / f"{force}_codes.csv").open(encoding="utf-8", newline="") as file:
        return {
            (row["code_set"], row["source_code"]): row["canonical_code"]
            for row in csv.DictReader(file)
        }

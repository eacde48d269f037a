"""Every force's journey tables hold together: what one table names, another explains.

What the decisions make of these rows is tested with the dbt models.
"""

from __future__ import annotations

import itertools
import re
from datetime import datetime, time

import pytest

from tests.seeds.journey_files import (
    FOLDER,
    FORCES,
    GUIDE,
    LONG_VALUES,
    Row,
    channels,
    in_english,
    read,
)

FIELDS = {
    "grade", "incident_type", "incident_source", "crime_type", "home_office_class",
    "is_domestic_abuse", "outcome", "role", "age", "language", "is_vulnerable",
    "is_safe_contact_only", "is_deceased", "has_opted_out", "victim_is_suspect",
    "preferred_channel", "relationship", "area", "suspect_event",
}  # fmt: skip
TRIGGERS = {
    "incident_created", "grade", "expected_arrival", "arrived", "incident_status", "crimed",
    "crime_type", "crime_status", "officer", "outcome", "suspect_event", "reopened",
}  # fmt: skip
FACTS_OF_A_CALL = ("incident_created", "grade", "expected_arrival", "arrived", "incident_status")
OPERATORS_WITH_VALUE = {"equals", "not_equals", "in", "not_in", "less_than", "at_least"}
OPERATORS_WITHOUT_VALUE = {"is_true", "is_false"}
SENSITIVE_CRIMES = {"sexual_offences", "stalking_harassment", "violence_and_sexual_offences"}
TABLES_WITH_KEYS = {
    "journeys": ("journey",),
    "steps": ("journey", "step"),
    "criteria": ("journey", "step", "effect", "field", "operator", "value"),
    "windows": ("send_window", "weekday"),
    "templates": ("template", "language", "channel"),
    "branding": ("display_name",),
}
WEEKDAYS = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

each_force = pytest.mark.parametrize("force", FORCES)


def test_every_force_with_feeds_has_journeys() -> None:
    assert set(FORCES) == {path.parent.name for path in FOLDER.glob("*/_*__sources.yml")}


@each_force
@pytest.mark.parametrize("table", TABLES_WITH_KEYS)
def test_keys_are_unique_and_cells_are_trimmed(force: str, table: str) -> None:
    rows = read(force, table)
    keys = [tuple(row[column] for column in TABLES_WITH_KEYS[table]) for row in rows]
    assert len(keys) == len(set(keys))
    assert all(value == value.strip() for row in rows for value in row.values())
    assert not any("\xa0" in value for row in rows for value in row.values())


@each_force
def test_there_is_a_standard_and_an_enhanced_journey_of_five_steps_or_more(force: str) -> None:
    kinds = {row["journey"]: row["kind"] for row in read(force, "journeys")}
    assert set(kinds.values()) == {"standard", "enhanced"}
    for journey in kinds:
        steps = [s for s in read(force, "steps") if s["journey"] == journey]
        assert len([s for s in steps if s["is_enabled"] == "true"]) >= 5
        assert {"sms", "email"} <= {s["channel"] for s in steps}
        assert any(int(s["delay_minutes"]) > 0 for s in steps)


@each_force
def test_an_enhanced_journey_is_looked_at_before_a_standard_one(force: str) -> None:
    rows = sorted(read(force, "journeys"), key=lambda row: int(row["priority"]))
    assert [row["kind"] for row in rows] == sorted(row["kind"] for row in rows)
    assert all(datetime.fromisoformat(row["go_live_at"]).tzinfo for row in rows)


@each_force
def test_every_step_speaks_only_of_things_that_other_tables_explain(force: str) -> None:
    journeys = {row["journey"] for row in read(force, "journeys")}
    windows = {row["send_window"] for row in read(force, "windows")}
    english = in_english(force)
    for step in read(force, "steps"):
        assert step["journey"] in journeys
        assert step["trigger_attribute"] in TRIGGERS
        assert step["send_window"] in windows
        assert step["repeat"] in {"once_per_episode", "each_change"}
        assert step["audience"] in {"victim", "informant", "witness", "victim|informant"}
        assert {(step["template"], channel) for channel in channels(step)} <= english.keys()
        assert step["fallback_channel"] != step["channel"]


@each_force
def test_positions_rise_within_a_journey(force: str) -> None:
    for _, steps in itertools.groupby(read(force, "steps"), key=lambda row: row["journey"]):
        positions = [int(step["position"]) for step in steps]
        assert positions == sorted(set(positions))


@each_force
def test_no_step_sends_a_sensitive_message_by_itself(force: str) -> None:
    assert {step["message_class"] for step in read(force, "steps")} <= {"R", "T"}


@each_force
def test_a_message_about_an_officer_on_the_way_expires_within_two_hours(force: str) -> None:
    steps = [s for s in read(force, "steps") if s["trigger_attribute"] == "expected_arrival"]
    assert steps
    assert all(s["message_class"] == "T" and int(s["expire_hours"]) <= 2 for s in steps)


@each_force
def test_a_routine_message_outlives_the_longest_quiet_time(force: str) -> None:
    routine = [step for step in read(force, "steps") if step["message_class"] == "R"]
    # Eighteen hours: the longest that a window stays shut, 16:00 to 10:00.
    assert all(int(step["expire_hours"]) >= 18 for step in routine)


@each_force
def test_an_enhanced_journey_waits_only_for_changes_of_a_crime(force: str) -> None:
    enhanced = {row["journey"] for row in read(force, "journeys") if row["kind"] == "enhanced"}
    waits_for = {s["trigger_attribute"] for s in read(force, "steps") if s["journey"] in enhanced}
    assert not waits_for & set(FACTS_OF_A_CALL)


@each_force
def test_every_criterion_can_be_read_by_the_rules(force: str) -> None:
    steps = {(row["journey"], row["step"]) for row in read(force, "steps")}
    journeys = {journey for journey, _ in steps}
    for row in read(force, "criteria"):
        assert row["effect"] in {"include", "exclude"}
        assert row["field"] in FIELDS
        assert row["operator"] in OPERATORS_WITH_VALUE | OPERATORS_WITHOUT_VALUE
        assert bool(row["value"]) == (row["operator"] in OPERATORS_WITH_VALUE)
        assert re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", row["reason"])
        assert row["journey"] in journeys | {"*"}
        assert row["step"] == "*" or (row["journey"], row["step"]) in steps


@each_force
def test_a_standard_journey_is_chosen_by_grade_and_an_enhanced_one_by_crime_type(
    force: str,
) -> None:
    chosen_by = {"standard": "grade", "enhanced": "crime_type"}
    includes = [row for row in read(force, "criteria") if row["effect"] == "include"]
    for journey in read(force, "journeys"):
        fields = {row["field"] for row in includes if row["journey"] == journey["journey"]}
        assert fields == {chosen_by[journey["kind"]]}
    crimes = {
        c for row in includes if row["field"] == "crime_type" for c in row["value"].split("|")
    }
    assert not crimes & SENSITIVE_CRIMES
    assert "immediate" not in {
        g for row in includes if row["field"] == "grade" for g in row["value"].split("|")
    }


@each_force
def test_nobody_at_risk_is_written_to_by_any_journey(force: str) -> None:
    everywhere = {
        (row["field"], row["operator"], row["value"])
        for row in read(force, "criteria")
        if (row["journey"], row["step"], row["effect"]) == ("*", "*", "exclude")
    }
    markers = ("is_deceased", "is_safe_contact_only", "is_domestic_abuse", "has_opted_out")
    assert {(marker, "is_true", "") for marker in markers} <= everywhere
    assert {("crime_type", "equals", crime) for crime in SENSITIVE_CRIMES} <= everywhere
    assert ("age", "less_than", "18") in everywhere


@each_force
def test_the_same_reason_is_never_given_for_two_rules_of_one_step(force: str) -> None:
    seen = [(row["journey"], row["step"], row["reason"]) for row in read(force, "criteria")]
    assert len(seen) == len(set(seen))


@each_force
def test_every_window_opens_on_all_seven_days_and_never_at_night(force: str) -> None:
    rows = read(force, "windows")
    for name in {row["send_window"] for row in rows}:
        assert {row["weekday"] for row in rows if row["send_window"] == name} == WEEKDAYS
    for row in rows:
        opens, closes = time.fromisoformat(row["opens"]), time.fromisoformat(row["closes"])
        urgent = row["send_window"] == "urgent"
        assert time(6, 30) <= opens < closes <= time(22)
        assert urgent or (time(8) <= opens and closes <= time(20))


@each_force
def test_the_enhanced_journey_chooses_by_crime(force: str) -> None:
    enhanced = {row["journey"] for row in read(force, "journeys") if row["kind"] == "enhanced"}
    chosen = {row["journey"] for row in read(force, "criteria") if _chooses_by_crime(row)}
    assert chosen == enhanced


def test_the_forces_do_not_all_choose_the_same_crimes() -> None:
    rows = [row for force in FORCES for row in read(force, "criteria")]
    assert len({row["value"] for row in rows if _chooses_by_crime(row)}) > 1


def test_the_guide_for_journey_owners_names_every_column_trigger_field_and_placeholder() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    columns = {name for table in TABLES_WITH_KEYS for name in read("kent", table)[0]}
    missing = [
        word
        for word in columns | TRIGGERS | FIELDS | LONG_VALUES.keys()
        if not re.search(rf"\b{word}\b", guide)
    ]
    assert not missing


def _chooses_by_crime(row: Row) -> bool:
    return row["effect"] == "include" and row["field"] == "crime_type"

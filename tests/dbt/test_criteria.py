"""Each operator of a criterion, and what a value that is not known does.

Every case is a step of its own with one exclusion row, so that one run judges them all.
"""

from __future__ import annotations

import pytest

from tests.dbt.kent import Kent

# Field, operator, value, and whether the row holds for Zoe, who is 45, and her burglary.
CASES = [
    ("crime_type", "equals", "burglary", True),
    ("crime_type", "equals", "robbery", False),
    ("crime_type", "not_equals", "robbery", True),
    ("crime_type", "not_equals", "burglary", False),
    ("grade", "in", "prompt|scheduled", True),
    ("grade", "in", "immediate|appointment", False),
    ("grade", "not_in", "immediate|appointment", True),
    ("grade", "not_in", "prompt|scheduled", False),
    ("is_vulnerable", "is_true", "", False),
    ("is_vulnerable", "is_false", "", True),
    ("age", "less_than", "46", True),
    ("age", "less_than", "45", False),
    ("age", "at_least", "45", True),
    ("age", "at_least", "46", False),
    # 9 is less than 45 as a number, though not as text.
    ("age", "at_least", "9", True),
    # There is no outcome yet: an unknown value meets no criterion, whichever way it is asked.
    ("outcome", "equals", "18", False),
    ("outcome", "not_equals", "18", False),
    ("outcome", "in", "18|14", False),
    ("outcome", "not_in", "18|14", False),
    ("role", "equals", "victim", True),
    ("relationship", "in", "stranger", True),
    ("language", "equals", "en", True),
    ("preferred_channel", "equals", "any", True),
    ("incident_type", "equals", "burglary", True),
    ("is_deceased", "is_false", "", True),
    ("victim_is_suspect", "is_false", "", True),
]


@pytest.mark.requirement("UJ-7")
def test_every_operator_lets_in_and_keeps_out(kent: Kent) -> None:
    kent.connection.execute("delete from config.journey_criteria where force = 'kent'")
    for number, (column, operator, value, _) in enumerate(CASES):
        _add_step_with_exclusion(kent, f"case_{number}", column, operator, value)
    for feed in ("people", "incidents", "crimes", "involvements"):
        kent.add(feed)
    kent.run()
    reasons = dict(
        kent.rows(
            "select step, reason_code from journeys.fct_journey_decision where step ~ '^case_'"
        )
    )
    wanted = {f"case_{n}": "kept_out" if holds else "due" for n, (*_, holds) in enumerate(CASES)}
    assert {CASES[int(step[5:])]: reason for step, reason in reasons.items()} == {
        CASES[int(step[5:])]: reason for step, reason in wanted.items()
    }


def _add_step_with_exclusion(kent: Kent, step: str, column: str, operator: str, value: str) -> None:
    kent.connection.execute(
        """
        insert into config.journey_steps
        select (
            jsonb_populate_record(steps, jsonb_build_object('step', %s::text))
        ).*
        from config.journey_steps as steps
        where force = 'kent' and journey = 'standard_incident' and step = 'crime_number'
        """,
        [step],
    )
    kent.connection.execute(
        """
        insert into config.journey_criteria
            (force, journey, step, effect, field, operator, expected_values, reason,
            position, criterion)
        values ('kent', 'standard_incident', %s, 'exclude', %s, %s, string_to_array(%s, '|'),
            'kept_out', 10, %s)
        """,
        [step, column, operator, value, step],
    )

"""Requirements whose behaviour is stated by dbt unit tests, so that they count as shown."""

from __future__ import annotations

import pytest

from orchestration.transform import Transform

STATED_BY = {
    "UJ-6": ("an_officer_recorded_that_zoe_wants_no_messages", "a_stop_suppresses_what_waits"),
    "UJ-7": ("an_exclusion_row_gives_its_own_reason", "another_grade_is_not_for_this_journey"),
    "UJ-8": (
        "at_night_it_waits_for_the_next_opening",
        "the_night_the_clocks_go_forward_keeps_the_hours",
    ),
    "UJ-19": ("a_polish_speaker_gets_polish", "a_language_without_wording_gets_english"),
}


@pytest.mark.usefixtures("dbt_database_url")
@pytest.mark.parametrize(
    "unit_tests",
    [
        pytest.param(names, marks=pytest.mark.requirement(requirement), id=requirement)
        for requirement, names in STATED_BY.items()
    ],
)
def test_the_unit_tests_of_a_requirement_pass(
    built: tuple[str, Transform], unit_tests: tuple[str, ...]
) -> None:
    _, transform = built
    # A name that dbt does not know selects nothing, which is no proof of anything.
    assert transform.test(*unit_tests) == len(unit_tests)

"""Facts depend on what was recorded, and on nothing else: not on batches, reloads or rebuilds."""

from __future__ import annotations

import itertools
import random
from datetime import timedelta

import pytest

from tests.dbt.histories import CRIMES, cut_into_batches, land_history
from tests.dbt.kent import MORNING, Kent

WHAT_A_FACT_SAYS = "subject_id, attribute, from_value, to_value, kind, valid_at, version_id"
BATCHES = 5


def run_in_batches(kent: Kent, batches: int) -> None:
    kent.forget_history()
    for done in range(batches):
        kent.run_window(done, done + 1)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_any_batching_of_the_same_versions_gives_the_same_facts(kent: Kent, seed: int) -> None:
    chance = random.Random(seed)
    land_history(kent, chance)
    kent.run_window(0, 1)
    at_once = kent.facts(WHAT_A_FACT_SAYS)
    assert len(at_once) > 2 * CRIMES
    for _ in range(2):
        cut_into_batches(kent, chance, batches=BATCHES)
        run_in_batches(kent, BATCHES)
        assert kent.facts(WHAT_A_FACT_SAYS) == at_once


def test_a_rebuild_from_raw_gives_identical_rows(kent: Kent) -> None:
    chance = random.Random(4)
    land_history(kent, chance)
    cut_into_batches(kent, chance, batches=BATCHES)
    run_in_batches(kent, BATCHES)
    grown = kent.facts("*")
    kent.connection.execute("drop table facts.fct_case_state_change cascade")
    kent.connection.execute("drop table facts.orphan_observations cascade")
    kent.transform.build_tables()
    rebuilt = kent.facts("*")
    assert set(rebuilt) ^ set(grown) == set()
    assert rebuilt == grown


def test_a_reload_that_touches_every_row_and_changes_none_gives_no_fact(kent: Kent) -> None:
    land_history(kent, random.Random(5))
    kent.run()
    # The newest version of each crime once more, as a warehouse does that stamps every row.
    newest = kent.rows(
        """
        select distinct on (_key)
            crime_id, offence_group, investigation_status, status_dt, oic_id, oic_from_dt
        from raw_kent.crimes order by _key, _version desc
        """
    )
    names = (
        *("crime_id", "offence_group", "investigation_status"),
        *("status_dt", "oic_id", "oic_from_dt"),
    )
    before = kent.facts()
    for row in newest:
        kent.add("crimes", **dict(zip(names, row, strict=True)))
    kent.run()
    assert kent.facts() == before


def test_any_order_of_arrival_gives_the_same_history_by_time_of_event(kent: Kent) -> None:
    story = [("Under Investigation", 4), ("Charged/Summonsed", 3), ("Filed", 2)]
    for number, order in enumerate(itertools.permutations(story)):
        for status, hours_ago in order:
            kent.add(
                "crimes",
                crime_id=7000 + number,
                investigation_status=status,
                status_dt=MORNING - timedelta(hours=hours_ago),
            )
    kent.run()
    histories = kent.rows(
        """
        select string_agg(to_value || ' ' || valid_at, ', ' order by valid_at)
        from facts.fct_case_state_change
        where attribute = 'crime_status' group by subject_id
        """
    )
    assert len(histories) == 6
    assert len(set(histories)) == 1


def test_a_row_that_waited_for_its_crime_becomes_one_fact(kent: Kent) -> None:
    kent.add("outcomes", outcome_id=1, outcome_desc="Outcome 1 - Charge or summons")
    kent.run()
    assert kent.facts() == []
    assert kent.rows("select feed, reason from facts.orphan_observations") == [
        ("outcomes", "crime_not_arrived")
    ]
    for _ in range(2):
        kent.add("crimes")
        kent.run()
    outcomes = [fact for fact in kent.facts() if fact[0] == "outcome"]
    assert outcomes == [("outcome", None, "1", "change")]


def test_a_waiting_row_does_not_come_back_with_every_version_of_its_crime(kent: Kent) -> None:
    charged, filed = "Outcome 1 - Charge or summons", "Outcome 18 - Investigation complete"
    filed += " - no suspect identified"
    kent.add("outcomes", outcome_id=1, outcome_desc=filed, outcome_dt=MORNING - timedelta(hours=2))
    kent.run()
    kent.add("crimes")
    kent.run()
    kent.add("outcomes", outcome_id=2, outcome_desc=charged)
    kent.run()
    # A second suspect is charged, and the crime's row is edited, in one batch.
    kent.add("outcomes", outcome_id=3, outcome_desc=charged)
    kent.add("crimes", district="North")
    kent.run()
    outcomes = [fact[1:3] for fact in kent.facts() if fact[0] == "outcome"]
    assert outcomes == [(None, "18"), ("18", "1")]

"""Who is told, once: over several batches, replays, late arrivals, corrections and reopenings."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.dbt.kent import MONDAY, MORNING, Kent

NO_SUSPECT = "Outcome 18 - Investigation complete - no suspect identified"
CHARGED = "Outcome 1 - Charge or summons"
HOUR = timedelta(hours=1)


def land_zoe_and_her_burglary(kent: Kent) -> None:
    kent.add("people")
    kent.add("officers")
    kent.add("incidents")
    kent.add("crimes")
    kent.add("involvements")


def steps_sent(kent: Kent) -> list[str]:
    return [step for step, _ in kent.messages()]


@pytest.mark.requirement("UJ-4")
def test_a_victim_is_told_of_a_change_in_their_case(kent: Kent) -> None:
    land_zoe_and_her_burglary(kent)
    kent.run()
    assert kent.rows(
        "select channel, recipient, personalisation ->> 'crime_ref', send_after, state "
        "from dispatch.message where step = 'crime_number'"
    ) == [("sms", "+447700900123", "46/7001/26", MONDAY, "READY")]
    kent.transform.test("test_type:singular")


def test_the_first_load_messages_nobody(kent: Kent) -> None:
    for feed in ("people", "incidents", "crimes", "involvements"):
        kent.add(feed, is_baseline=True)
    kent.run()
    assert kent.facts() != []
    assert kent.rows("select * from journeys.fct_journey_decision") == []
    assert kent.messages() == []


def test_a_case_from_before_the_first_load_is_told_what_happens_after_it(kent: Kent) -> None:
    for feed in ("people", "incidents", "crimes", "involvements"):
        kent.add(feed, is_baseline=True)
    kent.run()
    kent.add("outcomes", outcome_desc=NO_SUSPECT)
    kent.run()
    assert steps_sent(kent) == ["outcome"]


def test_replaying_history_adds_no_message_and_no_decision(kent: Kent) -> None:
    land_zoe_and_her_burglary(kent)
    kent.run()
    kent.add("outcomes", outcome_desc=NO_SUSPECT)
    kent.run()
    decisions = kent.rows("select * from journeys.fct_journey_decision order by decision_id")
    messages = kent.rows("select * from dispatch.message order by message_id")
    assert len(messages) >= 2
    for done, upto in ((0, 2), (0, 1), (1, 2), (0, 2)):
        kent.run_window(done, upto)
    assert decisions == kent.rows(
        "select * from journeys.fct_journey_decision order by decision_id"
    )
    assert messages == kent.rows("select * from dispatch.message order by message_id")


def test_without_a_window_a_run_does_what_the_database_says_is_due(kent: Kent) -> None:
    kent.connection.execute(
        "insert into control.transform_progress (force, done_batch, seen_batch) "
        "values ('kent', 0, 1) on conflict (force) do update set done_batch = 0, seen_batch = 1"
    )
    land_zoe_and_her_burglary(kent)
    kent.transform.build_tables()
    assert "crime_number" in steps_sent(kent)
    # A batch that landed after the run began is left for the next one.
    kent.batch = 1
    kent.add("outcomes", outcome_desc=NO_SUSPECT)
    kent.transform.build_tables()
    assert "outcome" not in steps_sent(kent)


def test_a_victim_linked_after_the_crime_is_told_once(kent: Kent) -> None:
    kent.add("incidents")
    kent.add("crimes")
    kent.run()
    assert kent.decisions("crime_number") == [("suppress", "no_recipient", None)]
    kent.add("people")
    kent.add("involvements")
    kent.run()
    kent.add("involvements", linked_dt=MORNING)
    kent.run()
    assert kent.decisions("crime_number") == [
        ("suppress", "no_recipient", None),
        ("send", "due", "301"),
    ]
    assert steps_sent(kent).count("crime_number") == 1


def test_a_second_victim_does_not_make_the_first_hear_it_again(kent: Kent) -> None:
    land_zoe_and_her_burglary(kent)
    kent.run()
    kent.add("people", person_id=303, mobile_no="07700 900456", email_addr="ann@example.com")
    kent.add("involvements", link_id=2, person_id=303)
    kent.run()
    assert [person for *_, person in kent.decisions("crime_number")] == ["301", "303"]
    assert steps_sent(kent).count("crime_number") == 2


def test_an_outcome_that_waited_for_its_crime_is_told(kent: Kent) -> None:
    kent.add("people")
    kent.add("outcomes", outcome_desc=NO_SUSPECT)
    kent.run()
    kent.add("incidents")
    kent.add("crimes")
    kent.add("involvements")
    kent.run()
    assert kent.decisions("outcome") == [("send", "due", "301")]
    kent.transform.test("test_type:singular")


def test_a_correction_sends_nothing_and_leaves_a_row(kent: Kent) -> None:
    land_zoe_and_her_burglary(kent)
    kent.add("outcomes", outcome_id=1, outcome_desc=CHARGED, outcome_dt=MORNING)
    kent.run()
    sent = steps_sent(kent)
    kent.add("outcomes", outcome_id=2, outcome_desc=NO_SUSPECT, outcome_dt=MORNING - HOUR)
    kent.run()
    assert kent.decisions("outcome") == [("send", "due", "301"), ("suppress", "correction", "301")]
    assert steps_sent(kent) == sent


def test_a_reopening_starts_a_new_episode_in_which_the_closing_is_told_again(kent: Kent) -> None:
    land_zoe_and_her_burglary(kent)
    kent.run()
    for hours, status in enumerate(("Filed", "Under Investigation", "Filed"), start=1):
        kent.set_clock(MONDAY + hours * HOUR)
        kent.add("crimes", investigation_status=status, status_dt=MORNING + hours * HOUR)
        kent.run()
    assert kent.rows(
        "select step, episode from journeys.fct_journey_decision "
        "where decision = 'send' and step in ('case_closed', 'case_reopened') order by batch_id"
    ) == [("case_closed", 1), ("case_reopened", 2), ("case_closed", 2)]


def test_nobody_is_dropped_whoever_they_are(kent: Kent) -> None:
    markers: list[dict[str, object]] = [
        {},
        {"deceased_yn": "Y"},
        {"dob": None},
        {"safe_contact_only_yn": "Y"},
        {"no_contact_yn": "Y"},
        {"mobile_no": "020 7946 0000", "email_addr": None},
    ]
    for number, marker in enumerate(markers):
        ids = {"person_id": 400 + number, "crime_id": 8000 + number, "incident_id": 6000 + number}
        phone = {"mobile_no": f"07700 9001{number:02}", "email_addr": f"p{number}@example.com"}
        kent.add("people", **{"person_id": ids["person_id"], **phone, **marker})
        kent.add("incidents", incident_id=ids["incident_id"])
        kent.add("crimes", crime_id=ids["crime_id"], incident_id=ids["incident_id"])
        kent.add("involvements", link_id=number, **ids)
    kent.run()
    reasons = {reason for _, reason, _ in kent.decisions("crime_number")}
    assert len(kent.decisions("crime_number")) == len(markers)
    assert reasons == {
        *("due", "deceased", "under_18", "safe_contact_only", "opted_out"),
        "malformed_contact_point",
    }
    assert {row[0] for row in kent.rows("select distinct person_id from dispatch.message")} == {
        row[0]
        for row in kent.rows("select person_id from core.core_people where person_key = '400'")
    }
    kent.transform.test("test_type:singular")

"""Cases walk from two forces' warehouses to receipts and a mart, with the real daemon running,
and processes are killed on the way. Nothing is lost and nothing is doubled."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from deploy.local.processes import ProcessDied
from orchestration.demo.clock import working_morning
from orchestration.demo.summary import summarise
from orchestration.settings import Settings
from orchestration.stack.stack import Stack, StackPlan
from orchestration.transform import Transform
from reports.demo_page import write_demo_page
from reports.explain import explain_case
from reports.status import read_status

PLAN = StackPlan(
    forces=("kent", "norfolk"), scale=0.02, history_days=7, clock_start=working_morning
)
PATIENCE_SECONDS = 240


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home of its own; its stack survives from one test of this module to the next."""
    return Settings(home=tmp_path_factory.mktemp("kept"), server_url=None, database_url=None)


@pytest.fixture(scope="module")
def delivered(settings: Settings) -> Iterator[Settings]:
    """A stack that has delivered, with its dispatcher and its daemon killed in between."""
    with Stack(settings, PLAN, lambda line: None) as stack:
        _wait(stack, _is_read)
        stack.start_living(6)
        _wait(stack, lambda connection: _count(connection, "state = 'DELIVERED'") >= 5)
        for name in ("dispatcher", "daemon"):
            os.kill(stack.supervisor.pid(name), signal.SIGKILL)
        time.sleep(1)
        with pytest.raises(ProcessDied, match=r"`(dispatcher|daemon)` ended with exit code -9"):
            stack.check()
    with Stack(settings, PLAN, lambda line: None) as stack:
        before = _delivered(stack)
        stack.start_living(6)
        _wait(stack, lambda connection: _count(connection, "state = 'DELIVERED'") >= before + 5)
        stack.stop_living()
        _wait(stack, _is_drained)
        _sum_up(stack, settings)
        yield settings


@pytest.mark.requirement("UJ-4")
def test_messages_of_both_forces_are_delivered_and_none_is_lost_or_doubled(
    delivered: Settings,
) -> None:
    summary = _summary(delivered)
    assert summary["totals"]["lost"] == 0
    assert summary["totals"]["doubled"] == 0
    for force in PLAN.forces:
        assert summary["forces"][force]["messages"]["delivered"] > 0
        assert summary["forces"][force]["changes"]["baseline"] > 0
    assert _one(delivered, "select count(distinct channel) from dispatch.message") == 2


def test_the_first_load_of_a_force_messages_nobody(delivered: Settings) -> None:
    assert (
        _one(
            delivered,
            """
            select count(*) from journeys.fct_journey_decision as decision
            inner join facts.fct_case_state_change as change using (change_id)
            where change.kind = 'baseline'
            """,
        )
        == 0
    )


def test_every_triggered_step_has_a_decision_with_a_reason(delivered: Settings) -> None:
    undecided = _one(
        delivered,
        """
        select count(*)
        from facts.fct_case_state_change as change
        inner join config.journey_steps as step
            on change.force = step.force
            and step.is_enabled
            and step.trigger_attribute = change.attribute
            and (step.trigger_to is null or change.to_value = any(step.trigger_to))
            and (step.trigger_from is null or change.from_value = any(step.trigger_from))
        left join journeys.fct_journey_decision as decision
            on change.change_id = decision.change_id
            and step.journey = decision.journey
            and step.step = decision.step
        where change.kind != 'baseline' and decision.reason_code is null
        """,
    )
    assert undecided == 0


def test_every_decision_to_send_is_one_message_and_every_message_one_decision(
    delivered: Settings,
) -> None:
    unmatched = _one(
        delivered,
        """
        select count(*)
        from (select * from journeys.fct_journey_decision where decision = 'send') as decision
        full join dispatch.message as message using (decision_id)
        where decision.reason_code is null or message.message_id is null
        """,
    )
    assert unmatched == 0


@pytest.mark.requirement("UJ-13", "UJ-15")
def test_the_daily_summary_counts_sent_and_delivered_by_template_and_type(
    delivered: Settings,
) -> None:
    differences = _one(
        delivered,
        """
        with counted as (
            select message.force, template.title as template_title,
                coalesce(crime.crime_type, incident.incident_type) as type,
                count(*) filter (where message.accepted_at is not null) as sent,
                count(*) filter (where message.state = 'DELIVERED') as delivered
            from dispatch.message as message
            inner join config.templates as template
                using (force, template, channel, language)
            left join core.core_crimes as crime using (crime_id)
            left join core.core_incidents as incident
                on message.case_id = incident.case_id
            group by 1, 2, 3
        ),
        reported as (
            select force, template_title, crime_or_incident_type as type,
                sum(sent) as sent, sum(delivered) as delivered
            from marts.mart_daily_summary group by 1, 2, 3
        )
        select count(*) from counted
        full join reported using (force, template_title, type)
        where counted.sent is distinct from reported.sent
            or counted.delivered is distinct from reported.delivered
        """,
    )
    assert differences == 0
    assert _one(delivered, "select sum(delivered) > 0 from marts.mart_daily_summary")


@pytest.mark.requirement("UJ-14")
def test_the_mart_has_one_row_per_message_with_template_and_type(delivered: Settings) -> None:
    difference = _one(
        delivered,
        """
        select (select count(*) from dispatch.message)
            - (select count(*) from marts.mart_messages)
        """,
    )
    untitled = _one(
        delivered,
        """
        select count(*) from marts.mart_messages
        where template_title is null or coalesce(crime_type, incident_type) is null
            or (is_sent and sent_at is null)
        """,
    )
    assert (difference, untitled) == (0, 0)


def test_batches_show_in_dagster_as_materialised_assets(delivered: Settings) -> None:
    with psycopg.connect(_dagster_url(delivered)) as connection:
        keys = {
            row[0]
            for row in connection.execute(
                "select distinct asset_key from event_logs "
                "where dagster_event_type = 'ASSET_MATERIALIZATION'"
            )
        }
    assert '["raw_kent", "crimes"]' in keys
    assert '["fct_journey_decision"]' in keys


@pytest.mark.requirement("UJ-17")
def test_a_case_explains_what_was_said_and_what_was_not(delivered: Settings) -> None:
    with psycopg.connect(delivered.database(), autocommit=True) as connection:
        ref = connection.execute(
            """
            select incident_ref from core.core_incidents
            inner join dispatch.message using (case_id) where state = 'DELIVERED' limit 1
            """
        ).fetchone()
        assert ref is not None
        force = connection.execute(
            "select force from core.core_incidents where incident_ref = %s", ref
        ).fetchone()
        assert force is not None
        found = explain_case(connection, force[0], ref[0])
    assert any(message["state"] == "DELIVERED" for message in found["messages"])
    assert all(decision["meaning"] and decision["rule"] for decision in found["decisions"])
    steps = [event["to"] for message in found["messages"] for event in message["events"]]
    assert {"LEASED", "INFLIGHT", "ACCEPTED", "DELIVERED"} <= set(steps)


def test_status_reports_both_forces_as_read(delivered: Settings) -> None:
    with psycopg.connect(delivered.database(), autocommit=True) as connection:
        status = read_status(connection)
    assert {force["force"]: force["reading"] for force in status["forces"]} == {
        "kent": "reading",
        "norfolk": "reading",
    }
    assert status["clock"]["is_moved"]


def test_the_summary_page_is_written(delivered: Settings) -> None:
    page = (delivered.home / "demo.html").read_text()
    assert "Why people were not messaged" in page
    assert "{{" not in page


def _sum_up(stack: Stack, settings: Settings) -> None:
    transform = Transform(stack.database_url, settings.run_folder / "marts")
    transform.prepare()
    transform.build_marts()
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        summary = summarise(
            connection,
            provider={force: stack.standin.references(force) for force in stack.forces},
            latency={},
        )
        write_demo_page(connection, summary, settings.home / "demo.html")
    _SUMMARIES[settings.home] = summary


_SUMMARIES: dict[Path, dict[str, Any]] = {}


def _summary(settings: Settings) -> dict[str, Any]:
    return _SUMMARIES[settings.home]


def _wait(stack: Stack, is_done: Callable[[psycopg.Connection[Any]], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        while not is_done(connection):
            stack.check()
            assert time.monotonic() < deadline, read_status(connection)
            time.sleep(0.5)


def _is_read(connection: psycopg.Connection[Any]) -> bool:
    row = connection.execute("select count(*) from landing.cursor where baseline_done").fetchone()
    return row == (14,) and _is_transformed(connection)


def _is_transformed(connection: psycopg.Connection[Any]) -> bool:
    row = connection.execute(
        """
        select count(*) from landing.batch as batch
        left join control.transform_progress as progress using (force)
        where batch.batch_id > coalesce(progress.done_batch, 0) and batch.new_versions > 0
        """
    ).fetchone()
    return row == (0,)


def _is_drained(connection: psycopg.Connection[Any]) -> bool:
    under_way = (
        "state in ('LEASED', 'INFLIGHT', 'ACCEPTED')"
        " or (state = 'READY' and due_at <= control.now())"
    )
    return _is_transformed(connection) and _count(connection, under_way) == 0


def _count(connection: psycopg.Connection[Any], condition: str) -> int:
    row = connection.execute(
        f"select count(*) from dispatch.message where {condition}".encode()
    ).fetchone()
    assert row is not None
    return int(row[0])


def _delivered(stack: Stack) -> int:
    with psycopg.connect(stack.database_url) as connection:
        return _count(connection, "state = 'DELIVERED'")


def _one(settings: Settings, query: str) -> Any:
    with psycopg.connect(settings.database()) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def _dagster_url(settings: Settings) -> str:
    return settings.database().rpartition("/")[0] + "/dagster"

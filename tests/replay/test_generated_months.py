"""A replay finds everything that the rows of three months lead to, and says so if it does not."""

from __future__ import annotations

import dataclasses
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from rich.console import Console

import orchestration.replay.run
from deploy.local.postgres import Server
from orchestration.errors import OperatorError
from orchestration.replay.plan import ReplayPlan
from orchestration.replay.run import SumsDoNotMatch, run_replay
from simulation.open_data import OpenData, Tally, tally
from tests.replay.replays import Place
from tests.simulation.open_data.files import three_months_otherwise, write_three_months

Report = dict[str, Any]
# A quarter of the usual readings: what comes too late because of it is decided and counted as that.
DAYS_BETWEEN = 15
# What a run of the same files may do differently.
MEASURED = ("seconds", "rows_per_second", "peak_memory_mb", "peak_memory_mb_by_process")


@dataclass(frozen=True)
class Played:
    """A replay that has ended, what it printed, and what was left when it had."""

    place: Place
    plan: ReplayPlan
    returned: Report
    stored: Report
    printed: str
    left_running: list[str]
    channels: dict[str, int]


@pytest.fixture(scope="module")
def played(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    folder = tmp_path_factory.mktemp("replay")
    with Place.made(server, folder) as place:
        plan = place.plan(write_three_months(folder / "files"), days_between=DAYS_BETWEEN)
        printed = io.StringIO()
        returned = run_replay(place.settings, plan, Console(file=printed, width=140))
        yield Played(
            place=place,
            plan=plan,
            returned=returned,
            stored=json.loads(plan.report(place.settings).read_text()),
            printed=printed.getvalue(),
            left_running=place.processes(),
            channels=messages_by_channel(server.url(plan.product)),
        )


def messages_by_channel(url: str) -> dict[str, int]:
    with psycopg.connect(url) as connection:
        return dict(connection.execute("select channel, count(*) from dispatch.message group by 1"))


def without_measurements(report: Report) -> Report:
    return {name: value for name, value in report.items() if name not in MEASURED}


def test_all_sums_come_out(played: Played) -> None:
    checks = played.stored["checks"]
    assert len(checks) == 20
    assert [name for name, check in checks.items() if not check["ok"]] == []
    assert "WRONG" not in played.printed


def test_the_stored_report_is_the_returned_one(played: Played) -> None:
    assert played.stored == played.returned


def test_the_files_and_months_are_told(played: Played) -> None:
    assert played.stored["files"] == 5
    assert played.stored["months"] == ["2023-11", "2024-01", 3]
    assert played.stored["missing_files"] == ["2023-12-street"]
    assert "Months without a file: 2023-12-street" in played.printed


def test_rows_are_counted_as_what_they_are(played: Played) -> None:
    expected = {
        "street_rows": 163,
        "crimes": 120,
        "duplicate_street_rows": 3,
        "incidents_without_crime": 40,
        "outcome_rows": 88,
        "linked_outcomes": 76,
        "repeated_outcomes": 5,
        "orphaned_outcomes": 7,
    }
    assert {name: played.stored[name] for name in expected} == expected


def test_the_pipeline_found_what_the_rows_mean(played: Played) -> None:
    attributes = played.stored["changes_by_attribute"]
    assert attributes["crimed"] == {"change": 120}
    assert attributes["incident_created"] == {"change": 160}
    # Each of the 76 linked rows is one fact, and the five repeated ones are none.
    assert attributes["outcome"] == {"change": 74, "correction": 2}
    assert played.stored["quarantined"] == {"crime_not_arrived": 7}
    waited = played.stored["checks"]["outcomes that waited for their crime = outcomes before it"]
    assert waited == {"expected": 4, "found": 4, "ok": True}


def test_every_decision_has_a_reason_and_every_send_is_a_message(played: Played) -> None:
    decisions = played.stored["decisions"]
    checks = played.stored["checks"]
    by_decision = {name: sum(reasons.values()) for name, reasons in decisions.items()}
    assert set(by_decision) <= {"send", "suppress", "hold"}
    assert by_decision["send"] > 0
    assert by_decision["suppress"] > 0
    everything = checks["facts x enabled steps = sends + suppressed + held"]["expected"]
    assert sum(by_decision.values()) == everything
    assert by_decision["send"] == sum(played.stored["messages"].values())


def test_messages_go_out_as_text_and_as_email(played: Played) -> None:
    assert set(played.channels) == {"sms", "email"}
    assert min(played.channels.values()) > 0
    assert sum(played.channels.values()) == sum(played.stored["messages"].values())


def test_nothing_is_lost_or_doubled_at_the_provider(played: Played) -> None:
    provider = played.stored["provider"]
    assert provider["rows"] > 0
    assert (provider["lost"], provider["doubled"]) == (0, 0)


def test_nothing_runs_afterwards(played: Played) -> None:
    assert played.left_running == []
    # The test can tell: they did run.
    assert (played.plan.run_folder(played.place.settings) / "dispatcher.log").exists()


def test_a_second_replay_of_the_same_files_from_elsewhere_finds_the_same(
    played: Played, tmp_path: Path
) -> None:
    plan = dataclasses.replace(played.plan, folder=three_months_otherwise(tmp_path))
    again = run_replay(played.place.settings, plan, Console(file=io.StringIO()))
    assert without_measurements(again) == without_measurements(played.stored)


def test_a_sum_that_does_not_match_is_an_error_and_printed_as_wrong(
    played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    def one_too_many(data: OpenData) -> Tally:
        right = tally(data)
        return dataclasses.replace(right, orphaned=right.orphaned + 1)

    monkeypatch.setattr(orchestration.replay.run, "tally", one_too_many)
    printed = io.StringIO()
    plan = dataclasses.replace(played.plan, months=1)
    with pytest.raises(SumsDoNotMatch) as caught:
        run_replay(played.place.settings, plan, Console(file=printed, width=140))
    path = plan.report(played.place.settings)
    assert "outcome rows = linked + repeated + orphaned" in str(caught.value)
    assert str(path) in str(caught.value)
    # Both sums in which orphaned outcomes occur, and no other.
    wrong = [line for line in printed.getvalue().splitlines() if "WRONG" in line]
    assert len(wrong) == 2
    checks = json.loads(path.read_text())["checks"]
    # Without January, two more crimes have no street row.
    assert checks["quarantined outcomes = orphaned outcomes"] == {
        "expected": 8,
        "found": 7,
        "ok": False,
    }
    assert played.place.processes() == []


def test_a_folder_that_cannot_be_used_gives_one_line(played: Played, tmp_path: Path) -> None:
    plan = dataclasses.replace(played.plan, folder=tmp_path)
    with pytest.raises(OperatorError) as caught:
        run_replay(played.place.settings, plan, Console(file=io.StringIO()))
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(f"{tmp_path} has no street or outcomes files")

"""A force in trouble is frozen by itself, and the others go on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest

from deploy.local.postgres import Server
from sensors.errors import SensorError
from sensors.feeds import Force
from sensors.freeze import freeze, freeze_for, is_frozen, thaw
from sensors.landing.poll import poll_force
from sensors.landing.reports import BatchReport
from sensors.landing.tables import prepare_landing
from sensors.readers.choose import open_reader
from sensors.readers.protocol import Reader
from tests.sensors.sources import Source, declare, make_source

Connection = psycopg.Connection[Any]


def look_at_all(
    connection: Connection, forces: Mapping[str, tuple[Force, Reader]]
) -> list[BatchReport]:
    """What a live run does with each force."""
    reports: list[BatchReport] = []
    for name, (force, reader) in forces.items():
        if is_frozen(connection, name):
            continue
        try:
            reports += poll_force(connection, reader, force)
        except SensorError as error:
            freeze_for(connection, name, error)
    return reports


def test_a_broken_force_is_frozen_with_its_reason_and_the_other_goes_on(
    *, ours: Connection, kent: Force, reader: Reader, source: Source, server: Server, tmp_path: Path
) -> None:
    essex = declare(tmp_path, "essex")
    prepare_landing(ours, [essex])
    with make_source(server) as other:
        forces = {"kent": (kent, reader), "essex": (essex, open_reader(other.url, essex))}
        source.add_crimes(1, 5)
        other.add_crimes(1, 5)
        look_at_all(ours, forces)
        source.run("alter table crimes rename column loss to value")
        source.add_crimes(6, 6)
        other.add_crimes(6, 7)
        reports = look_at_all(ours, forces)
        assert [(report.force, report.new_versions) for report in reports] == [("essex", 2)]
        other.add_crimes(8, 8)
        assert [report.force for report in look_at_all(ours, forces)] == ["essex"]
        forces["essex"][1].close()
    [(reason, feed, is_transient)] = ours.execute(
        "select frozen_reason, frozen_feed, is_transient from control.force_state"
    ).fetchall()
    assert "column loss of crimes is missing" in reason
    assert (feed, is_transient) == ("crimes", False)
    # Mended and thawed, it goes on where it stopped.
    source.run("alter table crimes rename column value to loss")
    assert thaw(ours, "kent") is True
    [report] = look_at_all(ours, {"kent": (kent, reader)})
    assert report.new_versions == 1


def test_a_transient_freeze_may_be_tried_again_and_ends_by_a_success(ours: Connection) -> None:
    freeze(ours, "kent", feed=None, reason="away", is_transient=True, retry_seconds=3600)
    assert is_frozen(ours, "kent")
    freeze(ours, "kent", feed=None, reason="away", is_transient=True, retry_seconds=0)
    assert not is_frozen(ours, "kent")
    assert thaw(ours, "kent", only_transient=True) is True
    assert thaw(ours, "kent", only_transient=True) is False


def test_a_permanent_freeze_is_neither_softened_nor_ended_without_a_person(
    ours: Connection,
) -> None:
    freeze(ours, "kent", feed="crimes", reason="renamed", is_transient=False)
    freeze(ours, "kent", feed=None, reason="away", is_transient=True)
    assert thaw(ours, "kent", only_transient=True) is False
    [(reason,)] = ours.execute("select frozen_reason from control.force_state").fetchall()
    assert reason == "renamed"
    assert is_frozen(ours, "kent")
    assert thaw(ours, "kent") is True
    assert not is_frozen(ours, "kent")


@pytest.mark.parametrize(
    ("lasted", "least", "most"), [("1 s", 4, 6), ("60 s", 55, 65), ("1 h", 295, 305)]
)
def test_the_pause_before_a_retry_grows_with_the_freeze_up_to_five_minutes(
    ours: Connection, lasted: str, least: float, most: float
) -> None:
    freeze(ours, "kent", feed=None, reason="away", is_transient=True)
    ours.execute(
        "update control.force_state set frozen_at = clock_timestamp() - %s::interval", [lasted]
    )
    freeze(ours, "kent", feed=None, reason="away", is_transient=True)
    [(pause,)] = ours.execute(
        "select extract(epoch from retry_at - clock_timestamp())::float from control.force_state"
    ).fetchall()
    assert least < pause < most

"""Rows that must not land are set aside with a reason and without a value of theirs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sensors.canonical import TEXT_LIMIT
from sensors.feeds import Force
from sensors.landing.land import land
from sensors.landing.poll import poll_force
from sensors.landing.sweep import sweep_force
from sensors.landing.tables import prepare_landing
from sensors.readers.extract import Rows
from sensors.readers.protocol import Reader
from tests.sensors.sources import Source, declare, feed_yaml

Connection = psycopg.Connection[Any]
MakeReader = Callable[[Force], Reader]
PEOPLE = {"person_ref": "text", "given_name": "text", "seen_at": "timestamptz"}


@pytest.fixture
def people(ours: Connection, source: Source, tmp_path: Path) -> Force:
    """A force of one feed with a key of text."""
    source.run(
        "create table people (person_ref varchar, given_name text, "
        "seen_at timestamptz default clock_timestamp())"
    )
    feed = feed_yaml("people", PEOPLE, key=["person_ref"], modified="seen_at")
    force = declare(tmp_path, "essex", feed)
    prepare_landing(ours, [force])
    return force


def quarantined(connection: Connection) -> dict[str, int]:
    rows = connection.execute("select reason, count(*) from landing.quarantine group by reason")
    return dict(rows.fetchall())


def landed(connection: Connection) -> list[tuple[str, str]]:
    return connection.execute(
        "select _key, given_name from raw_essex.people order by _version"
    ).fetchall()


def test_null_blank_and_padded_keys_are_set_aside_and_the_others_land(
    ours: Connection, people: Force, source: Source, make_reader: MakeReader
) -> None:
    source.run(
        "insert into people values ('P1', 'Ann'), (null, 'Bea'), ('', 'Cy'), ('  ', 'Di'), "
        "(' P2', 'Ed'), (e'P3\\t', 'Flo'), (e'P4\\u00a0', 'Gus'), ('P5', 'Hal')"
    )
    [batch] = poll_force(ours, make_reader(people), people)
    assert landed(ours) == [("P1", "Ann"), ("P5", "Hal")]
    assert quarantined(ours) == {"null_key": 1, "blank_key": 2, "padded_key": 3}
    assert (batch.read_rows, batch.new_versions, batch.quarantined) == (8, 2, 6)


def test_rows_that_differ_under_one_key_are_all_set_aside_and_identical_ones_land_once(
    ours: Connection, people: Force, source: Source, make_reader: MakeReader
) -> None:
    source.run(
        "insert into people values ('P1', 'Ann', now()), ('P1', 'Ann', now()), "
        "('P2', 'Bea', now()), ('P2', 'Cy', now()), ('P2', 'Cy', now()), ('P3', 'Di', now())"
    )
    reader = make_reader(people)
    poll_force(ours, reader, people)
    assert landed(ours) == [("P1", "Ann"), ("P3", "Di")]
    assert quarantined(ours) == {"duplicate_key": 1}
    # Neither a later look nor a sweep lands them, and they are noted once.
    for _ in range(2):
        [swept] = sweep_force(ours, reader, people)
        assert (swept.new_versions, swept.deleted_versions, swept.quarantined) == (0, 0, 0)


def test_a_key_that_becomes_ambiguous_keeps_its_last_version(
    ours: Connection, people: Force, source: Source, make_reader: MakeReader
) -> None:
    reader = make_reader(people)
    source.run("insert into people values ('P1', 'Ann')")
    poll_force(ours, reader, people)
    source.run("insert into people values ('P1', 'Bea', now()), ('P1', 'Cy', now())")
    for _ in range(3):
        sweep_force(ours, reader, people)
    assert landed(ours) == [("P1", "Ann")]


def test_nul_characters_and_lone_surrogates_are_set_aside(ours: Connection, people: Force) -> None:
    [feed] = people.feeds
    rows = [
        *(("P1", "Ann", None), ("P2", "B\0ea", None), ("P3", "C\ud800y", None)),
        *(("P\0", "Di", None), ("P5", "Zoë 😀", None)),
    ]
    report = land(ours, feed, Rows(iter([rows])), kind="poll")
    assert landed(ours) == [("P1", "Ann"), ("P5", "Zoë 😀")]
    assert quarantined(ours) == {"nul_byte": 2, "not_utf8": 1}
    assert (report.read_rows, report.new_versions, report.quarantined) == (5, 2, 3)


def test_a_text_beyond_the_limit_is_cut_noted_and_stays_equal_for_the_sweep(
    ours: Connection, people: Force, source: Source, make_reader: MakeReader
) -> None:
    reader = make_reader(people)
    source.run("insert into people values ('P1', repeat('é', 3000000)), ('P2', repeat('é', 9))")
    poll_force(ours, reader, people)
    lengths = ours.execute("select _key, length(given_name) from raw_essex.people order by 1")
    assert lengths.fetchall() == [("P1", TEXT_LIMIT), ("P2", 9)]
    assert quarantined(ours) == {"text_truncated": 1}
    [swept] = sweep_force(ours, reader, people)
    assert swept.new_versions == 0


def test_the_quarantine_holds_no_value_of_a_row(
    ours: Connection, people: Force, source: Source, make_reader: MakeReader
) -> None:
    source.run("insert into people values ('CANARY-1 ', 'CANARY-2'), (null, 'CANARY-3')")
    source.run("insert into people values ('CANARY-4', 'CANARY-5'), ('CANARY-4', 'CANARY-6')")
    source.run("insert into people values ('ok', repeat('CANARY-7', 200000))")
    poll_force(ours, make_reader(people), people)
    [(text,)] = ours.execute(
        "select string_agg(q::text, '') from landing.quarantine as q"
    ).fetchall()
    assert "CANARY" not in text
    assert len(quarantined(ours)) == 4


def test_a_baseline_that_comes_in_chunks_is_baseline_until_it_is_complete(
    ours: Connection, people: Force
) -> None:
    [feed] = people.feeds
    first = land(ours, feed, Rows(iter([[("P1", "Ann", None)]])), kind="sweep")
    last = land(ours, feed, Rows(iter([[("P2", "Bea", None)]])), kind="sweep", is_complete=True)
    after = land(ours, feed, Rows(iter([[("P2", "Bee", None)]])), kind="poll")
    assert [first.is_baseline, last.is_baseline, after.is_baseline] == [True, True, False]
    rows = ours.execute("select _key, _is_baseline from raw_essex.people order by _version")
    assert rows.fetchall() == [("P1", True), ("P2", True), ("P2", False)]


def test_landing_the_same_rows_again_lands_nothing(ours: Connection, people: Force) -> None:
    [feed] = people.feeds
    rows = [("P1", "Ann", None), ("P2", "Bea", None)]
    reports = [land(ours, feed, Rows(iter([rows])), kind="poll") for _ in range(3)]
    assert [report.new_versions for report in reports] == [2, 0, 0]

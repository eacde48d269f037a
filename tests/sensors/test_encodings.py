"""Texts of a source in another encoding arrive as the same characters, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex
from typing import Any

import psycopg
import pytest

from deploy.local.postgres import Server
from sensors.errors import UnreadableValue
from sensors.feeds import Force
from sensors.landing.poll import poll_force
from sensors.landing.sweep import sweep_force
from sensors.landing.tables import prepare_landing
from sensors.readers.choose import open_reader
from tests.sensors.sources import Source, declare, feed_yaml, login_of, require_driver

Connection = psycopg.Connection[Any]
COLUMNS = {"person_ref": "text", "family_name": "text"}
NAMES = "O’Brien €"


@pytest.fixture
def suffolk(ours: Connection, tmp_path: Path) -> Force:
    feed = feed_yaml("people", COLUMNS, key=["person_ref"], modified=None)
    force = declare(tmp_path, "suffolk", feed)
    prepare_landing(ours, [force])
    return force


@pytest.fixture
def encoded(server: Server, request: pytest.FixtureRequest) -> Iterator[Source]:
    """A source whose database has the encoding that the test asks for."""
    name = f"src_{token_hex(6)}"
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(
            f"create database {name} encoding '{request.param}' template template0 "
            "lc_collate 'C' lc_ctype 'C'".encode()
        )
    source = Source(server.url(name), f"reads_{name}")
    with login_of(source, server):
        source.run("create table people (person_ref text, family_name text)")
        yield source


@pytest.mark.parametrize("encoded", ["WIN1252"], indirect=True)
@pytest.mark.parametrize("driver", ["sqlalchemy", "odbc"])
def test_a_source_in_windows_1252_lands_the_same_characters(
    ours: Connection, suffolk: Force, encoded: Source, driver: str
) -> None:
    if driver == "odbc":
        require_driver()
    encoded.run("insert into people values ('P1', %s)", [NAMES])
    assert encoded.run("select octet_length(family_name) from people") == [(len(NAMES),)]
    reader = open_reader(encoded.odbc if driver == "odbc" else encoded.url, suffolk)
    poll_force(ours, reader, suffolk)
    [(landed,)] = ours.execute("select family_name from raw_suffolk.people").fetchall()
    assert landed == NAMES
    [swept] = sweep_force(ours, reader, suffolk)
    assert swept.new_versions == 0
    reader.close()


@pytest.mark.parametrize("encoded", ["SQL_ASCII"], indirect=True)
def test_bytes_that_are_not_utf8_are_refused_without_being_repeated(
    ours: Connection, suffolk: Force, encoded: Source
) -> None:
    encoded.run("insert into people values ('P1', e'CANARY\\x92')")
    reader = open_reader(encoded.url, suffolk)
    with pytest.raises(UnreadableValue, match=r"suffolk\.people") as raised:
        poll_force(ours, reader, suffolk)
    reader.close()
    assert "CANARY" not in str(raised.value)
    assert raised.value.__suppress_context__

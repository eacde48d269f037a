"""Fixtures of the sensors' tests: our database with the landing in it, and a source to read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from deploy.local.postgres import Server
from sensors.feeds import Force
from sensors.landing.tables import prepare_landing
from sensors.readers.choose import open_reader
from sensors.readers.protocol import Reader
from tests.sensors.sources import Source, declare, make_source, require_driver

Connection = psycopg.Connection[Any]


@pytest.fixture
def source(server: Server) -> Iterator[Source]:
    """A source with an empty table of crimes."""
    with make_source(server) as made:
        yield made


@pytest.fixture
def kent(tmp_path: Path) -> Force:
    """A force with the one feed `crimes`."""
    return declare(tmp_path)


@pytest.fixture
def ours(database_url: str, kent: Force) -> Iterator[Connection]:
    """A connection to our own database, with the landing prepared for `kent`."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        prepare_landing(connection, [kent])
        yield connection


@pytest.fixture
def reader(source: Source, kent: Force) -> Iterator[Reader]:
    """A reader of `source` through SQLAlchemy."""
    opened = open_reader(source.url, kent)
    yield opened
    opened.close()


@pytest.fixture(params=["sqlalchemy", "odbc"])
def each_secret(request: pytest.FixtureRequest, source: Source) -> str:
    """The secret of `source` in both forms; the ODBC one only where the driver is."""
    if request.param == "odbc":
        require_driver()
        return source.odbc
    return source.url


@pytest.fixture
def each_reader(each_secret: str, kent: Force) -> Iterator[Reader]:
    """A reader of `source` through each driver."""
    opened = open_reader(each_secret, kent)
    yield opened
    opened.close()


@pytest.fixture
def make_reader(source: Source) -> Iterator[Callable[[Force], Reader]]:
    """Readers of `source` for forces with other feeds."""
    opened: list[Reader] = []

    def make(force: Force) -> Reader:
        opened.append(open_reader(source.url, force))
        return opened[-1]

    yield make
    for reader in opened:
        reader.close()

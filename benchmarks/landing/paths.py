"""What is measured: one function per path from the source's table to ours.

Each runs in a process of its own, so that its peak of memory is its own.
"""

from __future__ import annotations

from collections.abc import Callable

import psycopg

from benchmarks.landing.stage import Stage
from sensors.feeds import Feed
from sensors.landing.intake import copy_in
from sensors.landing.land import land
from sensors.landing.lock import landing_transaction
from sensors.landing.sweep import sweep_force
from sensors.landing.tables import intake_table, make_intake
from sensors.readers.choose import open_reader
from sensors.readers.extract import Extract
from sensors.readers.protocol import Reader
from sensors.readers.session import Limits


def plain_copy(stage: Stage) -> None:
    """The floor: psycopg, binary COPY out of one table and into another."""
    with (
        psycopg.connect(stage.url) as source,
        psycopg.connect(stage.target) as target,
        source.cursor().copy("copy crimes to stdout (format binary)") as out,
        target.cursor().copy("copy plain.crimes from stdin (format binary)") as into,
    ):
        for block in out:
            into.write(block)


def only_copy(driver: str, *, row_by_row: bool = False) -> Callable[[Stage], None]:
    """Read all rows and copy them into the temporary table, as the first step of a landing."""

    def run(stage: Stage) -> None:
        feed = stage.force.feed("crimes")
        with (
            psycopg.connect(stage.target, autocommit=True) as target,
            landing_transaction(target),
        ):
            make_intake(target, feed)
            extract = _all_rows(reader_of(stage, driver), feed, row_by_row=row_by_row)
            copy_in(target, intake_table(feed), feed.columns, extract)

    return run


def landing(driver: str, *, row_by_row: bool = False) -> Callable[[Stage], None]:
    """A first load: copy, clean, hash, append to raw with its indexes, mirror."""

    def run(stage: Stage) -> None:
        feed = stage.force.feed("crimes")
        with psycopg.connect(stage.target, autocommit=True) as target:
            extract = _all_rows(reader_of(stage, driver), feed, row_by_row=row_by_row)
            report = land(target, feed, extract, kind="sweep", is_complete=True)
            if report.new_versions != report.read_rows:
                raise RuntimeError("a first load must append every row")

    return run


def sweep(driver: str) -> Callable[[Stage], None]:
    """A sweep after a first load: the source hashes, the mirror is compared, nothing differs."""

    def run(stage: Stage) -> None:
        with psycopg.connect(stage.target, autocommit=True) as target:
            [report] = sweep_force(target, reader_of(stage, driver), stage.force)
            if report.new_versions or report.deleted_versions:
                raise RuntimeError("nothing had changed")

    return run


# Each path, and whether it begins with an empty target.
PATHS: dict[str, tuple[Callable[[Stage], None], bool]] = {
    "plain COPY to COPY": (plain_copy, True),
    "read and copy, SQLAlchemy": (only_copy("url"), True),
    "read and copy, arrow-odbc": (only_copy("odbc"), True),
    "read and copy, pyodbc": (only_copy("odbc", row_by_row=True), True),
    "whole landing, SQLAlchemy": (landing("url"), True),
    "whole landing, arrow-odbc": (landing("odbc"), True),
    "whole landing, pyodbc": (landing("odbc", row_by_row=True), True),
    "sweep, SQLAlchemy": (sweep("url"), False),
    "sweep, arrow-odbc": (sweep("odbc"), False),
}


def _all_rows(reader: Reader, feed: Feed, *, row_by_row: bool) -> Extract:
    # A batch through ODBC travels by pyodbc, a bulk by arrow-odbc.
    return reader.read_since(feed, "-infinity") if row_by_row else reader.read_all(feed)


def reader_of(stage: Stage, driver: str) -> Reader:
    """A reader through ODBC if the driver is called so, else through SQLAlchemy."""
    limits = Limits(statement=900, bulk=900)
    return open_reader(stage.odbc if driver == "odbc" else stage.url, stage.force, limits=limits)

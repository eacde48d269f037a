"""Each trouble with a source has its own error, names what is wrong, and gives nothing away."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sensors.errors import (
    LoginCanWrite,
    LoginRefused,
    MissingColumn,
    MissingTable,
    PermanentSourceError,
    RetypedColumn,
    SourceBusy,
    SourceTimeout,
    SourceUnreachable,
    TransientSourceError,
    UnknownSource,
)
from sensors.feeds import Force
from sensors.landing.poll import poll_force
from sensors.landing.sweep import sweep_force
from sensors.readers.choose import open_reader
from sensors.readers.protocol import Glance, Reader
from sensors.readers.session import Limits
from tests.sensors.sources import PASSWORD, Source, declare, feed_yaml

Connection = psycopg.Connection[Any]
MakeReader = Callable[[Force], Reader]
QUICK = Limits(connect=2, statement=0.5, bulk=0.5)


def test_a_missing_column_is_named_and_no_cursor_moves(
    ours: Connection, each_reader: Reader, kent: Force, source: Source
) -> None:
    source.add_crimes(1, 5)
    poll_force(ours, each_reader, kent)
    before = ours.execute("select * from landing.cursor").fetchall()
    source.run("alter table crimes drop column loss")
    source.run("update crimes set status = 'X', amended_at = clock_timestamp()")
    with pytest.raises(MissingColumn, match=r"kent\.crimes: column loss of crimes is missing"):
        poll_force(ours, each_reader, kent)
    assert ours.execute("select * from landing.cursor").fetchall() == before


@pytest.mark.parametrize("column", ["status", "amended_at", "crime_id"])
def test_a_renamed_column_is_named_with_what_may_be_its_new_name(
    ours: Connection, each_reader: Reader, kent: Force, source: Source, column: str
) -> None:
    source.add_crimes(1, 5)
    poll_force(ours, each_reader, kent)
    source.run("update crimes set loss = 1, amended_at = clock_timestamp()")
    source.run(f"alter table crimes rename column {column} to newly_called")
    with pytest.raises(MissingColumn) as raised:
        poll_force(ours, each_reader, kent)
    assert f"column {column} of crimes is missing" in str(raised.value)
    assert "newly_called; was it renamed?" in str(raised.value)
    assert raised.value.feed == "crimes"


@pytest.mark.parametrize(
    ("column", "new_type", "conversion"),
    [
        ("loss", "text", "loss::text"),
        ("crime_id", "text", "crime_id::text"),
        ("amended_at", "timestamp", "amended_at at time zone 'UTC'"),
        ("risk", "real", "risk::real"),
        ("status", "text", "status"),
    ],
)
def test_a_retyped_column_is_named_with_both_types(
    *,
    ours: Connection,
    each_reader: Reader,
    kent: Force,
    source: Source,
    column: str,
    new_type: str,
    conversion: str,
) -> None:
    source.add_crimes(1, 5)
    poll_force(ours, each_reader, kent)
    source.run("update crimes set is_domestic = true, amended_at = clock_timestamp()")
    source.run(f"alter table crimes alter column {column} type {new_type} using {conversion}")
    with pytest.raises(RetypedColumn, match=f"column {column} of crimes is {new_type}"):
        poll_force(ours, each_reader, kent)


def test_a_sweep_finds_a_changed_table_as_well(
    ours: Connection, each_reader: Reader, kent: Force, source: Source
) -> None:
    source.add_crimes(1, 5)
    poll_force(ours, each_reader, kent)
    source.run("alter table crimes rename column risk to risk_score")
    with pytest.raises(MissingColumn, match="column risk "):
        sweep_force(ours, each_reader, kent)


def test_a_missing_table_is_named(
    ours: Connection, each_reader: Reader, kent: Force, source: Source
) -> None:
    source.run("drop table crimes")
    with pytest.raises(MissingTable, match="there is no crimes in the source"):
        poll_force(ours, each_reader, kent)


def test_a_table_that_may_not_be_read_is_a_refused_login(
    ours: Connection, each_reader: Reader, kent: Force, source: Source
) -> None:
    source.add_crimes(1, 5)
    with psycopg.connect(source.owner_url) as owner:
        owner.execute(f"revoke select on crimes from {source.login}".encode())
    with pytest.raises(LoginRefused, match="grant it select"):
        poll_force(ours, each_reader, kent)


def test_a_wrong_password_is_permanent_and_not_repeated(
    ours: Connection, each_secret: str, kent: Force
) -> None:
    reader = open_reader(each_secret.replace(PASSWORD, "CANARY-password"), kent)
    with pytest.raises(LoginRefused, match=r"kent: .*check the secret's name") as raised:
        poll_force(ours, reader, kent)
    assert isinstance(raised.value, PermanentSourceError)
    assert "CANARY" not in everything_said(raised.value)


def test_a_database_that_is_not_there_is_permanent(
    ours: Connection, each_secret: str, kent: Force, source: Source
) -> None:
    name = source.owner_url.rsplit("/", 1)[1]
    secret = each_secret.replace(f"/{name}", "/src_none").replace(f"={name};", "=src_none;")
    with pytest.raises(LoginRefused):
        poll_force(ours, open_reader(secret, kent), kent)


def test_an_unreachable_source_is_transient(
    ours: Connection, each_secret: str, kent: Force, source: Source
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = str(closed.getsockname()[1])
    old = source.url.rsplit(":", 1)[1].split("/")[0]
    reader = open_reader(each_secret.replace(old, port), kent, limits=QUICK)
    with pytest.raises(SourceUnreachable, match=r"kent: .*could not be reached"):
        poll_force(ours, reader, kent)


def test_a_reader_connects_again_after_its_session_was_ended(
    ours: Connection, each_reader: Reader, kent: Force, source: Source
) -> None:
    source.add_crimes(1, 5)
    poll_force(ours, each_reader, kent)
    source.run(
        "select pg_terminate_backend(pid, 1000) from pg_stat_activity where usename = %s",
        [source.login],
    )
    source.add_crimes(6, 6)
    with pytest.raises(TransientSourceError):
        poll_force(ours, each_reader, kent)
    [batch] = poll_force(ours, each_reader, kent)
    assert batch.new_versions == 1


def test_a_locked_table_is_transient(
    ours: Connection, each_secret: str, kent: Force, source: Source
) -> None:
    source.add_crimes(1, 5)
    reader = open_reader(each_secret, kent, limits=QUICK)
    with psycopg.connect(source.owner_url) as locking:
        locking.execute("lock table crimes in access exclusive mode")
        with pytest.raises(SourceBusy, match="was locked"):
            poll_force(ours, reader, kent)
    assert len(poll_force(ours, reader, kent)) == 1


def test_a_slow_source_is_given_up_after_the_timeout(
    ours: Connection, each_secret: str, source: Source, tmp_path: Path
) -> None:
    source.run("create view slow as select crimes.* from crimes, pg_sleep(3)")
    source.add_crimes(1, 1)
    force = declare(tmp_path, "kent", feed_yaml("crimes", table="slow"))
    with pytest.raises(SourceTimeout, match="took too long"):
        poll_force(ours, open_reader(each_secret, force, limits=QUICK), force)


def test_a_login_that_can_write_is_refused(
    ours: Connection, each_secret: str, kent: Force, source: Source
) -> None:
    source.run(f"grant update on crimes to {source.login}")
    with pytest.raises(LoginCanWrite, match=r"kent: .*it may change crimes") as raised:
        poll_force(ours, open_reader(each_secret, kent), kent)
    assert "`select`" in str(raised.value)


def test_an_administrator_is_refused(ours: Connection, kent: Force, source: Source) -> None:
    with pytest.raises(LoginCanWrite, match="administrator"):
        poll_force(ours, open_reader(source.owner_url, kent), kent)


def test_the_session_of_a_reader_cannot_write(
    each_reader: Reader, source: Source, kent: Force
) -> None:
    each_reader.source_now()
    # Granted behind its back, the session itself still refuses.
    source.run(f"grant insert, update, delete on crimes to {source.login}")
    source.run(
        "create function sneak() returns bigint language sql volatile as "
        "$$ delete from crimes returning 1::bigint $$"
    )
    source.add_crimes(1, 2)
    sneaking = replace(kent.feeds[0], modified=None, hot="sneak() is null")
    # 25006 is `read_only_sql_transaction`.
    with pytest.raises(PermanentSourceError, match="25006"):
        each_reader.look([Glance(sneaking, None)])
    assert source.run("select count(*) from crimes") == [(2,)]


@pytest.mark.parametrize("secret", ["", "CANARY", "mysql://u:CANARY@h/d", "postgresql//CANARY"])
def test_a_secret_of_no_known_form_is_refused_without_being_repeated(
    kent: Force, secret: str
) -> None:
    with pytest.raises(UnknownSource, match="kent: its secret is") as raised:
        open_reader(secret, kent)
    assert "CANARY" not in everything_said(raised.value)


def test_an_error_about_a_value_does_not_repeat_it(
    ours: Connection, each_secret: str, source: Source, tmp_path: Path
) -> None:
    source.run("create table notes (crime_id bigint, note text, amended_at timestamptz)")
    source.run("create view casting as select crime_id, note::int as note, amended_at from notes")
    source.run("insert into notes values (1, 'CANARY', now())")
    columns = {"crime_id": "bigint", "note": "integer", "amended_at": "timestamptz"}
    force = declare(tmp_path, "kent", feed_yaml("crimes", columns, table="casting"))
    with pytest.raises(PermanentSourceError, match="declared type") as raised:
        poll_force(ours, open_reader(each_secret, force), force)
    assert "CANARY" not in everything_said(raised.value)


def everything_said(error: BaseException) -> str:
    """The error's words, and those of every error that a traceback would show with it."""
    said = [repr(error)]
    following = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    while following is not None:
        said.append(repr(following))
        following = following.__cause__ or following.__context__
    return " ".join(said)
